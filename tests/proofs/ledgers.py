"""What the books of a shop say that the world outside can be compared with."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, text
from sqlmodel import Session, col, select

from tests.proofs.shops import settings_of
from webapp.main import open_shop
from webapp.ops.audit import Report, audit
from webapp.orders.models import Order, OrderStatus
from webapp.runtime.db import Database
from webapp.runtime.events import EventRecord
from webapp.runtime.jobs.table import JobRecord, JobState
from webapp.runtime.mail import MailRecord
from webapp.runtime.mail.table import WAITING, MailState
from webapp.webhooks.models import Announcement, Delivery, DeliveryState, Endpoint


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as the books have it."""

    public_id: str
    number: str
    email: str
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A mail as the books have it."""

    kind: str
    about: str
    state: MailState
    message_id: str | None


@dataclass(frozen=True)
class Ledgers:
    """Everything of a shop that has come to rest."""

    orders: list[Placed]
    events: list[tuple[str, str]]
    """Name and subject's id, of orders."""
    mails: list[Written]
    announced: dict[str, int]
    """Sequences by event id, of what an endpoint had to be told."""
    integrity: str
    dead: list[str]
    report: Report


def waiting(url: str) -> list[str]:
    """What is still to be done, as sentences. Schedules do not count: they are never done."""
    database = Database(url)
    try:
        with database.reading() as session:
            counts = {
                "jobs": session.exec(
                    select(func.count()).where(
                        col(JobRecord.state).in_([JobState.queued, JobState.running]),
                        func.coalesce(JobRecord.unique_key, "").not_like("every:%"),
                    )
                ).one(),
                "mails": session.exec(
                    select(func.count()).where(col(MailRecord.state).in_(WAITING))
                ).one(),
                "deliveries": session.exec(
                    select(func.count()).where(Delivery.state == DeliveryState.pending)
                ).one(),
                "messages to endpoints": _untold(session),
            }
    finally:
        database.dispose()
    return [f"{count} {what} still wait" for what, count in counts.items() if count]


def _untold(session: Session) -> int:
    """Messages without a number, and numbers that an endpoint has not come to."""
    unnumbered = select(func.count()).where(col(Announcement.sequence).is_(None))
    latest = session.exec(select(func.max(Announcement.sequence))).one() or 0
    behind = [max(latest - cursor, 0) for cursor in session.exec(select(Endpoint.cursor))]
    return int(session.exec(unnumbered).one()) + sum(behind)


def read(data: Path, after: int) -> Ledgers:
    """The books of a shop at rest. ``after`` is the last number nobody was told of."""
    with open_shop(settings_of(data)) as shop, shop.database.reading() as session:
        orders = session.exec(select(Order.public_id, Order.number, Order.email, Order.status))
        events = select(EventRecord.name, EventRecord.subject_id)
        mails = select(
            MailRecord.kind, MailRecord.subject_id, MailRecord.state, MailRecord.message_id
        )
        announced = select(Announcement.event_id, Announcement.sequence).where(
            col(Announcement.sequence) > after
        )
        dead = select(JobRecord.kind, JobRecord.error).where(JobRecord.state == JobState.failed)
        return Ledgers(
            orders=[
                Placed(public_id, number, email, status is OrderStatus.open)
                for public_id, number, email, status in orders
            ],
            events=list(session.exec(events.where(EventRecord.subject_kind == "order")).all()),
            mails=[Written(*row) for row in session.exec(mails)],
            announced={key: sequence or 0 for key, sequence in session.exec(announced)},
            integrity=str(session.connection().execute(text("PRAGMA integrity_check")).scalar()),
            dead=[f"{kind}: {error[-300:]}" for kind, error in session.exec(dead)],
            report=audit(shop.database),
        )
