"""Orders of a guest, or of another account, that become those of an account."""

from sqlmodel import Session, col, update

from webapp.accounts.models import Person
from webapp.kit.actors import SYSTEM, Actor
from webapp.orders.events import OrdersAttached, OrdersTakenOver
from webapp.orders.models import Order
from webapp.runtime.events import emit


def attach_orders(session: Session, person: Person) -> int:
    """Give somebody whose mailbox is known to be theirs the orders that were placed with its
    address and belong to nobody; gives their number."""
    if not person.is_verified:
        return 0
    found = session.execute(
        update(Order)
        .where(col(Order.person_id).is_(None), col(Order.email) == person.email)
        .values(person_id=person.id)
        .returning(col(Order.public_id))
        .execution_options(synchronize_session=False)
    )
    orders = tuple(sorted(found.scalars()))
    if orders:
        emit(session, OrdersAttached(person.public_id, orders), actor=SYSTEM)
    return len(orders)


def take_over_orders(session: Session, actor: Actor, *, kept: Person, gone: Person) -> int:
    """The orders of ``gone`` are those of ``kept`` from now on; gives their number. What they were
    placed with, the address among it, stays as it was."""
    found = session.execute(
        update(Order)
        .where(col(Order.person_id) == gone.id)
        .values(person_id=kept.id)
        .returning(col(Order.public_id))
        .execution_options(synchronize_session=False)
    )
    orders = tuple(sorted(found.scalars()))
    if orders:
        fact = OrdersTakenOver(kept.public_id, orders, gone=gone.public_id)
        emit(session, fact, actor=actor)
    return len(orders)
