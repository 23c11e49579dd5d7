"""Taxing amounts by group. Exact fractions inside; rounded once per group, or once per line."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from webapp.kit.money import allocate, round_half_up
from webapp.kit.values import Value
from webapp.pricing.calculation.inputs import MILLION, Rate, TaxRules
from webapp.pricing.calculation.trace import Trace, percent


class Member(Value):
    """An amount (minor units, as prices are entered) that bears tax: a line, a fee, a part of the
    shipping. ``place`` is its index among all members; ``off`` is what discounts took from it.
    """

    place: int
    key: str
    amount: int
    tax_class: str
    off: int = 0


class Taxed(Value):
    """A member or a group after tax, in minor units; ``taxes`` has one figure for each rate."""

    net: int
    taxes: tuple[int, ...]

    @property
    def tax(self) -> int:
        return sum(self.taxes)

    @property
    def gross(self) -> int:
        return self.net + self.tax


class Kind(Value):
    """What makes a group: the rates charged, whether prices include tax, and which rates have to
    come out of the price first because others apply and the net is kept (else ``None``).
    """

    rates: tuple[Rate, ...]
    inclusive: bool
    inside: tuple[Rate, ...] | None

    def net_factor(self) -> Fraction:
        """What one unit of the price as entered is without tax."""
        if not self.inclusive:
            return Fraction(1)
        return Fraction(1, 1 + sum(shares(self.rates if self.inside is None else self.inside)))

    def gross_factor(self) -> Fraction:
        """What one unit of the price as entered is with tax."""
        return self.net_factor() * (1 + sum(shares(self.rates)))


class Group(Value):
    """Members of one kind; ``taxed`` is the sum, ``each`` stands in the order of ``members``."""

    kind: Kind
    members: tuple[Member, ...]
    taxed: Taxed
    each: tuple[Taxed, ...]


def shares(rates: Sequence[Rate]) -> list[Fraction]:
    """What part of the net each rate takes. Compound rates stand on the net and the plain taxes,
    and on each other in their order.
    """
    plain = sum(rate.millionths for rate in rates if not rate.compound)
    carried = 1 + Fraction(plain, MILLION)
    parts = []
    for rate in rates:
        own = Fraction(rate.millionths, MILLION)
        if rate.compound:
            own *= carried
            carried += own
        parts.append(own)
    return parts


def kind_of(tax_class: str, rules: TaxRules) -> Kind:
    """The group that an amount of this class falls in."""
    rates = rules.rates_of(tax_class)
    inside = rules.rates_inside(tax_class) if rules.inclusive else ()
    keeps_net = rules.exemption is not None or rules.other_rate == "keep_net"
    moves = rules.inclusive and keeps_net and sum(shares(inside)) != sum(shares(rates))
    return Kind(rates, rules.inclusive, inside if moves else None)


def tax_members(members: Sequence[Member], rules: TaxRules, trace: Trace) -> list[Group]:
    """Group the members and tax each group. Groups come in the order of their first member."""
    by_kind: dict[Kind, list[Member]] = {}
    for member in members:
        by_kind.setdefault(kind_of(member.tax_class, rules), []).append(member)
    groups = []
    for kind, those in by_kind.items():
        amounts = [member.amount for member in those]
        if rules.rounding == "document":
            taxed = _tax(sum(amounts), kind)
            each = _share(taxed, kind, amounts)
        else:
            each = [_tax(amount, kind) for amount in amounts]
            taxed = _sum(each, kind)
        groups.append(Group(kind, tuple(those), taxed, tuple(each)))
        _say(groups[-1], rules, trace)
    return groups


def _tax(amount: int, kind: Kind) -> Taxed:
    """The one place where tax is rounded."""
    parts = shares(kind.rates)
    net = round_half_up(amount * kind.net_factor())
    if kind.inclusive and kind.inside is None:
        # The price is what it is: the tax is the rest, and each rate has its part of that.
        return Taxed(net, tuple(allocate(amount - net, _whole(parts))))
    return Taxed(net, tuple(round_half_up(net * part) for part in parts))


def _share(taxed: Taxed, kind: Kind, amounts: Sequence[int]) -> list[Taxed]:
    """Give every member its part of the group's tax, so that both members and rates add up."""
    if not kind.inclusive:
        nets = list(amounts)
        left = allocate(taxed.tax, amounts)
    elif kind.inside is None:
        left = allocate(taxed.tax, amounts)
        nets = [amount - tax for amount, tax in zip(amounts, left, strict=True)]
    else:
        nets = allocate(taxed.net, amounts)
        left = allocate(taxed.tax, amounts)
    rows: list[list[int]] = [[] for _ in amounts]
    # Each rate in turn takes from what is left of each member's tax, the last one all of it.
    # Sharing the rates one by one on the bases instead could tax a one-cent line with two cents.
    for total in taxed.taxes:
        cells = allocate(total, left)
        for row, cell in zip(rows, cells, strict=True):
            row.append(cell)
        left = [rest - cell for rest, cell in zip(left, cells, strict=True)]
    return [Taxed(net, tuple(row)) for net, row in zip(nets, rows, strict=True)]


def _sum(each: Sequence[Taxed], kind: Kind) -> Taxed:
    return Taxed(
        sum(one.net for one in each),
        tuple(sum(one.taxes[place] for one in each) for place in range(len(kind.rates))),
    )


def _whole(parts: Sequence[Fraction]) -> list[int]:
    """The same proportions in whole numbers. Rates of nothing share nothing equally."""
    scale = lcm(*(part.denominator for part in parts))
    return [int(part * scale) for part in parts]


def _say(group: Group, rules: TaxRules, trace: Trace) -> None:
    kind, taxed = group.kind, group.taxed
    amount = trace.money(sum(member.amount for member in group.members))
    who = ", ".join(trace.name(member.key) for member in group.members)
    names = " + ".join(_named(rate) for rate in kind.rates) or "no tax"
    words = f"{names} on {who}: "
    if kind.inside is not None:
        inside = " + ".join(_named(rate) for rate in kind.inside) or "no tax"
        words += f"{amount} less {inside} inside = {trace.money(taxed.net)} net, "
    elif kind.inclusive:
        words += f"{amount} = {trace.money(taxed.net)} net, of which "
    else:
        words += f"{amount} net, "
    words += f"tax {trace.money(taxed.tax)}, rounded per {rules.rounding}"
    if rules.exemption is not None:
        words += f"; {rules.exemption.wording}"
    trace.say("tax", "", words, taxed.tax)


def _named(rate: Rate) -> str:
    where = f"{rate.jurisdiction} " if rate.jurisdiction else ""
    compound = " on top" if rate.compound else ""
    return f"{where}{rate.name} {percent(rate.millionths)}{compound}"
