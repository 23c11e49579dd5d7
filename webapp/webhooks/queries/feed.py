"""What happened, by number: for those who fetch, and to know what there is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, func, select, union_all
from sqlmodel import Session, col

from webapp.kit.values import Value
from webapp.webhooks.envelopes import unpack
from webapp.webhooks.models import Announcement, AnnouncementBody, AnnouncementCount


class Feed(Value):
    """Some of what happened, in order. ``bodies`` are JSON, ready to be sent."""

    bodies: tuple[bytes, ...]
    last: int | None
    """The number of the last of them."""
    has_more: bool
    oldest: int | None
    """The smallest number that is still kept."""
    latest: int
    """The largest number given."""


def feed(session: Session, *, after: int, types: Sequence[str] = (), limit: int = 100) -> Feed:
    """What happened after number ``after``; three statements."""
    end = latest(session)  # first: what is numbered meanwhile comes with the next look
    told = _told(after, end, types, limit + 1)
    rows = session.execute(
        select(told.c.sequence, col(AnnouncementBody.body))
        .join(AnnouncementBody, col(AnnouncementBody.event_id) == told.c.event_id)
        .order_by(told.c.sequence)
        .limit(limit + 1)
    ).all()
    shown = rows[:limit]
    return Feed(
        bodies=tuple(unpack(row.body, row.sequence) for row in shown),
        last=shown[-1].sequence if shown else None,
        has_more=len(rows) > limit,
        oldest=session.execute(select(func.min(col(Announcement.sequence)))).scalar(),
        latest=end,
    )


def _told(after: int, end: int, types: Sequence[str], most: int) -> Subquery:
    """What lies between two numbers, the first of it. Each type is looked up by itself: reading
    along the numbers until there are enough of a rare one would read a million of the others."""

    def first(*of: ColumnElement[bool]) -> Subquery:
        return (
            select(col(Announcement.sequence), col(Announcement.event_id))
            .where(col(Announcement.sequence) > after, col(Announcement.sequence) <= end, *of)
            .order_by(col(Announcement.sequence))
            .limit(most)
            .subquery()
        )

    if not types:
        return first()
    each = [first(col(Announcement.name) == name) for name in sorted(set(types))]
    return union_all(*(select(one.c.sequence, one.c.event_id) for one in each)).subquery()


def latest(session: Session) -> int:
    """The largest number given so far."""
    found = session.execute(select(col(AnnouncementCount.last))).scalar()
    return int(found or 0)


def is_waiting(session: Session) -> bool:
    """Whether something has committed that has no number yet."""
    waiting = select(col(Announcement.id)).where(col(Announcement.sequence).is_(None)).limit(1)
    return session.execute(waiting).first() is not None


def chosen(types: Sequence[str]) -> list[ColumnElement[bool]]:
    """The condition for the chosen types; none chosen means all."""
    return [col(Announcement.name).in_(types)] if types else []


def has_body(session: Session, event_id: str) -> bool:
    query = select(col(AnnouncementBody.event_id)).where(col(AnnouncementBody.event_id) == event_id)
    return session.execute(query).first() is not None


def bounds(
    session: Session,
    *,
    first: int | None = None,
    last: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[int, int] | None:
    """The numbers of the first and the last event in a range, or None where there is none."""
    number = col(Announcement.sequence)
    wanted: list[Any] = [number.is_not(None)]
    if first is not None:
        wanted.append(number >= first)
    if last is not None:
        wanted.append(number <= last)
    if since is not None:
        wanted.append(col(Announcement.at) >= since)
    if until is not None:
        wanted.append(col(Announcement.at) <= until)
    begin, end = session.execute(select(func.min(number), func.max(number)).where(*wanted)).one()
    return None if begin is None else (int(begin), int(end))
