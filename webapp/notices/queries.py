"""What somebody has to read, and how they want to be told."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlmodel import Session, SQLModel, col

from webapp.accounts.models import Person, Role
from webapp.accounts.permissions import of_role
from webapp.catalogue.models import Product
from webapp.kit.actors import Actor
from webapp.kit.money import Money
from webapp.kit.paging import Cursor, Page
from webapp.kit.values import Value
from webapp.notices.kinds import KINDS, path_of, words_of
from webapp.notices.models import Notice, NoticeChoice, NoticeReader, NoticeSeen, Way

SIZE = 30
MOST_COUNTED = 100
"""Beyond that the bell says "99+", and the count stays cheap."""

notices = SQLModel.metadata.tables["notices"]


class NoticeView(Value):
    """A notice as a page or a message shows it."""

    public_id: str
    title: str
    text: str
    total: Money | None
    """Of an order."""
    path: str
    last_at: datetime
    is_unread: bool


def unread_count(session: Session, actor: Actor) -> int:
    """How many notices wait for this person, counted to ``MOST_COUNTED``; one statement."""
    some = _theirs(actor, col(Notice.id)).where(_is_unread()).limit(MOST_COUNTED).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def notices_for(
    session: Session, actor: Actor, *, only_unread: bool = False, cursor: str | None = None
) -> Page[NoticeView]:
    """What this person may know of, what happened last first. Raises ``Invalid`` for a foreign
    cursor."""
    query = _theirs(actor, *notices.c, _is_unread().label("is_unread"))
    if only_unread:
        query = query.where(_is_unread())
    if cursor:
        at, key = Cursor.decode(cursor, datetime, int)
        before = and_(col(Notice.last_at) == at, col(Notice.id) < key)
        query = query.where(or_(col(Notice.last_at) < at, before))
    query = query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc())
    found = session.execute(query.limit(SIZE + 1)).all()
    shown = found[:SIZE]
    last = [shown[-1].last_at, shown[-1].id] if len(found) > SIZE else None
    return Page(views_of(session, shown), Cursor.encode(last) if last else None)


def choices_of(session: Session, actor: Actor) -> dict[str, Way]:
    """How this person wants to be told of each kind that concerns them."""
    chosen = dict(
        session.execute(
            select(col(NoticeChoice.kind), col(NoticeChoice.way))
            .join(Person, col(Person.id) == col(NoticeChoice.person_id))
            .where(col(Person.public_id) == actor.id)
        ).all()
    )
    return {kind.code: chosen.get(kind.code, Way.here) for kind in KINDS if actor.may(kind.needs)}


class Reader(Value):
    """Somebody who wants mail, and what they may know of at this moment."""

    id: int
    public_id: str
    name: str
    email: str
    permissions: frozenset[str]
    kinds: tuple[str, ...]
    since: datetime
    """Of what happened before, they were told."""

    @property
    def actor(self) -> Actor:
        return Actor("staff", self.public_id, self.name, self.permissions)


def readers(
    session: Session, way: Way, kind: str | None = None, *, before: datetime | None = None
) -> list[Reader]:
    """Staff who want to hear in this way (of this kind); with ``before``, those who were last
    told before that."""
    query = (
        select(
            col(Person.id),
            col(Person.public_id),
            col(Person.name),
            col(Person.email),
            col(Person.role),
            col(Role.permissions),
            col(NoticeChoice.kind),
            col(NoticeChoice.told_until),
        )
        .join(NoticeChoice, col(NoticeChoice.person_id) == col(Person.id))
        .outerjoin(Role, col(Role.code) == col(Person.role))
        .where(
            col(NoticeChoice.way) == way,
            col(Person.is_active).is_(True),
            col(Person.role).is_not(None),
        )
        .order_by(col(Person.id), col(NoticeChoice.kind))
    )
    if kind is not None:
        query = query.where(col(NoticeChoice.kind) == kind)
    if before is not None:
        query = query.where(col(NoticeChoice.told_until) < before)
    found: list[Reader] = []
    for _, group in groupby(session.execute(query), lambda row: row.id):
        rows = list(group)
        person = rows[0]
        found.append(
            Reader(
                person.id,
                person.public_id,
                person.name,
                person.email,
                of_role(person.role, person.permissions),
                tuple(row.kind for row in rows),
                min(row.told_until for row in rows),
            )
        )
    return found


def untold(session: Session, reader: Reader) -> list[str]:
    """Public ids of what belongs into their daily mail, latest first: what happened since the
    last and they have not read."""
    query = _theirs(reader.actor, col(Notice.public_id)).where(
        _is_unread(), col(Notice.kind).in_(reader.kinds), col(Notice.last_at) > reader.since
    )
    query = query.order_by(col(Notice.last_at).desc(), col(Notice.id).desc())
    return list(session.scalars(query.limit(1000)))


def views_of(session: Session, rows: Sequence[Any]) -> list[NoticeView]:
    """Rows of notices in words; the titles of their products in one statement."""
    titles = _titles(session, (row.facts.get("product") for row in rows))
    return [_view(row, titles) for row in rows]


def _theirs(actor: Actor, *columns: Any) -> Select[Any]:
    """Notices of what this person may see, joined with what they have read."""
    return (
        select(*columns)
        .select_from(Notice)
        .join(Person, col(Person.public_id) == actor.id)
        .outerjoin(
            NoticeSeen,
            and_(
                col(NoticeSeen.notice_id) == col(Notice.id),
                col(NoticeSeen.person_id) == col(Person.id),
            ),
        )
        .outerjoin(NoticeReader, col(NoticeReader.person_id) == col(Person.id))
        .where(col(Notice.needs).in_([kind.needs for kind in KINDS if actor.may(kind.needs)]))
    )


def _is_unread() -> ColumnElement[bool]:
    """Somebody new has not missed what happened before they came."""
    since = func.coalesce(col(NoticeReader.read_until), col(Person.created_at))
    seen = col(NoticeSeen.count)
    return and_(col(Notice.last_at) > since, or_(seen.is_(None), seen < col(Notice.count)))


def _view(row: Any, titles: Mapping[str, str]) -> NoticeView:
    product = titles.get(row.facts.get("product", ""), "A product that is gone")
    title, text = words_of(row.event, row.facts, row.count, product)
    total = None
    if "total_minor" in row.facts:
        total = Money(row.facts["total_minor"], row.facts["currency"])
    path = path_of(row.event, row.subject_id, row.count)
    is_unread = bool(getattr(row, "is_unread", True))
    return NoticeView(row.public_id, title, text, total, path, row.last_at, is_unread)


def _titles(session: Session, products: Iterable[str | None]) -> dict[str, str]:
    wanted = sorted({product for product in products if product})
    if not wanted:
        return {}
    query = select(col(Product.public_id), col(Product.title))
    found = session.execute(query.where(col(Product.public_id).in_(wanted)))
    return {row.public_id: row.title for row in found}
