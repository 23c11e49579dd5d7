"""Weights, contents and moments between what staff type and what is stored."""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

_GRAMS_IN = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}
# As fine as a whole number of grams can tell apart, so that what was typed comes back.
_SHOWN_AS = {"g": "1", "kg": "0.001", "oz": "0.1", "lb": "0.01"}

UNITS = ("mg", "g", "kg", "ml", "cl", "l", "mm", "cm", "m", "m2", "m3", "oz", "lb", "fl oz", "pcs")
"""What the content of a pack is measured in, for the price per unit."""


def grams(weight: Decimal | None, unit: str) -> int | None:
    """A weight in the shop's unit as whole grams."""
    if weight is None:
        return None
    exact = weight * _GRAMS_IN[unit]
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def in_unit(weight_g: int | None, unit: str) -> str:
    """Grams as text in the shop's unit, for an input."""
    if weight_g is None:
        return ""
    shown = (Decimal(weight_g) / _GRAMS_IN[unit]).quantize(Decimal(_SHOWN_AS[unit]), ROUND_HALF_UP)
    return _bare(shown)


def thousandths(amount: Decimal | None) -> int | None:
    """``0.25`` as 250; finer digits are rounded."""
    if amount is None:
        return None
    return int((amount * 1000).quantize(Decimal(1), ROUND_HALF_UP))


def from_thousandths(amount: int | None) -> str:
    """250 as ``0.25``, for an input."""
    return "" if amount is None else _bare(Decimal(amount) / 1000)


def on_the_clock(moment: datetime | None, time_zone: str) -> str:
    """A moment as ``datetime-local`` wants it, on the shop's clock."""
    if moment is None:
        return ""
    return moment.astimezone(ZoneInfo(time_zone)).strftime("%Y-%m-%dT%H:%M")


def from_the_clock(typed: datetime | None, time_zone: str) -> datetime | None:
    """What was typed on the shop's clock, as a moment. One that says its own zone keeps it."""
    if typed is None:
        return None
    aware = typed if typed.tzinfo is not None else typed.replace(tzinfo=ZoneInfo(time_zone))
    return aware.astimezone(UTC)


def _bare(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
