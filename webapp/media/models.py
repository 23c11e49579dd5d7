"""A stored picture and the sizes made of it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import public_id_field, utc_field


class MediaFile(SQLModel, table=True):
    """A picture as we keep it: upright, without metadata, at most 4096 pixels a side."""

    __tablename__ = "media_files"
    __table_args__ = (
        CheckConstraint("width > 0 AND height > 0", name="has_extent"),
        Index("ix_media_files_original_name", "original_name", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("med")
    sha256: str = Field(unique=True, max_length=64)
    """Hash of the bytes we keep and serve; the picture's name in every address."""
    source_sha256: str = Field(index=True, max_length=64)
    """Hash of the bytes that were sent, so that the same upload is known without decoding it."""
    kind: str = Field(default="image", max_length=20)
    mime: str = Field(max_length=100)
    extension: str = Field(max_length=10)
    width: int
    height: int
    size_bytes: int
    original_name: str = Field(default="", max_length=255)
    """The name the uploader gave it; shown and searched, never used as a path."""
    storage_key: str = Field(max_length=200)
    colour: str = Field(default="#ffffff", max_length=7)
    """The colour most of it has, as #rrggbb: what to show before it arrives."""
    is_private: bool = False
    created_at: datetime = utc_field(default_factory=now)


class Rendition(SQLModel, table=True):
    """One width of a picture that lies ready in the storage."""

    __tablename__ = "media_renditions"
    __table_args__ = (UniqueConstraint("file_id", "width", "format"),)

    id: int | None = Field(default=None, primary_key=True)
    file_id: int = Field(foreign_key="media_files.id", ondelete="CASCADE")
    width: int
    """The width in its address. A picture that is narrower is not enlarged to it."""
    format: str = Field(default="webp", max_length=10)
    size_bytes: int
    storage_key: str = Field(max_length=200)
    created_at: datetime = utc_field(default_factory=now)
