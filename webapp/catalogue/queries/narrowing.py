"""What narrows a listing: one condition for each facet, so that any one of them can be left out.

Every condition is told in two ways: over the columns of ``products``, for the list itself, and over
a product's key alone, for counting facets without touching the products.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true
from sqlmodel import Session

from webapp.catalogue import search, words
from webapp.catalogue.columns import collection_products, facets, product_facets, products
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.models import ProductStatus
from webapp.catalogue.queries.cards import visible
from webapp.catalogue.values import ListingQuery
from webapp.kit.values import Value, field

GroupKey = tuple[FacetKind, str]
"""A group of boxes: its kind and, for options and attributes, its name."""


class Narrowing(Value):
    """The conditions of one listing, apart from each other."""

    at: datetime
    base: tuple[Any, ...]
    """Selects of product keys that no facet changes: category, collection, search."""
    groups: dict[GroupKey, Any] = field(default_factory=dict)
    """Selects of the keys of the products that each chosen group leaves."""
    chosen: dict[GroupKey, frozenset[str]] = field(default_factory=dict)
    price: tuple[ColumnElement[bool], ...] = ()
    available: tuple[ColumnElement[bool], ...] = ()
    on_sale: tuple[ColumnElement[bool], ...] = ()

    def of_products(self, *more: tuple[ColumnElement[bool], ...]) -> ColumnElement[bool]:
        """Over ``products``: visible, base and boxes, and those of the plain conditions given."""
        keys = (products.c.id.in_(keys) for keys in (*self.base, *self.groups.values()))
        return and_(visible(self.at), *keys, *(one for several in more for one in several))

    def of_keys(self, key: ColumnElement[int], but: GroupKey | None = None) -> ColumnElement[bool]:
        """Over the key of an active product: everything but the choices in one group."""
        ahead = select(products.c.id).where(
            products.c.status == ProductStatus.active, products.c.publish_at > self.at
        )
        kept = [keys for group, keys in self.groups.items() if group != but]
        plain = (*self.price, *self.available, *self.on_sale)
        if plain:
            of_active = products.c.status == ProductStatus.active
            kept.append(select(products.c.id).where(of_active, *plain))
        return and_(key.not_in(ahead), *(key.in_(keys) for keys in (*self.base, *kept)))


def narrow(
    session: Session, query: ListingQuery, at: datetime, found: Sequence[int] | None
) -> Narrowing:
    """The conditions of ``query``; ``found`` are the products that its text gave."""
    base: list[Any] = []
    if query.category_id is not None:
        base.append(_holding(FacetKind.category, "", [str(query.category_id)]))
    if query.collection_id is not None:
        base.append(
            select(collection_products.c.product_id).where(
                collection_products.c.collection_id == query.collection_id
            )
        )
    if found is not None:
        base.append(select(search.id_table(session, found).c.value))
    chosen = _chosen(query)
    lowest, highest = query.lowest_minor, query.highest_minor
    return Narrowing(
        at=at,
        base=tuple(base),
        groups={key: _holding(*key, sorted(values)) for key, values in chosen.items()},
        chosen=chosen,
        price=(
            *([products.c.price_to_minor >= lowest] if lowest is not None else []),
            *([products.c.price_from_minor <= highest] if highest is not None else []),
        ),
        available=(products.c.is_available.is_(True),) if query.only_available else (),
        on_sale=(products.c.is_on_sale.is_(True),) if query.only_on_sale else (),
    )


def every(*conditions: tuple[ColumnElement[bool], ...]) -> ColumnElement[bool]:
    """All of these plain conditions; true where there are none."""
    return and_(true(), *(one for several in conditions for one in several))


def _chosen(query: ListingQuery) -> dict[GroupKey, frozenset[str]]:
    chosen: dict[GroupKey, frozenset[str]] = {}
    if query.brands:
        chosen[(FacetKind.brand, "")] = frozenset(query.brands)
    if query.tags:
        chosen[(FacetKind.tag, "")] = frozenset(query.tags)
    for kind, boxes in ((FacetKind.option, query.options), (FacetKind.attribute, query.attributes)):
        for name, values in boxes.items():
            if values:
                chosen[(kind, name)] = frozenset(values)
    return chosen


def _holding(kind: FacetKind, name: str, values: Sequence[str]) -> Any:
    """Products in one of these facets. The facet's key is looked up inside the statement."""
    wanted = select(facets.c.id).where(
        facets.c.kind == kind,
        facets.c.name == words.askable(name),
        facets.c.value.in_([words.askable(value) for value in values]),
    )
    return select(product_facets.c.product_id).where(product_facets.c.facet_id.in_(wanted))
