"""What any route may ask for. Who is asking is ``accounts.guards``.

No request holds one of the server's threads while it waits for its turn: with forty waiting, the
one whose turn it is could not run. So the waiting is done by the event loop, here, and no more
requests have a transaction at once than there are threads and connections to finish them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

import anyio
from anyio import CapacityLimiter, Semaphore, to_thread
from anyio.lowlevel import RunVar
from fastapi import Depends, Query
from fastapi.requests import HTTPConnection, Request
from sqlmodel import Session
from starlette.datastructures import State

from webapp.kit.values import Value
from webapp.runtime.db import Database
from webapp.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

OPEN_AT_ONCE = 24
"""Requests with a transaction at once; further ones wait. Together with ``SLOW_AT_ONCE`` below
the forty threads of the pool, so that each of them can always get one."""

SLOW_AT_ONCE = 12
"""Requests at once that open their own transactions (``Data``)."""

_open_places: RunVar[Semaphore] = RunVar("vitrine_open_places")
_slow_places: RunVar[Semaphore] = RunVar("vitrine_slow_places")
_own_threads: RunVar[CapacityLimiter] = RunVar("vitrine_transaction_threads")


async def transaction(request: Request) -> AsyncIterator[Session]:
    """One request, one transaction: reading for GET and HEAD, else writing.

    It is committed before the answer leaves. It is undone by any error, and also when the answer
    is a refusal that was not raised: a form that ``view`` sends back at 4xx changes nothing.
    What must survive a refusal (a counter of failed tries) is written through ``Data``.
    """
    database: Database = request.app.state.database
    opened = _reading(database) if request.method in SAFE_METHODS else _writing(database, request)
    async with opened as session:
        request.state.db = session
        session.info["request_id"] = getattr(request.state, "request_id", "")
        try:
            yield session
        finally:
            del request.state.db


@asynccontextmanager
async def _reading(database: Database) -> AsyncIterator[Session]:
    async with place(_open_places, OPEN_AT_ONCE):
        session = database.open_reading()
        try:
            yield session
        finally:
            with anyio.CancelScope(shield=True):
                if database.is_sqlite or not session.in_transaction():
                    # Ending a reading transaction of SQLite is microseconds; a hop to a thread
                    # and back costs more than that.
                    database.close(session, commit=False)
                else:
                    await _on_own_thread(lambda: database.close(session, commit=False))


@asynccontextmanager
async def _writing(database: Database, request: Request) -> AsyncIterator[Session]:
    # On SQLite the turn alone lets one through; those who wait for it must not keep readers out.
    async with database.turn(), place(_open_places, OPEN_AT_ONCE):
        session = await _on_own_thread(database.open_writing)
        try:
            yield session
        except BaseException:
            with anyio.CancelScope(shield=True):
                await _on_own_thread(lambda: database.close(session, commit=False))
            raise
        keep = not getattr(request.state, "refused", False)
        with anyio.CancelScope(shield=True):
            await _on_own_thread(lambda: database.close(session, commit=keep))


async def own_transactions(request: HTTPConnection) -> AsyncIterator[Database]:
    """The database itself, for a route with slow work: open the two kinds around that work."""
    async with place(_slow_places, SLOW_AT_ONCE):
        yield request.app.state.database


opened_by_hand = asynccontextmanager(own_transactions)
"""The same inside a route that does not always need it."""


@asynccontextmanager
async def place(places: RunVar[Semaphore], number: int) -> AsyncIterator[None]:
    """One of ``number`` places, waited for without holding a thread."""
    try:
        semaphore = places.get()
    except LookupError:
        semaphore = Semaphore(number)
        places.set(semaphore)
    async with semaphore:
        yield


async def _on_own_thread(work: Callable[[], Any]) -> Any:
    """Run on a thread that no route can be holding."""
    try:
        threads = _own_threads.get()
    except LookupError:
        threads = CapacityLimiter(OPEN_AT_ONCE)
        _own_threads.set(threads)
    return await to_thread.run_sync(work, limiter=threads)


class Paging(Value):
    """Where in a list, and how many: ``cursor`` is unread text for ``kit.paging.Cursor``."""

    cursor: str | None
    limit: int


async def paging(
    cursor: Annotated[
        str | None, Query(max_length=2000, description="The `next_cursor` of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 24,
) -> Paging:
    """Read ``?cursor=&limit=``; a limit out of bounds is refused."""
    return Paging(cursor or None, limit)


async def _settings(request: HTTPConnection) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _state(request: HTTPConnection) -> State:
    state: State = request.app.state
    return state


Db = Annotated[Session, Depends(transaction, scope="function")]
"""The request's one transaction. Nobody else commits."""

Data = Annotated[Database, Depends(own_transactions, scope="function")]
"""The database, for routes with slow work or with something that must survive a refusal."""

SettingsDep = Annotated[Settings, Depends(_settings)]
"""The process's settings."""

App = Annotated[State, Depends(_state)]
"""What the application carries: ``database``, ``settings``, ``storage``, ``templates`` ..."""

Page = Annotated[Paging, Depends(paging)]
"""Cursor and limit of a list, from the query."""
