"""Some products as they were before an import: put back, archived or deleted at once."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import (
    attributes,
    categories,
    collection_products,
    collections,
    products,
    variants,
)
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.drafts import OptionSave, ProductSave, Saved, VariantSave
from webapp.catalogue.models import Collection, Product, ProductStatus, Variant
from webapp.exchange import calling
from webapp.exchange.drafting import Draft, Ground, draft
from webapp.exchange.finding import OURS, FoundProduct, known_products
from webapp.exchange.journey import RELATIONS
from webapp.exchange.keeping import Before, Kept
from webapp.exchange.records import Custom, External, ProductRecord
from webapp.exchange.repicturing import restore_pictures
from webapp.inventory import commands as inventory
from webapp.inventory.commands import StockSave
from webapp.inventory.queries import moved_by_others
from webapp.kit.actors import Actor
from webapp.kit.errors import ShopError
from webapp.kit.values import Value, replace
from webapp.orders.models import OrderLine

REASON = "import taken back"
_NOWHERE = {"": ""}
"""Choices that no variant of a file makes: these are found by their id alone."""


class Unwilling(Exception):
    """The shop refuses to have some products as they were: the sentences by product key."""

    def __init__(self, refusals: Mapping[int, str]) -> None:
        super().__init__(refusals)
        self.refusals = refusals


class Way(Value):
    """Who takes which import back."""

    actor: Actor
    import_id: int
    reference: str


def restore(
    session: Session, way: Way, before: Mapping[int, Before], now: Mapping[int, Kept]
) -> dict[int, str]:
    """Put these products back, by key; a note for each of which something could not go back.

    Raises ``Unwilling``, with part of it done: the caller undoes the transaction to a savepoint.
    """
    extra = {key: _extra(before[key], now[key]) for key in before}
    _save(session, way, before, now, extra)
    _remove_versions(session, way, before, extra)
    notes = _return_stock(session, way, [key for one in now.values() for key, _ in one.variants])
    for key in before:
        product = session.get(Product, key)
        assert product is not None
        restore_pictures(session, way.actor, product, before[key])
        _relate(session, way.actor, product, before[key], now[key])
        _rename(session, before[key], now[key])
    _collect(session, way.actor, before, now)
    return {key: sentence for key, one in now.items() if (sentence := _told(one, notes))}


def removable(session: Session, way: Way, ids: Sequence[int]) -> frozenset[int]:
    """Those of these products, which the import made, that nothing else refers to by now."""
    versions: dict[int, int] = {}
    refs: dict[str, int] = {}
    query = select(variants.c.id, variants.c.public_id, variants.c.product_id)
    for row in in_chunks(session, query, variants.c.product_id, ids):
        versions[row.id] = row.product_id
        refs[row.public_id] = row.product_id
    held = {versions[key] for key in moved_by_others(session, way.reference, list(versions))}
    held |= {refs[ref] for ref in ordered(session, list(refs))}
    return frozenset(ids) - held


def ordered(session: Session, refs: Sequence[str]) -> set[str]:
    """Those of these versions, by public id, that an order holds."""
    column = OrderLine.__table__.c.variant_ref  # type: ignore[attr-defined]
    return {ref for (ref,) in in_chunks(session, select(column).distinct(), column, refs)}


def remove(session: Session, way: Way, now: Mapping[int, Kept]) -> dict[int, str]:
    """Delete these products that the import made, or archive them where something refers to
    them; a note for each of the latter, by key."""
    free = removable(session, way, list(now))
    kept = [key for key in now if key not in free]
    for key in sorted(free):
        product = session.get(Product, key)
        if product is not None:
            catalogue.delete_product(session, way.actor, product)
    if not kept:
        return {}
    saves = [ProductSave(id=key, fields={"status": ProductStatus.archived}) for key in kept]
    _must(kept, catalogue.save_products(session, way.actor, saves, origin=way.reference))
    held = [key for product in kept for key, _ in now[product].variants]
    notes = _return_stock(session, way, held)
    return {
        key: f"It was ordered or its stock was moved since. {_told(now[key], notes)}".strip()
        for key in kept
    }


def _extra(before: Before, now: Kept) -> dict[int, str]:
    """The versions that came with the import or since, by key."""
    return {key: public_id for key, public_id in now.variants if public_id not in before.variants}


def _save(
    session: Session,
    way: Way,
    before: Mapping[int, Before],
    now: Mapping[int, Kept],
    extra: Mapping[int, Mapping[int, str]],
) -> None:
    found = known_products(session, list(before))
    codes = dict(session.execute(select(attributes.c.id, attributes.c.code)).all())
    shelves = set(session.scalars(select(categories.c.id)))
    drafts = [
        _draft(before[key], now[key], found[key], extra[key], codes, shelves) for key in before
    ]
    saves = [made.save for made in drafts]
    saved = _must(
        list(before), catalogue.save_products(session, way.actor, saves, origin=way.reference)
    )
    stock: list[StockSave] = []
    for made, one in zip(drafts, saved, strict=True):
        stock += [
            StockSave(variant_id=variant.id or 0, fields=wish.fields)
            for wish, variant in zip(made.stock, one.variants, strict=False)
        ]
    try:
        inventory.save_stock(session, way.actor, stock, reference=way.reference, reason=REASON)
    except ShopError as refusal:
        # It names no variant where the promise is at stake; then each product is tried alone.
        raise Unwilling(dict.fromkeys(before, refusal.detail)) from refusal


def _draft(
    before: Before,
    now: Kept,
    found: FoundProduct,
    extra: Mapping[int, str],
    codes: Mapping[int, str],
    shelves: set[int],
) -> Draft:
    """What to save so that the product is as it was, its versions known by their ids."""
    there = {External(OURS, public_id): key for key, public_id in now.variants}
    known = dataclasses.replace(
        found,
        variants=[dataclasses.replace(each, sku=None, options=_NOWHERE) for each in found.variants],
    )
    record = _clearing(before, now, known)
    ground = Ground(before.currency, "", {}, frozenset(), there)
    made = draft(record, known, "", ground)
    fields = made.save.fields
    # What a file may say in a looser way is told here as it was.
    fields["slug"] = before.record.handle or found.slug
    fields["summary"] = before.record.summary or ""  # type: ignore[typeddict-item]
    fields["status"] = ProductStatus(str(before.record.status))
    main, *others = before.categories
    fields["category_id"] = main if main in shelves else None
    fields["category_ids"] = [key for key in (main, *others) if key in shelves]
    wanted = {codes[key]: text for key, text in before.attributes.items() if key in codes}
    gone = {codes[key]: "" for key in now.attributes if key in codes}
    fields["attributes"] = {**gone, **wanted}
    axes = [OptionSave(name=axis.name, values=list(axis.values)) for axis in record.axes]
    archived = [VariantSave(id=key, fields={"is_archived": True}) for key in extra]
    made.save = replace(
        made.save, fields=fields, options=axes, variants=(*made.save.variants, *archived)
    )
    return made


def _clearing(before: Before, now: Kept, found: FoundProduct) -> ProductRecord:
    """The record as it was, which also takes away the free-form fields that came since."""
    by_id = dict(zip((p for _, p in now.variants), now.record.variants, strict=True))
    told = []
    for public_id, variant in zip(before.variants, before.record.variants, strict=True):
        current = by_id.get(public_id)
        told.append(
            replace(
                variant,
                externals=(External(OURS, public_id),),
                custom=_changes(variant.custom, current.custom if current else ()),
            )
        )
    return replace(
        before.record,
        custom=_changes(before.record.custom, now.record.custom),
        variants=tuple(told),
    )


def _changes(wanted: tuple[Custom, ...], now: tuple[Custom, ...]) -> tuple[Custom, ...]:
    keys = {each.key for each in wanted}
    new = tuple(each for each in wanted if each not in now)
    return (*new, *(Custom(each.key, None) for each in now if each.key not in keys))


def _must(keys: Sequence[int], outcomes: Sequence[Saved | ShopError]) -> list[Saved]:
    refusals = {
        key: outcome.detail
        for key, outcome in zip(keys, outcomes, strict=True)
        if isinstance(outcome, ShopError)
    }
    if refusals:
        raise Unwilling(refusals)
    return [outcome for outcome in outcomes if isinstance(outcome, Saved)]


def _remove_versions(
    session: Session,
    way: Way,
    before: Mapping[int, Before],
    extra: Mapping[int, Mapping[int, str]],
) -> None:
    """Delete what the import added, or leave it archived where something refers to it."""
    keys = [key for some in extra.values() for key in some]
    if not keys:
        return
    held = moved_by_others(session, way.reference, keys)
    sold = ordered(session, [ref for some in extra.values() for ref in some.values()])
    again: list[ProductSave] = []
    for product, some in extra.items():
        free = [key for key, ref in some.items() if key not in held and ref not in sold]
        for key in free:
            variant = session.get(Variant, key)
            if variant is not None:
                catalogue.remove_variant(session, way.actor, variant)
        if free:
            # Without them the axes are free of the values that only they had.
            axes = [
                OptionSave(name=a.name, values=list(a.values)) for a in before[product].record.axes
            ]
            again.append(ProductSave(id=product, fields={}, options=axes))
    if again:
        ids = [save.id or 0 for save in again]
        _must(ids, catalogue.save_products(session, way.actor, again, origin=way.reference))


def _return_stock(session: Session, way: Way, keys: Sequence[int]) -> dict[int, int]:
    there = select(variants.c.id)
    left = [key for (key,) in in_chunks(session, there, variants.c.id, sorted(keys))]
    return inventory.take_back(session, way.actor, left, reference=way.reference, reason=REASON)


def _told(one: Kept, short: Mapping[int, int]) -> str:
    pieces = sum(short.get(key, 0) for key, _ in one.variants)
    return f"{pieces} of its stock were sold meanwhile and cannot go back." if pieces else ""


def _relate(session: Session, actor: Actor, product: Product, before: Before, now: Kept) -> None:
    for kind in RELATIONS.values():
        wanted = before.relations.get(kind.value, [])
        if wanted != now.relations.get(kind.value, []):
            there = select(products.c.id)
            left = {key for (key,) in in_chunks(session, there, products.c.id, sorted(wanted))}
            others = [key for key in wanted if key in left]
            catalogue.relate(session, actor, product, others, kind=kind)


def _rename(session: Session, before: Before, now: Kept) -> None:
    """What other systems called it and its versions."""
    keys = {public_id: key for key, public_id in now.variants}
    told = [(now.id, "product", before.record.externals, now.record.externals)]
    current = dict(zip(keys, now.record.variants, strict=True))
    for public_id, variant in zip(before.variants, before.record.variants, strict=True):
        if public_id in keys:
            told.append(
                (keys[public_id], "variant", variant.externals, current[public_id].externals)
            )
    for key, kind, were, are in told:
        gone = [(e.source, kind, e.id) for e in are if e not in were]
        calling.forget(session, gone, key)
        calling.remember(session, {(e.source, kind, e.id): key for e in were if e not in are})


def _collect(
    session: Session, actor: Actor, before: Mapping[int, Before], now: Mapping[int, Kept]
) -> None:
    """In the collections it was in, at the place it had; in no other."""
    into: dict[int, dict[int, int]] = defaultdict(dict)
    out: dict[int, set[int]] = defaultdict(set)
    for key, one in before.items():
        for collection, place in one.collections.items():
            if collection not in now[key].collections:
                into[collection][key] = place
        for collection in now[key].collections:
            if collection not in one.collections:
                out[collection].add(key)
    there = select(collections.c.id)
    wanted = sorted({*into, *out})
    for (collection,) in list(in_chunks(session, there, collections.c.id, wanted)):
        row = session.get(Collection, collection)
        if row is None:
            continue
        members = [k for k in _members(session, collection) if k not in out[collection]]
        for key, place in sorted(into[collection].items(), key=lambda pair: pair[1]):
            members.insert(min(place, len(members)), key)
        catalogue.set_collection_products(session, actor, row, members)


def _members(session: Session, collection: int) -> list[int]:
    """The keys of the products of a collection, in order."""
    c = collection_products.c
    query = select(c.product_id).where(c.collection_id == collection)
    return list(session.scalars(query.order_by(c.position, c.product_id)))
