"""What is told outside, to whom, and what became of it."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    optional_utc_field,
    partial_index,
    public_id_field,
    utc_field,
)

_WAITS = text("sequence IS NULL")
_PENDING = text("state = 'pending'")


class Announcement(SQLModel, table=True):
    """An event that is told outside. Written with the event, numbered once that has committed.

    ``sequence`` has no gaps and grows in the order of commits, which ``events.seq`` cannot do on
    a server database: there a number is taken before the commit, and lost by a rollback.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        partial_index("ix_announcements_waiting", "id", where=_WAITS),
        Index("ix_announcements_subject", "subject_kind", "subject_id", "sequence"),
        Index("ix_announcements_name", "name", "sequence"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: str = Field(unique=True, max_length=40)
    sequence: int | None = Field(default=None, unique=True, sa_type=BigInteger)
    name: str = Field(max_length=60)
    subject_kind: str = Field(max_length=40)
    subject_id: str = Field(max_length=60)
    at: datetime = utc_field(index=True)


class AnnouncementBody(SQLModel, table=True):
    """The envelope as it was at the commit, deflated. Beside the row that numbers touch."""

    __tablename__ = "announcement_bodies"

    event_id: str = Field(
        primary_key=True, foreign_key="announcements.event_id", ondelete="CASCADE", max_length=40
    )
    body: bytes = Field(sa_type=LargeBinary, nullable=False)


class AnnouncementCount(SQLModel, table=True):
    """The last number given. One row; whoever gives numbers holds it."""

    __tablename__ = "announcement_count"

    id: int = Field(default=1, primary_key=True)
    last: int = Field(default=0, sa_type=BigInteger)


class EndpointState(StrEnum):
    active = "active"
    paused = "paused"
    """By staff: events wait and come in order when it goes on."""
    disabled = "disabled"
    """By the shop: five days without success, or the receiver said that it is gone."""
    removed = "removed"


class Endpoint(SQLModel, table=True):
    """An address that wants to be told."""

    __tablename__ = "webhook_endpoints"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("hook")
    url: str = Field(max_length=2000)
    description: str = Field(default="", max_length=200)
    types: list[str] = json_field(list)
    """The chosen events; none chosen means all."""
    is_thin: bool = False
    """Told only which thing it is about, not what it looks like."""
    is_strict: bool = False
    """One event at a time, whatever it is about."""
    api_version: str = Field(max_length=10)
    state: EndpointState = enum_field(EndpointState, EndpointState.active)

    salt: str = Field(max_length=64)
    """The secret is made of this and the shop's own; see ``signing``."""
    former_salt: str = Field(default="", max_length=64)
    former_until: datetime | None = optional_utc_field()

    cursor: int = Field(default=0, sa_type=BigInteger)
    """Up to this number every event was sent or has a delivery that waits."""
    replay_to: int | None = Field(default=None, sa_type=BigInteger)
    resume_at: int | None = Field(default=None, sa_type=BigInteger)
    """While earlier events go out again: the last of them, and the number to go on from then."""

    held_until: datetime | None = optional_utc_field()
    """The receiver asked us to wait."""
    failures: int = 0
    """Tries that failed since the last that did not."""
    failing_since: datetime | None = optional_utc_field()
    warned_days: int = 0
    last_success_at: datetime | None = optional_utc_field()
    problem: str = Field(default="", max_length=300)
    """Why it was switched off."""
    created_at: datetime = utc_field(default_factory=now)


class Cause(StrEnum):
    event = "event"
    replay = "replay"
    resend = "resend"
    test = "test"


class DeliveryState(StrEnum):
    pending = "pending"
    delivered = "delivered"
    dead = "dead"


class Delivery(SQLModel, table=True):
    """One event for one endpoint, from its first try on. What was not tried has no row.

    Carries its latest try; earlier ones are in ``webhook_attempts``.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_webhook_deliveries_log", "endpoint_id", "id"),
        partial_index("ix_webhook_deliveries_pending", "endpoint_id", "next_at", where=_PENDING),
        Index("ix_webhook_deliveries_event", "event_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("whd")
    endpoint_id: int = Field(foreign_key="webhook_endpoints.id")
    sequence: int | None = Field(default=None, sa_type=BigInteger)
    """None for a test, which is no event of the shop."""
    event_id: str = Field(max_length=40)
    event_name: str = Field(max_length=60)
    subject_kind: str = Field(max_length=40)
    subject_id: str = Field(max_length=60)
    cause: Cause = enum_field(Cause, Cause.event)
    state: DeliveryState = enum_field(DeliveryState, DeliveryState.pending)
    body: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """Of a test; else it is the event's."""

    attempts: int = 0
    next_at: datetime | None = optional_utc_field()
    created_at: datetime = utc_field(default_factory=now, index=True)

    tried_at: datetime | None = optional_utc_field()
    duration_ms: int = 0
    status: int | None = None
    problem: str = Field(default="", max_length=300)
    answer_head: str = Field(default="", max_length=2048)
    answer: str = Field(default="", max_length=1024)


class Attempt(SQLModel, table=True):
    """A try that was not the last of its delivery."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index("ix_webhook_attempts_delivery", "delivery_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    delivery_id: int = Field(foreign_key="webhook_deliveries.id", ondelete="CASCADE")
    number: int
    tried_at: datetime = utc_field()
    duration_ms: int = 0
    status: int | None = None
    problem: str = Field(default="", max_length=300)
    answer_head: str = Field(default="", max_length=2048)
    answer: str = Field(default="", max_length=1024)
