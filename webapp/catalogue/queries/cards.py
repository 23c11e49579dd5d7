"""Products as they stand in lists: the columns of a card, and who may see it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.sql.selectable import FromClause

from webapp.catalogue.columns import brands, media_files, product_images, products
from webapp.catalogue.models import ProductStatus
from webapp.catalogue.values import Card
from webapp.kit.money import Money
from webapp.media.queries import Image
from webapp.runtime.columns import UtcDateTime

_first = product_images.alias("first_image")

# The picture with the lowest position; one look into an index for each card.
_FIRST_IMAGE = (
    select(_first.c.id)
    .where(_first.c.product_id == products.c.id)
    .order_by(_first.c.position, _first.c.id)
    .limit(1)
    .correlate(products)
    .scalar_subquery()
)

CARD_COLUMNS = (
    products.c.id,
    products.c.public_id,
    products.c.slug,
    products.c.title,
    brands.c.name.label("brand"),
    products.c.price_from_minor,
    products.c.price_to_minor,
    products.c.compare_at_minor,
    products.c.is_on_sale,
    products.c.is_available,
    products.c.variant_count,
    product_images.c.alt,
    media_files.c.sha256,
    media_files.c.extension,
    media_files.c.width,
    media_files.c.height,
    media_files.c.colour,
)


AT = bindparam("at", type_=UtcDateTime)
"""The moment, where a statement is made once and asked often."""


def visible(at: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether shoppers see a product at that moment."""
    return and_(
        products.c.status == ProductStatus.active,
        or_(products.c.publish_at.is_(None), products.c.publish_at <= at),
    )


def with_card_tables(start: FromClause = products) -> FromClause:
    """``products`` (or a join that has it) with what a card's columns need."""
    return (
        start.outerjoin(brands, brands.c.id == products.c.brand_id)
        .outerjoin(product_images, product_images.c.id == _FIRST_IMAGE)
        .outerjoin(media_files, media_files.c.id == product_images.c.file_id)
    )


def select_cards(*more: Any) -> Select[Any]:
    """A card's columns, and ``more`` after them."""
    return select(*CARD_COLUMNS, *more).select_from(with_card_tables())


_NAMES = tuple(column.name for column in CARD_COLUMNS)


def card_shaped(kind: str, place: Any, **known: Any) -> list[Any]:
    """Other rows in the columns of a card (those not ``known`` empty), to go into one statement.

    Before them ``kind`` and ``place`` to tell and sort by. The empty ones carry their type,
    which PostgreSQL wants.
    """
    shaped = [literal(kind, String).label("kind"), place.label("place")]
    for name, column in zip(_NAMES, CARD_COLUMNS, strict=True):
        value = known.get(name)
        shaped.append((cast(null(), column.type) if value is None else value).label(name))
    return shaped


def card(row: Any, currency: str) -> Card:
    """The value of one row of ``select_cards``."""
    return Card(
        id=row.id,
        public_id=row.public_id,
        slug=row.slug,
        title=row.title,
        brand=row.brand or "",
        price_from=Money(row.price_from_minor, currency),
        price_to=Money(row.price_to_minor, currency),
        compare_at=money_or_none(row.compare_at_minor, currency),
        is_on_sale=bool(row.is_on_sale),
        is_available=bool(row.is_available),
        variant_count=row.variant_count,
        image=image(row),
    )


def image(row: Any) -> Image | None:
    """The picture of a row that has the columns of ``media_files`` and an ``alt``."""
    if row.sha256 is None:
        return None
    return Image(row.sha256, row.extension, row.width, row.height, row.colour, row.alt or "")


def money_or_none(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)
