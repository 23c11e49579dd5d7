"""What was bought, at the prices and in the words of that moment."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    minor_field,
    optional_utc_field,
    partial_index,
    public_id_field,
    utc_field,
)


class OrderStatus(StrEnum):
    draft = "draft"
    pending = "pending"
    open = "open"
    completed = "completed"
    cancelled = "cancelled"
    expired = "expired"


class PaymentStatus(StrEnum):
    """How far the order is paid; ``orders.status.payment_status`` derives it."""

    unpaid = "unpaid"
    pending = "pending"
    partially_authorized = "partially_authorized"
    authorized = "authorized"
    partially_paid = "partially_paid"
    paid = "paid"
    overpaid = "overpaid"
    partially_refunded = "partially_refunded"
    refunded = "refunded"
    voided = "voided"


class FulfilmentStatus(StrEnum):
    """How far the goods are; ``orders.status.fulfilment_status`` derives it."""

    not_required = "not_required"
    unfulfilled = "unfulfilled"
    partially_fulfilled = "partially_fulfilled"
    fulfilled = "fulfilled"
    partially_delivered = "partially_delivered"
    delivered = "delivered"
    partially_returned = "partially_returned"
    returned = "returned"


class Order(SQLModel, table=True):
    """One purchase. After placement only counters, notes, tracking and the status may change."""

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("total_minor >= 0", name="total"),
        CheckConstraint("captured_minor >= refunded_minor", name="refunded"),
        CheckConstraint(
            "cancelled_minor >= 0 AND cancelled_minor <= total_minor", name="cancelled"
        ),
        Index("ix_orders_person", "person_id", "placed_at", "id"),
        Index("ix_orders_placed", "placed_at", "id"),
        Index("ix_orders_status_placed", "status", "placed_at", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("ord")
    number: str = Field(unique=True, max_length=40)
    cart_id: int = Field(unique=True)
    """One order for one cart, whatever is clicked twice."""
    attempt: str | None = Field(default=None, unique=True, max_length=64)
    """The key of the checkout form it came from: the form sent again is the same order."""
    status: OrderStatus = enum_field(OrderStatus, OrderStatus.pending)
    currency: str = Field(max_length=3)
    prices_include_tax: bool
    tax_rounding: str = Field(default="document", max_length=10)
    """Where tax was rounded: ``document`` or ``line``. The audit follows the same rule."""
    locale: str = Field(max_length=12)
    person_id: int | None = None
    """Whose account it belongs to, if anybody's."""
    email: str = Field(max_length=254, index=True)
    customer_name: str = Field(default="", max_length=200)
    phone: str = Field(default="", max_length=40)
    billing_address: dict[str, Any] = json_field()
    shipping_address: dict[str, Any] = json_field()
    """Fields as typed, and ``lines``: the address as its country writes it."""
    note: str = Field(default="", max_length=1000)
    gift_message: str = Field(default="", max_length=500)
    terms_version: int | None = None
    terms_accepted_at: datetime | None = optional_utc_field()

    shipping_method: str = Field(default="", max_length=120)
    shipping_estimate: str = Field(default="", max_length=120)
    shipping_is_pickup: bool = False
    payment_method: str = Field(max_length=40)
    payment_name: str = Field(default="", max_length=120)

    subtotal_minor: int = minor_field(0)
    discount_minor: int = minor_field(0)
    shipping_minor: int = minor_field(0)
    """Gross, as paid."""
    fee_minor: int = minor_field(0)
    tax_minor: int = minor_field(0)
    total_minor: int = minor_field(0)
    captured_minor: int = minor_field(0)
    """Repeats the payment ledger for lists and filters; ``vitrine audit`` compares."""
    refunded_minor: int = minor_field(0)
    cancelled_minor: int = minor_field(0)
    trace: list[Any] = json_field(list)
    """How the price came to be, step by step."""

    payment_status: PaymentStatus = enum_field(PaymentStatus, PaymentStatus.unpaid, index=True)
    fulfilment_status: FulfilmentStatus = enum_field(
        FulfilmentStatus, FulfilmentStatus.unfulfilled, index=True
    )
    """Both repeat what ledger and counters say, for lists and filters; the audit compares."""

    placed_at: datetime = utc_field(default_factory=now)
    confirmed_at: datetime | None = optional_utc_field()
    completed_at: datetime | None = optional_utc_field()
    cancelled_at: datetime | None = optional_utc_field()
    forget_at: datetime | None = optional_utc_field(index=True)
    """Its buyer was erased: the invoice's name and address go then as well."""
    updated_at: datetime = utc_field(default_factory=now)


