"""A page of products in any order, reached by the sort key of its edge and never by counting."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, literal, or_, select
from sqlmodel import Session

from webapp.catalogue import search
from webapp.catalogue.columns import collection_products, products
from webapp.catalogue.queries.cards import CARD_COLUMNS, card, with_card_tables
from webapp.catalogue.queries.facets import facet_groups
from webapp.catalogue.queries.narrowing import Narrowing, every, narrow
from webapp.catalogue.queries.searching import Found, find
from webapp.catalogue.values import Card, Facets, Listing, ListingQuery, PriceRange
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.kit.paging import Cursor, CursorValue, Page
from webapp.kit.values import Value

LARGEST_PAGE = 100
_AFTER, _BEFORE = "a", "b"


class Order(Value):
    """A sort: the column whose value, with the product's key, tells where a page begins."""

    column: ColumnElement[Any]
    is_descending: bool
    kind: type


_ORDERS = {
    "newest": Order(products.c.published_at, True, datetime),
    "price": Order(products.c.price_from_minor, False, int),
    "price-desc": Order(products.c.price_from_minor, True, int),
    "title": Order(products.c.sort_title, False, str),
}
SORTS = (*_ORDERS, "relevance", "manual")


def listing(
    session: Session, query: ListingQuery, *, currency: str, at: datetime | None = None
) -> Listing:
    """Products with facets and the total: three statements, and one to three more for a search."""
    moment = at or now()
    sort = _sort_of(query)
    found = find(session, query.text, at=moment) if query.text.strip() else None
    narrowing = narrow(session, query, moment, found.ids if found else None)
    total, facets = _totals(session, narrowing, currency)
    page = _page(session, query, sort, narrowing, found, currency, total)
    if query.with_facets and total:
        groups = facet_groups(session, narrowing, query.category_id, total)
        facets = Facets(groups, facets.price, facets.available_count, facets.on_sale_count)
    return Listing(
        products=page,
        facets=facets,
        corrected=found.corrected if found else None,
        is_relaxed=found.is_relaxed if found else False,
    )


def _sort_of(query: ListingQuery) -> str:
    searches = bool(query.text.strip())
    if query.sort is None:
        if searches:
            return "relevance"
        return "manual" if query.collection_id is not None else "newest"
    if query.sort not in SORTS:
        raise Invalid("There is no such order.", field="sort", sorts=list(SORTS))
    if query.sort == "relevance" and not searches:
        return "newest"
    if query.sort == "manual" and query.collection_id is None:
        return "newest"
    return query.sort


def _totals(session: Session, narrowing: Narrowing, currency: str) -> tuple[int, Facets]:
    """How many there are, and what price, stock and sale boxes would leave, in one pass."""
    price, available, on_sale = narrowing.price, narrowing.available, narrowing.on_sale
    but_price = every(available, on_sale)
    row = session.execute(
        select(
            _count(every(price, available, on_sale)),
            func.min(case((but_price, products.c.price_from_minor))),
            func.max(case((but_price, products.c.price_to_minor))),
            _count(every(price, on_sale, (products.c.is_available.is_(True),))),
            _count(every(price, available, (products.c.is_on_sale.is_(True),))),
        )
        .select_from(products)
        .where(narrowing.of_products())
    ).one()
    total, lowest, highest, available_count, on_sale_count = row
    price_range = None
    if lowest is not None:
        price_range = PriceRange(Money(lowest, currency), Money(highest, currency))
    return total, Facets((), price_range, available_count, on_sale_count)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _page(
    session: Session,
    query: ListingQuery,
    sort: str,
    narrowing: Narrowing,
    found: Found | None,
    currency: str,
    total: int,
) -> Page[Card]:
    size = min(max(query.size, 1), LARGEST_PAGE)
    start, order = _start(session, sort, query, found)
    backward, edge = False, None
    if query.cursor:
        backward, edge = _read_cursor(query.cursor, sort, order)
    if total == 0:
        return Page((), total=0)
    statement = select(*CARD_COLUMNS, order.column.label("sort_key")).select_from(start)
    forward_descending = order.is_descending
    descending = forward_descending != backward
    statement = statement.where(
        narrowing.of_products(narrowing.price, narrowing.available, narrowing.on_sale),
        *_more(sort, query),
    )
    if edge is not None:
        statement = statement.where(_beyond(order.column, edge, descending))
    key = order.column.desc() if descending else order.column.asc()
    tie = products.c.id.desc() if descending else products.c.id.asc()
    rows = list(session.execute(statement.order_by(key, tie).limit(size + 1)).all())
    has_more = len(rows) > size
    rows = rows[:size]
    if backward:
        rows.reverse()
    return _with_cursors(rows, sort, currency, total, backward, edge is not None, has_more)


def _with_cursors(
    rows: Sequence[Any],
    sort: str,
    currency: str,
    total: int,
    backward: bool,
    came_from: bool,
    has_more: bool,
) -> Page[Card]:
    """Going on there is more if a further row was found; going back there is what we left."""
    has_next = (backward and came_from) or (not backward and has_more)
    has_previous = (not backward and came_from) or (backward and has_more)
    following = preceding = None
    if rows and has_next:
        following = Cursor.encode([sort, _AFTER, rows[-1].sort_key, rows[-1].id])
    if rows and has_previous:
        preceding = Cursor.encode([sort, _BEFORE, rows[0].sort_key, rows[0].id])
    return Page(tuple(card(row, currency) for row in rows), following, preceding, total)


def _start(session: Session, sort: str, query: ListingQuery, found: Found | None) -> Any:
    """The tables to read and the order to read them in."""
    if sort == "relevance":
        table = search.id_table(session, found.ids if found else [])
        start = products.join(table, table.c.value == products.c.id)
        return with_card_tables(start), Order(cast(table.c.key, Integer), False, int)
    if sort == "manual":
        start = products.join(
            collection_products, collection_products.c.product_id == products.c.id
        )
        return with_card_tables(start), Order(collection_products.c.position, False, int)
    return with_card_tables(), _ORDERS[sort]


def _more(sort: str, query: ListingQuery) -> list[ColumnElement[bool]]:
    if sort == "manual":
        return [collection_products.c.collection_id == query.collection_id]
    return []


def _read_cursor(text: str, sort: str, order: Order) -> tuple[bool, tuple[CursorValue, int]]:
    told, way, value, key = Cursor.decode(text, str, str, order.kind, int)
    if told != sort or way not in (_AFTER, _BEFORE) or not isinstance(key, int):
        raise Invalid("This page link belongs to another list.", field="cursor")
    return way == _BEFORE, (value, key)


def _beyond(
    column: ColumnElement[Any], edge: tuple[CursorValue, int], descending: bool
) -> ColumnElement[bool]:
    """Rows after the edge. The first, redundant half lets an index begin there."""
    value, key = edge
    at = literal(value, column.type)
    if descending:
        return and_(column <= at, or_(column < at, products.c.id < key))
    return and_(column >= at, or_(column > at, products.c.id > key))
