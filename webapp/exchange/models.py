"""Catalogue files that came in: the file, what was decided, and what became of each row."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    optional_utc_field,
    public_id_field,
    utc_field,
)


class ImportState(StrEnum):
    uploaded = "uploaded"
    mapping = "mapping"
    checking = "checking"
    checked = "checked"
    running = "running"
    completed = "completed"
    completed_with_errors = "completed_with_errors"
    failed = "failed"
    cancelled = "cancelled"
    reverting = "reverting"
    reverted = "reverted"


class RowState(StrEnum):
    """``new`` and ``update`` are a dry run says for what would be ``created`` and ``changed``."""

    new = "new"
    update = "update"
    unchanged = "unchanged"
    skipped = "skipped"
    failed = "failed"


class CatalogueImport(SQLModel, table=True):
    """One file on its way into the catalogue. The original file is kept."""

    __tablename__ = "imports"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("imp")
    state: ImportState = enum_field(ImportState, ImportState.uploaded)
    file_name: str = Field(max_length=255)
    storage_key: str = Field(max_length=200)
    images_key: str = Field(default="", max_length=500)
    """A ZIP or folder of pictures that came along."""
    sha256: str = Field(default="", max_length=64)
    dialect: str = Field(default="", max_length=20)
    source: str = Field(default="", max_length=40)
    """Namespace of the file's own ids in ``external_ids``."""
    reading: dict[str, Any] = json_field()
    """Encoding, delimiter, header and warnings, as found or forced."""
    mapping: dict[str, Any] = json_field()
    policy: dict[str, Any] = json_field()
    """What to do on a match, on no match, on an error, with a blank cell."""
    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0
    cursor: dict[str, Any] = json_field()
    found: dict[str, Any] = json_field()
    """What the dry run came upon: categories, brands, tags, attributes and collections that would
    be made, and columns that nobody reads."""
    problem: str = Field(default="", max_length=2000)
    job_id: str = Field(default="", max_length=40)
    started_by: str = Field(default="", max_length=120)
    undo: dict[str, Any] = json_field()
    """Of one that is or was taken back: by whom, what it came to, and how it stood before."""
    created_at: datetime = utc_field(default_factory=now)
    finished_at: datetime | None = optional_utc_field()


class ImportRow(SQLModel, table=True):
    """What became, or would become, of one row of the file."""

    __tablename__ = "import_rows"
    __table_args__ = (Index("ix_import_rows_state", "import_id", "state", "number"),)

    import_id: int = Field(foreign_key="imports.id", ondelete="CASCADE", primary_key=True)
    number: int = Field(primary_key=True)
    """Line of data in the file; the first below the header is 1."""
    state: RowState = enum_field(RowState)
    raw: list[str] = json_field(list)
    """The cells as they were, kept for rows that failed."""
    messages: list[dict[str, Any]] = json_field(list)
    """``{"column": ..., "text": ..., "old": ..., "new": ...}``."""
    target: str = Field(default="", max_length=40)
    label: str = Field(default="", max_length=300)


class BeforeState(StrEnum):
    """What became of a product when its import was taken back. ``again``: refused once, and to be
    tried once more when the others are through; ``left``: it stays as it is, for a reason."""

    kept = "kept"
    again = "again"
    back = "back"
    deleted = "deleted"
    archived = "archived"
    left = "left"


class ImportBefore(SQLModel, table=True):
    """A product as it was before an import changed it; of one that the import made, that it did.

    Written with the change. Kept for a while, so that the import can be taken back.
    """

    __tablename__ = "import_befores"

    import_id: int = Field(foreign_key="imports.id", ondelete="CASCADE", primary_key=True)
    product: str = Field(primary_key=True, max_length=40)
    """Public id: the row outlives the product."""
    is_new: bool = False
    title: str = Field(default="", max_length=300)
    document: bytes = Field(default=b"", sa_type=LargeBinary, nullable=False)
    """See ``keeping.packed``; empty for what is new."""
    after: str = Field(default="", max_length=64)
    """Digest of the product as the import left it: another one now means somebody changed it."""
    pictures: list[str] = json_field(list)
    """Digests of the names of the pictures that the import gave it: one that no source has any
    more was taken off."""
    state: BeforeState = enum_field(BeforeState, BeforeState.kept)
    note: str = Field(default="", max_length=500)


class ImportMade(SQLModel, table=True):
    """A category, brand, tag, attribute or collection that an import made along the way."""

    __tablename__ = "import_made"

    import_id: int = Field(foreign_key="imports.id", ondelete="CASCADE", primary_key=True)
    kind: str = Field(primary_key=True, max_length=20)
    key: str = Field(primary_key=True, max_length=240)
    """The row's key; of a ``choice`` its attribute's key, a colon and the value."""


class PictureState(StrEnum):
    waiting = "waiting"
    here = "here"
    failed = "failed"


class ImageSource(SQLModel, table=True):
    """Where a picture of a product comes from: the address or file name that a file gave for it.

    Kept so that the next file does not bring the picture again and an export can name it; and,
    until it is ``here``, what is still to be fetched.
    """

    __tablename__ = "image_sources"
    __table_args__ = (
        UniqueConstraint("product_id", "digest"),
        Index("ix_image_sources_waiting", "state", "import_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE")
    digest: str = Field(max_length=64, index=True)
    """SHA-256 of ``source``, which may be longer than an index holds."""
    source: str = Field(max_length=2000)
    alt: str = Field(default="", max_length=500)
    position: int = 0
    image_id: int | None = Field(
        default=None, foreign_key="product_images.id", ondelete="CASCADE", index=True
    )
    variant_ids: list[int] = json_field(list)
    """The variants that show it once it is here."""
    state: PictureState = enum_field(PictureState, PictureState.waiting)
    problem: str = Field(default="", max_length=500)
    import_id: int | None = Field(
        default=None, foreign_key="imports.id", ondelete="SET NULL", index=True
    )
    row: int = 0
    """The row of that import which named it."""


class ImportMapping(SQLModel, table=True):
    """How a file of unknown header was understood, kept for the next one of its kind."""

    __tablename__ = "import_mappings"

    fingerprint: str = Field(primary_key=True, max_length=64)
    name: str = Field(default="", max_length=120)
    mapping: dict[str, Any] = json_field()
    updated_at: datetime = utc_field(default_factory=now)
