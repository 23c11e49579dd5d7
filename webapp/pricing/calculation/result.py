"""What the price function answers: every figure that a page, an order or an invoice shows."""

from __future__ import annotations

from typing import Literal

from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.pricing.calculation.inputs import Exemption, PriceSource, Rate
from webapp.pricing.calculation.trace import Step


class DiscountShare(Value):
    """The part of a discount that one line (or the shipping) carries."""

    key: str
    label: str
    level: Literal["line", "order", "shipping"]
    amount: Money


class AppliedDiscount(Value):
    """A discount that was given, and who carries how much: the shares sum to ``amount``."""

    key: str
    label: str
    level: Literal["line", "order", "shipping"]
    amount: Money
    shares: tuple[tuple[str, Money], ...]


class TaxAmount(Value):
    """One tax on one base. ``taxable`` is the net base; ``amount`` the tax."""

    rate: Rate
    taxable: Money
    amount: Money


class PricedLine(Value):
    """One line. ``subtotal`` and ``amount`` (after all discounts, the taxable amount) are with or
    without tax as the prices are entered; ``net + tax = gross`` always.
    """

    key: str
    quantity: int
    unit: Money
    source: PriceSource
    subtotal: Money
    discounts: tuple[DiscountShare, ...]
    amount: Money
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    gross: Money


class PricedShipping(Value):
    """The shipping. ``price`` is what the option costs this order (zero when free from a sum),
    ``amount`` what is left after shipping discounts.
    """

    key: str
    name: str
    price: Money
    discounts: tuple[DiscountShare, ...]
    amount: Money
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    gross: Money


class PricedFee(Value):
    """A fee and its tax."""

    key: str
    label: str
    amount: Money
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    gross: Money


class TaxGroup(Value):
    """Everything that bears the same rates: the rows of an invoice's tax summary.

    ``amount`` is the sum as entered, ``members`` the keys of what is in it.
    """

    rates: tuple[Rate, ...]
    inclusive: bool
    members: tuple[str, ...]
    amount: Money
    taxes: tuple[TaxAmount, ...]
    net: Money
    tax: Money
    gross: Money


class PaidTender(Value):
    """How much of a gift card or store credit this order takes."""

    key: str
    label: str
    amount: Money


class Totals(Value):
    """The foot of the bill. ``total = net + tax`` = gross of lines, shipping and fees.

    ``subtotal`` (goods before discounts) and ``discount`` (off the goods) are as prices are
    entered; ``shipping`` and ``fees`` are gross. ``home_tax_relief`` is what the total is lower
    (or, negative, higher) than the inclusive prices said, since another rate applies and the net
    was kept. ``due`` is left to pay: ``total - tendered + cash_rounding``.
    """

    subtotal: Money
    discount: Money
    shipping: Money
    fees: Money
    net: Money
    tax: Money
    total: Money
    savings: Money
    home_tax_relief: Money
    tendered: Money
    cash_rounding: Money
    due: Money


class PriceResult(Value):
    """The whole answer, with the steps that led to it."""

    currency: str
    lines: tuple[PricedLine, ...]
    shipping: PricedShipping | None
    fees: tuple[PricedFee, ...]
    discounts: tuple[AppliedDiscount, ...]
    groups: tuple[TaxGroup, ...]
    tenders: tuple[PaidTender, ...]
    exemption: Exemption | None
    totals: Totals
    trace: tuple[Step, ...]

    def line(self, key: str) -> PricedLine:
        """The line of that key; ``KeyError`` when there is none."""
        for line in self.lines:
            if line.key == key:
                return line
        raise KeyError(key)

    def explain(self) -> str:
        """The trace as text, a step per line."""
        return "\n".join(f"{step.stage}: {step.words}" for step in self.trace)
