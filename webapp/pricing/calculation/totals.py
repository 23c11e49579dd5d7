"""The foot of the bill: sums, savings, what gift cards pay, and rounding for cash."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from webapp.kit.money import round_half_up
from webapp.pricing.calculation.inputs import PriceInputs
from webapp.pricing.calculation.result import (
    PaidTender,
    PricedFee,
    PricedLine,
    PricedShipping,
    Totals,
)
from webapp.pricing.calculation.tax import Group
from webapp.pricing.calculation.trace import Trace


def add_up(
    inputs: PriceInputs,
    lines: Sequence[PricedLine],
    shipping: PricedShipping | None,
    fees: Sequence[PricedFee],
    groups: Sequence[Group],
    trace: Trace,
) -> tuple[Totals, tuple[PaidTender, ...]]:
    """Sum what was priced and taxed, then let the tenders pay."""
    subtotal = sum(line.subtotal.minor for line in lines)
    goods = sum(line.amount.minor for line in lines)
    sent = shipping.gross.minor if shipping else 0
    charged = sum(fee.gross.minor for fee in fees)
    net = sum(group.taxed.net for group in groups)
    tax = sum(group.taxed.tax for group in groups)
    total = sum(line.gross.minor for line in lines) + sent + charged
    trace.say("total", "", f"{trace.money(net)} net + {trace.money(tax)} tax", total)

    tenders = _pay(inputs, total, trace)
    tendered = sum(tender.amount.minor for tender in tenders)
    cash_rounding = _cash_rounding(inputs, total - tendered, trace)
    money = trace.money
    totals = Totals(
        subtotal=money(subtotal),
        discount=money(subtotal - goods),
        shipping=money(sent),
        fees=money(charged),
        net=money(net),
        tax=money(tax),
        total=money(total),
        savings=money(_savings(inputs, groups)),
        home_tax_relief=money(_relief(groups)),
        tendered=money(tendered),
        cash_rounding=money(cash_rounding),
        due=money(total - tendered + cash_rounding),
    )
    return totals, tuple(tenders)


def _savings(inputs: PriceInputs, groups: Sequence[Group]) -> int:
    """What discounts took off, with or without tax as it is to be shown; rounded per group."""
    shown = inputs.savings_as
    saved = 0
    for group in groups:
        factor = Fraction(1)
        if shown == "gross":
            factor = group.kind.gross_factor()
        elif shown == "net":
            factor = group.kind.net_factor()
        saved += round_half_up(factor * sum(member.off for member in group.members))
    return saved


def _relief(groups: Sequence[Group]) -> int:
    return sum(
        sum(member.amount for member in group.members) - group.taxed.gross
        for group in groups
        if group.kind.inside is not None
    )


def _pay(inputs: PriceInputs, total: int, trace: Trace) -> list[PaidTender]:
    left = total
    paid = []
    for tender in inputs.tenders:
        amount = min(tender.balance.minor, left)
        if amount:
            left -= amount
            paid.append(PaidTender(tender.key, tender.label, trace.money(amount)))
            words = f"{tender.label} pays {trace.money(amount)} of its {tender.balance}"
            trace.say("tender", tender.key, words, amount)
    return paid


def _cash_rounding(inputs: PriceInputs, due: int, trace: Trace) -> int:
    if inputs.cash_step is None:
        return 0
    step = inputs.cash_step.minor
    difference = round_half_up(Fraction(due, step)) * step - due
    if difference:
        words = f"{trace.money(due)} rounded to {trace.money(due + difference)} for cash"
        trace.say("cash", "", words, difference)
    return difference
