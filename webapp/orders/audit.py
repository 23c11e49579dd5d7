"""What must hold of orders: each check derives it anew and tells every difference."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby

from sqlmodel import Session, col, func, select

from webapp.cart.models import Cart, CartState
from webapp.kit.money import round_half_up
from webapp.orders.models import (
    Cancellation,
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    Order,
    OrderLine,
    OrderTaxLine,
)
from webapp.orders.status import Paid, fulfilment_status, payment_status
from webapp.payments.models import Payment
from webapp.payments.queries import ledgers

_MILLION = 1_000_000
_CHUNK = 500


def totals_add_up(session: Session) -> list[str]:
    """I1: an order's total is the sum of its lines, its delivery and its fees."""
    sums = (
        select(OrderLine.order_id, func.sum(OrderLine.total_minor).label("lines"))
        .group_by(col(OrderLine.order_id))
        .subquery()
    )
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Order.number, Order.total_minor, Order.shipping_minor, Order.fee_minor, sums.c.lines
        ).outerjoin(sums, sums.c.order_id == Order.id)
    )
    return [
        f"order {number}: total {total}, but its parts come to {int(lines or 0) + shipping + fee}"
        for number, total, shipping, fee, lines in rows
        if total != int(lines or 0) + shipping + fee
    ]


def taxes_add_up(session: Session) -> list[str]:
    """I2: the tax lines give the order's tax, each line's tax, and per rate the rounding rule."""
    return [
        f"order {order.number}: {fault}"
        for order, lines, taxes in _with_taxes(session)
        for fault in _tax_faults(order, lines, taxes)
    ]


def discounts_add_up(session: Session) -> list[str]:
    """I3: the lines carry the order's discount, and none goes below zero."""
    return [
        f"order {order.number}: {fault}"
        for order, lines in _with_lines(session)
        for fault in _discount_faults(order, lines)
    ]


def payments_agree(session: Session) -> list[str]:
    """I4: an order repeats what its ledger says, and its payment status follows from that."""
    faults: list[str] = []
    for orders in _chunks(session):
        found = ledgers(session, [order.public_id for order in orders])
        for order in orders:
            ledger = found[order.public_id]
            told = (order.captured_minor, order.refunded_minor)
            if told != (ledger.captured, ledger.refunded):
                faults.append(
                    f"order {order.number}: says {told} came in and went back, "
                    f"the ledger {(ledger.captured, ledger.refunded)}"
                )
            paid = Paid(
                total=order.total_minor,
                due=order.total_minor - order.cancelled_minor,
                captured=ledger.captured,
                refunded=ledger.refunded,
                authorized=ledger.authorized,
                pending=ledger.pending,
                lapsed=ledger.lapsed,
            )
            if order.payment_status is not payment_status(paid):
                faults.append(
                    f"order {order.number}: is {order.payment_status}, "
                    f"its ledger says {payment_status(paid)}"
                )
    return faults


def units_agree(session: Session) -> list[str]:
    """I5: no line gives out more than was ordered, and its counters repeat the records."""
    sent = _units(session, sent=True)
    arrived = _units(session, sent=False)
    called_off = _called_off(session)
    faults: list[str] = []
    for order, lines in _with_lines(session):
        for line in lines:
            name = f"order {order.number}, line {line.position + 1}"
            if not 0 <= line.returned <= line.fulfilled <= line.quantity - line.cancelled:
                faults.append(f"{name}: its counters cannot be")
            for word, counter, records in (
                ("sent", line.fulfilled, sent.get(line.id or 0, 0)),
                ("delivered", line.delivered, arrived.get(line.id or 0, 0)),
                ("cancelled", line.cancelled, called_off.get(line.public_id, 0)),
            ):
                if counter != records:
                    faults.append(f"{name}: {counter} {word}, the records say {records}")
        if order.fulfilment_status is not fulfilment_status(lines):
            faults.append(
                f"order {order.number}: is {order.fulfilment_status}, "
                f"its lines say {fulfilment_status(lines)}"
            )
    return faults


def one_order_for_one_cart(session: Session) -> list[str]:
    """I9: a cart became at most one order, a converted cart exactly one, with one payment."""
    twice = session.execute(
        select(Order.cart_id).group_by(col(Order.cart_id)).having(func.count() > 1)
    ).scalars()
    faults = [f"cart {cart_id}: became several orders" for cart_id in twice]
    lost = session.execute(
        select(Cart.public_id)
        .outerjoin(Order, col(Order.cart_id) == col(Cart.id))
        .where(Cart.state == CartState.converted, col(Order.id).is_(None))
    ).scalars()
    faults += [f"cart {cart}: was ordered, but there is no order" for cart in lost]
    payments = session.execute(
        select(Order.number, func.count(col(Payment.id)))
        .outerjoin(Payment, col(Payment.reference) == col(Order.public_id))
        .group_by(col(Order.id), col(Order.number))
        .having(func.count(col(Payment.id)) != 1)
    )
    return faults + [f"order {number}: has {count} payments" for number, count in payments]


