"""The steps of a price, in their order."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.pricing.calculation.bill import Bill
from webapp.pricing.calculation.inputs import Discount, PriceInputs
from webapp.pricing.calculation.lines import (
    RunningLine,
    priced,
    take_line_discounts,
    take_order_discounts,
)
from webapp.pricing.calculation.result import PriceResult
from webapp.pricing.calculation.shipping import RunningShipping, sent, taxed_parts
from webapp.pricing.calculation.tax import Member, tax_members
from webapp.pricing.calculation.totals import add_up
from webapp.pricing.calculation.trace import Trace


def calculate(inputs: PriceInputs) -> PriceResult:
    """What ``inputs`` cost, to the minor unit, with the trace of how.

    Promises, held by tests: ``total`` is the sum of the gross of lines, shipping and fees; every
    discount's shares sum to it; every tax's shares sum to it; no line falls below zero; and with
    ``document`` rounding, splitting a line changes no tax.
    """
    trace = Trace(inputs.currency, _names(inputs))
    running = [priced(line, trace) for line in inputs.lines]
    on_lines = take_line_discounts(running, _of(inputs, "line"), trace)
    on_order = take_order_discounts(running, _of(inputs, "order"), trace)
    sending = sent(inputs, running, _of(inputs, "shipping"), trace)
    for fee in inputs.fees:
        trace.say("fee", fee.key, f"{fee.label}: {fee.amount}", fee.amount.minor)
    members = _members(inputs, running, sending)
    groups = tax_members(members, inputs.tax, trace)

    bill = Bill(trace, groups)
    lines = tuple(bill.line(place, one) for place, one in enumerate(running))
    fees = tuple(bill.fee(len(lines) + place, fee) for place, fee in enumerate(inputs.fees))
    shipping = bill.shipping(range(len(lines) + len(fees), len(members)), sending)
    totals, tenders = add_up(inputs, lines, shipping, fees, groups, trace)
    keys = [line.key for line in lines]
    on_shipping = sending.taken if sending else ()
    return PriceResult(
        currency=inputs.currency,
        lines=lines,
        shipping=shipping,
        fees=fees,
        discounts=(
            *(bill.discount(taken, [key]) for taken, key in on_lines),
            *(bill.discount(taken, keys) for taken in on_order),
            *(bill.discount(taken, [shipping.key]) for taken in on_shipping if shipping),
        ),
        groups=tuple(bill.group(group) for group in groups),
        tenders=tenders,
        exemption=inputs.tax.exemption,
        totals=totals,
        trace=tuple(trace.steps),
    )


def _names(inputs: PriceInputs) -> dict[str, str]:
    names = {fee.key: fee.label for fee in inputs.fees}
    if inputs.shipping is not None:
        names[inputs.shipping.key] = inputs.shipping.name
    return names | {line.key: line.label for line in inputs.lines}


def _of(inputs: PriceInputs, level: str) -> list[Discount]:
    return [discount for discount in inputs.discounts if discount.level == level]


def _members(
    inputs: PriceInputs, lines: Sequence[RunningLine], sending: RunningShipping | None
) -> list[Member]:
    """Everything that bears tax: the lines, then the fees, then the parts of the shipping."""
    members = [
        Member(place, one.line.key, one.amount, one.line.tax_class, one.subtotal - one.amount)
        for place, one in enumerate(lines)
    ]
    for fee in inputs.fees:
        members.append(Member(len(members), fee.key, fee.amount.minor, fee.tax_class))
    if sending is not None:
        members += taxed_parts(sending, lines, inputs.tax, len(members))
    return members
