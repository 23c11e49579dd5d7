"""How many there are: a counter for each variant and place, and the ledger it is the sum of."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import enum_field, utc_field


class StockPolicy(StrEnum):
    """What happens when nothing is left: no sale, sale on back-order, sale with a promised date."""

    deny = "deny"
    allow = "continue"
    preorder = "preorder"


class MovementKind(StrEnum):
    receive = "receive"
    sell = "sell"
    release = "release"
    ship = "ship"
    returned = "return"
    adjust = "adjust"
    counted = "count"
    transfer = "transfer"
    damage = "damage"


class Location(SQLModel, table=True):
    """A place that keeps goods. The first is made with the shop."""

    __tablename__ = "locations"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=120, unique=True)


class StockItem(SQLModel, table=True):
    """The counters of one variant in one place. Only ``inventory.commands`` moves them.

    available = on_hand - committed - unavailable - safety - held
    """

    __tablename__ = "stock_items"
    __table_args__ = (
        UniqueConstraint("variant_id", "location_id"),
        CheckConstraint("committed >= 0", name="committed"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("unavailable >= 0", name="unavailable"),
    )

    id: int | None = Field(default=None, primary_key=True)
    variant_id: int = Field(foreign_key="variants.id", ondelete="CASCADE")
    location_id: int = Field(foreign_key="locations.id")
    on_hand: int = 0
    committed: int = 0
    """Sold and not yet shipped."""
    unavailable: int = 0
    safety: int = 0
    held: int = 0
    policy: StockPolicy = enum_field(StockPolicy, StockPolicy.deny)
    is_tracked: bool = True
    low_threshold: int | None = None
    preorder_limit: int | None = None
    preorder_on: date | None = None

    @property
    def available(self) -> int:
        return self.on_hand - self.committed - self.unavailable - self.safety - self.held


class StockMovement(SQLModel, table=True):
    """One line of the ledger; never changed, never deleted. Counters are the sum of these."""

    __tablename__ = "stock_movements"
    __table_args__ = (Index("ix_stock_movements_item", "item_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    item_id: int = Field(foreign_key="stock_items.id", ondelete="CASCADE")
    kind: MovementKind = enum_field(MovementKind)
    on_hand: int = 0
    committed: int = 0
    unavailable: int = 0
    held: int = 0
    reference: str = Field(default="", max_length=60, index=True)
    """What caused it: an order's or import's public id."""
    actor: str = Field(default="", max_length=120)
    reason: str = Field(default="", max_length=300)
    key: str | None = Field(default=None, unique=True, max_length=120)
    """Idempotency: the same cause moves the same goods once."""
    at: datetime = utc_field(default_factory=now)
