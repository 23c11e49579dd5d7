"""Refuses requests that another site made a visitor's browser send (plain ASGI).

Browsers say where a request comes from (``Sec-Fetch-Site``, or ``Origin`` where that is missing),
and no page can make them lie. So forms need no token and the pages that hold them can be cached.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.kit.errors import NotAllowed
from webapp.web.deps import SAFE_METHODS
from webapp.web.failures import refuse

_DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


_NO_COOKIES_READ = "/api/"
"""Where scripts are served: a cookie opens nothing there, so there is nothing to forge."""

_PROVES_ITSELF = "/unsubscribe/"
"""Where the signed link in a message is the proof, and mail programs on pages of their own press
the button for whoever reads it (RFC 8058). It reads no cookie."""


class CrossSite(NotAllowed):
    title = "That came from another site"


class ForgeryCheck:
    """An unsafe request, or a WebSocket, that a browser sends must come from our own pages.

    What is neither from a browser nor carries a cookie passes (a script has no rights that a
    visitor did not give it); so does one with an ``Authorization`` header and no cookie, which a
    foreign page cannot send unasked. So does everything that scripts ask of the API, and the way
    out of our news, which read no cookie.
    """

    def __init__(self, app: ASGIApp, public_url: str = "") -> None:
        self._app = app
        self._public = _place(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._may_pass(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            sentence = "Open the page here and send the form again."
            await refuse(scope, receive, send, CrossSite(sentence))

    def _may_pass(self, scope: Scope) -> bool:
        if scope["type"] == "http" and scope["method"] in SAFE_METHODS:
            return True
        if scope["type"] == "http" and scope["path"].startswith((_NO_COOKIES_READ, _PROVES_ITSELF)):
            return True
        if scope["type"] not in {"http", "websocket"}:
            return True
        headers = Headers(scope=scope)
        if "cookie" not in headers and "authorization" in headers:
            return True
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        origin = headers.get("origin")
        if origin is None:
            return "cookie" not in headers
        place = _place(origin)
        if place is None:
            return False
        here = _place(f"{urlsplit(origin).scheme}://{headers.get('host', '')}")
        return place in {here, self._public}


def _place(url: str) -> tuple[str, int | None] | None:
    """Host and port of an origin. The scheme is left out: a proxy may have taken TLS off."""
    try:
        parts = urlsplit(url)
        if not parts.hostname:
            return None
        return parts.hostname, parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
