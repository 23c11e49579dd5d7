"""What every change of an order ends with: the derived statuses, and whether it is complete."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from webapp.catalogue.models import Variant
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.orders.events import OrderCompleted
from webapp.orders.models import Order, OrderLine, OrderStatus
from webapp.orders.status import Paid, fulfilment_status, is_complete, payment_status
from webapp.payments import queries as payments
from webapp.runtime.events import emit

Units = Sequence[tuple[OrderLine, int]]
"""Some units of some lines of one order."""


def key_of(order: Order) -> int:
    """The order's key, which it has once it is stored."""
    if order.id is None:
        raise ValueError("the order has not been stored yet")
    return order.id


def hold(session: Session, order: Order) -> None:
    """Keep others from changing the order until the transaction ends."""
    if session.get_bind().dialect.name != "sqlite":  # SQLite has one writer at a time as it is
        session.refresh(order, with_for_update=True)


def lines_of(session: Session, order: Order) -> Sequence[OrderLine]:
    """The order's lines, in their order."""
    return session.exec(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.position))
    ).all()


def paid_of(session: Session, order: Order) -> Paid:
    """What the payment ledger says about the order now."""
    ledger = payments.ledger(session, order.public_id)
    return Paid(
        total=order.total_minor,
        due=order.total_minor - order.cancelled_minor,
        captured=ledger.captured,
        refunded=ledger.refunded,
        authorized=ledger.authorized,
        pending=ledger.pending,
        lapsed=ledger.lapsed,
    )


def settle(
    session: Session, order: Order, lines: Sequence[OrderLine], actor: Actor = SYSTEM
) -> Paid:
    """Write down what follows from ledger and counters; completes an open order that is done."""
    paid = paid_of(session, order)
    order.captured_minor = paid.captured
    order.refunded_minor = paid.refunded
    order.payment_status = payment_status(paid)
    order.fulfilment_status = fulfilment_status(lines)
    order.updated_at = now()
    completes = order.status is OrderStatus.open and is_complete(paid, lines)
    if completes:
        order.status = OrderStatus.completed
        order.completed_at = order.updated_at
    session.add(order)
    session.add_all(lines)
    session.flush()
    if completes:
        emit(session, OrderCompleted(order.public_id, order.number), actor=actor)
    return paid


def by_variant(session: Session, units: Units) -> dict[int, int]:
    """Units by the key of the variant. What the catalogue has forgotten has no stock to move."""
    refs = {line.variant_ref for line, _ in units}
    rows = session.execute(
        select(Variant.public_id, Variant.id).where(col(Variant.public_id).in_(refs))
    ).all()
    keys: dict[str, int] = {ref: key for ref, key in rows}  # noqa: C416 (rows are no pairs to dict)
    wanted: dict[int, int] = {}
    for line, quantity in units:
        if line.variant_ref in keys:
            key = keys[line.variant_ref]
            wanted[key] = wanted.get(key, 0) + quantity
    return wanted
