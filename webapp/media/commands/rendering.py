"""The widths in which a picture is shown."""

import io
from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlmodel import Session

from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.media.models import Rendition
from webapp.runtime.storage import Storage, hashed_key
from webapp.runtime.upserting import upsert

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 80


class Rendered(Value):
    """One width that lies in the storage."""

    width: int
    size_bytes: int
    storage_key: str


def key_of(sha256: str, width: int) -> str:
    """Where a rendition lies."""
    return hashed_key("media", sha256, f"/{width}.webp")


def render(
    storage: Storage, sha256: str, storage_key: str, widths: Iterable[int]
) -> list[Rendered]:
    """Make and keep WebP files of these widths, never enlarging. Slow; no transaction may be open.

    Raises ``NotFound`` when the original is gone from the storage.
    """
    # Late, because Pillow takes ten megabytes that an idle shop does without.
    from PIL import Image

    wanted = sorted(set(widths), reverse=True)
    if not wanted:
        return []
    rendered = []
    with storage.open(storage_key) as original, Image.open(original) as image:
        # A JPEG is unpacked at the smallest size that is still twice what is needed.
        image.draft(image.mode, (wanted[0] * 2, wanted[0] * 2))
        image.load()
        for width in wanted:
            body = _webp(image, width)
            key = key_of(sha256, width)
            storage.put(body, key)
            rendered.append(Rendered(width, len(body), key))
    return rendered


def record_renditions(session: Session, file_id: int, rendered: Iterable[Rendered]) -> None:
    """Note what lies ready. Noting it twice is noting it once."""
    rows = [
        {
            "file_id": file_id,
            "width": made.width,
            "format": "webp",
            "size_bytes": made.size_bytes,
            "storage_key": made.storage_key,
            "created_at": now(),
        }
        for made in rendered
    ]
    if not rows:
        return
    session.execute(upsert(session, Rendition).values(rows).on_conflict_do_nothing())


def _webp(image: "Image", width: int) -> bytes:
    from PIL.Image import Resampling

    small = image.copy() if image.width <= width else None
    if small is None:
        height = max(1, round(image.height * width / image.width))
        small = image.resize((width, height), Resampling.LANCZOS, reducing_gap=3.0)
    into = io.BytesIO()
    small.save(into, "WEBP", quality=QUALITY, method=4)
    return into.getvalue()
