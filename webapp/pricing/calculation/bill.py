"""Writing the running figures down as results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from webapp.pricing.calculation.discounts import Taken
from webapp.pricing.calculation.inputs import FeeInput, Rate
from webapp.pricing.calculation.lines import RunningLine
from webapp.pricing.calculation.result import (
    AppliedDiscount,
    DiscountShare,
    PricedFee,
    PricedLine,
    PricedShipping,
    TaxAmount,
    TaxGroup,
)
from webapp.pricing.calculation.shipping import RunningShipping
from webapp.pricing.calculation.tax import Group, Taxed
from webapp.pricing.calculation.trace import Trace


class Bill:
    """Knows what each member bears, by its place, and writes it in ``Money``."""

    def __init__(self, trace: Trace, groups: Sequence[Group]) -> None:
        self._money = trace.money
        self._taxed: dict[int, tuple[Taxed, tuple[Rate, ...]]] = {
            member.place: (taxed, group.kind.rates)
            for group in groups
            for member, taxed in zip(group.members, group.each, strict=True)
        }

    def line(self, place: int, running: RunningLine) -> PricedLine:
        taxed, rates = self._taxed[place]
        return PricedLine(
            key=running.line.key,
            quantity=running.line.quantity,
            unit=running.price.unit,
            source=running.price.source,
            subtotal=self._money(running.subtotal),
            discounts=tuple(self._share(taken, share) for taken, share in running.taken),
            amount=self._money(running.amount),
            taxes=self._taxes([(taxed, rates)]),
            net=self._money(taxed.net),
            tax=self._money(taxed.tax),
            gross=self._money(taxed.gross),
        )

    def fee(self, place: int, fee: FeeInput) -> PricedFee:
        taxed, rates = self._taxed[place]
        return PricedFee(
            key=fee.key,
            label=fee.label,
            amount=fee.amount,
            taxes=self._taxes([(taxed, rates)]),
            net=self._money(taxed.net),
            tax=self._money(taxed.tax),
            gross=self._money(taxed.gross),
        )

    def shipping(
        self, places: Iterable[int], sending: RunningShipping | None
    ) -> PricedShipping | None:
        if sending is None:
            return None
        parts = [self._taxed[place] for place in places]
        return PricedShipping(
            key=sending.option.key,
            name=sending.option.name,
            price=self._money(sending.price),
            discounts=tuple(self._share(taken, taken.amount) for taken in sending.taken),
            amount=self._money(sending.amount),
            taxes=self._taxes(parts),
            net=self._money(sum(taxed.net for taxed, _ in parts)),
            tax=self._money(sum(taxed.tax for taxed, _ in parts)),
            gross=self._money(sum(taxed.gross for taxed, _ in parts)),
        )

    def discount(self, taken: Taken, keys: Sequence[str]) -> AppliedDiscount:
        return AppliedDiscount(
            key=taken.discount.key,
            label=taken.discount.label,
            level=taken.discount.level,
            amount=self._money(taken.amount),
            shares=tuple(
                (key, self._money(share))
                for key, share in zip(keys, taken.shares, strict=True)
                if share
            ),
        )

    def group(self, group: Group) -> TaxGroup:
        # The shipping can be in a group in several parts; it is named once.
        names = dict.fromkeys(member.key for member in group.members)
        return TaxGroup(
            rates=group.kind.rates,
            inclusive=group.kind.inclusive,
            members=tuple(names),
            amount=self._money(sum(member.amount for member in group.members)),
            taxes=self._taxes([(group.taxed, group.kind.rates)]),
            net=self._money(group.taxed.net),
            tax=self._money(group.taxed.tax),
            gross=self._money(group.taxed.gross),
        )

    def _share(self, taken: Taken, share: int) -> DiscountShare:
        one = taken.discount
        return DiscountShare(one.key, one.label, one.level, self._money(share))

    def _taxes(self, parts: Sequence[tuple[Taxed, tuple[Rate, ...]]]) -> tuple[TaxAmount, ...]:
        """One figure for each rate, over all parts that bear it."""
        taxable: dict[Rate, int] = {}
        charged: dict[Rate, int] = {}
        for taxed, rates in parts:
            for rate, amount in zip(rates, taxed.taxes, strict=True):
                taxable[rate] = taxable.get(rate, 0) + taxed.net
                charged[rate] = charged.get(rate, 0) + amount
        return tuple(
            TaxAmount(rate, self._money(taxable[rate]), self._money(charged[rate]))
            for rate in charged
        )
