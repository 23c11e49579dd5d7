"""What a shopper means to buy. A cart promises nothing: no price, no stock."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    minor_field,
    partial_index,
    public_id_field,
    utc_field,
)


class CartState(StrEnum):
    open = "open"
    converted = "converted"
    merged = "merged"


class Cart(SQLModel, table=True):
    """One shopper's selection. Its public id travels in a signed cookie."""

    __tablename__ = "carts"
    __table_args__ = (
        partial_index(
            "uq_carts_one_open",
            "person_id",
            "currency",
            unique=True,
            where=text("state = 'open' AND person_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("crt")
    state: CartState = enum_field(CartState, CartState.open)
    person_id: int | None = Field(default=None, index=True)
    """Whose it is; null for a visitor. One open cart for each person and currency."""
    merged_into: str = Field(default="", max_length=40)
    """The public id of the cart that took it in."""
    currency: str = Field(max_length=3)
    version: int = 0
    """Grows with each change, so that checkout notices a cart that changed behind its back."""
    checkout: dict[str, str] = json_field()
    """What was typed at checkout so far, so that nothing typed is lost."""
    created_at: datetime = utc_field(default_factory=now)
    updated_at: datetime = utc_field(default_factory=now, index=True)


class CartLine(SQLModel, table=True):
    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("cart_id", "variant_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("cln")
    cart_id: int = Field(foreign_key="carts.id", ondelete="CASCADE", index=True)
    variant_id: int = Field(foreign_key="variants.id", ondelete="CASCADE", index=True)
    quantity: int
    is_saved: bool = False
    """Saved for later: not counted, not priced, not ordered."""
    seen_price_minor: int = minor_field()
    """The unit price the shopper saw last; when it moved, the line says so."""
    added_at: datetime = utc_field(default_factory=now)
