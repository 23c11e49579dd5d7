"""What happened in the shop, to be looked through: the newest first, a page at a time.

Every question is answered out of an index in the order of its pages, however many events there are.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, select

from webapp.kit.paging import Cursor, Page
from webapp.kit.values import Value
from webapp.runtime.events import EventHead, EventRecord, Subject

_at, _seq = col(EventRecord.at), col(EventRecord.seq)
_COLUMNS = (
    EventRecord.seq,
    EventRecord.id,
    EventRecord.name,
    EventRecord.subject_kind,
    EventRecord.subject_id,
    EventRecord.actor_kind,
    EventRecord.actor_id,
    EventRecord.actor_name,
    EventRecord.at,
    EventRecord.payload,
    EventRecord.request_id,
)


class Happening(Value):
    """One event, with what it was about and the request that caused it."""

    seq: int
    id: str
    name: str
    subject_kind: str
    subject_id: str
    actor_kind: str
    actor_id: str | None
    actor_name: str
    at: datetime
    payload: dict[str, Any]
    request_id: str

    @property
    def subject(self) -> Subject:
        return (self.subject_kind, self.subject_id)


class Sought(Value, kw_only=True):
    """What somebody looks for; empty or None means any.

    ``actor`` is a kind and an id, which is None for those who have none. ``subjects`` are few; an
    empty tuple means that nothing can be found.
    """

    kind: str = ""
    name: str = ""
    names: tuple[str, ...] = ()
    """Several, where ``subjects`` are given."""
    actor: tuple[str, str | None] | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Before this instant."""
    subjects: tuple[Subject, ...] | None = None


def happenings(
    session: Session, sought: Sought, *, cursor: str | None = None, size: int = 40
) -> Page[Happening]:
    """A page of what happened. Raises ``Invalid`` for a cursor of another list."""
    if sought.subjects is not None:
        return _of_subjects(session, sought, sought.subjects, cursor, size)
    edge: ColumnElement[bool] | None = None
    backwards = False
    if cursor:
        way, at, seq = Cursor.decode(cursor, str, datetime, int)
        backwards = way == "b"
        edge = (
            and_(_at >= at, or_(_at > at, _seq > seq))
            if backwards
            else and_(_at <= at, or_(_at < at, _seq < seq))
        )
    order = (_at.asc(), _seq.asc()) if backwards else (_at.desc(), _seq.desc())
    query = select(*_COLUMNS).where(*_conditions(sought))  # type: ignore[call-overload]
    if edge is not None:
        query = query.where(edge)
    rows = [Happening(*row) for row in session.exec(query.order_by(*order).limit(size + 1))]
    return _page(rows, size, backwards, cursor, lambda row: (row.at, row.seq))


def recorded_under(session: Session, subject_id: str, kinds: Sequence[str]) -> list[Subject]:
    """Which of these kinds has anything recorded under this id."""
    rows = session.exec(
        select(EventHead.subject_kind, EventHead.subject_id).where(
            col(EventHead.subject_kind).in_(kinds), EventHead.subject_id == subject_id
        )
    )
    return [(kind, identifier) for kind, identifier in rows]


def _of_subjects(
    session: Session, sought: Sought, subjects: Sequence[Subject], cursor: str | None, size: int
) -> Page[Happening]:
    """The histories of a few things laid into one another, each read in its own order."""
    backwards, edge = False, None
    if cursor:
        way, edge = Cursor.decode(cursor, str, int)
        backwards = way == "b"
    version = col(EventRecord.subject_version)
    rows: list[Happening] = []
    for kind, identifier in dict.fromkeys(subjects):
        query = select(*_COLUMNS).where(  # type: ignore[call-overload]
            *_conditions(sought),
            EventRecord.subject_kind == kind,
            EventRecord.subject_id == identifier,
        )
        if edge is not None:
            query = query.where(_seq > edge if backwards else _seq < edge)
        query = query.order_by(version.asc() if backwards else version.desc()).limit(size + 1)
        rows += [Happening(*row) for row in session.exec(query)]
    rows.sort(key=lambda row: row.seq, reverse=not backwards)
    return _page(rows[: size + 1], size, backwards, cursor, lambda row: (row.seq,))


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.kind:
        found.append(col(EventRecord.subject_kind) == sought.kind)
    if sought.names:
        found.append(col(EventRecord.name).in_(sought.names))
    if sought.name:
        found.append(col(EventRecord.name) == sought.name)
    if sought.actor is not None:
        kind, identifier = sought.actor
        found.append(col(EventRecord.actor_kind) == kind)
        found.append(
            col(EventRecord.actor_id).is_(None)
            if identifier is None
            else col(EventRecord.actor_id) == identifier
        )
    if sought.since is not None:
        found.append(_at >= sought.since)
    if sought.until is not None:
        found.append(_at < sought.until)
    return found


def _page(
    rows: list[Happening],
    size: int,
    backwards: bool,
    cursor: str | None,
    key: Callable[[Happening], tuple[Any, ...]],
) -> Page[Happening]:
    has_more = len(rows) > size
    rows = rows[:size][::-1] if backwards else rows[:size]
    if not rows:
        return Page(items=[])
    older, newer = (cursor is not None, has_more) if backwards else (has_more, cursor is not None)
    return Page(
        items=rows,
        next_cursor=Cursor.encode(("a", *key(rows[-1]))) if older else None,
        previous_cursor=Cursor.encode(("b", *key(rows[0]))) if newer else None,
    )
