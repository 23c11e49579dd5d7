"""The catalogue for those outside who are told of it: many things at once, as the API shows one."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session

from webapp.catalogue.columns import (
    attributes,
    brands,
    categories,
    collections,
    media_files,
    option_values,
    options,
    product_attributes,
    product_images,
    product_tags,
    products,
    tags,
    variant_values,
    variants,
)
from webapp.catalogue.queries.cards import image, money_or_none
from webapp.catalogue.queries.units import unit_price
from webapp.catalogue.schemas import ImageOut, MoneyOut, UnitPriceOut
from webapp.kit.money import Money
from webapp.runtime.portraits import Drawing, Portrait
from webapp.shop import queries as shops

Rows = Mapping[int, list[Any]]


def draw_products(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    """Products as ``GET /api/v1/products/{slug}`` shows them, hidden ones too and with their
    ``status``; six statements."""
    heads = session.execute(
        select(products, brands.c.name.label("brand"), categories.c.path.label("category"))
        .select_from(
            products.outerjoin(brands, brands.c.id == products.c.brand_id).outerjoin(
                categories, categories.c.id == products.c.category_id
            )
        )
        .where(products.c.public_id.in_(ids))
    ).all()
    if not heads:
        return {}
    currency = shops.current(session).currency
    keys = [head.id for head in heads]
    shown = _variants_of(session, keys)
    pictures = _by_product(session, _pictures(), product_images.c.product_id.in_(keys))
    told = _by_product(session, _attributes(), product_attributes.c.product_id.in_(keys))
    tagged = _by_product(session, _tags(), product_tags.c.product_id.in_(keys))
    return {
        head.public_id: {
            **_head(head, currency),
            **_choices(shown.get(head.id, []), currency),
            "images": [
                ImageOut.of(picture).model_dump(mode="json")
                for row in pictures.get(head.id, ())
                if (picture := image(row)) is not None
            ],
            "attributes": [
                {
                    "code": row.code,
                    "name": row.name,
                    "type": str(row.type.value),
                    "value": row.text,
                    "unit": row.unit,
                }
                for row in told.get(head.id, ())
            ],
            "tags": [row.name for row in tagged.get(head.id, ())],
        }
        for head in heads
    }


def draw_categories(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    above = categories.alias("above")
    rows = session.execute(
        select(categories, above.c.path.label("parent"))
        .select_from(categories.outerjoin(above, above.c.id == categories.c.parent_id))
        .where(categories.c.public_id.in_(ids))
    )
    return {
        row.public_id: {
            "id": row.public_id,
            "path": row.path,
            "slug": row.slug,
            "name": row.name,
            "description": row.description,
            "parent": row.parent,
            "is_visible": row.is_visible,
        }
        for row in rows
    }


def draw_collections(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    rows = session.execute(select(collections).where(collections.c.public_id.in_(ids)))
    return {
        row.public_id: {
            "id": row.public_id,
            "slug": row.slug,
            "title": row.title,
            "description": row.description,
        }
        for row in rows
    }


PORTRAITS = {
    "product": Portrait(draw_products),
    "category": Portrait(draw_categories),
    "collection": Portrait(draw_collections),
}


def _head(row: Any, currency: str) -> Drawing:
    return {
        "id": row.public_id,
        "slug": row.slug,
        "status": row.status.value,
        "title": row.title,
        "summary": row.summary,
        "body": row.body,
        "brand": row.brand or "",
        "category": row.category,
        "price_from": Money(row.price_from_minor, currency).wire(),
        "price_to": Money(row.price_to_minor, currency).wire(),
        "is_on_sale": bool(row.is_on_sale),
        "is_available": bool(row.is_available),
        "minimum_quantity": row.minimum_quantity,
        "maximum_quantity": row.maximum_quantity,
        "updated_at": row.updated_at.isoformat().replace("+00:00", "Z"),
    }


def _choices(rows: Sequence[Any], currency: str) -> Drawing:
    """Options and variants, out of a row for each variant and axis."""
    first: dict[int, Any] = {}
    made: dict[int, dict[tuple[int, int], str]] = defaultdict(dict)
    axes: dict[tuple[int, int], str] = {}
    values: dict[tuple[int, int], dict[tuple[int, int], str]] = defaultdict(dict)
    for row in rows:
        first.setdefault(row.id, row)
        if row.axis_id is not None:
            axis = (row.axis_place, row.axis_id)
            axes[axis] = row.axis
            made[row.id][axis] = row.value
            values[axis][(row.value_place, row.value_id)] = row.value
    return {
        "options": [
            {"name": name, "values": [value for _, value in sorted(values[axis].items())]}
            for axis, name in sorted(axes.items())
        ],
        "variants": [
            _variant(
                row, {axes[axis]: value for axis, value in sorted(made[key].items())}, currency
            )
            for key, row in first.items()
        ],
    }


def _variant(row: Any, chosen: dict[str, str], currency: str) -> Drawing:
    price = Money(row.price_minor, currency)
    above = row.compare_at_minor is not None and row.compare_at_minor > row.price_minor
    compare_at = money_or_none(row.compare_at_minor, currency) if above else None
    per_unit = unit_price(price, row.unit_amount, row.unit, row.unit_base_amount, row.unit_base)
    return {
        "id": row.public_id,
        "title": row.title,
        "sku": row.sku or "",
        "barcode": row.barcode,
        "price": price.wire(),
        "compare_at": MoneyOut.of(compare_at).model_dump() if compare_at else None,
        "unit_price": UnitPriceOut.of(per_unit).model_dump() if per_unit else None,
        "is_available": bool(row.is_available),
        "requires_shipping": bool(row.requires_shipping),
        "is_digital": bool(row.is_digital),
        "weight_g": row.weight_g,
        "options": chosen,
    }


def _variants_of(session: Session, keys: Sequence[int]) -> Rows:
    query = (
        select(
            variants,
            options.c.id.label("axis_id"),
            options.c.name.label("axis"),
            options.c.position.label("axis_place"),
            option_values.c.id.label("value_id"),
            option_values.c.value,
            option_values.c.position.label("value_place"),
        )
        .select_from(
            variants.outerjoin(variant_values, variant_values.c.variant_id == variants.c.id)
            .outerjoin(option_values, option_values.c.id == variant_values.c.value_id)
            .outerjoin(options, options.c.id == variant_values.c.option_id)
        )
        .where(variants.c.is_archived.is_(False))
        .order_by(variants.c.position, variants.c.id)
    )
    return _by_product(session, query, variants.c.product_id.in_(keys))


def _pictures() -> Select[Any]:
    return (
        select(
            product_images.c.product_id,
            product_images.c.alt,
            media_files.c.sha256,
            media_files.c.extension,
            media_files.c.width,
            media_files.c.height,
            media_files.c.colour,
        )
        .join(media_files, media_files.c.id == product_images.c.file_id)
        .order_by(product_images.c.position, product_images.c.id)
    )


def _attributes() -> Select[Any]:
    return (
        select(
            product_attributes.c.product_id,
            product_attributes.c.text,
            attributes.c.code,
            attributes.c.name,
            attributes.c.type,
            attributes.c.unit,
        )
        .join(attributes, attributes.c.id == product_attributes.c.attribute_id)
        .order_by(attributes.c.position, attributes.c.id)
    )


def _tags() -> Select[Any]:
    return (
        select(product_tags.c.product_id, tags.c.name)
        .join(tags, tags.c.id == product_tags.c.tag_id)
        .order_by(tags.c.id)
    )


def _by_product(session: Session, query: Select[Any], those: ColumnElement[bool]) -> Rows:
    found: dict[int, list[Any]] = defaultdict(list)
    rows: Iterator[Any] = iter(session.execute(query.where(those)))
    for row in rows:
        found[row.product_id].append(row)
    return found
