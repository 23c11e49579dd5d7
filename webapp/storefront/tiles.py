"""Products as lists show them: what ``ui.product_card`` asks for."""

from collections.abc import Iterable

from webapp.catalogue.values import Card
from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.media.queries import Image


class Tile(Value):
    """One product in a list, in the words of the look."""

    url: str
    name: str
    brand: str
    price: Money
    compare_at: Money | None
    price_varies: bool
    sold_out: bool
    image: Image | None


def tiles(cards: Iterable[Card]) -> tuple[Tile, ...]:
    """The cards of the catalogue in the same order."""
    return tuple(map(tile, cards))


def tile(card: Card) -> Tile:
    return Tile(
        url=product_url(card.slug),
        name=card.title,
        brand=card.brand,
        price=card.price_from,
        compare_at=card.compare_at,
        price_varies=card.has_price_range,
        sold_out=not card.is_available,
        image=card.image,
    )


def product_url(slug: str) -> str:
    return f"/products/{slug}"


def collection_url(slug: str) -> str:
    return f"/collections/{slug}"
