"""All that the page of one order shows: the order, its neighbours, and the forms on it."""

from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from webapp.accounts.models import Person
from webapp.backoffice.order_forms import (
    REASONS,
    CancelForm,
    FulfilForm,
    MessageForm,
    NoteForm,
    PaidForm,
    RefundForm,
)
from webapp.downloads.queries import lines_without_files
from webapp.kit.ids import token
from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.orders import queries
from webapp.orders.models import (
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
)
from webapp.orders.queries import OrderPage, OrderRow
from webapp.payments.models import PaymentEventKind
from webapp.payments.providers import CashOnDelivery
from webapp.runtime.wording import with_amounts
from webapp.web.manners import Manners
from webapp.web.submissions import Submission
from webapp.web.templates import locale_of

Pill = tuple[str, str | None]

PAYMENT: dict[PaymentStatus, Pill] = {
    PaymentStatus.unpaid: ("Unpaid", "warn"),
    PaymentStatus.pending: ("Payment under way", "warn"),
    PaymentStatus.partially_authorized: ("Partly reserved", "warn"),
    PaymentStatus.authorized: ("Reserved", "accent"),
    PaymentStatus.partially_paid: ("Partly paid", "warn"),
    PaymentStatus.paid: ("Paid", "good"),
    PaymentStatus.overpaid: ("Paid too much", "warn"),
    PaymentStatus.partially_refunded: ("Partly refunded", None),
    PaymentStatus.refunded: ("Refunded", None),
    PaymentStatus.voided: ("Payment dropped", None),
}
FULFILMENT: dict[FulfilmentStatus, Pill] = {
    FulfilmentStatus.not_required: ("Nothing to send", None),
    FulfilmentStatus.unfulfilled: ("To send", "warn"),
    FulfilmentStatus.partially_fulfilled: ("Partly sent", "warn"),
    FulfilmentStatus.fulfilled: ("Sent", "good"),
    FulfilmentStatus.partially_delivered: ("Partly delivered", "good"),
    FulfilmentStatus.delivered: ("Delivered", "good"),
    FulfilmentStatus.partially_returned: ("Partly returned", None),
    FulfilmentStatus.returned: ("Returned", None),
}
MOVED = {
    PaymentEventKind.authorize: "Reserved",
    PaymentEventKind.capture: "Came in",
    PaymentEventKind.void: "Dropped",
    PaymentEventKind.refund: "Given back",
}
ON_DELIVERY = CashOnDelivery.code
OVER: dict[OrderStatus, Pill] = {
    OrderStatus.cancelled: ("Cancelled", "bad"),
    OrderStatus.expired: ("Expired", "bad"),
}


class Forms(Value):
    """The forms of the page as they were sent; None for one that nobody touched."""

    paid: Submission[PaidForm] | None = None
    refund: Submission[RefundForm] | None = None
    fulfil: Submission[FulfilForm] | None = None
    cancel: Submission[CancelForm] | None = None
    note: Submission[NoteForm] | None = None
    message: Submission[MessageForm] | None = None


def desk(session: Session, manners: Manners, public_id: str, forms: Forms) -> dict[str, Any]:
    """The page's context: some twelve statements, however long the order. Raises
    ``NoSuchOrder``.
    """
    found = queries.by_public_id(session, public_id)
    order = queries.staff_order(session, found.number, manners)
    page = order.page
    newer, older = neighbours(session, found)
    return {
        "order": order,
        "page": page,
        "seen": len(order.timeline),
        "pills": pills(page),
        "customer": customer_of(session, found),
        "waits_for_money": order.can_be_marked_paid and page.payment_method != ON_DELIVERY,
        "without_files": _without_files(session, page),
        "moved": MOVED,
        "reasons": [(reason.value, words) for reason, words in REASONS],
        "reason_words": {**dict(REASONS), "expired": "It ran out of time"},
        "movements": [(move, _named(move.provider_reference)) for move in order.movements],
        "trace": [
            (
                with_amounts(step["words"], manners),
                Money.from_wire(step["amount"], "amount") if step["amount"] else None,
            )
            for step in order.trace
        ],
        "labels": {
            f"{group}-{row}-quantity": line.title
            for group in ("sends", "cancels")
            for row, line in enumerate(page.lines)
        },
        "may_go_back": page.captured - page.refunded,
        "newer": newer,
        "older": older,
        "paid": forms.paid or _shown("paid", page.balance, manners),
        "refund": forms.refund or _shown("refund", -page.balance, manners),
        "fulfil": forms.fulfil or Submission[FulfilForm](),
        "cancel": forms.cancel or Submission[CancelForm](),
        "note": forms.note or Submission[NoteForm](),
        "message": forms.message or Submission[MessageForm].showing({"token": token()}),
    }


