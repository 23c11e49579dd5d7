"""Files that go out to be kept, never to be shown: whoever made them, nothing in them comes to life
under our address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from webapp.runtime.storage import Storage
from webapp.web.headers import wants_head

_CHUNK = 1 << 16
_PART = r"(?:[0-9]{1,18}-[0-9]{0,18}|-[0-9]{1,18})"
_PARTS = re.compile(rf"bytes=[ \t]*({_PART}(?:[ \t]*,[ \t]*{_PART})*)[ \t]*", re.IGNORECASE)
_UNSAFE = re.compile(r"[^A-Za-z0-9 ._()+-]")


class Asked(Enum):
    """How much of a file a request wants (RFC 9110, 14)."""

    everything = auto()
    some = auto()
    nothing = auto()
    """It ends before the part that is wanted begins."""


def attachment(
    request: Request,
    storage: Storage,
    key: str,
    *,
    file_name: str,
    content_type: str,
    sha256: str,
) -> Response:
    """Send a stored file a piece at a time, or the parts of it that ``asked`` tells. A HEAD reads
    nothing of it. ``content_type`` is ours, not its sender's. Raises ``NotFound``."""
    size = storage.size(key)
    headers = {
        "ETag": f'"{sha256[:32]}"',
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex, nofollow",
        "Referrer-Policy": "no-referrer",
        "Content-Disposition": disposition(file_name),
    }
    path = storage.path(key)
    if path is not None:
        headers["Accept-Ranges"] = "bytes"
    wanted = asked(request, storage, key, size)
    if wanted is Asked.nothing:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if wants_head(request):
        headers["Content-Length"] = str(size)
        return Response(media_type=content_type, headers=headers)
    if path is not None:
        if wanted is Asked.everything:
            _ignore_range(request)
        return FileResponse(path, media_type=content_type, headers=headers)
    headers["Content-Length"] = str(size)
    return StreamingResponse(pieces_of(storage, key), media_type=content_type, headers=headers)


def asked(request: Request, storage: Storage, key: str, size: int) -> Asked:
    """What a request for a stored file of ``size`` bytes gets. A ``Range`` that is in no unit we
    know or makes no sense is as none, and so is one of a HEAD (RFC 9110, 14.2), and every one where
    the storage has no files."""
    found = _PARTS.fullmatch(request.headers.get("range", "").strip())
    if found is None or wants_head(request) or storage.path(key) is None:
        return Asked.everything
    parts = [part.strip().split("-") for part in found[1].split(",")]
    if len(parts) > FileResponse.max_ranges or any(
        first and last and int(first) > int(last) for first, last in parts
    ):
        return Asked.everything
    starts = [int(first) if first else size - int(last) for first, last in parts]
    return Asked.nothing if any(start >= size for start in starts) else Asked.some


def disposition(file_name: str) -> str:
    """``Content-Disposition`` of a file to be kept: its name in letters that every program reads,
    and whole for those that read RFC 8187 (RFC 6266, 4.3 and appendix D)."""
    plain = unicodedata.normalize("NFKD", file_name).encode("ascii", "ignore").decode()
    plain = _UNSAFE.sub("_", plain).strip(" .") or "file"
    told = f'attachment; filename="{plain}"'
    if plain == file_name:
        return told
    return f"{told}; filename*=UTF-8''{quote(file_name, safe='')}"


def pieces_of(storage: Storage, key: str) -> Iterator[bytes]:
    """A stored file a piece at a time."""
    with storage.open(key) as kept:
        while piece := kept.read(_CHUNK):
            yield piece


def _ignore_range(request: Request) -> None:
    """The framework refuses a ``Range`` that it does not understand instead of ignoring it."""
    request.scope["headers"] = [
        (name, value) for name, value in request.scope["headers"] if name.lower() != b"range"
    ]
