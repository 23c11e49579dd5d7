"""Endpoints and their deliveries as staff see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlmodel import Session, col

from webapp.kit.paging import Cursor, Page
from webapp.kit.values import Value
from webapp.webhooks.envelopes import unpack
from webapp.webhooks.errors import NoSuchDelivery, NoSuchEndpoint
from webapp.webhooks.models import (
    Announcement,
    AnnouncementBody,
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from webapp.webhooks.queries.feed import latest

LOG_LINES = 50


class EndpointLine(Value):
    """An endpoint in the list, and how it fares."""

    public_id: str
    url: str
    description: str
    types: tuple[str, ...]
    state: EndpointState
    is_failing: bool
    failing_since: datetime | None
    last_success_at: datetime | None
    problem: str
    behind: int
    """Events between what it was told and the latest; an upper bound where it chose some types."""
    waiting: int
    dead: int


class DeliveryLine(Value):
    """A delivery in the log."""

    public_id: str
    sequence: int | None
    event_id: str
    event_name: str
    subject_kind: str
    subject_id: str
    cause: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    tried_at: datetime | None
    created_at: datetime
    duration_ms: int
    status: int | None
    problem: str


class Try(Value):
    """One try of a delivery."""

    number: int
    tried_at: datetime
    duration_ms: int
    status: int | None
    problem: str
    answer_head: str
    answer: str


class DeliveryPage(Value):
    """A delivery with all its tries, the latest first, and what is sent."""

    line: DeliveryLine
    tries: tuple[Try, ...]
    body: str | None
    """None: too old, not kept any more."""


def endpoint_by_id(session: Session, public_id: str) -> Endpoint:
    """Raises ``NoSuchEndpoint``."""
    found = session.scalars(
        select(Endpoint).where(
            col(Endpoint.public_id) == public_id, col(Endpoint.state) != EndpointState.removed
        )
    ).one_or_none()
    if found is None:
        raise NoSuchEndpoint("There is no such endpoint, or not any more.")
    return found


def delivery_by_id(session: Session, endpoint: Endpoint, public_id: str) -> Delivery:
    """Raises ``NoSuchDelivery``."""
    found = session.scalars(
        select(Delivery).where(
            col(Delivery.public_id) == public_id, col(Delivery.endpoint_id) == endpoint.id
        )
    ).one_or_none()
    if found is None:
        raise NoSuchDelivery("There is no such delivery, or not any more.")
    return found


def endpoints(session: Session) -> list[EndpointLine]:
    """Every endpoint, oldest first; three statements."""
    counts = {
        row.endpoint_id: row
        for row in session.execute(
            select(
                col(Delivery.endpoint_id),
                func.sum(_one_if(DeliveryState.pending)).label("waiting"),
                func.sum(_one_if(DeliveryState.dead)).label("dead"),
            ).group_by(col(Delivery.endpoint_id))
        )
    }
    end = latest(session)
    rows = session.scalars(
        select(Endpoint)
        .where(col(Endpoint.state) != EndpointState.removed)
        .order_by(col(Endpoint.id))
    )
    return [_line(row, counts.get(row.id), end) for row in rows]


def line_of(session: Session, endpoint: Endpoint) -> EndpointLine:
    """One of them."""
    found = session.execute(
        select(
            func.sum(_one_if(DeliveryState.pending)).label("waiting"),
            func.sum(_one_if(DeliveryState.dead)).label("dead"),
        ).where(col(Delivery.endpoint_id) == endpoint.id)
    ).one()
    return _line(endpoint, found, latest(session))


def log(
    session: Session,
    endpoint: Endpoint,
    *,
    state: DeliveryState | None = None,
    name: str = "",
    cursor: str | None = None,
    limit: int = LOG_LINES,
) -> Page[DeliveryLine]:
    """Deliveries, newest first, a page at a time."""
    wanted: list[Any] = [col(Delivery.endpoint_id) == endpoint.id]
    if state is not None:
        wanted.append(col(Delivery.state) == state)
    if name:
        wanted.append(or_(col(Delivery.event_name) == name, col(Delivery.subject_id) == name,
                          col(Delivery.event_id) == name))  # fmt: skip
    if cursor:
        (before,) = Cursor.decode(cursor, int)
        wanted.append(col(Delivery.id) < before)
    rows = session.execute(
        select(Delivery.__table__)  # type: ignore[attr-defined]
        .where(and_(*wanted))
        .order_by(col(Delivery.id).desc())
        .limit(limit + 1)
    ).all()
    shown = rows[:limit]
    onward = Cursor.encode([shown[-1].id]) if len(rows) > limit else None
    return Page(tuple(_delivery(row) for row in shown), next_cursor=onward)


def delivery_page(session: Session, endpoint: Endpoint, delivery: Delivery) -> DeliveryPage:
    """Everything about one delivery."""
    tries = [
        Try(
            row.number,
            row.tried_at,
            row.duration_ms,
            row.status,
            row.problem,
            row.answer_head,
            row.answer,
        )
        for row in session.scalars(
            select(Attempt)
            .where(col(Attempt.delivery_id) == delivery.id)
            .order_by(col(Attempt.number).desc())
        )
    ]
    if delivery.tried_at is not None:
        latest_try = Try(
            delivery.attempts,
            delivery.tried_at,
            delivery.duration_ms,
            delivery.status,
            delivery.problem,
            delivery.answer_head,
            delivery.answer,
        )
        tries.insert(0, latest_try)
    packed = delivery.body or session.scalar(
        select(col(AnnouncementBody.body)).where(
            col(AnnouncementBody.event_id) == delivery.event_id
        )
    )
    body = None
    if packed is not None:
        body = unpack(packed, delivery.sequence, thin=endpoint.is_thin).decode("utf-8")
    return DeliveryPage(_delivery(delivery), tuple(tries), body)


def first_missed(session: Session, endpoint: Endpoint) -> int | None:
    """The smallest number among deliveries that ended dead since the last success."""
    wanted = [
        col(Delivery.endpoint_id) == endpoint.id,
        col(Delivery.state) == DeliveryState.dead,
        col(Delivery.sequence).is_not(None),
    ]
    if endpoint.last_success_at is not None:
        wanted.append(col(Delivery.created_at) > endpoint.last_success_at)
    found = session.scalar(select(func.min(col(Delivery.sequence))).where(*wanted))
    return int(found) if found is not None else None


def recent(session: Session, limit: int = 20) -> Sequence[tuple[int, str, str, str]]:
    """(number, event id, name, subject) of the latest events, newest first."""
    rows = session.execute(
        select(
            col(Announcement.sequence),
            col(Announcement.event_id),
            col(Announcement.name),
            col(Announcement.subject_id),
        )
        .where(col(Announcement.sequence).is_not(None))
        .order_by(col(Announcement.sequence).desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def _one_if(state: DeliveryState) -> Any:
    return case((col(Delivery.state) == state, 1), else_=0)


def _line(endpoint: Endpoint, counts: Any, end: int) -> EndpointLine:
    return EndpointLine(
        public_id=endpoint.public_id,
        url=endpoint.url,
        description=endpoint.description,
        types=tuple(endpoint.types),
        state=endpoint.state,
        is_failing=endpoint.failing_since is not None,
        failing_since=endpoint.failing_since,
        last_success_at=endpoint.last_success_at,
        problem=endpoint.problem,
        behind=max(end - endpoint.cursor, 0),
        waiting=int(counts.waiting or 0) if counts else 0,
        dead=int(counts.dead or 0) if counts else 0,
    )


def _delivery(row: Any) -> DeliveryLine:
    return DeliveryLine(
        public_id=row.public_id,
        sequence=row.sequence,
        event_id=row.event_id,
        event_name=row.event_name,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        cause=str(row.cause),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        next_at=row.next_at,
        tried_at=row.tried_at,
        created_at=row.created_at,
        duration_ms=row.duration_ms,
        status=row.status,
        problem=row.problem,
    )
