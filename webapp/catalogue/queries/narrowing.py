"""What narrows a listing: one condition for each facet, so that any one of them can be left out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, select, true
from sqlmodel import Session

from webapp.catalogue import search
from webapp.catalogue.columns import collection_products, facets, product_facets, products
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.queries.cards import visible
from webapp.catalogue.values import ListingQuery

GroupKey = tuple[FacetKind, str]
"""A group of boxes: its kind and, for options and attributes, its name."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The conditions of one listing, apart from each other."""

    base: ColumnElement[bool]
    """What no facet changes: visibility, category, collection, search."""
    groups: dict[GroupKey, ColumnElement[bool]] = field(default_factory=dict)
    chosen: dict[GroupKey, frozenset[str]] = field(default_factory=dict)
    price: ColumnElement[bool] = field(default_factory=true)
    available: ColumnElement[bool] = field(default_factory=true)
    on_sale: ColumnElement[bool] = field(default_factory=true)

    @property
    def is_plain(self) -> bool:
        """No box is ticked and no price set."""
        return not self.groups and all(
            one is true() for one in (self.price, self.available, self.on_sale)
        )

    def without(self, group: GroupKey | None = None) -> ColumnElement[bool]:
        """All conditions but those of ``group``."""
        return and_(self.boxes(group), self.price, self.available, self.on_sale)

    def boxes(self, group: GroupKey | None = None) -> ColumnElement[bool]:
        """The base and the facet boxes but those of ``group``; neither price, stock nor sale."""
        kept = [condition for key, condition in self.groups.items() if key != group]
        return and_(self.base, *kept)


def narrow(
    session: Session, query: ListingQuery, at: datetime, found: Sequence[int] | None
) -> Narrowing:
    """The conditions of ``query``; ``found`` are the products that its text gave."""
    base = [visible(at)]
    if query.category_id is not None:
        base.append(_holds(FacetKind.category, "", [str(query.category_id)]))
    if query.collection_id is not None:
        base.append(
            products.c.id.in_(
                select(collection_products.c.product_id).where(
                    collection_products.c.collection_id == query.collection_id
                )
            )
        )
    if found is not None:
        base.append(products.c.id.in_(select(search.id_table(session, found).c.value)))
    chosen = _chosen(query)
    lowest, highest = query.lowest_minor, query.highest_minor
    return Narrowing(
        base=and_(*base),
        groups={key: _holds(*key, sorted(values)) for key, values in chosen.items()},
        chosen=chosen,
        price=and_(
            true(),
            *([products.c.price_to_minor >= lowest] if lowest is not None else []),
            *([products.c.price_from_minor <= highest] if highest is not None else []),
        ),
        available=products.c.is_available.is_(True) if query.only_available else true(),
        on_sale=products.c.is_on_sale.is_(True) if query.only_on_sale else true(),
    )


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


def _holds(kind: FacetKind, name: str, values: Sequence[str]) -> ColumnElement[bool]:
    """Products in one of these facets. The facet's key is looked up inside the statement."""
    wanted = select(facets.c.id).where(
        facets.c.kind == kind, facets.c.name == name, facets.c.value.in_(values)
    )
    return products.c.id.in_(
        select(product_facets.c.product_id).where(product_facets.c.facet_id.in_(wanted))
    )
