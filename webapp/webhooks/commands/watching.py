"""Looking after endpoints that fail, and forgetting what is old."""

from datetime import timedelta

from sqlalchemy import delete, func, or_, select
from sqlmodel import Session, col

from webapp.kit.clock import now
from webapp.runtime.events import emit
from webapp.webhooks.commands.naming import shown_url
from webapp.webhooks.commands.recording import switch_off
from webapp.webhooks.events import EndpointFailing
from webapp.webhooks.models import (
    Announcement,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from webapp.webhooks.values import KEEP

WARN_DAYS = (1, 3)
OFF_DAYS = 5
NOTHING_GOT_THROUGH = f"Nothing got through for {OFF_DAYS} days."


def watch(session: Session) -> None:
    """Tell of endpoints that have failed for one day and for three; switch off after five."""
    failing = select(Endpoint).where(
        col(Endpoint.state) == EndpointState.active, col(Endpoint.failing_since).is_not(None)
    )
    for endpoint in session.execute(failing.with_for_update()).scalars():
        assert endpoint.failing_since is not None
        days = (now() - endpoint.failing_since) // timedelta(days=1)
        if days >= OFF_DAYS:
            switch_off(session, endpoint, NOTHING_GOT_THROUGH)
            continue
        due = max((day for day in WARN_DAYS if endpoint.warned_days < day <= days), default=0)
        if due:
            endpoint.warned_days = due
            problem = _last_problem(session, endpoint)
            fact = EndpointFailing(endpoint.public_id, shown_url(endpoint.url), due, problem)
            emit(session, fact)


def sweep(session: Session, at_once: int) -> int:
    """Forget some messages and deliveries that are older than is kept, and what belonged to
    removed endpoints; how many rows went."""
    old, number = now() - KEEP, col(Announcement.sequence)
    # By number, so that no hole is left where two transactions wrote at once. Only the first
    # numbers are looked at: a shop may keep a million of them.
    first = (
        select(col(Announcement.id), number, col(Announcement.at))
        .where(number.is_not(None))
        .order_by(number)
        .limit(at_once)
        .cte("first")
    )
    kept = select(func.min(first.c.sequence)).where(first.c.at >= old).scalar_subquery()
    announcements = select(first.c.id).where(
        first.c.at < old, or_(kept.is_(None), first.c.sequence < kept)
    )
    ended = col(Delivery.state) != DeliveryState.pending
    deliveries = (
        select(col(Delivery.id)).where(col(Delivery.created_at) < old, ended).limit(at_once)
    )
    gone = select(col(Endpoint.id)).where(col(Endpoint.state) == EndpointState.removed)
    orphans = select(col(Delivery.id)).where(col(Delivery.endpoint_id).in_(gone)).limit(at_once)
    swept = 0
    for table, some in (
        (Announcement, announcements),
        (Delivery, deliveries),
        (Delivery, orphans),
    ):
        swept += session.connection().execute(delete(table).where(col(table.id).in_(some))).rowcount
    left = select(col(Delivery.id)).where(col(Delivery.endpoint_id) == col(Endpoint.id))
    empty = delete(Endpoint).where(col(Endpoint.state) == EndpointState.removed, ~left.exists())
    return swept + session.connection().execute(empty).rowcount


def _last_problem(session: Session, endpoint: Endpoint) -> str:
    row = session.execute(
        select(col(Delivery.status), col(Delivery.problem))
        .where(col(Delivery.endpoint_id) == endpoint.id)
        .order_by(col(Delivery.tried_at).desc())
        .limit(1)
    ).first()
    if row is None:
        return ""
    return row.problem or f"It answered {row.status}."
