"""What people with an account have bought, in sums."""

from collections.abc import Collection

from sqlalchemy import func
from sqlmodel import Session, col, select

from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.orders.models import Order, OrderStatus

COUNTED = (OrderStatus.pending, OrderStatus.open, OrderStatus.completed)
"""What was placed and not called off."""


class Bought(Value):
    """``spent`` is what came in less what was given back, for each currency, the largest first."""

    orders: int = 0
    spent: tuple[Money, ...] = ()


def bought_by(session: Session, people: Collection[int]) -> dict[int, Bought]:
    """Of each of these people (by key) who has bought anything; one statement."""
    if not people:
        return {}
    is_counted = col(Order.status).in_(COUNTED)
    rows = session.execute(
        select(
            Order.person_id,
            Order.currency,
            func.count().filter(is_counted),
            func.sum(Order.captured_minor - Order.refunded_minor),
        )
        .where(col(Order.person_id).in_(people))
        .group_by(col(Order.person_id), col(Order.currency))
    ).all()
    found: dict[int, Bought] = {}
    for person, currency, orders, minor in rows:
        before = found.get(person, Bought())
        spent = (*before.spent, Money(int(minor), currency)) if minor else before.spent
        ranked = tuple(sorted(spent, key=lambda money: -money.minor))
        found[person] = Bought(before.orders + orders, ranked)
    return found
