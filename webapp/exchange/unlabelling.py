"""The categories, brands, tags, attributes and collections that an import made, gone again where
nothing uses them any more."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import delete, or_, select
from sqlmodel import Session, col

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import (
    attributes,
    brands,
    categories,
    collection_products,
    collections,
    product_attributes,
    product_categories,
    products,
    tags,
)
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import Attribute, Category, Collection
from webapp.exchange.noting import import_made
from webapp.exchange.restoring import Way

_TABLES = {
    "attribute": attributes, "brand": brands, "category": categories, "collection": collections,
    "tag": tags,
}  # fmt: skip


def forget_made(session: Session, way: Way) -> None:
    """Delete what nothing uses; the rest belongs to the shop from now on."""
    made: dict[str, list[str]] = defaultdict(list)
    c = import_made.c
    query = select(c.kind, c.key).where(c.import_id == way.import_id).order_by(c.kind, c.key)
    for kind, key in session.execute(query):
        made[kind].append(key)
    catalogue.forget_labels(
        session,
        way.actor,
        brand_ids=[int(key) for key in made["brand"]],
        tag_ids=[int(key) for key in made["tag"]],
    )
    _forget_attributes(session, way, [int(key) for key in made["attribute"]])
    _forget_choices(session, way, made["choice"])
    _forget_collections(session, way, [int(key) for key in made["collection"]])
    _forget_categories(session, way, [int(key) for key in made["category"]])
    _strike(session, way, made)


def _strike(session: Session, way: Way, made: dict[str, list[str]]) -> None:
    """Strike what is gone off the list: its key may be given to another row."""
    c = import_made.c
    for kind, table in _TABLES.items():
        query = select(table.c.id)
        keys = sorted(int(key) for key in made[kind])
        there = {key for (key,) in in_chunks(session, query, table.c.id, keys)}
        for key in set(keys) - there:
            session.execute(
                delete(import_made).where(
                    c.import_id == way.import_id, c.kind == kind, c.key == str(key)
                )
            )


def _forget_attributes(session: Session, way: Way, keys: list[int]) -> None:
    for key in keys:
        row = session.get(Attribute, key)
        used = select(product_attributes.c.product_id).where(
            product_attributes.c.attribute_id == key
        )
        if row is not None and session.execute(used.limit(1)).first() is None:
            catalogue.delete_attribute(session, way.actor, row)


def _forget_choices(session: Session, way: Way, keys: list[str]) -> None:
    for told in keys:
        key, _, value = told.partition(":")
        row = session.get(Attribute, int(key))
        used = select(product_attributes.c.product_id).where(
            product_attributes.c.attribute_id == int(key), product_attributes.c.text == value
        )
        left = [each for each in row.choices if each != value] if row is not None else []
        if row is not None and left and session.execute(used.limit(1)).first() is None:
            catalogue.update_attribute(session, way.actor, row, choices=left)


def _forget_collections(session: Session, way: Way, keys: list[int]) -> None:
    for key in keys:
        row = session.get(Collection, key)
        used = select(collection_products.c.product_id).where(
            collection_products.c.collection_id == key
        )
        if row is not None and session.execute(used.limit(1)).first() is None:
            catalogue.delete_collection(session, way.actor, row)


def _forget_categories(session: Session, way: Way, keys: list[int]) -> None:
    """The deepest first. One that somebody described or gave a picture is theirs."""
    rows = session.scalars(select(Category).where(col(Category.id).in_(keys))).all()
    for key, _ in sorted(((row.id or 0, row.path) for row in rows), key=lambda r: -r[1].count("/")):
        row = session.get(Category, key)
        used = select(products.c.id).where(
            or_(
                products.c.category_id == key,
                products.c.id.in_(
                    select(product_categories.c.product_id).where(
                        product_categories.c.category_id == key
                    )
                ),
            )
        )
        below = select(categories.c.id).where(categories.c.parent_id == key)
        if row is None or row.description or row.image_id is not None:
            continue
        if all(session.execute(query.limit(1)).first() is None for query in (used, below)):
            catalogue.delete_category(session, way.actor, row)
