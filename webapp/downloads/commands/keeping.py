"""The slow half of taking a file in; no transaction may be open while it runs."""

import hashlib
import secrets
from dataclasses import dataclass
from typing import BinaryIO

from webapp.runtime.storage import Storage, hashed_key

AREA = "downloads"
_CHUNK = 1 << 18

_AS_THEY_ARE = frozenset({"application/pdf", "application/zip"})
_PLAIN = "application/octet-stream"
"""What browsers do nothing with but keep it. A page or a drawing may hold a script; a text would
be packed on its way, and a packed part of a file is no part of it."""


@dataclass(frozen=True, slots=True)
class KeptFile:
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
    size = storage.put(source, key)
    return KeptFile(file_name, digest.hexdigest(), size, _safe(kind), key)


def _safe(kind: str) -> str:
    is_media = kind.startswith(("audio/", "video/", "image/")) and kind != "image/svg+xml"
    return kind if is_media or kind in _AS_THEY_ARE else _PLAIN
