"""Products put together by hand: collections, and pointers from one product to others."""

from collections.abc import Sequence
from typing import Any, TypedDict, Unpack

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from webapp.catalogue.columns import (
    collection_products,
    collections,
    former_addresses,
    product_relations,
    products,
)
from webapp.catalogue.commands import checking
from webapp.catalogue.commands.knowing import in_chunks, wished_slug
from webapp.catalogue.commands.products import key
from webapp.catalogue.commands.saving import record_moves
from webapp.catalogue.drafts import Changes
from webapp.catalogue.errors import SlugTaken
from webapp.catalogue.events import CollectionUpdated, ProductUpdated
from webapp.catalogue.models import Collection, Product, RelationKind
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.slugs import slugify, unique_slug
from webapp.runtime.events import emit

MOST_RELATED = 100


class CollectionFields(TypedDict, total=False):
    title: str
    slug: str
    description: str
    image_id: int | None
    is_featured: bool
    position: int


def create_collection(
    session: Session,
    actor: Actor,
    *,
    product_ids: Sequence[int] = (),
    **fields: Unpack[CollectionFields],
) -> Collection:
    """A hand-made selection, with these products in this order."""
    actor.must("catalogue:write")
    columns = _checked(fields)
    title = checking.line("collections", "title", fields.get("title"), required=True)
    slug = _slug_for(session, fields.get("slug", ""), title, None)
    if "position" not in columns:
        last = session.execute(select(func.max(collections.c.position))).scalar()
        columns["position"] = 0 if last is None else last + 1
    collection = Collection(**{**columns, "title": title, "slug": slug})
    session.add(collection)
    session.flush()
    if product_ids:
        _write_products(session, collection, product_ids)
    _tell(session, actor, collection, {"title": [None, title]})
    return collection


def update_collection(
    session: Session, actor: Actor, collection: Collection, **fields: Unpack[CollectionFields]
) -> Collection:
    """Change the named fields; a changed slug leaves a redirect behind."""
    actor.must("catalogue:write")
    columns = _checked(fields)
    if "title" in fields:
        columns["title"] = checking.line("collections", "title", fields["title"], required=True)
    if fields.get("slug"):
        columns["slug"] = _slug_for(session, fields["slug"], collection.title, collection.id)
    changed: Changes = {
        name: [getattr(collection, name), value]
        for name, value in columns.items()
        if getattr(collection, name) != value
    }
    if not changed:
        return collection
    if "slug" in changed:
        moved = {"address": collection.slug, "target_id": collection.id}
        record_moves(session, "collection", [moved])
    for name, (_, value) in changed.items():
        setattr(collection, name, value)
    session.flush()
    _tell(session, actor, collection, changed)
    return collection


def set_collection_products(
    session: Session, actor: Actor, collection: Collection, product_ids: Sequence[int]
) -> None:
    """These products in this order, and no others. One named twice stands at its first place."""
    actor.must("catalogue:write")
    before = list(
        session.scalars(
            select(collection_products.c.product_id)
            .where(collection_products.c.collection_id == collection.id)
            .order_by(collection_products.c.position, collection_products.c.product_id)
        )
    )
    after = list(dict.fromkeys(product_ids))
    if before != after:
        _write_products(session, collection, after)
        _tell(session, actor, collection, {"products": _named(session, before, after)})


def delete_collection(session: Session, actor: Actor, collection: Collection) -> None:
    """Dissolve the selection; its products stay."""
    actor.must("catalogue:write")
    session.execute(
        delete(former_addresses).where(
            former_addresses.c.kind == "collection",
            former_addresses.c.target_id == collection.id,
        )
    )
    gone = CollectionUpdated(
        collection=collection.public_id,
        slug=collection.slug,
        changed={"title": [collection.title, None]},
        deleted=True,
    )
    session.execute(
        delete(collection_products).where(collection_products.c.collection_id == collection.id)
    )
    session.delete(collection)
    session.flush()
    emit(session, gone, actor=actor)