def _discount_faults(order: Order, lines: Sequence[OrderLine]) -> Iterator[str]:
    shares = sum(line.discount_minor for line in lines)
    if shares != order.discount_minor:
        yield f"discount {order.discount_minor}, but its lines carry {shares}"
    subtotal = sum(line.subtotal_minor for line in lines)
    if subtotal != order.subtotal_minor:
        yield f"subtotal {order.subtotal_minor}, but its lines come to {subtotal}"
    for line in lines:
        if line.subtotal_minor != line.unit_price_minor * line.quantity:
            yield f"line {line.position + 1} is not its price times its quantity"
        if line.total_minor < 0 or not 0 <= line.discount_minor <= line.subtotal_minor:
            yield f"line {line.position + 1} goes below zero"


def _tax_faults(
    order: Order, lines: Sequence[OrderLine], taxes: Sequence[OrderTaxLine]
) -> Iterator[str]:
    total = sum(tax.tax_minor for tax in taxes)
    if total != order.tax_minor:
        yield f"tax {order.tax_minor}, but its tax lines come to {total}"
    for line in lines:
        own = sum(tax.tax_minor for tax in taxes if tax.line_id == line.id)
        if own != line.tax_minor:
            yield f"line {line.position + 1} has tax {line.tax_minor}, its tax lines {own}"
    groups: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for tax in taxes:
        amounts = groups.setdefault((tax.name, tax.millionths), [])
        amounts.append((tax.base_minor, tax.tax_minor))
    for (name, millionths), parts in groups.items():
        if order.tax_rounding == "document":
            parts = [(sum(base for base, _ in parts), sum(tax for _, tax in parts))]
        for base, tax_minor in parts:
            expected = _tax_of(base, tax_minor, millionths, inclusive=order.prices_include_tax)
            if tax_minor != expected:
                yield f"{name} on {base} is {tax_minor}, the rule says {expected}"


def _tax_of(base: int, tax: int, millionths: int, *, inclusive: bool) -> int:
    """The rounding rule once: out of the gross where prices include tax, else on the base."""
    rate = Fraction(millionths, _MILLION)
    if inclusive:
        gross = base + tax
        return gross - round_half_up(gross / (1 + rate))
    return round_half_up(base * rate)


def _units(session: Session, *, sent: bool) -> dict[int, int]:
    """Units by line in parcels that were sent (or, of those, that have arrived)."""
    states = [FulfilmentState.delivered]
    if sent:
        states.append(FulfilmentState.shipped)
    rows = session.execute(
        select(FulfilmentLine.line_id, func.sum(FulfilmentLine.quantity))
        .join(Fulfilment, col(Fulfilment.id) == col(FulfilmentLine.fulfilment_id))
        .where(col(Fulfilment.state).in_(states))
        .group_by(col(FulfilmentLine.line_id))
    )
    return {line_id: int(number) for line_id, number in rows}


def _called_off(session: Session) -> dict[str, int]:
    units: dict[str, int] = {}
    for lines in session.execute(select(Cancellation.lines)).scalars():
        for ref, number in lines.items():
            units[ref] = units.get(ref, 0) + number
    return units


def _with_lines(session: Session) -> Iterator[tuple[Order, list[OrderLine]]]:
    for orders in _chunks(session):
        keys = [order.id for order in orders]
        lines = session.exec(
            select(OrderLine)
            .where(col(OrderLine.order_id).in_(keys))
            .order_by(col(OrderLine.order_id), col(OrderLine.position))
        )
        by_order = {key: list(those) for key, those in groupby(lines, lambda line: line.order_id)}
        for order in orders:
            yield order, by_order.get(order.id or 0, [])


def _with_taxes(
    session: Session,
) -> Iterator[tuple[Order, list[OrderLine], list[OrderTaxLine]]]:
    for order, lines in _with_lines(session):
        taxes = session.exec(select(OrderTaxLine).where(OrderTaxLine.order_id == order.id)).all()
        yield order, lines, list(taxes)


def _chunks(session: Session) -> Iterator[Sequence[Order]]:
    """Every order, some at a time, so that not all are held at once."""
    last = 0
    while True:
        orders = session.exec(
            select(Order).where(col(Order.id) > last).order_by(col(Order.id)).limit(_CHUNK)
        ).all()
        if not orders:
            return
        last = orders[-1].id or last
        yield orders


CHECKS: dict[str, Callable[[Session], Sequence[str]]] = {
    "I1 an order is the sum of its parts": totals_add_up,
    "I2 taxes add up": taxes_add_up,
    "I3 discounts add up": discounts_add_up,
    "I4 orders repeat their ledger": payments_agree,
    "I5 units agree with the records": units_agree,
    "I9 one order for one cart": one_order_for_one_cart,
}
