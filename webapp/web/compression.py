"""Compresses texts on their way out (plain ASGI)."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.gzip import (
    DEFAULT_EXCLUDED_CONTENT_TYPES,
    GZipResponder,
    IdentityResponder,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.web.assets import accepts_gzip

_SMALLEST = 600  # bytes; what fits into one packet is not sent sooner for being smaller
_LEVEL = 5
_PACKED_ALREADY = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/pdf", "application/octet-stream")


class Compression:
    """gzip for everything but pictures, archives and streams of events.

    Brotli would save a sixth more on a page but has no pure or small dependency that serves every
    platform; static files, the bulk of a visit, are compressed once and kept.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        responder: ASGIApp
        # The library's own choice takes «gzip;q=0», a refusal, for an offer.
        if accepts_gzip(Headers(scope=scope)):
            responder = GZipResponder(
                self._app, _SMALLEST, _LEVEL, exclude_content_types=_PACKED_ALREADY
            )
        else:
            responder = IdentityResponder(
                self._app, _SMALLEST, exclude_content_types=_PACKED_ALREADY
            )
        await responder(scope, receive, send)
