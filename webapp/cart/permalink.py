"""A cart in a link: ``/cart/add?items=SKU:2,OTHER:1``."""

from webapp.cart.goods import LARGEST_QUANTITY
from webapp.kit.values import Value

MOST_ITEMS = 20


class Wish(Value):
    sku: str
    quantity: int


def read_items(text: str) -> list[Wish]:
    """What the link asks for. A part without a quantity means one; nonsense is left out, and the
    same thing twice is added up.
    """
    wanted: dict[str, int] = {}
    for part in text.split(","):
        sku, mark, number = part.strip().rpartition(":")
        if not mark:
            sku, number = number, "1"
        sku = sku.strip()
        number = number.strip()
        if not sku or len(sku) > 120 or not _is_number(number):
            continue
        wanted[sku] = min(wanted.get(sku, 0) + int(number), LARGEST_QUANTITY)
    return [Wish(sku, quantity) for sku, quantity in list(wanted.items())[:MOST_ITEMS]]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4 and int(text) > 0
