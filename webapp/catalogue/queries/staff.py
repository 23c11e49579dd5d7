"""What the back office reads: drafts and archived products too."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlmodel import Session, col

from webapp.catalogue import search
from webapp.catalogue.columns import (
    attributes,
    brands,
    categories,
    collection_products,
    collections,
    product_attributes,
    product_categories,
    product_images,
    product_relations,
    product_tags,
    products,
    tags,
)
from webapp.catalogue.models import (
    Option,
    OptionValue,
    Product,
    ProductStatus,
    RelationKind,
    Variant,
    VariantValue,
)
from webapp.catalogue.queries.cards import CARD_COLUMNS, card, image, with_card_tables
from webapp.catalogue.queries.searching import find
from webapp.catalogue.values import Picture, StaffProduct
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.paging import Cursor, Page
from webapp.kit.values import Value
from webapp.media.models import MediaFile

LARGEST_PAGE = 100


class StaffQuery(Value, kw_only=True):
    """``status``: draft, active, scheduled, archived or empty for all but the archived."""

    text: str = ""
    status: str = ""
    category_id: int | None = None
    brand_id: int | None = None
    only_unavailable: bool = False
    cursor: str | None = None
    size: int = 50


def staff_products(
    session: Session, query: StaffQuery | None = None, *, currency: str
) -> Page[StaffProduct]:
    """Products as staff see them, the last changed first; a search gives the best match first."""
    asked = query or StaffQuery()
    size = min(max(asked.size, 1), LARGEST_PAGE)
    conditions = [_has_status(asked.status, now())]
    if asked.category_id is not None:
        conditions.append(
            products.c.id.in_(
                select(product_categories.c.product_id).where(
                    product_categories.c.category_id == asked.category_id
                )
            )
        )
    if asked.brand_id is not None:
        conditions.append(products.c.brand_id == asked.brand_id)
    if asked.only_unavailable:
        conditions.append(products.c.is_available.is_(False))
    if asked.text.strip():
        return _searched(session, asked, conditions, size, currency)
    edge: ColumnElement[bool] = and_(True)
    if asked.cursor:
        at, key = Cursor.decode(asked.cursor, datetime, int)
        moment = literal(at, products.c.updated_at.type)
        edge = and_(
            products.c.updated_at <= moment,
            or_(products.c.updated_at < moment, products.c.id < key),
        )
    total = session.execute(
        select(func.count()).select_from(products).where(*conditions)
    ).scalar_one()
    rows = session.execute(
        _select_lines()
        .where(*conditions, edge)
        .order_by(products.c.updated_at.desc(), products.c.id.desc())
        .limit(size + 1)
    ).all()
    following = None
    if len(rows) > size:
        last = rows[size - 1]
        following = Cursor.encode([last.updated_at, last.id])
    return Page(tuple(_line(row, currency) for row in rows[:size]), following, None, total)


def _searched(
    session: Session,
    asked: StaffQuery,
    conditions: Sequence[ColumnElement[bool]],
    size: int,
    currency: str,
) -> Page[StaffProduct]:
    start = 0
    if asked.cursor:
        (place,) = Cursor.decode(asked.cursor, int)
        start = place if isinstance(place, int) and 0 <= place <= search.MOST_FOUND else 0
    found = find(session, asked.text, hidden_too=True).ids
    kept = set(session.scalars(select(products.c.id).where(products.c.id.in_(found), *conditions)))
    order = [one for one in found if one in kept]
    shown = order[start : start + size]
    rows = session.execute(_select_lines().where(products.c.id.in_(shown))).all()
    lines = {row.id: _line(row, currency) for row in rows}
    following = Cursor.encode([start + size]) if len(order) > start + size else None
    preceding = Cursor.encode([max(0, start - size)]) if start else None
    return Page(tuple(lines[one] for one in shown), following, preceding, len(order))


def _has_status(status: str, at: datetime) -> ColumnElement[bool]:
    active = products.c.status == ProductStatus.active
    ahead = and_(products.c.publish_at.is_not(None), products.c.publish_at > at)
    match status:
        case "":
            return products.c.status != ProductStatus.archived
        case "active":
            return and_(active, ~ahead)
        case "scheduled":
            return and_(active, ahead)
        case "draft" | "archived":
            return products.c.status == ProductStatus(status)
        case "all":
            return and_(True)
    raise Invalid("There is no such status.", field="status")


def _select_lines() -> Any:
    return select(
        *CARD_COLUMNS,
        products.c.status,
        products.c.publish_at,
        products.c.updated_at,
        categories.c.name.label("category"),
    ).select_from(
        with_card_tables(products.outerjoin(categories, categories.c.id == products.c.category_id))
    )


def _line(row: Any, currency: str) -> StaffProduct:
    shown = card(row, currency)
    status = str(row.status)
    if row.status is ProductStatus.active and row.publish_at and row.publish_at > now():
        status = "scheduled"
    return StaffProduct(
        id=shown.id,
        public_id=shown.public_id,
        slug=shown.slug,
        title=shown.title,
        status=status,
        brand=shown.brand,
        category=row.category or "",
        price_from=shown.price_from,
        price_to=shown.price_to,
        variant_count=shown.variant_count,
        is_available=shown.is_available,
        image=shown.image,
        updated_at=row.updated_at,
    )


class EditVariant(Value):
    variant: Variant
    values: Mapping[str, str]
    """By option name."""


class EditOption(Value):
    option: Option
    values: tuple[OptionValue, ...]


class EditAttribute(Value):
    id: int
    code: str
    name: str
    type: str
    unit: str
    choices: tuple[str, ...]
    text: str
    """This product's value, or empty."""