def _without_files(session: Session, page: OrderPage) -> dict[str, str]:
    """The products of digital lines that are paid and have no file, by the line's id."""
    if not any(line.is_digital for line in page.lines):
        return {}
    return dict(lines_without_files(session, page.public_id))


def pills(order: OrderPage | OrderRow) -> list[Pill]:
    """Where the order stands, for list and page: how it is paid, how far it is sent.

    Money that is to go back comes before all else. Nobody waits for that of an order that is over.
    """
    is_over = order.status in OVER
    paid = PAYMENT[order.payment_status]
    if order.balance.minor < 0:
        paid = ("To give back", "warn")
    elif is_over:
        paid = (paid[0], None)
    if not is_over:
        return [paid, FULFILMENT[order.fulfilment_status]]
    came_in = order.payment_status is not PaymentStatus.unpaid
    return [*([paid] if came_in else []), OVER[order.status]]


def customer_of(session: Session, order: Order) -> str | None:
    """The public id of the customer whose account it belongs to, if it is one's."""
    if order.person_id is None:
        return None
    found: str | None = session.scalar(
        select(col(Person.public_id)).where(
            col(Person.id) == order.person_id, col(Person.role).is_(None)
        )
    )
    return found


def neighbours(session: Session, order: Order) -> tuple[str | None, str | None]:
    """The orders placed next after and next before this one: their public ids."""
    placed, key = col(Order.placed_at), col(Order.id)
    at, own = order.placed_at, order.id
    newer = session.scalar(
        select(col(Order.public_id))
        .where(or_(placed > at, and_(placed == at, key > own)))
        .order_by(placed.asc(), key.asc())
        .limit(1)
    )
    older = session.scalar(
        select(col(Order.public_id))
        .where(or_(placed < at, and_(placed == at, key < own)))
        .order_by(placed.desc(), key.desc())
        .limit(1)
    )
    return newer, older


def amount_typed(text: str, currency: str, manners: Manners) -> Money:
    """What a person typed as an amount of ``currency``. Raises ``Invalid``."""
    return Money.parse_local(text, currency, has_decimal_comma(manners))


def has_decimal_comma(manners: Manners) -> bool:
    """Whether amounts are written ``12,34`` here."""
    return bool(locale_of(manners.locale).number_symbols["latn"]["decimal"] == ",")


def rows_by_line(session: Session, order: Order, name: str) -> dict[str, str]:
    """For each line, the input of its quantity in the group ``name``: who is to blame."""
    lines = session.scalars(
        select(col(OrderLine.public_id))
        .where(col(OrderLine.order_id) == order.id)
        .order_by(col(OrderLine.position))
    )
    return {line: f"{name}-{row}-quantity" for row, line in enumerate(lines)}


def _named(reference: str) -> str:
    """What the bank called it; nothing where only we made up a name."""
    return "" if reference.startswith("by-hand-") else reference


def _shown(name: str, amount: Money, manners: Manners) -> Submission[Any]:
    """A fresh form of money, filled with what is open."""
    values = {"token": token()}
    if amount.minor > 0:
        written = amount.decimal_string()
        values[name] = written.replace(".", ",") if has_decimal_comma(manners) else written
    return Submission.showing(values)
