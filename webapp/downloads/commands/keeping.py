"""The slow half of taking a file in; no transaction may be open while it runs."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from sqlmodel import col, select

from webapp.downloads.models import DigitalAsset
from webapp.kit.values import Value
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage, hashed_key

AREA = "downloads"
_CHUNK = 1 << 18

_AS_THEY_ARE = frozenset({"application/pdf", "application/zip"})
_PLAIN = "application/octet-stream"
"""What browsers do nothing with but keep it. A page or a drawing may hold a script; a text would
be packed on its way, and a packed part of a file is no part of it."""


class KeptFile(Value):
    """A file that lies in the storage and waits for its row."""

    file_name: str
    sha256: str
    size_bytes: int
    content_type: str
    storage_key: str


def keep(storage: Storage, source: BinaryIO, *, file_name: str, kind: str) -> KeptFile:
    """Put the bytes away under a name that nobody can guess. ``kind`` is what the content is known
    to be. Raises ``Unavailable`` when the storage is full."""
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    source.seek(0)
    key = hashed_key(AREA, secrets.token_hex(16), "")
    try:
        size = storage.put(source, key)
    except BaseException:
        storage.delete(key)
        raise
    return KeptFile(file_name, digest.hexdigest(), size, _safe(kind), key)


@contextmanager
def all_or_none(database: Database, storage: Storage) -> Iterator[list[KeptFile]]:
    """A list for files that are kept together: whatever goes wrong before all of them have their
    row, the bytes of those in it go again."""
    kept: list[KeptFile] = []
    try:
        yield kept
    except BaseException:
        # A commit whose answer was lost may have gone through: what has a row keeps its bytes.
        keys = [one.storage_key for one in kept]
        with database.reading() as session:
            named = select(DigitalAsset.storage_key).where(col(DigitalAsset.storage_key).in_(keys))
            has_row = set(session.exec(named).all()) if keys else set()
        for key in keys:
            if key not in has_row:
                storage.delete(key)
        raise


def _safe(kind: str) -> str:
    is_media = kind.startswith(("audio/", "video/", "image/")) and kind != "image/svg+xml"
    return kind if is_media or kind in _AS_THEY_ARE else _PLAIN
