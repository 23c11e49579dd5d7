"""Headers that every answer carries (plain ASGI). An answer that has one already keeps its own."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_AS_HEAD = "vitrine.as_head"

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Nothing from elsewhere and nothing inline."""

DOCS_POLICY = CONTENT_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""For the API's documentation pages alone: their vendored scripts set styles on elements."""

FRAMING_POLICY = f"{CONTENT_POLICY}; frame-src 'self'"
"""For a page that shows a letter inside of it."""

LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; "
    "base-uri 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
"""For the letter in it: mail carries its styles with it, and nothing else of it comes to life."""

PERMISSIONS = (
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), "
    "gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
)

_EVERYWHERE = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": PERMISSIONS,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, no-store",
}
_ON_HTTPS = {"strict-transport-security": "max-age=31536000"}


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class SecurityHeaders:
    """Adds what is missing. An answer that sets a cookie is never left to shared caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._on_http = _raw(_EVERYWHERE)
        self._on_https = _raw(_EVERYWHERE | _ON_HTTPS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = self._on_https if scope.get("scheme") == "https" else self._on_http

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                raw = list(message.get("headers", ()))
                present = {name.lower() for name, _ in raw}
                message["headers"] = [*raw, *(item for item in wanted if item[0] not in present)]
                if b"set-cookie" in present:
                    headers = MutableHeaders(scope=message)
                    if "public" in headers["cache-control"]:
                        headers["cache-control"] = "private, no-store"
            await send(message)

        await self._app(scope, receive, with_headers)


class HeadAsGet:
    """A HEAD is answered like the GET, without its body: no route has to think of it, but one whose
    GET counts for something (``wants_head``)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            # The server looks here for whether a body is owed, and the log for what was asked.
            scope["method"] = "HEAD"
            try:
                await send(message)
            finally:
                scope["method"] = "GET"

        # Not in a copy: what the router adds to the scope is read by the log outside.
        scope["method"] = "GET"
        scope[_AS_HEAD] = True
        await self._app(scope, receive, bodiless)


def wants_head(request: Request) -> bool:
    """Whether the GET that a route sees is a HEAD: nothing of the body will be sent."""
    return bool(request.scope.get(_AS_HEAD))
