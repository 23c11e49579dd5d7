"""Files that go out to be kept, never to be shown: whoever made them, nothing in them comes to life
under our address."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from starlette.responses import FileResponse, Response, StreamingResponse

from webapp.runtime.storage import Storage

_CHUNK = 1 << 16


def attachment(
    storage: Storage, key: str, *, file_name: str, content_type: str, sha256: str
) -> Response:
    """Send a stored file a piece at a time; the parts that were asked for (RFC 9110, 14) where the
    storage has files. ``content_type`` is ours, not its sender's. Raises ``NotFound``."""
    size = storage.size(key)
    headers = {
        "ETag": f'"{sha256[:32]}"',
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
    }
    path = storage.path(key)
    if path is not None:
        return FileResponse(
            path,
            media_type=content_type,
            filename=file_name,
            headers=headers,
            content_disposition_type="attachment",
        )
    headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(file_name, safe='')}"
    headers["Content-Length"] = str(size)
    return StreamingResponse(pieces_of(storage, key), media_type=content_type, headers=headers)


def pieces_of(storage: Storage, key: str) -> Iterator[bytes]:
    """A stored file a piece at a time."""
    with storage.open(key) as kept:
        while piece := kept.read(_CHUNK):
            yield piece
