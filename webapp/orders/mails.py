"""What orders write to their buyers, and what each message shows."""

from typing import Any

from sqlmodel import Session, col, select

from webapp.orders import queries
from webapp.orders.links import ORDER_MAIL_LASTS, mailed_path
from webapp.orders.models import Order
from webapp.orders.queries import OrderPage
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
    "message",
    title="Message to a customer",
    when="When staff, or a script, write to somebody who ordered.",
    sample=newest_message,
    needs="orders:read",
)
def message(session: Session, *, order: str, line: str, words: str) -> dict[str, Any]:
    """A subject and a plain text, and the way to the order."""
    return _order(session, order) | {"line": line, "words": words}


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
