"""Pages that stay open: server-sent events (WHATWG HTML, 9.2) of something that changes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable

import anyio
from anyio import to_thread
from fastapi import Request
from sqlmodel import Session
from starlette.responses import StreamingResponse

from webapp.kit.errors import Unavailable
from webapp.kit.values import Value
from webapp.runtime.db import Database

LOOK_S = 0.5
"""Seconds between two looks: as stale as what is shown may be."""
BEAT_S = 15.0
"""A comment after so long a silence, so that no proxy takes the line for dead."""
LONGEST_S = 600.0
"""A stream ends after ten minutes; whoever still looks comes back, and is asked who they are."""
MOST = 100
"""Streams of one process at once: each costs a look twice a second."""


class Shown(Value):
    """What is to be seen now. After the ``last`` there is nothing further to wait for."""

    data: str
    is_last: bool = False


def stream(request: Request, look: Callable[[Session], Shown]) -> StreamingResponse:
    """Send what ``look`` shows whenever it differs, until its last; then an event called ``end``.

    ``look`` runs on a thread in a reading transaction of its own. Raises ``Unavailable`` when too
    many streams are open.
    """
    state = request.app.state
    if getattr(state, "open_streams", 0) >= MOST:
        raise Unavailable("Too many pages are being kept up to date.", retry_after=30)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(
        _events(request, look), headers=headers, media_type="text/event-stream"
    )


async def _events(request: Request, look: Callable[[Session], Shown]) -> AsyncIterator[str]:
    state, database = request.app.state, request.app.state.database
    state.open_streams = getattr(state, "open_streams", 0) + 1
    try:
        said, began = None, time.monotonic()
        heard = began
        while time.monotonic() - began < LONGEST_S and not state.is_ending.is_set():
            shown = await to_thread.run_sync(_looked, database, look)
            if shown.data != said:
                said, heard = shown.data, time.monotonic()
                yield event(shown.data)
            if shown.is_last:
                yield event("", name="end")
                return
            if time.monotonic() - heard > BEAT_S:
                heard = time.monotonic()
                yield ": still here\n\n"
            await anyio.sleep(LOOK_S)
    finally:
        state.open_streams -= 1


def event(data: str, *, name: str = "") -> str:
    """One event as it goes over the wire; every line of ``data`` a field of its own."""
    lines = data.splitlines() or [""]
    head = f"event: {name}\n" if name else ""
    return head + "".join(f"data: {line}\n" for line in lines) + "\n"


def _looked(database: Database, look: Callable[[Session], Shown]) -> Shown:
    with database.reading() as session:
        return look(session)
