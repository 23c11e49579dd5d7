"""What orders write to their buyers, and what each message shows."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from webapp.accounts.words import MARKETING
from webapp.kit.money import Money
from webapp.orders import queries
from webapp.orders.errors import NoSuchOrder
from webapp.orders.links import LOOKUP_LASTS, ORDER_MAIL_LASTS, lookup_path, mailed_path
from webapp.orders.models import Cancellation, CancelReason, Fulfilment, Order, OrderStatus
from webapp.orders.queries import LineView, OrderPage
from webapp.payments import providers
from webapp.payments.errors import UnknownMethod
from webapp.runtime.links import links_of
from webapp.runtime.mail import Mails
from webapp.shop import queries as shops

mails = Mails("orders")


def newest_order(session: Session) -> dict[str, Any] | None:
    """The facts of the newest order, for a preview."""
    found = session.exec(select(Order.public_id).order_by(col(Order.id).desc()).limit(1)).first()
    return {"order": found} if found else None


def newest_message(session: Session) -> dict[str, Any] | None:
    """A message about the newest order, for a preview."""
    found = newest_order(session)
    words = "Thank you for waiting. The glaze has come, and your bowl is fired this week."
    return found | {"line": "Your bowl is on its way", "words": words} if found else None


@mails.kind(
    "order_placed",
    title="Order placed",
    when="When somebody has placed an order.",
    sample=newest_order,
    needs="orders:read",
)
def order_placed(session: Session, *, order: str) -> dict[str, Any]:
    """What was ordered, what it costs, how to pay, where it goes."""
    shown = _order(session, order)
    return shown | {"pay_rows": _pay_rows(session, shown["order"])}


@mails.kind(
    "order_paid",
    title="Payment received",
    when="When all that is due for an order has come in.",
    sample=newest_order,
    needs="orders:read",
)
def order_paid(session: Session, *, order: str) -> dict[str, Any]:
    """That the money is here, and what happens next."""
    return _order(session, order)


def newest_parcel(session: Session) -> dict[str, Any] | None:
    """The facts of the newest parcel, for a preview."""
    found = session.exec(
        select(Order.public_id, Fulfilment.public_id)
        .join(Fulfilment, col(Fulfilment.order_id) == col(Order.id))
        .order_by(col(Fulfilment.id).desc())
        .limit(1)
    ).first()
    return {"order": found[0], "parcel": found[1]} if found else None


@mails.kind(
    "order_shipped",
    title="On its way",
    when="When a parcel is sent, or goods are handed over; once for each parcel.",
    sample=newest_parcel,
    needs="orders:read",
)
def order_shipped(session: Session, *, order: str, parcel: str) -> dict[str, Any]:
    """What is in this parcel, how to follow it, and what is still to come."""
    shown = _order(session, order)
    page: OrderPage = shown["order"]
    this = next((one for one in page.parcels if one.key == parcel), None)
    if this is None:
        raise NoSuchOrder("There is no such parcel.")
    rest = [
        (line.left_to_fulfil, _name(line))
        for line in page.lines
        if line.left_to_fulfil and line.requires_shipping
    ]
    return shown | {
        "parcel": this,
        "units": [(quantity, title) for _, title, quantity in this.units],
        "rest": rest,
    }


def newest_cancellation(session: Session) -> dict[str, Any] | None:
    """The facts of the newest cancellation, for a preview."""
    found = session.exec(
        select(Order.public_id, Cancellation.id)
        .join(Cancellation, col(Cancellation.order_id) == col(Order.id))
        .order_by(col(Cancellation.id).desc())
        .limit(1)
    ).first()
    return {"order": found[0], "cancellation": found[1]} if found else None


@mails.kind(
    "order_cancelled",
    title="Cancelled",
    when="When an order or a part of it is cancelled and the customer is to be told.",
    sample=newest_cancellation,
    needs="orders:read",
)
def order_cancelled(session: Session, *, order: str, cancellation: int) -> dict[str, Any]:
    """What was called off, why where that may be said, and what becomes of the money."""
    shown = _order(session, order)
    page: OrderPage = shown["order"]
    row = session.exec(
        select(Cancellation.lines, Cancellation.amount_minor, Cancellation.reason).where(
            Cancellation.id == cancellation
        )
    ).one_or_none()
    if row is None:
        raise NoSuchOrder("There is no such cancellation.")
    units, amount_minor, reason = row
    return shown | {
        "units": [(units[line.key], _name(line)) for line in page.lines if line.key in units],
        "amount": Money(amount_minor, page.total.currency),
        "is_whole": page.status is OrderStatus.cancelled,
        "why": WHY.get(CancelReason(reason), ""),
    }


WHY = {
    CancelReason.customer: "As you asked.",
    CancelReason.inventory: "We are sorry: we do not have these goods any more.",
    CancelReason.declined: "The payment did not come through.",
    CancelReason.staff: "We made a mistake, and we are sorry.",
    CancelReason.expired: "The payment did not arrive in time.",
}
"""Reasons that are said to a customer. A suspicion is none of them."""


@mails.kind(
    "order_refunded",
    title="Money given back",
    when="When money was given back for an order.",
    sample=lambda session: (
        {**facts, "amount_minor": 1000, "currency": "EUR"}
        if (facts := newest_order(session))
        else None
    ),
    needs="orders:read",
)
def order_refunded(
    session: Session, *, order: str, amount_minor: int, currency: str
) -> dict[str, Any]:
    """How much went back."""
    return _order(session, order) | {"amount": Money(amount_minor, currency)}


def newest_lookup(session: Session) -> dict[str, Any] | None:
    """For a preview a look-up that is not there: its link opens nothing."""
    facts = newest_order(session)
    return {**facts, "lookup": "lkp_preview"} if facts else None


@mails.kind(
    "order_link",
    title="Link to an order",
    when="When somebody looks an order up with its number and its email address.",
    sample=newest_lookup,
    needs="orders:read",
    is_urgent=True,
    keeps=timedelta(days=30),
)
def order_link(session: Session, *, order: str, lookup: str) -> dict[str, Any]:
    """The link, and what to do if nobody asked for it."""
    return _order(session, order) | {
        "path": lookup_path(links_of(session), lookup),
        "minutes": int(LOOKUP_LASTS.total_seconds()) // 60,
    }


@mails.kind(
    "message",
    title="Message to a customer",
    when="When staff, or a script, write to somebody who ordered.",
    sample=newest_message,
    needs="orders:read",
)
def message(session: Session, *, order: str, line: str, words: str) -> dict[str, Any]:
    """A subject and a plain text, and the way to the order."""
    return _order(session, order) | {"line": line, "words": words}


@mails.kind(
    "news",
    title="News to a customer",
    when="When staff or a script write about new things and offers to somebody who agreed to that.",
    sample=newest_message,
    needs="orders:read",
    agreed_to=MARKETING,
)
def news(session: Session, *, order: str, line: str, words: str) -> dict[str, Any]:
    """A subject and a plain text. The order says whom it goes to; it is not about the order."""
    buyer = queries.buyer_of(session, order)
    if buyer is None:
        raise NoSuchOrder("There is no such order.")
    return {"name": buyer.name, "line": line, "words": words}


def _order(session: Session, public_id: str) -> dict[str, Any]:
    """What every message about an order shows. Raises ``NoSuchOrder``."""
    page = queries.page_of(session, queries.by_public_id(session, public_id))
    return {
        "order": page,
        "bill": page.bill,
        "path": mailed_path(links_of(session), public_id),
        "link_days": ORDER_MAIL_LASTS.days,
    }


def _pay_rows(session: Session, page: OrderPage) -> list[tuple[str, str]]:
    """Bank details and reference, where the buyer has to send money."""
    if not page.owes:
        return []
    try:
        provider = providers.by_code(page.payment_method)
    except UnknownMethod:
        return []
    return provider.instructions(shops.current(session), page.number)


def _name(line: LineView) -> str:
    return f"{line.title} ({line.variant_title})" if line.variant_title else line.title
