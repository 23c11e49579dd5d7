"""Taking discounts off and sharing them, so that every share is whole and they sum exactly."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from webapp.kit.money import allocate, round_half_up
from webapp.kit.values import Value
from webapp.pricing.calculation.inputs import MILLION, Discount
from webapp.pricing.calculation.trace import Stage, Trace, percent


class Taken(Value):
    """A discount as it came off: in minor units, a share for each of the amounts it was given."""

    discount: Discount
    base: int
    shares: tuple[int, ...]

    @property
    def amount(self) -> int:
        return sum(self.shares)


def take_best(
    discounts: Sequence[Discount],
    keys: Sequence[str],
    amounts: Sequence[int],
    *,
    stage: Stage,
    trace: Trace,
) -> list[Taken]:
    """What comes off ``amounts`` (minor units, of the lines ``keys``), in order.

    All that combine, one after another on what the former left; or one that does not, alone:
    whichever saves more. Nothing ever goes below zero.
    """
    ways = _ways(discounts, keys, amounts)
    if not ways:
        return []
    best = min(ways, key=lambda way: (-_saving(way), _rank(way[0].discount)))
    for way in ways:
        if way is not best:
            for taken in way:
                _say_lost(taken, stage, trace)
    taken_ones = [taken for taken in best if taken.amount]
    for taken in taken_ones:
        _say_taken(taken, keys, stage, trace)
    return taken_ones


def _ways(
    discounts: Sequence[Discount], keys: Sequence[str], amounts: Sequence[int]
) -> list[list[Taken]]:
    """The possible sequences: the combinable ones together, and each other one by itself."""
    eligible = [one for one in discounts if one.lines is None or one.lines & set(keys)]
    ordered = sorted(eligible, key=_rank)
    together = [one for one in ordered if one.combinable]
    sequences = [together] if together else []
    sequences += [[one] for one in ordered if not one.combinable]
    return [_one_after_another(sequence, keys, amounts) for sequence in sequences]


def _one_after_another(
    sequence: Sequence[Discount], keys: Sequence[str], amounts: Sequence[int]
) -> list[Taken]:
    left = list(amounts)
    taken_ones = []
    for discount in sequence:
        taken = _take(discount, keys, left)
        left = [amount - share for amount, share in zip(left, taken.shares, strict=True)]
        taken_ones.append(taken)
    return taken_ones


def _take(discount: Discount, keys: Sequence[str], amounts: Sequence[int]) -> Taken:
    """Round once on the sum of the eligible amounts, cap at it, share by largest remainder."""
    eligible = [
        amount if discount.lines is None or key in discount.lines else 0
        for key, amount in zip(keys, amounts, strict=True)
    ]
    base = sum(eligible)
    if discount.amount is not None:
        off = min(discount.amount.minor, base)
    else:
        off = round_half_up(Fraction(base * (discount.millionths or 0), MILLION))
    return Taken(discount, base, tuple(allocate(off, eligible)))


def _saving(way: Sequence[Taken]) -> int:
    return sum(taken.amount for taken in way)


def _rank(discount: Discount) -> tuple[int, str]:
    return (discount.priority, discount.key)


def _say_taken(taken: Taken, keys: Sequence[str], stage: Stage, trace: Trace) -> None:
    words = f"{_name(taken.discount)}: {_how(taken, trace)}"
    carriers = [
        f"{trace.name(key)} {trace.money(share).decimal_string()}"
        for key, share in zip(keys, taken.shares, strict=True)
        if share
    ]
    if len(keys) == 1:
        words += f", off {trace.name(keys[0])}"
    else:
        words += f", shared: {', '.join(carriers)}"
    trace.say(stage, taken.discount.key, words, -taken.amount)


def _say_lost(taken: Taken, stage: Stage, trace: Trace) -> None:
    words = (
        f"{_name(taken.discount)} not taken: it would save {trace.money(taken.amount)} "
        "and does not combine with a better one"
    )
    trace.say(stage, taken.discount.key, words)


def _how(taken: Taken, trace: Trace) -> str:
    base, amount = trace.money(taken.base), trace.money(taken.amount)
    if taken.discount.millionths is not None:
        return f"{percent(taken.discount.millionths)} of {base} = {amount}"
    if taken.discount.amount == amount:
        return f"{amount} off {base}"
    return f"{taken.discount.amount}, but no more than {base}"


def _name(discount: Discount) -> str:
    return discount.label or discount.key
