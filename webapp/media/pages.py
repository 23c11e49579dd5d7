"""The addresses of pictures. Their content is in the name, so they may be kept for ever."""

import re
import threading

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from webapp.kit.errors import NotFound
from webapp.media.commands import record_renditions, render
from webapp.media.commands.rendering import key_of
from webapp.media.queries import Served, served, widths_for
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.web.deps import App, Data, opened_by_hand
from webapp.web.views import is_current

pages = APIRouter()

FOR_EVER = "public, max-age=31536000, immutable"
NOT_YET = "no-store"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_RENDERERS_AT_ONCE = 2
_PATIENCE_S = 0.5
# How many pictures this process unpacks at once is a matter of its memory, not of an app's.
_renderers = threading.BoundedSemaphore(_RENDERERS_AT_ONCE)


@pages.api_route(
    "/media/{sha256}/{width:int}.webp", methods=["GET", "HEAD"], name="media.rendition"
)
async def rendition(request: Request, app: App, sha256: str, width: int) -> Response:
    """One width of a picture; made now if its job has not come to it yet."""
    name = f"{_checked(sha256)}/{width}"
    body = app.shelf.get(name)
    if body is None:
        async with opened_by_hand(request) as data:
            body = await run_in_threadpool(_rendition, data, app.storage, sha256, width)
        if isinstance(body, Response):
            return body
        app.shelf.put(name, body)
    headers = {"ETag": f'"{sha256[:32]}-{width}"', "Cache-Control": FOR_EVER}
    if is_current(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="image/webp", headers=headers)


def _rendition(data: Database, storage: Storage, sha256: str, width: int) -> bytes | Response:
    """The picture in this width or, where it cannot be had now, what is answered instead.

    Raises ``NotFound`` for one that not everybody may see, and for a width that we do not make.
    """
    with data.reading() as session:
        file = served(session, sha256)
    if width not in widths_for(file.width):
        raise NotFound("There is no such picture.")
    body = _ready(storage, key_of(sha256, width)) or _made_now(data, storage, file, width)
    if body is not None:
        return body
    # Too many at once. The original is the right picture, only heavier, and next time the small
    # one will be there: better than an error, and nothing keeps this answer.
    with storage.open(file.storage_key) as original:
        return Response(original.read(), media_type=file.mime, headers={"Cache-Control": NOT_YET})


@pages.api_route(
    "/media/{sha256}/original.{extension}", methods=["GET", "HEAD"], name="media.original"
)
def original(request: Request, data: Data, app: App, sha256: str, extension: str) -> Response:
    """The picture in full size, as we keep it."""
    with data.reading() as session:
        file = served(session, _checked(sha256))
    if extension != file.extension:
        raise NotFound("There is no such picture.")
    headers = {"ETag": f'"{sha256[:32]}"', "Cache-Control": FOR_EVER}
    if is_current(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    with app.storage.open(file.storage_key) as kept:
        return Response(kept.read(), media_type=file.mime, headers=headers)


def _checked(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise NotFound("There is no such picture.")
    return sha256


def _ready(storage: Storage, key: str) -> bytes | None:
    try:
        with storage.open(key) as file:
            return file.read()
    except NotFound:
        return None


def _made_now(data: Database, storage: Storage, file: Served, width: int) -> bytes | None:
    """Render one width, or None when enough others are rendering."""
    if not _renderers.acquire(timeout=_PATIENCE_S):
        return None
    try:
        made = render(storage, file.sha256, file.storage_key, [width])
    finally:
        _renderers.release()
    with data.writing() as session:
        record_renditions(session, file.id, made)
    return _ready(storage, made[0].storage_key)
