"""Money that comes in for an order, and money that goes back."""

from sqlmodel import Session, select

from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.kit.money import Money
from webapp.orders.commands.settling import hold, lines_of, paid_of, settle
from webapp.orders.errors import NothingLeft
from webapp.orders.events import OrderConfirmed, OrderPaid, OrderUpdated
from webapp.orders.models import Order, OrderStatus
from webapp.payments import commands as payments
from webapp.payments.events import MoneyMoved, PaymentCaptured
from webapp.runtime.events import emit


def mark_paid(
    session: Session,
    actor: Actor,
    order: Order,
    *,
    amount: Money | None = None,
    provider_reference: str = "",
    key: str | None = None,
) -> None:
    """Record that money came in: all that is still due, or ``amount`` (a part, or more).

    With the same ``key`` it is recorded once. Refuses with ``NothingLeft`` when nothing is due and
    no amount is named.
    """
    actor.must("orders:write")
    hold(session, order)
    if amount is None:
        balance = paid_of(session, order).balance
        if balance <= 0:
            raise NothingLeft("Nothing is left to pay on this order.")
        amount = Money(balance, order.currency)
    payments.record_capture(
        session,
        actor,
        reference=order.public_id,
        amount=amount,
        provider_reference=provider_reference,
        key=key,
    )


def record_refund(
    session: Session,
    actor: Actor,
    order: Order,
    *,
    amount: Money | None = None,
    provider_reference: str = "",
    key: str | None = None,
) -> None:
    """Record that money was given back by hand: all that is to go back, or ``amount``."""
    actor.must("orders:write")
    hold(session, order)
    if amount is None:
        balance = paid_of(session, order).balance
        if balance >= 0:
            raise NothingLeft("Nothing is to be given back on this order.")
        amount = Money(-balance, order.currency)
    payments.record_refund(
        session,
        actor,
        reference=order.public_id,
        amount=amount,
        provider_reference=provider_reference,
        key=key,
    )


def count_money(session: Session, event: MoneyMoved, actor: Actor = SYSTEM) -> None:
    """Follow the payment ledger. An order that waited for its money goes ahead; one that was
    cancelled or has expired stays so, and shows the money as to be given back.
    """
    order = session.exec(
        select(Order)
        .where(Order.public_id == event.reference)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if order is None:
        return
    came_in = isinstance(event, PaymentCaptured)
    was_paid = order.captured_minor >= order.total_minor - order.cancelled_minor
    paid = paid_of(session, order)
    # Before anything is said: whoever hears it looks at the order.
    order.captured_minor, order.refunded_minor = paid.captured, paid.refunded
    fact = OrderUpdated(
        order.public_id,
        order.number,
        change="payment" if came_in else "refund",
        amount_minor=event.amount_minor,
        currency=event.currency,
    )
    emit(session, fact, actor=actor)
    if came_in and not was_paid and paid.captured >= paid.due:
        fact_paid = OrderPaid(order.public_id, order.number, paid.captured, order.currency)
        emit(session, fact_paid, actor=actor)
        if order.status is OrderStatus.pending:
            confirm(session, order, actor)
    settle(session, order, lines_of(session, order), actor)


def confirm(session: Session, order: Order, actor: Actor = SYSTEM) -> None:
    """The order goes ahead: from pending to open."""
    order.status = OrderStatus.open
    order.confirmed_at = now()
    session.add(order)
    session.flush()
    emit(session, OrderConfirmed(order.public_id, order.number), actor=actor)
