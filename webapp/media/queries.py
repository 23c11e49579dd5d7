"""Pictures as pages want them, and the rows behind them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from webapp.kit.errors import NotFound
from webapp.kit.values import Value, asdict, replace
from webapp.media.models import MediaFile

WIDTHS = (160, 320, 480, 640, 960, 1280)
"""The only widths there are, so nobody can fill the disk by asking for all the others."""


class Image(Value):
    """A picture ready to be shown. ``width`` and ``height`` are the original's, in pixels."""

    sha256: str
    extension: str
    width: int
    height: int
    colour: str = "#ffffff"
    """What to show before it has arrived."""
    alt: str = ""

    @property
    def widths(self) -> tuple[int, ...]:
        """Those that are made of it: up to the first that is as wide as the original."""
        return widths_for(self.width)

    def url(self, width: int) -> str:
        """Where the smallest one lies that is at least ``width`` wide, or the widest there is."""
        enough = next((one for one in self.widths if one >= width), self.widths[-1])
        return f"/media/{self.sha256}/{enough}.webp"

    @property
    def original_url(self) -> str:
        """Where the picture lies in full size."""
        return f"/media/{self.sha256}/original.{self.extension}"

    @property
    def srcset(self) -> str:
        """For the attribute of that name, with the true width of each."""
        return ", ".join(f"{self.url(one)} {min(one, self.width)}w" for one in self.widths)

    def height_at(self, width: int) -> int:
        """How high it is when shown ``width`` wide."""
        return max(1, round(self.height * width / self.width))

    def described(self, alt: str) -> "Image":
        """The same picture in another place, where other words describe it."""
        return replace(self, alt=alt)

    def as_json(self) -> dict[str, Any]:
        """For a document that keeps the picture as it was shown, such as an order line."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Image | None":
        """What ``as_json`` gave; None for an empty record."""
        return cls(**kept) if kept else None


@lru_cache(maxsize=512)
def widths_for(width: int) -> tuple[int, ...]:
    """The widths made of an original: none is larger than the first that holds all of it."""
    smaller = tuple(one for one in WIDTHS if one < width)
    return (*smaller, *WIDTHS[len(smaller) : len(smaller) + 1])


IMAGE_COLUMNS = (
    MediaFile.sha256,
    MediaFile.extension,
    MediaFile.width,
    MediaFile.height,
    MediaFile.colour,
)
"""To be selected beside one's own columns; ``Image(*row[...], alt=...)`` makes the value."""


def image_of(session: Session, file_id: int | None, alt: str = "") -> Image | None:
    """One picture, or None where there is none."""
    if file_id is None:
        return None
    found = images_of(session, [file_id]).get(file_id)
    return found.described(alt) if found else None


def images_of(session: Session, file_ids: Iterable[int]) -> dict[int, Image]:
    """Several pictures by the id of their file, without words yet, in one statement."""
    wanted = set(file_ids)
    if not wanted:
        return {}
    rows = session.exec(
        select(MediaFile.id, *IMAGE_COLUMNS).where(col(MediaFile.id).in_(wanted))  # type: ignore[call-overload]
    )
    return {row[0]: Image(*row[1:]) for row in rows}


def file_by_hash(session: Session, *hashes: str) -> MediaFile | None:
    """The file whose bytes, as sent or as kept, have one of these SHA-256 hashes."""
    return session.exec(
        select(MediaFile)
        .where(or_(col(MediaFile.sha256).in_(hashes), col(MediaFile.source_sha256).in_(hashes)))
        .order_by(col(MediaFile.id))
        .limit(1)
    ).first()


def file_named(session: Session, name: str) -> MediaFile | None:
    """The latest file that was uploaded under this name: a bare file name in a catalogue file."""
    return session.exec(
        select(MediaFile)
        .where(MediaFile.original_name == name)
        .order_by(col(MediaFile.id).desc())
        .limit(1)
    ).first()


def file_by_id(session: Session, public_id: str) -> MediaFile:
    """Raises ``NotFound``."""
    file = session.exec(select(MediaFile).where(MediaFile.public_id == public_id)).first()
    if file is None:
        raise NotFound("There is no such picture.", file=public_id)
    return file


class Served(Value):
    """What the route needs of a picture that everybody may see."""

    id: int
    sha256: str
    extension: str
    mime: str
    width: int
    storage_key: str


def served(session: Session, sha256: str) -> Served:
    """A public picture by its address. Raises ``NotFound``, also for a private one."""
    row = session.exec(
        select(  # type: ignore[call-overload]
            MediaFile.id,
            MediaFile.sha256,
            MediaFile.extension,
            MediaFile.mime,
            MediaFile.width,
            MediaFile.storage_key,
        ).where(MediaFile.sha256 == sha256, ~col(MediaFile.is_private))
    ).first()
    if row is None:
        raise NotFound("There is no such picture.")
    return Served(*row)
