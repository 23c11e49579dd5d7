"""The price for a kilogram, a litre, a metre: what makes packages of different size comparable."""

from fractions import Fraction

from webapp.catalogue.values import UnitPrice
from webapp.kit.money import Money, round_half_up

_UNITS = {
    "mg": ("mass", 1), "g": ("mass", 1_000), "kg": ("mass", 1_000_000),
    "oz": ("ounce", 1), "lb": ("ounce", 16),
    "ml": ("volume", 1), "cl": ("volume", 10), "l": ("volume", 1_000), "m3": ("volume", 1_000_000),
    "mm": ("length", 1), "cm": ("length", 10), "m": ("length", 1_000),
    "in": ("inch", 1), "ft": ("inch", 12), "yd": ("inch", 36),
    "cm2": ("area", 1), "m2": ("area", 10_000),
}  # fmt: skip


def unit_price(
    price: Money, amount: int | None, unit: str, base_amount: int | None, base: str
) -> UnitPrice | None:
    """The price for ``base_amount`` of ``base``, rounded once; ``None`` where it cannot be told."""
    if not amount or not base_amount or not unit:
        return None
    base = base or unit
    kind, size = _UNITS.get(unit.casefold(), (unit, 1))
    base_kind, base_size = _UNITS.get(base.casefold(), (base, 1))
    if kind != base_kind:
        return None
    for_base = Fraction(price.minor * base_amount * base_size, amount * size)
    told = f"{base_amount // 1000}.{base_amount % 1000:03}".rstrip("0").rstrip(".")
    return UnitPrice(Money(round_half_up(for_base), price.currency), told, base)
