"""What downloads keep about somebody: which files they bought, and when they fetched them.

Nothing of it names a person: it hangs on orders, which forget their buyer themselves.
"""

from typing import Any

from sqlmodel import Session, col, or_, select

from webapp.downloads.models import Entitlement
from webapp.downloads.portraits import draw_entitlements
from webapp.orders.models import Order, OrderLine
from webapp.runtime.personal import Personal, Whose

personal = Personal()

AT_ONCE = 200


@personal.gives("downloads")
def downloads(session: Session, whose: Whose) -> object:
    """Each with how often it was fetched, oldest first."""
    found = session.exec(
        select(Entitlement.public_id)
        .join(OrderLine, col(OrderLine.id) == col(Entitlement.line_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(_theirs(whose))
        .order_by(col(Entitlement.id))
    ).all()
    drawn: list[Any] = []
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        pictures = draw_entitlements(session, some)
        drawn += [pictures[one] for one in some if one in pictures]
    return drawn


def _theirs(whose: Whose) -> Any:
    theirs = col(Order.person_id) == whose.key
    return or_(theirs, col(Order.email) == whose.email) if whose.email else theirs
