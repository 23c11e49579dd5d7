"""Calling an order off, or some units of it. What was sent cannot be called off."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session

from webapp.inventory import commands as inventory
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.orders.commands.settling import Units, by_variant, hold, key_of, lines_of, settle
from webapp.orders.errors import AlreadyShipped, NothingLeft, NotOpen, NotThatMany
from webapp.orders.events import OrderCancelled, OrderUpdated
from webapp.orders.models import (
    Cancellation,
    CancelReason,
    Order,
    OrderLine,
    OrderStatus,
)
from webapp.orders.status import left_to_cancel
from webapp.pricing.calculation import refund_for_units
from webapp.runtime.events import emit

LONGEST_NOTE = 500


def cancel(
    session: Session,
    actor: Actor,
    order: Order,
    *,
    reason: CancelReason,
    quantities: Mapping[str, int] | None = None,
    note: str = "",
    restock: bool = True,
    notify: bool = True,
) -> Cancellation:
    """Call off the whole order (``quantities`` None) or units by the line's public id.

    The stock comes back unless ``restock`` is False (then it is written off). Money that came in
    is not moved: it shows as a balance to be given back. Calling off the last unit calls off the
    delivery as well. With ``notify`` the buyer gets a mail. Refuses with ``NotOpen``,
    ``AlreadyShipped``, ``NothingLeft``, ``NotThatMany``.
    """
    actor.must("orders:write")
    hold(session, order)
    if order.status not in {OrderStatus.pending, OrderStatus.open}:
        raise NotOpen("This order cannot be cancelled any more.", status=order.status.value)
    if len(note) > LONGEST_NOTE:
        raise Invalid(f"Use at most {LONGEST_NOTE} characters.", field="note")
    lines = lines_of(session, order)
    units = _chosen(lines, quantities)

    amount = sum(_value(order, line, quantity) for line, quantity in units)
    for line, quantity in units:
        line.cancelled += quantity
    is_whole = all(line.cancelled == line.quantity for line in lines)
    if is_whole:
        amount += order.shipping_minor + order.fee_minor
        order.status = OrderStatus.cancelled
        order.cancelled_at = now()
    order.cancelled_minor += amount

    record = Cancellation(
        order_id=key_of(order),
        reason=reason,
        note=note.strip(),
        restock=restock,
        lines={line.public_id: quantity for line, quantity in units},
        amount_minor=amount,
        actor=actor.name[:120],
    )
    session.add(record)
    session.add_all(lines)
    session.flush()
    _return_stock(session, actor, order, units, record)
    emit(session, _fact(order, record, is_whole=is_whole, notify=notify), actor=actor)
    settle(session, order, lines, actor)
    return record


def _chosen(lines: Sequence[OrderLine], quantities: Mapping[str, int] | None) -> Units:
    if quantities is None:
        if any(line.fulfilled for line in lines):
            raise AlreadyShipped(
                "Part of this order was sent. Cancel the units that were not sent instead."
            )
        units = [(line, left_to_cancel(line)) for line in lines if left_to_cancel(line)]
    else:
        by_ref = {line.public_id: line for line in lines}
        units = []
        for ref, quantity in quantities.items():
            line = by_ref.get(ref)
            if line is None:
                raise NotThatMany("This is not part of the order.", field=ref, left=0)
            left = left_to_cancel(line)
            if not 0 <= quantity <= left:
                raise NotThatMany(f"{left} of this can be cancelled.", field=ref, left=left)
            if quantity:
                units.append((line, quantity))
    if not units:
        raise NothingLeft("Choose at least one unit that was neither sent nor cancelled.")
    return units


def _value(order: Order, line: OrderLine, quantity: int) -> int:
    """What these units cost, to the cent: all units of the line together give its total."""
    total = Money(line.total_minor, order.currency)
    first = line.cancelled
    return refund_for_units(total, line.quantity, first, first + quantity).minor


def _return_stock(
    session: Session, actor: Actor, order: Order, units: Units, record: Cancellation
) -> None:
    wanted = by_variant(session, units)
    key = f"cancel:{order.public_id}:{record.id}"
    if record.restock:
        inventory.release(session, wanted, reference=order.public_id, key=key, actor=actor)
    else:
        # The goods are gone (broken, lost): they leave the stock as if they had been sent.
        inventory.ship(session, wanted, reference=order.public_id, key=key, actor=actor)


def _fact(
    order: Order, record: Cancellation, *, is_whole: bool, notify: bool
) -> OrderCancelled | OrderUpdated:
    if is_whole:
        return OrderCancelled(
            order.public_id,
            order.number,
            reason=record.reason.value,
            restock=record.restock,
            amount_minor=record.amount_minor,
            currency=order.currency,
            units=record.lines,
            cancellation=record.id,
            notify=notify,
        )
    return OrderUpdated(
        order.public_id,
        order.number,
        change="cancellation",
        amount_minor=record.amount_minor,
        currency=order.currency,
        units=record.lines,
        reason=record.reason.value,
        cancellation=record.id,
        notify=notify,
    )
