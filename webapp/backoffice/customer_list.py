"""The list of customers: searched, filtered, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session, col

from webapp.accounts.models import Consent, CustomerGroup, CustomerTag, GroupMember, Person
from webapp.kit.paging import Page, Turn
from webapp.kit.values import Value, field, replace
from webapp.orders.models import Order
from webapp.orders.queries import Bought, bought_by
from webapp.runtime.paging import newest_first

STATES = (
    ("", "All"),
    ("verified", "Confirmed"),
    ("unverified", "Not confirmed"),
    ("consent", "May be written to"),
    ("closed", "Closed"),
)


class Wanted(Value, kw_only=True):
    """What staff look for; empty means any. ``text`` finds a part of a name or an address, a
    whole order number, a whole tag."""

    text: str = ""
    state: str = ""
    group: str = ""
    """The public id of a group."""
    tag: str = ""


class Line(Value):
    """A customer in the list."""

    public_id: str
    name: str
    email: str
    is_verified: bool
    is_active: bool
    created_at: datetime
    tags: tuple[str, ...] = ()
    bought: Bought = field(default_factory=Bought)


def listing(
    session: Session, wanted: Wanted, *, cursor: str | None = None, size: int = 40
) -> Page[Line]:
    """Who came last first, in three statements. A foreign cursor is ``Invalid``."""
    turn: Turn[Any] = Turn.of(cursor, int)
    key = col(Person.id)
    query = select(
        key,
        col(Person.public_id),
        col(Person.name),
        col(Person.email),
        col(Person.email_verified_at).is_not(None),
        col(Person.is_active),
        col(Person.created_at),
    ).where(*_conditions(wanted))
    page = newest_first(session, query, (key,), turn, size)
    keys = [row[0] for row in page.items]
    bought, tagged = bought_by(session, keys), _tags(session, keys)
    lines = tuple(
        Line(
            public_id,
            name,
            email,
            is_verified,
            is_active,
            created_at,
            tagged.get(one, ()),
            bought.get(one, Bought()),
        )
        for one, public_id, name, email, is_verified, is_active, created_at in page.items
    )
    return replace(page, items=lines)


def groups(session: Session) -> list[tuple[str, str, int]]:
    """(public id, name, number of customers in it) of every group, by name."""
    rows = session.execute(
        select(
            col(CustomerGroup.public_id),
            col(CustomerGroup.name),
            func.count(col(GroupMember.person_id)),
        )
        .outerjoin(GroupMember, col(GroupMember.group_id) == col(CustomerGroup.id))
        .group_by(col(CustomerGroup.id))
        .order_by(col(CustomerGroup.folded))
    )
    return [(public_id, name, number) for public_id, name, number in rows]


def tags(session: Session) -> list[str]:
    """The tags that are put to anybody, in order: a hundred at most, the most used."""
    used = session.scalars(
        select(col(CustomerTag.tag))
        .group_by(col(CustomerTag.tag))
        .order_by(func.count().desc(), col(CustomerTag.tag))
        .limit(100)
    )
    return sorted(used)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(Person.role).is_(None)]
    match wanted.state:
        case "verified":
            conditions.append(col(Person.email_verified_at).is_not(None))
        case "unverified":
            conditions.append(col(Person.email_verified_at).is_(None))
        case "consent":
            conditions.append(col(Person.id).in_(_agreed()))
        case "closed":
            conditions.append(col(Person.is_active).is_(False))
    if wanted.group:
        members = (
            select(col(GroupMember.person_id))
            .join(CustomerGroup, col(CustomerGroup.id) == col(GroupMember.group_id))
            .where(col(CustomerGroup.public_id) == wanted.group)
        )
        conditions.append(col(Person.id).in_(members))
    if wanted.tag:
        conditions.append(_is_tagged(wanted.tag))
    text = wanted.text.strip().replace("\0", "")
    if text:
        conditions.append(_matches(text))
    return conditions


def _matches(text: str) -> ColumnElement[bool]:
    low = text.lower()
    bought = select(col(Order.person_id)).where(
        col(Order.number) == text.removeprefix("#"), col(Order.person_id).is_not(None)
    )
    parts = (
        func.lower(column).contains(low, autoescape=True) for column in (Person.name, Person.email)
    )
    return or_(*parts, col(Person.id).in_(bought), _is_tagged(text))


def _agreed() -> Select[int | None]:
    """Whose newest word on being written to is a yes."""
    newest = (
        select(func.max(col(Consent.id)))
        .where(col(Consent.purpose) == "marketing", col(Consent.person_id).is_not(None))
        .group_by(col(Consent.person_id))
    )
    return select(col(Consent.person_id)).where(
        col(Consent.id).in_(newest), col(Consent.is_given).is_(True)
    )


def _is_tagged(tag: str) -> ColumnElement[bool]:
    folded = " ".join(tag.split()).casefold()
    having = select(col(CustomerTag.person_id)).where(col(CustomerTag.tag) == folded)
    return col(Person.id).in_(having)


def _tags(session: Session, keys: Sequence[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    if keys:
        rows = session.execute(
            select(col(CustomerTag.person_id), col(CustomerTag.tag))
            .where(col(CustomerTag.person_id).in_(keys))
            .order_by(col(CustomerTag.tag))
        )
        for person, tag in rows:
            found[person] = (*found.get(person, ()), tag)
    return found