def relate(
    session: Session,
    actor: Actor,
    product: Product,
    others: Sequence[int],
    *,
    kind: RelationKind = RelationKind.related,
) -> None:
    """Point from this product to others, by key and in order, in place of those of that kind."""
    actor.must("catalogue:write")
    wanted = [other for other in dict.fromkeys(others) if other != product.id]
    if len(wanted) > MOST_RELATED:
        raise Invalid(f"Choose at most {MOST_RELATED} products.", field="related")
    _must_exist(session, wanted)
    before = list(
        session.scalars(
            select(product_relations.c.other_id)
            .where(product_relations.c.product_id == product.id, product_relations.c.kind == kind)
            .order_by(product_relations.c.position, product_relations.c.other_id)
        )
    )
    if before == wanted:
        return
    session.execute(
        delete(product_relations).where(
            product_relations.c.product_id == product.id, product_relations.c.kind == kind
        )
    )
    if wanted:
        rows = [
            {"product_id": key(product), "other_id": other, "kind": kind, "position": place}
            for place, other in enumerate(wanted)
        ]
        session.execute(insert(product_relations), rows)
    fact = ProductUpdated(
        product=product.public_id,
        slug=product.slug,
        changed={f"relations.{kind}": _named(session, before, wanted)},
    )
    emit(session, fact, actor=actor)


def _named(session: Session, before: Sequence[int], after: Sequence[int]) -> list[Any]:
    """Two lists of products by slug, for a fact; of long ones only how many."""
    if max(len(before), len(after)) > MOST_RELATED:
        return [len(before), len(after)]
    query = select(products.c.id, products.c.slug)
    wanted = sorted({*before, *after})
    slugs = {key: slug for key, slug in in_chunks(session, query, products.c.id, wanted)}  # noqa: C416
    return [[slugs[key] for key in keys if key in slugs] for keys in (before, after)]


def _write_products(session: Session, collection: Collection, product_ids: Sequence[int]) -> None:
    wanted = list(dict.fromkeys(product_ids))
    _must_exist(session, wanted)
    session.execute(
        delete(collection_products).where(collection_products.c.collection_id == collection.id)
    )
    if wanted:
        session.execute(
            insert(collection_products),
            [
                {"collection_id": collection.id, "product_id": product_id, "position": place}
                for place, product_id in enumerate(wanted)
            ],
        )


def _must_exist(session: Session, product_ids: Sequence[int]) -> None:
    there = {
        key for (key,) in in_chunks(session, select(products.c.id), products.c.id, product_ids)
    }
    missing = [one for one in product_ids if one not in there]
    if missing:
        raise NotFound("There is no such product, or not any more.", products=missing)


def _checked(fields: CollectionFields) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "description" in fields:
        columns["description"] = checking.html("collections", "description", fields["description"])
    if "is_featured" in fields:
        columns["is_featured"] = checking.yes_or_no("is_featured", fields["is_featured"])
    if "position" in fields:
        columns["position"] = checking.whole("position", fields["position"])
    if "image_id" in fields:
        columns["image_id"] = fields["image_id"]
    return columns


def _slug_for(session: Session, wish: str, title: str, own_id: int | None) -> str:
    def taken(slug: str) -> bool:
        query = select(col(Collection.id)).where(col(Collection.slug) == slug)
        return session.scalars(query).first() not in (None, own_id)

    if wish:
        slug = wished_slug(wish)[:120]
        if taken(slug):
            raise SlugTaken("Another collection has this address.", field="slug", slug=slug)
        return slug
    return unique_slug(slugify(title, fallback="collection"), taken)


def _tell(session: Session, actor: Actor, collection: Collection, changed: Changes) -> None:
    fact = CollectionUpdated(collection=collection.public_id, slug=collection.slug, changed=changed)
    emit(session, fact, actor=actor)
