"""How far an order is paid and fulfilled, derived from its ledger and counters. Pure functions.

``orders.payment_status`` and ``orders.fulfilment_status`` repeat the answers for lists and filters;
they are only ever written with what these functions say, and the audit asks again.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from webapp.kit.values import Value
from webapp.orders.models import FulfilmentStatus, PaymentStatus


class Paid(Value):
    """Succeeded and pending payment events of one order, summed, in minor units.

    ``due`` is what the order costs now: its total less what was cancelled. ``total`` is what it
    cost when it was placed. ``lapsed`` says that an authorisation was voided or ran out.
    """

    total: int
    due: int
    captured: int = 0
    refunded: int = 0
    authorized: int = 0
    pending: int = 0
    lapsed: bool = False

    @property
    def balance(self) -> int:
        """Positive: still to come in. Negative: to be given back."""
        return self.due - (self.captured - self.refunded)


def payment_status(paid: Paid) -> PaymentStatus:
    """The first of these that holds, in this order.

    An order that costs nothing is paid. One that was cancelled before anything came in is not:
    "paid" otherwise takes money, and so does "authorized".
    """
    due, captured, refunded = paid.due, paid.captured, paid.refunded
    if due == 0 and captured == 0 and paid.total == 0:
        return PaymentStatus.paid
    if refunded > 0 and captured - refunded == 0:
        return PaymentStatus.refunded
    if refunded > 0:
        return PaymentStatus.partially_refunded
    if captured > due:
        return PaymentStatus.overpaid
    if captured == due and captured > 0:
        return PaymentStatus.paid
    if 0 < captured < due:
        return PaymentStatus.partially_paid
    if paid.authorized >= due and paid.authorized > 0:
        return PaymentStatus.authorized
    if paid.authorized > 0:
        return PaymentStatus.partially_authorized
    if paid.pending > 0:
        return PaymentStatus.pending
    if paid.lapsed:
        return PaymentStatus.voided
    return PaymentStatus.unpaid


class Counted(Protocol):
    """What a line says about its units."""

    requires_shipping: bool
    is_digital: bool
    quantity: int
    cancelled: int
    fulfilled: int
    delivered: int
    returned: int


def is_to_fulfil(line: Counted) -> bool:
    """Whether units of this line are shipped or delivered at all (a service is neither)."""
    return line.requires_shipping or line.is_digital


def left_to_fulfil(line: Counted) -> int:
    """Units that still have to go out."""
    return line.quantity - line.cancelled - line.fulfilled if is_to_fulfil(line) else 0


def left_to_cancel(line: Counted) -> int:
    """Units that can still be called off: what was shipped cannot."""
    return line.quantity - line.cancelled - line.fulfilled


def fulfilment_status(lines: Iterable[Counted]) -> FulfilmentStatus:
    """Derived from the counters of the lines that need shipping or delivery.

    Units that have not gone out yet count before anything that happened to the others, so that an
    order with something left to pack never looks done; a return counts before a delivery.
    """
    goods = [line for line in lines if is_to_fulfil(line)]
    units = sum(line.quantity - line.cancelled for line in goods)
    fulfilled = sum(line.fulfilled for line in goods)
    delivered = sum(line.delivered for line in goods)
    returned = sum(line.returned for line in goods)
    if units == 0:
        return FulfilmentStatus.not_required
    if fulfilled == 0:
        return FulfilmentStatus.unfulfilled
    if fulfilled < units:
        return FulfilmentStatus.partially_fulfilled
    if returned == units:
        return FulfilmentStatus.returned
    if returned > 0:
        return FulfilmentStatus.partially_returned
    if delivered == units:
        return FulfilmentStatus.delivered
    if delivered > 0:
        return FulfilmentStatus.partially_delivered
    return FulfilmentStatus.fulfilled


def is_complete(paid: Paid, lines: Sequence[Counted]) -> bool:
    """Nothing is left to do: every unit went out or was cancelled, and the money came in.

    A later refund out of goodwill does not open the order again, so only what came in counts.
    """
    return paid.captured >= paid.due and all(left_to_fulfil(line) == 0 for line in lines)
