"""Rooms that are opened when somebody first comes in.

A shopper needs neither the back office nor the API, and on a quiet day nobody does: their pages and
forms, and all that those stand on, are a good part of the start and of the memory. So what lies
under such a path stays closed until the first request for it, which waits while it is furnished.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from anyio import to_thread
from starlette.types import ASGIApp, Receive, Scope, Send


class Rooms:
    """Which paths are still closed, and what has to be done to open each. For any thread."""

    def __init__(self) -> None:
        self._closed: dict[str, Callable[[], None]] = {}
        self._one_at_a_time = threading.Lock()

    def close_off(self, path: str, furnish: Callable[[], None]) -> None:
        """Call ``furnish`` before the first request for ``path`` or below it goes on."""
        self._closed[path] = furnish

    def closed_at(self, path: str) -> str | None:
        """The closed room in which ``path`` lies."""
        for room in tuple(self._closed):
            if path == room or path.startswith(f"{room}/"):
                return room
        return None

    def open(self, room: str) -> None:
        """Furnish it, once, whoever else asks meanwhile. Blocking; one that fails stays closed."""
        with self._one_at_a_time:
            furnish = self._closed.get(room)
            if furnish is not None:
                furnish()
                del self._closed[room]

    def open_all(self) -> None:
        """Open whatever is still closed."""
        for room in tuple(self._closed):
            self.open(room)


class Doors:
    """Pure ASGI, the innermost: lets nobody through to routes that are not there yet."""

    def __init__(self, app: ASGIApp, rooms: Rooms) -> None:
        self._app = app
        self._rooms = rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            room = self._rooms.closed_at(scope["path"])
            if room is not None:
                # In a thread: shoppers are served while it is furnished.
                await to_thread.run_sync(self._rooms.open, room)
        await self._app(scope, receive, send)
