"""Opening an order to somebody who is not in the browser that placed it."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, delete, select

from webapp.kit.actors import SHOPPER
from webapp.kit.clock import now
from webapp.orders import queries
from webapp.orders.commands.settling import key_of
from webapp.orders.errors import LinkSpent
from webapp.orders.events import OrderLinkAsked
from webapp.orders.links import LOOKUP_LASTS
from webapp.orders.models import Order, OrderLookup
from webapp.runtime.events import emit

KEPT = timedelta(days=1)


def ask_for_link(session: Session, *, number: str, email: str) -> bool:
    """Have a link sent to the order's own address, if ``email`` is that address. Whether it was is
    for nobody outside to know."""
    order = queries.find_written(session, number)
    if order is None or order.email.strip().casefold() != email.strip().casefold():
        return False
    session.exec(delete(OrderLookup).where(col(OrderLookup.created_at) < now() - KEPT))
    lookup = OrderLookup(order_id=key_of(order))
    session.add(lookup)
    session.flush()
    emit(session, OrderLinkAsked(order.public_id, order.number, lookup.public_id), actor=SHOPPER)
    return True


def is_fresh(session: Session, lookup: str) -> bool:
    """Whether the link of this look-up still opens its order."""
    found = session.exec(select(OrderLookup.id).where(*_fresh(lookup))).first()
    return found is not None


def open_once(session: Session, lookup: str) -> Order:
    """The order that was looked up. Raises ``LinkSpent`` the second time, or after half an hour."""
    used = session.execute(
        update(OrderLookup)
        .where(*_fresh(lookup))
        .values(used_at=now())
        .returning(col(OrderLookup.order_id))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    order = session.get(Order, used) if used is not None else None
    if order is None:
        raise LinkSpent("A link like this works once, for half an hour. Ask for a new one.")
    return order


def _fresh(lookup: str) -> tuple[Any, ...]:
    return (
        col(OrderLookup.public_id) == lookup,
        col(OrderLookup.used_at).is_(None),
        col(OrderLookup.created_at) > now() - LOOKUP_LASTS,
    )
