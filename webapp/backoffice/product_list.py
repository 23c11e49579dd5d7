"""The back office's list of products: found by title, SKU or barcode, latest change first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from webapp.catalogue.models import (
    Brand,
    Category,
    Product,
    ProductCategory,
    ProductStatus,
    Variant,
)
from webapp.catalogue.queries.cards import CARD_COLUMNS, card, with_card_tables
from webapp.catalogue.values import Card
from webapp.catalogue.words import fold
from webapp.inventory.models import StockItem
from webapp.inventory.queries import AVAILABLE
from webapp.kit.clock import now
from webapp.kit.paging import Cursor, Page
from webapp.kit.values import Value

SIZE = 40
STATES = (
    ("", "All"),
    ("active", "On sale"),
    ("scheduled", "Scheduled"),
    ("draft", "Drafts"),
    ("archived", "Archived"),
    ("low", "Low or sold out"),
)


class Wanted(Value):
    """What staff are looking for; empty means any."""

    text: str = ""
    state: str = ""
    category: int | None = None
    brand: str = ""


class Line(Value):
    """A product in the list."""

    card: Card
    state: str
    """``draft``, ``active``, ``scheduled`` or ``archived``."""
    category: str
    stock: int | None
    """What can be sold of all its variants; None where none of them is counted."""
    is_low: bool
    updated_at: datetime


def products(
    session: Session, wanted: Wanted, *, currency: str, cursor: str | None = None
) -> Page[Line]:
    """A page of them: three statements. Raises ``Invalid`` for a foreign cursor."""
    which = and_(*_conditions(wanted))
    edge: ColumnElement[bool] | None = None
    backwards = False
    if cursor:
        way, at, key = Cursor.decode(cursor, str, datetime, int)
        backwards = way == "b"
        then, that = col(Product.updated_at), col(Product.id)
        edge = (
            or_(then > at, and_(then == at, that > key))
            if backwards
            else or_(then < at, and_(then == at, that < key))
        )
    order = (
        (col(Product.updated_at).asc(), col(Product.id).asc())
        if backwards
        else (col(Product.updated_at).desc(), col(Product.id).desc())
    )
    query = (
        select(
            *CARD_COLUMNS,
            col(Product.status),
            col(Product.publish_at),
            col(Product.updated_at),
            func.coalesce(col(Category.name), "").label("category"),
        )
        .select_from(
            with_card_tables().outerjoin(Category, col(Category.id) == col(Product.category_id))
        )
        .where(which if edge is None else and_(which, edge))
        .order_by(*order)
        .limit(SIZE + 1)
    )
    rows = list(session.execute(query))
    has_more = len(rows) > SIZE
    rows = rows[:SIZE][::-1] if backwards else rows[:SIZE]
    stock = _stock(session, [row.id for row in rows])
    total = session.scalar(select(func.count()).select_from(Product).where(which)) or 0
    return Page(
        items=[_line(row, stock, currency) for row in rows],
        next_cursor=_cursor("a", rows[-1]) if rows and (has_more or backwards) else None,
        previous_cursor=(
            _cursor("b", rows[0]) if rows and cursor and (has_more or not backwards) else None
        ),
        total=total,
    )


def running_low() -> ColumnElement[bool]:
    """A counted variant is at its warning level, or has nothing left and may not be sold on."""
    return and_(
        col(StockItem.is_tracked).is_(True),
        func.coalesce(col(StockItem.low_threshold), 0) >= AVAILABLE,
    )


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    at = now()
    is_ahead = and_(col(Product.publish_at).is_not(None), col(Product.publish_at) > at)
    match wanted.state:
        case "active":
            conditions += [col(Product.status) == ProductStatus.active, ~is_ahead]
        case "scheduled":
            conditions += [col(Product.status) == ProductStatus.active, is_ahead]
        case "draft" | "archived":
            conditions.append(col(Product.status) == ProductStatus(wanted.state))
        case "low":
            low = (
                select(col(Variant.product_id))
                .join(StockItem, col(StockItem.variant_id) == col(Variant.id))
                .where(running_low(), col(Variant.is_archived).is_(False))
            )
            conditions += [
                col(Product.id).in_(low),
                col(Product.status) != ProductStatus.archived,
            ]
    if wanted.category is not None:
        shelf = select(col(ProductCategory.product_id)).where(
            col(ProductCategory.category_id) == wanted.category
        )
        conditions.append(col(Product.id).in_(shelf))
    if wanted.brand:
        brand = select(col(Brand.id)).where(col(Brand.slug) == wanted.brand)
        conditions.append(col(Product.brand_id).in_(brand))
    if wanted.text.strip():
        conditions.append(matches(wanted.text))
    return conditions or [col(Product.id).is_not(None)]


def matches(text: str) -> ColumnElement[bool]:
    """Whether a product has all words in its title, or a variant of this SKU or barcode."""
    typed = text.strip().lower()
    words = fold(text).split()[:8]
    numbered = select(col(Variant.product_id)).where(
        or_(
            func.lower(col(Variant.sku)).startswith(typed, autoescape=True),
            col(Variant.barcode) == typed,
        )
    )
    found = col(Product.id).in_(numbered)
    if not words:
        return found
    return or_(
        found, and_(*(col(Product.sort_title).contains(word, autoescape=True) for word in words))
    )


def _stock(session: Session, product_ids: Sequence[int]) -> dict[int, tuple[int, bool]]:
    """What can be sold of each product, and whether some variant of it runs low."""
    item = StockItem
    rows = session.execute(
        select(
            col(Variant.product_id),
            func.sum(AVAILABLE),
            func.max(func.coalesce(col(item.low_threshold), 0) - AVAILABLE),
        )
        .join(Variant, col(Variant.id) == col(item.variant_id))
        .where(
            col(Variant.product_id).in_(product_ids),
            col(Variant.is_archived).is_(False),
            col(item.is_tracked).is_(True),
        )
        .group_by(col(Variant.product_id))
    )
    return {product_id: (int(total), lack >= 0) for product_id, total, lack in rows}


def _line(row: Any, stock: dict[int, tuple[int, bool]], currency: str) -> Line:
    left, is_low = stock.get(row.id, (None, False))
    ahead = row.publish_at is not None and row.publish_at > now()
    state = "scheduled" if row.status is ProductStatus.active and ahead else row.status.value
    return Line(card(row, currency), state, row.category, left, is_low, row.updated_at)


def _cursor(way: str, row: Any) -> str:
    return Cursor.encode([way, row.updated_at, row.id])
