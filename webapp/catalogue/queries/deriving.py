"""What the derived columns and facets have to be, told by what they are derived from."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ScalarSelect, case, func, select
from sqlmodel import Session

from webapp.catalogue import words
from webapp.catalogue.columns import (
    attributes,
    brands,
    categories,
    option_values,
    options,
    product_attributes,
    product_categories,
    product_tags,
    products,
    tags,
    variant_values,
    variants,
)
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.models import AttributeType, ProductStatus

FacetKey = tuple[FacetKind, str, str]
"""Kind, name and value."""


def derived_columns() -> dict[str, Any]:
    """What each derived column has to be, as SQL; the audit compares with the same."""
    live = (variants.c.product_id == products.c.id, variants.c.is_archived.is_(False))

    def of_live(what: Any) -> ScalarSelect[Any]:
        return select(what).where(*live).correlate(products).scalar_subquery()

    cheapest = (
        select(
            case(
                (variants.c.compare_at_minor > variants.c.price_minor, variants.c.compare_at_minor)
            )
        )
        .where(*live)
        .order_by(variants.c.price_minor, variants.c.position, variants.c.id)
        .limit(1)
        .correlate(products)
        .scalar_subquery()
    )
    on_sale = select(variants.c.id).where(
        *live, variants.c.compare_at_minor > variants.c.price_minor
    )
    available = select(variants.c.id).where(*live, variants.c.is_available.is_(True))
    return {
        "price_from_minor": func.coalesce(of_live(func.min(variants.c.price_minor)), 0),
        "price_to_minor": func.coalesce(of_live(func.max(variants.c.price_minor)), 0),
        "variant_count": of_live(func.count()),
        "compare_at_minor": cheapest,
        "is_on_sale": on_sale.correlate(products).exists(),
        "is_available": available.correlate(products).exists(),
    }


def facets_of(session: Session, ids: Sequence[int]) -> dict[int, dict[FacetKey, tuple[str, str]]]:
    """By product: its facets with the labels of their name and value."""
    active = select(products.c.id).where(
        products.c.id.in_(ids), products.c.status == ProductStatus.active
    )
    held: dict[int, dict[FacetKey, tuple[str, str]]] = defaultdict(dict)
    shelf = categories.alias("shelf")
    below = (shelf.c.path == categories.c.path) | shelf.c.path.startswith(categories.c.path + "/")
    for product_id, category_id, name in session.execute(
        select(product_categories.c.product_id, categories.c.id, categories.c.name)
        .join(shelf, shelf.c.id == product_categories.c.category_id)
        .join(categories, below)
        .where(product_categories.c.product_id.in_(active))
        .distinct()
    ):
        held[product_id][(FacetKind.category, "", str(category_id))] = ("", name)
    for product_id, slug, name in session.execute(
        select(products.c.id, brands.c.slug, brands.c.name)
        .join(brands, brands.c.id == products.c.brand_id)
        .where(products.c.id.in_(active))
    ):
        held[product_id][(FacetKind.brand, "", slug)] = ("", name)
    for product_id, slug, name in session.execute(
        select(product_tags.c.product_id, tags.c.slug, tags.c.name)
        .join(tags, tags.c.id == product_tags.c.tag_id)
        .where(product_tags.c.product_id.in_(active))
    ):
        held[product_id][(FacetKind.tag, "", slug)] = ("", name)
    for product_id, name, value in session.execute(
        select(options.c.product_id, options.c.name, option_values.c.value)
        .join(variant_values, variant_values.c.value_id == option_values.c.id)
        .join(variants, variants.c.id == variant_values.c.variant_id)
        .join(options, options.c.id == option_values.c.option_id)
        .where(options.c.product_id.in_(active), variants.c.is_archived.is_(False))
        .distinct()
    ):
        facet = (FacetKind.option, words.key(name), words.key(value))
        held[product_id][facet] = (name, value)
    for product_id, code, name, unit, kind, text in session.execute(
        select(
            product_attributes.c.product_id,
            attributes.c.code,
            attributes.c.name,
            attributes.c.unit,
            attributes.c.type,
            product_attributes.c.text,
        )
        .join(attributes, attributes.c.id == product_attributes.c.attribute_id)
        .where(product_attributes.c.product_id.in_(active), attributes.c.is_filter.is_(True))
    ):
        key = (FacetKind.attribute, words.key(code), words.key(text))
        held[product_id][key] = (name, _attribute_label(kind, text, unit))
    return held


def _attribute_label(kind: AttributeType, text: str, unit: str) -> str:
    if kind is AttributeType.boolean:
        return "Yes" if text == "true" else "No"
    return f"{text} {unit}".strip()[:200]
