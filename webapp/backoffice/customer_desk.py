"""All that the page of one customer shows, and the forms on it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlmodel import Session, col, select

from webapp.accounts import profiles
from webapp.accounts import queries as accounts
from webapp.accounts.models import (
    Consent,
    CustomerGroup,
    CustomerNote,
    CustomerTag,
    GroupMember,
    Person,
)
from webapp.backoffice.customer_list import groups
from webapp.backoffice.history import latest
from webapp.backoffice.order_desk import pills
from webapp.kit.actors import Actor
from webapp.kit.errors import NotFound
from webapp.kit.values import Value
from webapp.orders import queries as orders
from webapp.orders.models import Order
from webapp.orders.queries import Bought, OrderFilter
from webapp.shop.queries import current
from webapp.web.fields import Says, Text
from webapp.web.submissions import Form, Submission

SHORT = 10
"""Orders that stand on the page; the list has them all."""


class NoteForm(Form):
    note: Annotated[Text, Field(max_length=2000), Says(missing="Write something.")]


class SortForm(Form):
    """Groups by their public ids, tags parted by commas."""

    groups: list[str] = []
    tags: Annotated[str, Field(max_length=1500)] = ""


class Forms(Value):
    """The forms of the page as they were sent; None for one that nobody touched."""

    note: Submission[NoteForm] | None = None
    sort: Submission[SortForm] | None = None


class NoteView(Value):
    public_id: str
    author_id: str | None
    author: str
    text: str
    created_at: datetime


def customer_by(session: Session, public_id: str) -> Person:
    """The customer. Raises ``NotFound``, also for staff: they have a page of their own."""
    person = accounts.by_public_id(session, public_id)
    if person.role is not None:
        raise NotFound("There is no such customer.")
    return person


def desk(session: Session, staff: Actor, public_id: str, forms: Forms) -> dict[str, Any]:
    """The page's context: some twelve statements. Raises ``NotFound``."""
    person = customer_by(session, public_id)
    key = person.id or 0
    devices = accounts.devices(session, key)
    bought = orders.bought_by(session, [key]).get(key, Bought())
    may_see_orders = staff.may("orders:read")
    found = orders.listing(session, OrderFilter(person=key), size=SHORT) if may_see_orders else ()
    return {
        "person": person,
        "devices": devices,
        "failures": accounts.failures(session, key, most=6),
        "last_seen": max((device.last_seen_at for device in devices), default=None),
        "consent": _consent(session, key),
        "bought": bought,
        "orders": [(row, pills(row)) for row in found],
        "book": _book(session, key),
        "addresses": _addresses(session, key) if may_see_orders else [],
        "notes": _notes(session, key),
        "own_id": staff.id,
        "groups": groups(session),
        "note": forms.note or Submission[NoteForm](),
        "sort": forms.sort or Submission[SortForm].showing(_sorted(session, key)),
        "lines": latest(session, ("person", public_id), current(session)),
    }


def _sorted(session: Session, key: int) -> dict[str, Any]:
    tags = session.exec(
        select(CustomerTag.tag).where(CustomerTag.person_id == key).order_by(CustomerTag.tag)
    )
    mine = session.exec(
        select(CustomerGroup.public_id)
        .join(GroupMember, col(GroupMember.group_id) == col(CustomerGroup.id))
        .where(GroupMember.person_id == key)
    )
    return {"tags": ", ".join(tags), "groups": list(mine)}


def _notes(session: Session, key: int) -> list[NoteView]:
    rows = session.exec(
        select(  # type: ignore[call-overload]
            CustomerNote.public_id,
            CustomerNote.author_id,
            CustomerNote.author,
            CustomerNote.text,
            CustomerNote.created_at,
        )
        .where(CustomerNote.person_id == key)
        .order_by(col(CustomerNote.id).desc())
        .limit(100)
    )
    return [NoteView(*row) for row in rows]


def _consent(session: Session, key: int) -> tuple[bool, datetime, str] | None:
    """Their newest word on being written to: yes or no, when, and where it was said."""
    row = session.exec(
        select(Consent.is_given, Consent.at, Consent.source)
        .where(Consent.person_id == key, Consent.purpose == "marketing")
        .order_by(col(Consent.id).desc())
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1], row[2])


def _book(session: Session, key: int) -> list[tuple[str, list[str]]]:
    """The address book of the account: what checkout takes each for, and its lines."""
    locale = current(session).locale
    found = []
    for one in profiles.address_book(session, key):
        uses = (("deliveries", one.is_delivery), ("invoices", one.is_invoice))
        used = " and ".join(what for what, is_so in uses if is_so)
        found.append((f"For {used}" if used else "", list(one.address.lines(locale))))
    return found


def _addresses(session: Session, key: int) -> list[list[str]]:
    """Where the latest orders went, each place once."""
    rows = session.exec(
        select(Order.shipping_address)
        .where(Order.person_id == key)
        .order_by(col(Order.placed_at).desc(), col(Order.id).desc())
        .limit(SHORT)
    )
    found: list[list[str]] = []
    for address in rows:
        lines = [str(line) for line in address.get("lines", [])] if address else []
        if lines and lines not in found:
            found.append(lines)
    return found
