"""A place among the few who talk with providers at once."""

from collections.abc import AsyncIterator
from typing import Annotated

from anyio import Semaphore
from anyio.lowlevel import RunVar
from fastapi import Depends

from webapp.web.deps import place

TALKS_AT_ONCE = 6
"""Half of the places of slow work: a provider that is slow to answer does not keep out those who
sign in with a password."""

_talks: RunVar[Semaphore] = RunVar("vitrine_talks")


async def talking_turn() -> AsyncIterator[None]:
    """Waited for without holding a thread."""
    async with place(_talks, TALKS_AT_ONCE):
        yield


TalkTurn = Annotated[None, Depends(talking_turn, scope="function")]
"""For a route that asks a provider something; it comes before ``Data``."""