class OrderLine(SQLModel, table=True):
    """Copied from what the customer saw. The counters are all that moves later."""

    __tablename__ = "order_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "0 <= returned AND returned <= fulfilled AND fulfilled <= quantity - cancelled",
            name="counters",
        ),
        CheckConstraint("cancelled >= 0", name="cancelled"),
        Index("ix_order_lines_order", "order_id", "position"),
        # Whose buyers may wait for a file, among the many lines of what is sent.
        partial_index(
            "ix_order_lines_digital",
            "variant_ref",
            "order_id",
            where=text("is_digital"),
            embedded=text("is_digital = 1"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("oln")
    order_id: int = Field(foreign_key="orders.id")
    position: int
    product_ref: str = Field(default="", max_length=40)
    variant_ref: str = Field(default="", max_length=40, index=True)
    """Public ids, not foreign keys: the catalogue may forget, the order may not."""
    product_slug: str = Field(default="", max_length=200)
    title: str = Field(max_length=300)
    variant_title: str = Field(default="", max_length=400)
    sku: str = Field(default="", max_length=120)
    barcode: str = Field(default="", max_length=40)
    image: dict[str, Any] = json_field()
    """The picture as it was shown: hash, widths, alt text."""
    tax_class: str = Field(default="standard", max_length=40)
    requires_shipping: bool = True
    is_digital: bool = False
    weight_g: int | None = None

    quantity: int
    unit_price_minor: int = minor_field()
    subtotal_minor: int = minor_field()
    discount_minor: int = minor_field(0)
    tax_minor: int = minor_field(0)
    total_minor: int = minor_field()
    """Gross."""

    cancelled: int = 0
    fulfilled: int = 0
    delivered: int = 0
    returned: int = 0
    refunded_minor: int = minor_field(0)


class OrderTaxLine(SQLModel, table=True):
    """Tax of one rate on one base: for each line, for shipping, and fees."""

    __tablename__ = "order_tax_lines"
    __table_args__ = (Index("ix_order_tax_lines_order", "order_id"),)

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id")
    line_id: int | None = Field(default=None, foreign_key="order_lines.id")
    """Null: the tax of shipping."""
    name: str = Field(max_length=60)
    millionths: int
    base_minor: int = minor_field()
    tax_minor: int = minor_field()


class FulfilmentState(StrEnum):
    pending = "pending"
    packed = "packed"
    shipped = "shipped"
    delivered = "delivered"
    cancelled = "cancelled"


BY_DOWNLOAD = "Download"
"""The carrier of a parcel that nobody carries: the shop itself handed its files over."""


class Fulfilment(SQLModel, table=True):
    """One parcel (or one handing over)."""

    __tablename__ = "fulfilments"
    __table_args__ = (Index("ix_fulfilments_order", "order_id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("ful")
    order_id: int = Field(foreign_key="orders.id")
    number: str = Field(unique=True, max_length=50)
    """``<order>-F<n>``."""
    state: FulfilmentState = enum_field(FulfilmentState, FulfilmentState.pending)
    carrier: str = Field(default="", max_length=80)
    tracking_number: str = Field(default="", max_length=120)
    tracking_url: str = Field(default="", max_length=500)
    actor: str = Field(default="", max_length=120)
    created_at: datetime = utc_field(default_factory=now)
    shipped_at: datetime | None = optional_utc_field()
    delivered_at: datetime | None = optional_utc_field()


class FulfilmentLine(SQLModel, table=True):
    __tablename__ = "fulfilment_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    fulfilment_id: int = Field(foreign_key="fulfilments.id", primary_key=True)
    line_id: int = Field(foreign_key="order_lines.id", primary_key=True, index=True)
    quantity: int


class CancelReason(StrEnum):
    customer = "customer"
    declined = "declined"
    fraud = "fraud"
    inventory = "inventory"
    staff = "staff"
    expired = "expired"
    other = "other"


class Cancellation(SQLModel, table=True):
    """That something was called off, why and by whom. Append-only."""

    __tablename__ = "cancellations"

    id: int | None = Field(default=None, primary_key=True)
    order_id: int = Field(foreign_key="orders.id", index=True)
    reason: CancelReason = enum_field(CancelReason)
    note: str = Field(default="", max_length=500)
    restock: bool = True
    lines: dict[str, int] = json_field()
    """Units called off, by the line's public id."""
    amount_minor: int = minor_field()
    actor: str = Field(default="", max_length=120)
    at: datetime = utc_field(default_factory=now)


class OrderLookup(SQLModel, table=True):
    """A mailed link that opens one order once. The link carries the signed id."""

    __tablename__ = "order_lookups"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("lkp")
    order_id: int = Field(foreign_key="orders.id", index=True)
    created_at: datetime = utc_field(default_factory=now, index=True)
    used_at: datetime | None = optional_utc_field()
