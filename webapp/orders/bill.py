"""The foot of a bill as checkout, order page and mails show it."""

from collections.abc import Sequence

from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.pricing.calculation import percent


class Bill(Value, kw_only=True):
    """Amounts as the shop shows prices; ``tax_rows`` are (name and rate, amount), added to the
    sums above where prices leave tax out, and contained in the total where they include it.
    ``delivery_name`` is empty where nothing is sent.
    """

    subtotal: Money
    discount: Money
    delivery_name: str
    shipping: Money
    fees: Money
    tax_rows: Sequence[tuple[str, Money]]
    total: Money
    prices_include_tax: bool


def tax_label(name: str, millionths: int) -> str:
    """``VAT 19 %``."""
    return f"{name} {percent(millionths)}"
