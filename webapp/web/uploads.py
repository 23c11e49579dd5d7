"""Files that people send: how large, what they really are, and a name that is safe to show."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, BinaryIO

from pydantic_core import CoreSchema, core_schema
from starlette.datastructures import UploadFile

from webapp.kit.values import Value
from webapp.runtime.wording import size as in_words

_LONGEST_NAME = 120

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
    (b"wOF2", "font/woff2"),
)
_BRANDS = {
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"mif1": "image/heic",
    b"M4A ": "audio/mp4",
}


class Upload(Value):
    """One file of a form, in a temporary file that is gone when the request ends.

    ``kind`` is told from the content; what the browser claimed is not looked at. ``name`` is for
    showing, never for a path.
    """

    file: BinaryIO
    name: str
    size: int
    kind: str

    @classmethod
    def of(cls, part: UploadFile) -> Upload:
        """Look at an uploaded part (already written to its temporary file)."""
        stream = part.file
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(0)
        head = stream.read(4096)
        stream.seek(0)
        return cls(stream, safe_name(part.filename or ""), size, kind_of(head))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        """A form takes one as it is and makes none from text."""
        return core_schema.is_instance_schema(cls)

    @property
    def is_picture(self) -> bool:
        """Whether it is a kind of picture that browsers show and that holds no script."""
        return self.kind in {"image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"}

    def read(self) -> bytes:
        """All of it; only for what has a small limit."""
        self.file.seek(0)
        return self.file.read()


@dataclass(frozen=True)
class Accept:
    """A form field's rule for its files: ``Annotated[Upload, Accept("image/png", most=10**6)]``.

    ``kinds`` may end in ``/*``; ``most`` is in bytes; both are checked by the submission.
    """

    kinds: tuple[str, ...]
    most: int | None

    def __init__(self, *kinds: str, most: int | None = None) -> None:
        object.__setattr__(self, "kinds", kinds)
        object.__setattr__(self, "most", most)

    def objection(self, upload: Upload) -> str | None:
        """Why ``upload`` cannot be taken, as a sentence; None when it can."""
        if upload.size == 0:
            return "This file is empty."
        if self.most is not None and upload.size > self.most:
            return f"This file has {in_words(upload.size)}; send at most {in_words(self.most)}."
        if self.kinds and not any(_fits(upload.kind, kind) for kind in self.kinds):
            return f"This is not a kind of file we can use here ({upload.kind})."
        return None


PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")
"""Kinds of pictures that the shop takes."""


def kind_of(head: bytes) -> str:
    """The media type of a file that begins with ``head`` (the first few thousand bytes)."""
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "video/mp4")
    return _kind_of_text(head)


def safe_name(name: str) -> str:
    """The last part of a file's name without anything that a shell, path or header minds."""
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    name = "".join(char for char in name if not _is_unseen(unicodedata.category(char)))
    name = re.sub(r'[<>:"|?*]+', "-", name).strip().lstrip(".")
    if len(name) > _LONGEST_NAME:
        stem, dot, suffix = name.rpartition(".")
        keep = _LONGEST_NAME - len(dot + suffix)
        fits = dot and len(suffix) <= 10
        name = stem[:keep] + dot + suffix if fits else name[:_LONGEST_NAME]
    return name or "file"


def _is_unseen(category: str) -> bool:
    """Controls, marks that turn the direction, and what ends a line or paragraph."""
    return category[0] == "C" or category in {"Zl", "Zp"}


def _kind_of_text(head: bytes) -> str:
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "application/octet-stream"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1000].lower()
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in start):
        return "image/svg+xml"
    if start.startswith((b"<!doctype html", b"<html", b"<script")):
        return "text/html"
    return "text/plain"


def _fits(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted.endswith("/*") and kind.startswith(wanted[:-1]))
