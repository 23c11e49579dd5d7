"""The slow half of taking a picture in; no transaction may be open while it runs."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from webapp.kit.values import Value
from webapp.media.errors import NotAPicture, PictureTooLarge
from webapp.runtime.storage import Storage, hashed_key

if TYPE_CHECKING:
    from webapp.media.commands.decoding import Decoded

MOST_BYTES = 20_000_000
HEAVY_BYTES = 6_000_000
"""A lossless file above this is a photograph in the wrong format; it is kept lossy instead."""

_KINDS = {
    "JPEG": ("image/jpeg", "jpg"),
    "PNG": ("image/png", "png"),
    "WEBP": ("image/webp", "webp"),
}


class PreparedImage(Value):
    """A picture that lies in the storage and waits for its row."""

    sha256: str
    source_sha256: str
    mime: str
    extension: str
    width: int
    height: int
    size_bytes: int
    original_name: str
    storage_key: str
    colour: str
    notes: tuple[str, ...]
    """What was done to it that the person who sent it should know, in sentences."""


def hash_of(data: bytes) -> str:
    """The name by which ``queries.file_by_hash`` knows bytes that were sent before."""
    return hashlib.sha256(data).hexdigest()


def prepare(
    source: bytes | Path, storage: Storage, *, name: str = "", as_it_is: bool = False
) -> PreparedImage:
    """Check, clean and keep a picture, trusting nothing but its content.

    What is kept is always written anew: upright, sRGB, at most 4096 pixels a side, without
    metadata or anything that followed the picture in its file. ``name`` is what the uploader
    called it. Raises ``NotAPicture``, ``PictureTooLarge``, ``PictureDamaged``, or ``Unavailable``
    when the storage is full. Takes up to seconds. ``as_it_is`` keeps the very bytes, quickly: for
    pictures that come with the shop, never for anybody's upload.
    """
    data = _read(source)
    # Late, because it loads Pillow: see the note there.
    from webapp.media.commands.decoding import decode, main_colour

    decoded = decode(data)
    kept, kind = (data, decoded.source_format) if as_it_is else _encoded(decoded)
    mime, extension = _KINDS[kind]
    digest = hash_of(kept)
    key = hashed_key("media", digest, f"/original.{extension}")
    storage.put(kept, key)
    return PreparedImage(
        sha256=digest,
        source_sha256=hash_of(data),
        mime=mime,
        extension=extension,
        width=decoded.image.width,
        height=decoded.image.height,
        size_bytes=len(kept),
        original_name=(name or (source.name if isinstance(source, Path) else ""))[:255],
        storage_key=key,
        colour=main_colour(decoded.image),
        notes=decoded.notes,
    )


def squared(source: bytes, side: int) -> bytes:
    """The middle of a picture as a square WebP of ``side`` pixels, written anew like everything
    that is kept. Raises as ``prepare`` does, which see; takes as long."""
    data = _read(source)
    from PIL import Image, ImageOps

    from webapp.media.commands.decoding import decode

    image = decode(data).image
    fitted = ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
    into = io.BytesIO()
    fitted.save(into, "WEBP", quality=85, method=4)
    return into.getvalue()


def _read(source: bytes | Path) -> bytes:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > MOST_BYTES:
        raise PictureTooLarge(
            f"This file has {size / 1e6:.0f} MB. A picture may have {MOST_BYTES // 1_000_000} MB."
        )
    if size == 0:
        raise NotAPicture("This file is empty.")
    return source if isinstance(source, bytes) else source.read_bytes()


def _encoded(decoded: "Decoded") -> tuple[bytes, str]:
    """The bytes to keep and their format: as near to what was sent as is safe."""
    lossy = "WEBP" if decoded.has_alpha or decoded.source_format == "WEBP" else "JPEG"
    if decoded.source_format in {"JPEG", "MPO", "AVIF", "WEBP"}:
        return _saved(decoded, lossy), lossy
    lossless = _saved(decoded, "PNG")
    if len(lossless) > HEAVY_BYTES:
        return _saved(decoded, lossy), lossy
    return lossless, "PNG"


def _saved(decoded: "Decoded", kind: str) -> bytes:
    options: dict[str, Any] = {}
    if kind == "JPEG":
        tables = decoded.jpeg_options or {"quality": 90}
        options = {**tables, "progressive": True, "optimize": True}
    elif kind == "WEBP":
        options = {"quality": 90, "method": 4}
    into = io.BytesIO()
    decoded.image.save(into, kind, **options)
    return into.getvalue()