class ProductEdit(Value):
    """Everything an editor shows of a product; rows are for reading, commands change them."""

    product: Product
    brand: str
    category_ids: tuple[int, ...]
    tags: tuple[str, ...]
    attributes: tuple[EditAttribute, ...]
    options: tuple[EditOption, ...]
    variants: tuple[EditVariant, ...]
    """Archived ones are last."""
    pictures: tuple[Picture, ...]
    relations: Mapping[RelationKind, tuple[int, ...]]
    collections: tuple[tuple[int, str], ...]


def product_for_edit(session: Session, public_id: str) -> ProductEdit:
    """A product in any state, by public id or slug. Raises ``NotFound``."""
    product = session.scalars(
        select(Product).where(
            or_(col(Product.public_id) == public_id, col(Product.slug) == public_id)
        )
    ).first()
    if product is None or product.id is None:
        raise NotFound("There is no such product, or not any more.", product=public_id)
    key = product.id
    axes, variants = _shape(session, key)
    brand = session.execute(select(brands.c.name).where(brands.c.id == product.brand_id)).scalar()
    shelves = select(product_categories.c.category_id).where(product_categories.c.product_id == key)
    tagged = (
        select(tags.c.name)
        .join(product_tags, product_tags.c.tag_id == tags.c.id)
        .where(product_tags.c.product_id == key)
        .order_by(tags.c.name)
    )
    grouped = (
        select(collections.c.id, collections.c.title)
        .join(collection_products, collection_products.c.collection_id == collections.c.id)
        .where(collection_products.c.product_id == key)
        .order_by(collections.c.position, collections.c.id)
    )
    return ProductEdit(
        product=product,
        brand=brand or "",
        category_ids=tuple(session.scalars(shelves)),
        tags=tuple(session.scalars(tagged)),
        attributes=_attributes(session, key),
        options=axes,
        variants=variants,
        pictures=pictures_of(session, key),
        relations=_relations(session, key),
        collections=tuple((row.id, row.title) for row in session.execute(grouped)),
    )


def _shape(session: Session, key: int) -> tuple[tuple[EditOption, ...], tuple[EditVariant, ...]]:
    options = session.scalars(
        select(Option)
        .where(col(Option.product_id) == key)
        .order_by(col(Option.position), col(Option.id))
    ).all()
    values: dict[int, list[OptionValue]] = {option.id or 0: [] for option in options}
    named: dict[int, tuple[str, str]] = {}
    names = {option.id: option.name for option in options}
    for value in session.scalars(
        select(OptionValue)
        .where(col(OptionValue.option_id).in_(values))
        .order_by(col(OptionValue.position), col(OptionValue.id))
    ):
        values[value.option_id].append(value)
        named[value.id or 0] = (names[value.option_id], value.value)
    variants = session.scalars(
        select(Variant)
        .where(col(Variant.product_id) == key)
        .order_by(col(Variant.is_archived), col(Variant.position), col(Variant.id))
    ).all()
    chosen: dict[int, dict[str, str]] = {variant.id or 0: {} for variant in variants}
    for made in session.scalars(
        select(VariantValue).where(col(VariantValue.option_id).in_(values))
    ):
        name, text = named[made.value_id]
        chosen[made.variant_id][name] = text
    return (
        tuple(EditOption(option, tuple(values[option.id or 0])) for option in options),
        tuple(EditVariant(variant, chosen[variant.id or 0]) for variant in variants),
    )


def pictures_of(session: Session, product_id: int) -> tuple[Picture, ...]:
    """A product's pictures in order."""
    rows = session.execute(
        select(
            product_images.c.id,
            product_images.c.alt,
            col(MediaFile.sha256),
            col(MediaFile.extension),
            col(MediaFile.width),
            col(MediaFile.height),
            col(MediaFile.colour),
        )
        .join(MediaFile, col(MediaFile.id) == product_images.c.file_id)
        .where(product_images.c.product_id == product_id)
        .order_by(product_images.c.position, product_images.c.id)
    )
    return tuple(Picture(row.id, shown) for row in rows if (shown := image(row)) is not None)


def _attributes(session: Session, key: int) -> tuple[EditAttribute, ...]:
    """Every attribute there is, those that the product has with their value, in order."""
    here = and_(
        product_attributes.c.attribute_id == attributes.c.id,
        product_attributes.c.product_id == key,
    )
    rows = session.execute(
        select(attributes, product_attributes.c.text)
        .outerjoin(product_attributes, here)
        .order_by(
            case((product_attributes.c.text.is_(None), 1), else_=0),
            attributes.c.position,
            attributes.c.id,
        )
    )
    return tuple(
        EditAttribute(
            id=row.id,
            code=row.code,
            name=row.name,
            type=str(row.type),
            unit=row.unit,
            choices=tuple(row.choices),
            text=row.text or "",
        )
        for row in rows
    )


def _relations(session: Session, key: int) -> dict[RelationKind, tuple[int, ...]]:
    found: dict[RelationKind, list[int]] = {kind: [] for kind in RelationKind}
    for kind, other in session.execute(
        select(product_relations.c.kind, product_relations.c.other_id)
        .where(product_relations.c.product_id == key)
        .order_by(product_relations.c.position, product_relations.c.other_id)
    ):
        found[kind].append(other)
    return {kind: tuple(others) for kind, others in found.items()}
