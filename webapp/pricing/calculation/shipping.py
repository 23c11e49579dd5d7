"""What sending costs, and under which tax class."""

from __future__ import annotations

from collections.abc import Sequence

from webapp.kit.money import allocate
from webapp.kit.values import Value
from webapp.pricing.calculation.discounts import Taken, take_best
from webapp.pricing.calculation.inputs import Discount, PriceInputs, ShippingInput, TaxRules
from webapp.pricing.calculation.lines import RunningLine
from webapp.pricing.calculation.tax import Member, shares
from webapp.pricing.calculation.trace import Trace


class RunningShipping(Value):
    """The shipping in minor units: ``amount`` is what discounts left of ``price``."""

    option: ShippingInput
    price: int
    amount: int
    taken: tuple[Taken, ...]


def sent(
    inputs: PriceInputs,
    lines: Sequence[RunningLine],
    discounts: Sequence[Discount],
    trace: Trace,
) -> RunningShipping | None:
    """The chosen option at its price for these goods; ``None`` when nothing has to be sent."""
    option = inputs.shipping
    if option is None:
        return None
    if not any(running.line.requires_shipping for running in lines):
        trace.say("shipping", option.key, f"{option.name} not charged: nothing has to be sent")
        return None
    price = _price(option, lines, trace)
    taken_ones = take_best(discounts, [option.key], [price], stage="shipping", trace=trace)
    amount = price - sum(taken.amount for taken in taken_ones)
    return RunningShipping(option, price, amount, tuple(taken_ones))


def _price(option: ShippingInput, lines: Sequence[RunningLine], trace: Trace) -> int:
    if option.free_from is not None:
        before = option.free_from_before_discounts
        goods = sum(running.subtotal if before else running.amount for running in lines)
        when = "before" if before else "after"
        words = f"goods {trace.money(goods)} {when} discounts, free from {option.free_from}"
        if goods >= option.free_from.minor:
            trace.say("shipping", option.key, f"{option.name} is free: {words}", 0)
            return 0
        words = f"{option.name}: {option.price} ({words})"
    else:
        words = f"{option.name}: {option.price}"
    trace.say("shipping", option.key, words, option.price.minor)
    return option.price.minor


def taxed_parts(
    running: RunningShipping, lines: Sequence[RunningLine], rules: TaxRules, first: int
) -> list[Member]:
    """The shipping as members for tax, with places from ``first`` on: one, or with
    ``proportional`` one for each tax class of the goods.
    """
    weights = _weights(running.option, lines, rules)
    amounts = allocate(running.amount, list(weights.values()))
    offs = allocate(running.price - running.amount, list(weights.values()))
    return [
        Member(first + place, running.option.key, amount, tax_class, off)
        for place, (tax_class, amount, off) in enumerate(zip(weights, amounts, offs, strict=True))
    ]


def _weights(
    option: ShippingInput, lines: Sequence[RunningLine], rules: TaxRules
) -> dict[str, int]:
    """The tax classes that bear the shipping, and how much of it each."""
    if rules.shipping == "own_class":
        return {option.tax_class: 1}
    if rules.shipping == "highest":
        # By the rates alone, not by what the lines cost: a discount cannot change the class.
        classes = [running.line.tax_class for running in lines]
        return {max(classes, key=lambda tax_class: sum(shares(rules.rates_of(tax_class)))): 1}
    weights = _by_class(lines, [running.amount for running in lines])
    if not sum(weights.values()):
        weights = _by_class(lines, [running.subtotal for running in lines])
    # Goods that are all given away say nothing about a proportion.
    return weights if sum(weights.values()) else {option.tax_class: 1}


def _by_class(lines: Sequence[RunningLine], amounts: Sequence[int]) -> dict[str, int]:
    weights: dict[str, int] = {}
    for running, amount in zip(lines, amounts, strict=True):
        tax_class = running.line.tax_class
        weights[tax_class] = weights.get(tax_class, 0) + amount
    return weights
