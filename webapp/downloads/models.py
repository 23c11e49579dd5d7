"""Files that are sold, and who may have them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import enum_field, optional_utc_field, public_id_field, utc_field


class DigitalAsset(SQLModel, table=True):
    """One file of a product, or of one of its variants. Its bytes never change."""

    __tablename__ = "digital_assets"
    __table_args__ = (
        CheckConstraint("size_bytes > 0", name="size"),
        Index("ix_digital_assets_product", "product_ref", "position", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("ast")
    product_ref: str = Field(max_length=40)
    variant_ref: str = Field(default="", max_length=40)
    """Public ids, as order lines hold them: what was bought outlives the catalogue. Without a
    variant it belongs to all of them."""
    name: str = Field(max_length=200)
    """What people read."""
    file_name: str = Field(max_length=160)
    """What it is called once it is theirs."""
    sha256: str = Field(max_length=64)
    size_bytes: int = Field(sa_type=BigInteger)
    content_type: str = Field(max_length=100)
    """Told from the content; what the browser that sent it claimed is not looked at."""
    storage_key: str = Field(unique=True, max_length=200)
    position: int = 0
    is_archived: bool = False
    """No longer sold. Whoever bought it has it still."""
    created_at: datetime = utc_field(default_factory=now)


class EntitlementState(StrEnum):
    active = "active"
    revoked = "revoked"


class RevokeReason(StrEnum):
    cancelled = "cancelled"
    refunded = "refunded"
    staff = "staff"


class Entitlement(SQLModel, table=True):
    """That whoever may see an order may have a file of one of its lines, for all units of it that
    were not called off. It knows no person: the order does, also when it becomes somebody else's.
    """

    __tablename__ = "entitlements"
    __table_args__ = (
        UniqueConstraint("line_id", "asset_id"),
        CheckConstraint("used >= 0", name="used"),
        CheckConstraint("max_downloads IS NULL OR used <= max_downloads", name="limit"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("ent")
    line_id: int = Field(foreign_key="order_lines.id")
    asset_id: int = Field(foreign_key="digital_assets.id", index=True)
    state: EntitlementState = enum_field(EntitlementState, EntitlementState.active)
    reason: str = Field(default="", max_length=24)
    """Why it was withdrawn: a ``RevokeReason``."""
    granted_at: datetime = utc_field(default_factory=now)
    used: int = 0
    last_used_at: datetime | None = optional_utc_field()
    max_downloads: int | None = None
    expires_at: datetime | None = optional_utc_field()
    """Both without limit where there is none."""
    by_staff: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Staff gave it again after it was withdrawn: it stays without the money being in."""
