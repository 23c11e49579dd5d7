"""Money that was asked for, came in or went back. Knows a reference, not an order."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import enum_field, minor_field, public_id_field, utc_field


class PaymentEventKind(StrEnum):
    authorize = "authorize"
    capture = "capture"
    void = "void"
    refund = "refund"


class PaymentEventStatus(StrEnum):
    pending = "pending"
    succeeded = "succeeded"
    failed = "failed"


class Payment(SQLModel, table=True):
    """One way of paying one thing. What became of it is told by its events alone."""

    __tablename__ = "payments"
    __table_args__ = (CheckConstraint("amount_minor >= 0", name="amount"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("pay")
    reference: str = Field(max_length=60, index=True)
    """What is paid for: the public id of an order."""
    method: str = Field(max_length=40)
    amount_minor: int = minor_field()
    currency: str = Field(max_length=3)
    created_at: datetime = utc_field(default_factory=now)


class PaymentEvent(SQLModel, table=True):
    """An immutable line of the payment's ledger."""

    __tablename__ = "payment_events"
    __table_args__ = (
        UniqueConstraint("provider", "kind", "provider_reference"),
        CheckConstraint("amount_minor > 0", name="amount"),
        Index("ix_payment_events_payment", "payment_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    payment_id: int = Field(foreign_key="payments.id")
    kind: PaymentEventKind = enum_field(PaymentEventKind)
    status: PaymentEventStatus = enum_field(PaymentEventStatus, PaymentEventStatus.succeeded)
    amount_minor: int = minor_field()
    provider: str = Field(max_length=40)
    provider_reference: str = Field(max_length=200)
    key: str | None = Field(default=None, unique=True, max_length=120)
    actor: str = Field(default="", max_length=120)
    occurred_at: datetime = utc_field(default_factory=now)
    received_at: datetime = utc_field(default_factory=now)
