"""What staff and scripts write to those who ordered."""

import hashlib
from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from webapp.accounts import profiles
from webapp.accounts.words import MARKETING
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.kit.ids import public_id
from webapp.kit.values import Value
from webapp.orders.errors import KeyUsedBefore
from webapp.orders.events import OrderMessageWritten
from webapp.orders.models import Order
from webapp.orders.queries.writing import Written, written_under
from webapp.runtime.events import emit_all

MOST_RECIPIENTS = 500
LONGEST_SUBJECT = 150
LONGEST_TEXT = 5000


class Message(Value):
    """A subject of one line and a plain text, to those who placed these ``orders`` (public ids)
    and to the ``emails`` of people who ordered something. ``is_news``: not about what they ordered,
    so it goes to those alone who agreed to news."""

    subject: str
    text: str
    orders: Sequence[str] = ()
    emails: Sequence[str] = ()
    is_news: bool = False


class Sending(Value):
    """Who is written to. ``is_known``: an earlier call had done it. ``withheld``: how many of those
    named are not, because they did not agree to news."""

    written: list[Written]
    is_known: bool = False
    withheld: int = 0


def write_to_customers(
    session: Session, actor: Actor, message: Message, *, key: str = ""
) -> Sending:
    """Write to each of these people once, however often they were named.

    The same ``key`` with the same message sends nothing again; with another it is refused as
    ``KeyUsedBefore``. Raises ``Invalid`` when one of them never ordered: then nobody is written to.
    """
    actor.must("notifications:write")
    _check(message)
    found = _recipients(session, message)
    mark = _mark(actor, key) if key else public_id("msg")
    stamp = f"{mark}:{_digest(message)}"
    if key:
        before = written_under(session, mark)
        if any(one.version != stamp for one in before):
            raise KeyUsedBefore("This Idempotency-Key was sent with another message before.")
        if before:
            return Sending(before, is_known=True, withheld=len(found) - len(before))
    wanted = _those_who_agreed(session, found) if message.is_news else found
    facts = [
        OrderMessageWritten(
            order.public_id,
            order.number,
            message.subject,
            message.text,
            message=stamp,
            is_news=message.is_news,
        )
        for order in wanted
    ]
    emit_all(session, facts, actor=actor)
    return Sending(written_under(session, mark), withheld=len(found) - len(wanted))


def _check(message: Message) -> None:
    if not message.subject or len(message.subject) > LONGEST_SUBJECT or "\n" in message.subject:
        raise Invalid(
            f"Write a subject of one line and at most {LONGEST_SUBJECT} characters.",
            field="subject",
        )
    if not message.text.strip() or len(message.text) > LONGEST_TEXT:
        raise Invalid(f"Write something of at most {LONGEST_TEXT:,} characters.", field="text")
    number = len(message.orders) + len(message.emails)
    if not 1 <= number <= MOST_RECIPIENTS:
        raise Invalid(f"Name 1 to {MOST_RECIPIENTS} orders and addresses.", field="recipients")


def _recipients(session: Session, message: Message) -> list[Order]:
    """One order for each person, held until the end so that a key is used by one call at a time.

    For an address it is the last order of that person.
    """
    emails = sorted({email.strip().lower() for email in message.emails})
    ids = sorted(set(message.orders))
    query = select(Order).order_by(col(Order.id)).with_for_update()
    named = session.exec(query.where(col(Order.public_id).in_(ids))).all() if ids else []
    address = func.lower(col(Order.email))
    newest = select(func.max(Order.id)).where(address.in_(emails)).group_by(address)
    addressed = session.exec(query.where(col(Order.id).in_(newest))).all() if emails else []
    missing = [
        *(set(ids) - {order.public_id for order in named}),
        *(set(emails) - {order.email.lower() for order in addressed}),
    ]
    if missing:
        raise Invalid(
            "Not all of these are orders of this shop, or addresses of people who ordered.",
            field="recipients",
            unknown=sorted(missing)[:20],
        )
    people: dict[str, Order] = {}
    for order in (*named, *addressed):
        people.setdefault(order.email.lower(), order)
    return list(people.values())


def _those_who_agreed(session: Session, orders: Sequence[Order]) -> list[Order]:
    agreed = profiles.who_agreed(session, MARKETING, [order.email for order in orders])
    return [order for order in orders if order.email.lower() in agreed]


def _mark(actor: Actor, key: str) -> str:
    return "key_" + hashlib.sha256(f"{actor.id}\0{key}".encode()).hexdigest()[:32]


def _digest(message: Message) -> str:
    said = (message.subject, message.text, *sorted(message.orders), "\0", *sorted(message.emails))
    said += ("\0news",) if message.is_news else ()
    return hashlib.sha256("\0".join(said).encode()).hexdigest()[:24]
