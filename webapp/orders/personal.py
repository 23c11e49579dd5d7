"""What orders keep about somebody: what they bought, and where it went."""

from typing import Any

from sqlmodel import Session, col, func, or_, select

from webapp.orders import commands
from webapp.orders.models import Order, OrderStatus
from webapp.orders.portraits import draw_orders
from webapp.runtime.personal import Personal, Whose
from webapp.shop import queries as shops

personal = Personal()

AT_ONCE = 200


@personal.gives("orders")
def orders(session: Session, whose: Whose) -> object:
    """Each in full, oldest first."""
    found = session.exec(
        select(Order.public_id).where(_theirs(whose)).order_by(col(Order.id))
    ).all()
    drawn: list[Any] = []
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        pictures = draw_orders(session, some)
        drawn += [pictures[one] for one in some if one in pictures]
    return drawn


@personal.awaits
def orders_under_way(session: Session, whose: Whose) -> str:
    """Goods that are still to be sent need an address."""
    waiting = session.exec(
        select(func.count())
        .select_from(Order)
        .where(_theirs(whose), col(Order.status).in_([OrderStatus.pending, OrderStatus.open]))
    ).one()
    if not waiting:
        return ""
    return "An order is under way." if waiting == 1 else f"{waiting} orders are under way."


@personal.forgets
def forget_buyer(session: Session, whose: Whose) -> None:
    years = shops.current(session).invoice_years
    commands.forget_buyer(session, whose.key, whose.email, years=years)


def _theirs(whose: Whose) -> Any:
    theirs = col(Order.person_id) == whose.key
    return or_(theirs, col(Order.email) == whose.email) if whose.email else theirs
