"""What is already there, for a batch of products at once, in a few statements for any number."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col

from webapp.catalogue import words
from webapp.catalogue.columns import (
    brands,
    categories,
    product_attributes,
    product_categories,
    product_tags,
    products,
    tags,
    variant_values,
    variants,
)
from webapp.catalogue.drafts import ProductSave
from webapp.catalogue.models import (
    Attribute,
    Option,
    OptionValue,
    Product,
    Variant,
)
from webapp.kit.slugs import LONGEST, shortened, slugify, unique_slug
from webapp.runtime.markup import plain_line

T = TypeVar("T")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
AT_ONCE = 500
"""Values in one IN list; far below what either engine allows in a statement."""


@dataclass
class Known:
    """The rows that a batch touches, and what other rows it must not collide with."""

    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, list[Variant]] = field(default_factory=lambda: defaultdict(list))
    options: dict[int, list[Option]] = field(default_factory=lambda: defaultdict(list))
    values: dict[int, list[OptionValue]] = field(default_factory=lambda: defaultdict(list))
    """By option id."""
    choices: dict[int, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    """Value id by option id, by variant id."""
    categories: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    tags: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    attributes: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    brand_names: dict[int, str] = field(default_factory=dict)
    tag_names: dict[int, str] = field(default_factory=dict)

    brand_ids: dict[str, int] = field(default_factory=dict)
    tag_ids: dict[str, int] = field(default_factory=dict)
    attribute_kinds: dict[str, Attribute] = field(default_factory=dict)
    attribute_codes: dict[int, str] = field(default_factory=dict)
    category_paths: dict[int, str] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    """The product that has a slug; 0 for one promised within this batch."""
    numbered: set[str] = field(default_factory=set)
    """Slugs whose numbered forms were looked up."""
    skus: dict[str, tuple[int, int, str]] = field(default_factory=dict)
    """Variant id, product id and product title by article number; zeros within this batch."""


def label_slug(name: str) -> str:
    """What a brand or tag is known by: two spellings of one name are one."""
    name = plain_line(name)
    return (slugify(name, fallback="") or words.key(name))[:120]


def learn(session: Session, saves: Sequence[ProductSave]) -> Known:
    """Read all that planning these saves needs."""
    known = Known()
    ids = sorted({save.id for save in saves if save.id is not None})
    if ids:
        _learn_products(session, known, ids)
    _learn_labels(session, known, saves)
    _learn_slugs(session, known, saves)
    _learn_skus(session, known, saves)
    return known


def _learn_products(session: Session, known: Known, ids: list[int]) -> None:
    for product in _entities(session, Product, col(Product.id), ids):
        known.products[_id(product)] = product
    for variant in _entities(session, Variant, col(Variant.product_id), ids):
        known.variants[variant.product_id].append(variant)
    for rows in known.variants.values():
        rows.sort(key=lambda variant: (variant.position, _id(variant)))
    option_ids = []
    for option in _entities(session, Option, col(Option.product_id), ids):
        known.options[option.product_id].append(option)
        option_ids.append(_id(option))
    for axes in known.options.values():
        axes.sort(key=lambda option: (option.position, _id(option)))
    if option_ids:
        for value in _entities(session, OptionValue, col(OptionValue.option_id), option_ids):
            known.values[value.option_id].append(value)
        for choices in known.values.values():
            choices.sort(key=lambda value: (value.position, _id(value)))
        query = select(
            variant_values.c.variant_id, variant_values.c.option_id, variant_values.c.value_id
        )
        for variant_id, option_id, value_id in in_chunks(
            session, query, variant_values.c.option_id, option_ids
        ):
            known.choices[variant_id][option_id] = value_id
    _learn_links(session, known, ids)


def _learn_links(session: Session, known: Known, ids: list[int]) -> None:
    shelf = select(product_categories.c.product_id, product_categories.c.category_id).order_by(
        product_categories.c.category_id
    )
    for product_id, category_id in in_chunks(session, shelf, product_categories.c.product_id, ids):
        known.categories[product_id].append(category_id)
    tagged = select(product_tags.c.product_id, tags.c.id, tags.c.name).join(
        tags, tags.c.id == product_tags.c.tag_id
    )
    for product_id, tag_id, name in in_chunks(session, tagged, product_tags.c.product_id, ids):
        known.tags[product_id].add(tag_id)
        known.tag_names[tag_id] = name
    told = select(
        product_attributes.c.product_id,
        product_attributes.c.attribute_id,
        product_attributes.c.text,
    )
    for product_id, attribute_id, text in in_chunks(
        session, told, product_attributes.c.product_id, ids
    ):
        known.attributes[product_id][attribute_id] = text
    brand_ids = {product.brand_id for product in known.products.values() if product.brand_id}
    named = select(brands.c.id, brands.c.name)
    for brand_id, name in in_chunks(session, named, brands.c.id, sorted(brand_ids)):
        known.brand_names[brand_id] = name


def _learn_labels(session: Session, known: Known, saves: Sequence[ProductSave]) -> None:
    brand_slugs = {label_slug(save.fields.get("brand") or "") for save in saves} - {""}
    query = select(brands.c.slug, brands.c.id, brands.c.name)
    for slug, brand_id, name in in_chunks(session, query, brands.c.slug, sorted(brand_slugs)):
        known.brand_ids[slug] = brand_id
        known.brand_names[brand_id] = name
    tag_slugs = {label_slug(tag) for save in saves for tag in save.fields.get("tags", ())} - {""}
    query = select(tags.c.slug, tags.c.id, tags.c.name)
    for slug, tag_id, name in in_chunks(session, query, tags.c.slug, sorted(tag_slugs)):
        known.tag_ids[slug] = tag_id
        known.tag_names[tag_id] = name
    codes = {code for save in saves for code in save.fields.get("attributes", {})}
    for attribute in _entities(session, Attribute, col(Attribute.code), sorted(codes)):
        known.attribute_kinds[attribute.code] = attribute
        known.attribute_codes[_id(attribute)] = attribute.code
    wanted = {category for save in saves for category in save.fields.get("category_ids", ())}
    wanted |= {save.fields.get("category_id") or 0 for save in saves}
    wanted |= {category for row in known.categories.values() for category in row}
    paths = select(categories.c.id, categories.c.path)
    for category_id, path in in_chunks(session, paths, categories.c.id, sorted(wanted - {0})):
        known.category_paths[category_id] = path


def _learn_slugs(session: Session, known: Known, saves: Sequence[ProductSave]) -> None:
    wishes = set()
    for save in saves:
        if save.fields.get("slug"):
            wishes.add(wished_slug(save.fields["slug"]))
        elif save.id is None or "slug" in save.fields:
            wishes.add(slugify(save.fields.get("title", "")))
    query = select(products.c.slug, products.c.id)
    for slug, product_id in in_chunks(session, query, products.c.slug, sorted(wishes)):
        known.slugs[slug] = product_id


def free_slug(session: Session, known: Known, base: str) -> str:
    """``base`` or the first numbered form of it that no product has; promised to the caller."""
    if base in known.slugs and base not in known.numbered:
        known.numbered.add(base)
        stem = shortened(base, LONGEST - 3)
        query = select(products.c.slug, products.c.id)
        numbered = [f"{stem}-{number}" for number in range(2, 51)]
        for slug, product_id in in_chunks(session, query, products.c.slug, numbered):
            known.slugs[slug] = product_id
    return unique_slug(base, lambda slug: slug in known.slugs)


def wished_slug(text: str) -> str:
    """A slug that somebody asked for: kept if it is one, else made into one."""
    wish = text.strip().lower()
    return wish if _SLUG.fullmatch(wish) and len(wish) <= 200 else slugify(text)


def _learn_skus(session: Session, known: Known, saves: Sequence[ProductSave]) -> None:
    wanted = {
        " ".join(sku.split())
        for save in saves
        for variant in save.variants
        if (sku := variant.fields.get("sku"))
    }
    query = select(variants.c.sku, variants.c.id, products.c.id, products.c.title).join(
        products, products.c.id == variants.c.product_id
    )
    for sku, variant_id, product_id, title in in_chunks(
        session, query, variants.c.sku, sorted(wanted)
    ):
        known.skus[sku] = (variant_id, product_id, title)


def in_chunks(
    session: Session, query: Select[Any], column: ColumnElement[Any], values: Sequence[Any]
) -> Iterable[Any]:
    """The rows of ``query`` whose ``column`` is one of ``values``, in lists of bounded length."""
    for start in range(0, len(values), AT_ONCE):
        yield from session.execute(query.where(column.in_(values[start : start + AT_ONCE])))


def _entities(session: Session, kind: type[T], column: Any, values: Sequence[Any]) -> Iterable[T]:
    for (row,) in in_chunks(session, select(kind), column, values):
        yield row


def _id(row: Any) -> int:
    key = row.id
    if key is None:
        raise ValueError("a row that was read has a key")
    return int(key)
