"""A listing as its template shows it: what was asked for, what was found, and every way on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from webapp.catalogue.derived import FacetKind
from webapp.catalogue.values import CategoryNode, FacetGroup, Listing, PriceRange
from webapp.kit.values import Value, field, replace
from webapp.storefront.asking import Asked, name_of
from webapp.storefront.tiles import Tile, tiles

SORTS = (
    ("newest", "Newest first"),
    ("price", "Price, low to high"),
    ("price-desc", "Price, high to low"),
    ("title", "Name, A to Z"),
)
OPEN_GROUPS = 4
"""Groups of boxes that stand open at first; a group with a choice always does."""

MOST_GROUPS = 8
TELLING = 5
"""A group that speaks of less than a fifth of the products is left out until they are fewer."""

_LABELS = {FacetKind.category: "Category", FacetKind.brand: "Brand", FacetKind.tag: "Tag"}


class Place(Value):
    """Where a listing stands: its words, its way from the front page, its own first order."""

    title: str
    """For the window; the shop's name is added."""
    heading: str
    description: str = ""
    """Clean HTML, above the products."""
    summary: str = ""
    """For search engines."""
    trail: tuple[tuple[str, str | None], ...] = ()
    children: tuple[CategoryNode, ...] = ()
    own_sort: tuple[str, str] | None = None
    """The order that only this place has, which is its first: (key, label)."""
    links_stay: bool = False
    """Whether choosing a category stays here (a search) or leads to the category's page."""
    is_search: bool = False


class Box(Value):
    value: str
    label: str
    count: int
    chosen: bool


class Group(Value):
    """Boxes to tick under one heading."""

    name: str
    label: str
    boxes: tuple[Box, ...]
    is_open: bool


class Link(Value):
    url: str
    label: str
    count: int


class Chip(Value):
    """One thing that narrows the list; following ``url`` takes it away."""

    label: str
    url: str


class Shelf(Value):
    """Everything a listing shows."""

    place: Place
    asked: Asked
    products: Sequence[Tile]
    total: int
    previous_url: str | None
    next_url: str | None
    sorts: tuple[tuple[str, str], ...]
    sort: str
    chips: tuple[Chip, ...]
    categories: tuple[Link, ...] = ()
    groups: tuple[Group, ...] = ()
    price: PriceRange | None = None
    available_count: int = 0
    on_sale_count: int = 0
    in_stock: bool = False
    on_sale: bool = False
    corrected: str | None = None
    is_relaxed: bool = False
    hidden: tuple[tuple[str, str], ...] = field(default=())
    """What the filter form sends along without showing a field for it."""

    @property
    def counted(self) -> str:
        return "1 product" if self.total == 1 else f"{self.total} products"

    @property
    def canonical(self) -> str:
        """What search engines should keep of all the ways to narrow and sort this list."""
        return replace(self.asked, pairs=(), kept=(), sort=None).url

    @property
    def is_variation(self) -> bool:
        """Narrowed or sorted otherwise: the same products as elsewhere, for shoppers only."""
        return bool(self.asked.pairs or self.asked.sort)

    @property
    def has_filters(self) -> bool:
        return bool(
            self.categories or self.groups or self.offers_price or self.on_sale_count or self.chips
        )

    @property
    def offers_price(self) -> bool:
        """Whether there is more than one price to choose between."""
        return self.price is not None and self.price.lowest != self.price.highest


def shelf(place: Place, asked: Asked, found: Listing, menu: Iterable[CategoryNode]) -> Shelf:
    """Put a place, what was asked there and what was found together."""
    page = found.products
    names = {node.path: node.name for node in _every(menu)}
    sorts = sorts_of(place)
    return Shelf(
        place=place,
        asked=asked,
        products=tiles(page),
        total=page.total or 0,
        previous_url=asked.at(page.previous_cursor),
        next_url=asked.at(page.next_cursor),
        sorts=sorts,
        sort=asked.sort or sorts[0][0],
        chips=tuple(_chips(asked, found, names)),
        categories=_links(place, asked, found.facets.groups),
        groups=_groups(asked, found.facets.groups, page.total or 0),
        price=found.facets.price,
        available_count=found.facets.available_count,
        on_sale_count=found.facets.on_sale_count,
        in_stock=bool(asked.values("in_stock")),
        on_sale=bool(asked.values("on_sale")),
        corrected=found.corrected,
        is_relaxed=found.is_relaxed,
        hidden=(*asked.kept, *(pair for pair in asked.pairs if pair[0] in {"category", "tag"})),
    )


def sorts_of(place: Place) -> tuple[tuple[str, str], ...]:
    """The orders that are offered there; the first is the one without asking."""
    return (place.own_sort, *SORTS) if place.own_sort else SORTS


def node_at(menu: Iterable[CategoryNode], path: str) -> CategoryNode | None:
    """The category of that path, if shoppers can see it."""
    return next((node for node in _every(menu) if node.path == path), None)


def _every(menu: Iterable[CategoryNode]) -> Iterable[CategoryNode]:
    for node in menu:
        yield node
        yield from _every(node.children)


def _links(place: Place, asked: Asked, groups: Iterable[FacetGroup]) -> tuple[Link, ...]:
    return tuple(
        Link(
            asked.narrowed("category", value.value)
            if place.links_stay
            else asked.elsewhere(f"/categories/{value.value}"),
            value.label,
            value.count,
        )
        for group in groups
        if group.kind is FacetKind.category
        for value in group.values
    )


def _groups(asked: Asked, groups: Iterable[FacetGroup], total: int) -> tuple[Group, ...]:
    """Those worth a shopper's time: of more than a few products, and with a choice to make."""
    made: list[Group] = []
    for group in groups:
        if group.kind is FacetKind.category:
            continue
        name = name_of(group.kind, group.name)
        is_chosen = bool(asked.values(name))
        if not is_chosen and (len(made) >= MOST_GROUPS or not _is_telling(group, total)):
            continue
        boxes = tuple(
            Box(value.value, value.label, value.count, value.is_chosen) for value in group.values
        )
        label = group.label or _LABELS.get(group.kind, "")
        made.append(Group(name, label, boxes, is_chosen or len(made) < OPEN_GROUPS))
    return tuple(made)


def _is_telling(group: FacetGroup, total: int) -> bool:
    held = sum(value.count for value in group.values)
    parts = any(value.count < total for value in group.values)
    return parts and (group.kind is FacetKind.brand or held * TELLING >= total)


def _chips(asked: Asked, found: Listing, names: Mapping[str, str]) -> Iterable[Chip]:
    labels = {
        (name_of(group.kind, group.name), value.value): (
            value.label
            if group.kind in (FacetKind.brand, FacetKind.tag)
            else f"{group.label}: {value.label}"
        )
        for group in found.facets.groups
        for value in group.values
    }
    for name, value in asked.pairs:
        match name:
            case "category":
                label = names.get(value, value)
            case "in_stock":
                label = "In stock"
            case "on_sale":
                label = "On sale"
            case "min_price":
                label = f"From {value}"
            case "max_price":
                label = f"Up to {value}"
            case _:
                label = labels.get((name, value), value)
        yield Chip(label, asked.without(name, value=value))
