"""Giving back units of a line one by one or together, always to exactly what was paid."""

from __future__ import annotations

from fractions import Fraction

from webapp.kit.money import Money, round_half_up


def refund_for_units(total: Money, quantity: int, first: int, last: int) -> Money:
    """The part of a line's frozen ``total`` for its units after ``first`` up to ``last``:
    ``r(last) - r(first)``, where ``r(k) = round(total x k / quantity)``.

    ``first`` is how many units were given back before. However the units are split over refunds,
    all of them together give ``total``. For the tax part, pass the line's frozen tax.
    Raises ``ValueError`` unless ``0 <= first <= last <= quantity``.
    """
    if quantity < 1 or not 0 <= first <= last <= quantity:
        raise ValueError(f"Units {first} to {last} are not within {quantity}.")
    up_to_last = round_half_up(Fraction(total.minor * last, quantity))
    up_to_first = round_half_up(Fraction(total.minor * first, quantity))
    return Money(up_to_last - up_to_first, total.currency)
