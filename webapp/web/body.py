"""How large a request's body may be; counted while it arrives (plain ASGI)."""

from __future__ import annotations

import anyio
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.runtime.wording import size as in_words

_KEY = "vitrine.body"
_DRAIN_BYTES = 32_000_000
_DRAIN_SECONDS = 10


class BodyLimit:
    """Bodies up to ``most`` bytes; a route that takes more says so with ``allow_body``.

    What is larger raises a 413 in the route that reads it. Nothing happens before somebody reads:
    only then it is known which route it is, and what that route allows.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        counted = _Counted(receive, self._most, _declared(scope))
        scope[_KEY] = counted
        await self._app(scope, counted.receive, send)


def allow_body(request: HTTPConnection, most: int) -> None:
    """Let this request's body have up to ``most`` bytes; to be said before it is read."""
    counted = request.scope.get(_KEY)
    if counted is not None:
        counted.most = most


class _Counted:
    def __init__(self, receive: Receive, most: int, declared: int | None) -> None:
        self._receive = receive
        self._declared = declared
        self._arrived = 0
        self._is_complete = False
        self.most = most

    async def receive(self) -> Message:
        if self._declared is not None and self._declared > self.most:
            await self._refuse()
        message = await self._next()
        if self._arrived > self.most:
            await self._refuse()
        return message

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._arrived += len(message.get("body", b""))
            self._is_complete = not message.get("more_body", False)
        else:
            self._is_complete = True
        return message

    async def _refuse(self) -> None:
        """Answer 413, after taking in (and forgetting) the rest of a body that is not too absurd:
        a browser that is cut off while it sends shows a broken connection, not our answer."""
        with anyio.move_on_after(_DRAIN_SECONDS):
            while not self._is_complete and self._arrived < self.most + _DRAIN_BYTES:
                await self._next()
        headers = {} if self._is_complete else {"Connection": "close"}
        detail = f"This is larger than the {in_words(self.most)} that we take here."
        raise HTTPException(413, detail, headers)


def _declared(scope: Scope) -> int | None:
    try:
        return int(Headers(scope=scope).get("content-length", ""))
    except ValueError:
        return None
