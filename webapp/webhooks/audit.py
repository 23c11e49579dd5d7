"""I11: whatever is told outside was written down for it, and its deliveries come to an end."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from webapp.kit.clock import now
from webapp.runtime.events import EventRecord
from webapp.webhooks.models import (
    Announcement,
    AnnouncementBody,
    AnnouncementCount,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)

MOST_FINDINGS = 100
OVERDUE = timedelta(days=2)
"""The longest pause between two tries is a day and some."""


def everything_is_announced(session: Session) -> list[str]:
    """From the first event of a name that is still kept, each has its message."""
    first = (
        select(col(Announcement.name).label("name"), func.min(col(EventRecord.seq)).label("seq"))
        .join(EventRecord, col(EventRecord.id) == col(Announcement.event_id))
        .group_by(col(Announcement.name))
        .subquery()
    )
    silent = (
        select(col(EventRecord.seq), col(EventRecord.name))
        .join(first, first.c.name == col(EventRecord.name))
        .outerjoin(Announcement, col(Announcement.event_id) == col(EventRecord.id))
        .outerjoin(AnnouncementBody, col(AnnouncementBody.event_id) == col(EventRecord.id))
        .where(
            col(EventRecord.seq) > first.c.seq,
            col(AnnouncementBody.event_id).is_(None),
        )
        .order_by(col(EventRecord.seq))
        .limit(MOST_FINDINGS)
    )
    return [
        f"event {row.seq}: {row.name} has no message for those outside"
        for row in session.execute(silent)
    ]


def numbers_have_no_gap(session: Session) -> list[str]:
    """Among those still kept; and the last is the one that was counted."""
    number = col(Announcement.sequence)
    row = session.execute(select(func.min(number), func.max(number), func.count(number))).one()
    least, most, count = row
    if count == 0:
        return []
    found = []
    if most - least + 1 != count:
        found.append(f"messages {least} to {most}: there are {count} of them")
    last = session.scalar(select(col(AnnouncementCount.last)))
    if last != most:
        found.append(f"messages: the last has number {most}, counted were {last}")
    return found


def deliveries_end(session: Session) -> list[str]:
    """What waits knows when it is tried again, and an endpoint that is off has nothing waiting."""
    late = (
        select(col(Delivery.public_id), col(Endpoint.state), col(Delivery.next_at))
        .join(Endpoint, col(Endpoint.id) == col(Delivery.endpoint_id))
        .where(
            col(Delivery.state) == DeliveryState.pending,
            col(Delivery.next_at).is_(None)
            | col(Endpoint.state).in_([EndpointState.disabled, EndpointState.removed])
            & (col(Delivery.created_at) < now() - OVERDUE)
            | (col(Endpoint.state) == EndpointState.active)
            & (col(Delivery.next_at) < now() - OVERDUE),
        )
        .limit(MOST_FINDINGS)
    )
    return [
        f"delivery {row.public_id}: still waits, though its endpoint is {row.state.value}"
        for row in session.execute(late)
    ]


CHECKS: dict[str, Callable[[Session], Sequence[str]]] = {
    "I11 whatever is told outside has its message": everything_is_announced,
    "I11 messages are numbered without a gap": numbers_have_no_gap,
    "I11 deliveries come to an end": deliveries_end,
}
"""For ``vitrine audit``: the invariant's name, and what finds its breaches."""
