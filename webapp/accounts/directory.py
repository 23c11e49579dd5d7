"""Everybody with an account, for those who look after them: searched, and a page at a time."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlmodel import Session, col

from webapp.accounts.models import Person
from webapp.accounts.queries import by_public_id
from webapp.kit.actors import Actor
from webapp.kit.errors import NotAllowed, NotFound
from webapp.kit.paging import Page, Turn
from webapp.kit.values import Value
from webapp.runtime.paging import newest_first


class Sought(Value, kw_only=True):
    """Whom somebody looks for; None means any. ``text`` is a part of a name or an address."""

    text: str = ""
    is_active: bool | None = None
    is_staff: bool | None = None
    role: str | None = None


class Entry(Value):
    """Somebody with an account."""

    key: int
    public_id: str
    email: str
    username: str | None
    name: str
    role: str | None
    is_active: bool
    is_verified: bool
    created_at: datetime


def people(
    session: Session, actor: Actor, sought: Sought, *, cursor: str | None = None, size: int = 24
) -> Page[Entry]:
    """Whom ``actor`` may see, who came last first, in one statement: customers with
    ``customers:read``, staff with ``staff:write``. Raises ``NotAllowed`` for those who may see
    neither, and ``Invalid`` for a foreign cursor."""
    turn: Turn[Any] = Turn.of(cursor, int)
    query = select(*_COLUMNS).where(_visible(actor, sought.is_staff), *_conditions(sought))
    page = newest_first(session, query, (col(Person.id),), turn, size)
    return page.map(lambda row: Entry(*row))


def seen(session: Session, actor: Actor, public_id: str) -> Person:
    """Somebody whom ``actor`` may see; nobody else is there. Raises ``NotFound``."""
    person = by_public_id(session, public_id)
    if not actor.may("customers:read" if person.role is None else "staff:write"):
        raise NotFound("There is no such person.")
    return person


def _visible(actor: Actor, is_staff: bool | None) -> ColumnElement[bool]:
    sides: dict[bool, tuple[str, ColumnElement[bool]]] = {
        False: ("customers:read", col(Person.role).is_(None)),
        True: ("staff:write", col(Person.role).is_not(None)),
    }
    if is_staff is not None:
        permission, condition = sides[is_staff]
        actor.must(permission)
        return condition
    open_to = [condition for permission, condition in sides.values() if actor.may(permission)]
    if not open_to:
        raise NotAllowed("Seeing people takes another right.", needs="customers:read")
    return or_(false(), *open_to)


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if sought.is_active is not None:
        conditions.append(col(Person.is_active).is_(sought.is_active))
    if sought.role is not None:
        conditions.append(col(Person.role) == sought.role)
    text = sought.text.strip().replace("\0", "").lower()
    if text:
        columns = (Person.name, Person.email, Person.username)
        conditions.append(
            or_(*(func.lower(column).contains(text, autoescape=True) for column in columns))
        )
    return conditions


_COLUMNS: tuple[Any, ...] = (
    col(Person.id),
    col(Person.public_id),
    col(Person.email),
    col(Person.username),
    col(Person.name),
    col(Person.role),
    col(Person.is_active),
    col(Person.email_verified_at).is_not(None),
    col(Person.created_at),
)
