"""A request's id, and one line in the log for each answer (plain ASGI).

The line has no query, no cookie, no address of a person, and nothing that a path keeps secret.
"""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger("vitrine.access")

_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_SECRET_PARAMETERS = {"token", "key", "secret"}
_CLOSED_EARLY = 499
_MANY = ("/static/", "/media/")
"""What a page brings with it; said only to who looks closely."""


class AccessLog:
    """Gives each request an id (a sane ``X-Request-Id`` from in front is kept) and logs it.

    The id is on ``request.state.request_id``, in the answer's ``X-Request-Id``, and in every line
    that is logged meanwhile.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        method, path = scope["method"], scope["path"]
        began = time.perf_counter()
        status, size = _CLOSED_EARLY, 0

        async def counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, counted)
            finally:
                say = log.debug if path.startswith(_MANY) else log.info
                say(
                    "request",
                    method=method,
                    path=_shown(path, scope),
                    status=status,
                    duration_ms=round((time.perf_counter() - began) * 1000, 1),
                    bytes=size,
                )


def _id_of(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _SANE.fullmatch(given) else secrets.token_hex(8)


def _shown(path: str, scope: Scope) -> str:
    """The path, with what is as good as a password blacked out."""
    for name, value in scope.get("path_params", {}).items():
        if name in _SECRET_PARAMETERS or name.endswith("_token"):
            path = path.replace(str(value), "***")
    return path[:500]
