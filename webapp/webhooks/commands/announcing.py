"""Writing down what is told outside, in the transaction that made it happen; then numbering it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlmodel import Session, col

from webapp.runtime.closing import Stated
from webapp.runtime.portraits import Drawing, Portrait, portraits_of
from webapp.webhooks.envelopes import pack
from webapp.webhooks.models import Announcement, AnnouncementBody, AnnouncementCount

AT_ONCE = 500
NUMBERED_AT_ONCE = 2_000
"""Rows numbered in one transaction; a writer behind it waits some milliseconds."""


def announce(session: Session, stated: Sequence[Stated]) -> int:
    """Freeze the envelopes of those facts that are told outside; how many there were.

    Two statements, and those of the portraits: a few for each kind of subject and 500 of them.
    """
    public = [one for one in stated if one.fact.tells]
    if not public:
        return 0
    portraits = dict(portraits_of(session))
    drawings = _drawings(session, portraits, public)
    rows = [
        {
            "event_id": one.id,
            "name": one.fact.name,
            "subject_kind": one.subject_kind,
            "subject_id": one.subject_id,
            "at": one.at,
        }
        for one in public
    ]
    bodies = [
        {"event_id": one.id, "body": pack(one, _data(one, portraits, drawings))} for one in public
    ]
    session.execute(insert(Announcement), rows)
    session.execute(insert(AnnouncementBody), bodies)
    return len(public)


def number(session: Session) -> int:
    """Give the next numbers to what has committed since; how many there were.

    One at a time does this, and it sees only what is committed. So numbers have no gaps, whoever
    reads up to one never misses a smaller one that commits late, and of one subject the earlier
    event has the smaller number.
    """
    count = session.exec(_the_count()).scalar_one()
    waiting = (
        select(col(Announcement.id).label("id"))
        .where(col(Announcement.sequence).is_(None))
        .order_by(col(Announcement.id))
        .limit(NUMBERED_AT_ONCE)
        .subquery()
    )
    place = literal(count.last) + func.row_number().over(order_by=waiting.c.id)
    numbered = select(waiting.c.id, place.label("place")).subquery()
    given = session.connection().execute(
        update(Announcement)
        .where(col(Announcement.id) == numbered.c.id)
        .values(sequence=numbered.c.place)
    )
    count.last += given.rowcount
    session.flush()
    return given.rowcount


def _the_count() -> Any:
    return select(AnnouncementCount).where(col(AnnouncementCount.id) == 1).with_for_update()


def _drawings(
    session: Session, portraits: Mapping[str, Portrait], stated: Sequence[Stated]
) -> dict[tuple[str, str], Drawing]:
    wanted: dict[str, dict[str, None]] = defaultdict(dict)
    for one in stated:
        wanted[one.subject_kind][one.subject_id] = None
    drawings: dict[tuple[str, str], Drawing] = {}
    for kind in wanted.keys() & portraits.keys():
        ids = list(wanted[kind])
        for start in range(0, len(ids), AT_ONCE):
            drawn = portraits[kind].draw(session, ids[start : start + AT_ONCE])
            drawings.update({(kind, key): drawing for key, drawing in drawn.items()})
    return drawings


def _data(
    one: Stated,
    portraits: Mapping[str, Portrait],
    drawings: Mapping[tuple[str, str], Drawing],
) -> Drawing:
    drawing = drawings.get((one.subject_kind, one.subject_id))
    if drawing is None:  # gone, or nobody draws it: its id and what the fact still knows of it
        known = {k: v for k, v in one.payload.items() if isinstance(v, str | int | bool)}
        return {"id": one.subject_id, **known}
    if one.fact.tells_who:
        return drawing
    personal = portraits[one.subject_kind].personal
    return {name: value for name, value in drawing.items() if name not in personal}
