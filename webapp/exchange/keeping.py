"""What the catalogue was before an import, kept product by product with the change itself.

A product is written down in the words of our own file, so that it is read back as any file is;
beside that stand the keys for which a file has no words: which variant a row is, which file a
picture, which shelf a category.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session, SQLModel

from webapp.catalogue.columns import (
    collection_products,
    product_attributes,
    product_categories,
    product_images,
    product_relations,
    products,
    variants,
)
from webapp.catalogue.commands.knowing import in_chunks
from webapp.exchange import exporting
from webapp.exchange.dialects.vitrine import reading, writing
from webapp.exchange.lines import Choices
from webapp.exchange.models import BeforeState, PictureState
from webapp.exchange.reading import Row
from webapp.exchange.records import ProductRecord, settled
from webapp.exchange.shape import Shape
from webapp.kit.values import Value, replace

befores = SQLModel.metadata.tables["import_befores"]
import_made = SQLModel.metadata.tables["import_made"]
image_sources = SQLModel.metadata.tables["image_sources"]


@dataclass(slots=True)
class Kept:
    """One product, whole, at one moment."""

    id: int
    public_id: str
    title: str
    record: ProductRecord
    currency: str
    variants: list[tuple[int, str]] = field(default_factory=list)
    """(key, public id) of each variant of the record."""
    categories: list[int] = field(default_factory=list)
    """The main one first, 0 where there is none."""
    attributes: dict[int, str] = field(default_factory=dict)
    relations: dict[str, list[int]] = field(default_factory=dict)
    collections: dict[int, int] = field(default_factory=dict)
    """The product's place by collection."""
    images: list[tuple[int, str, int]] = field(default_factory=list)
    """(file, words, place)"""
    sources: list[dict[str, Any]] = field(default_factory=list)
    """What files called its pictures; ``file`` is 0 while one has not come."""
    shown: dict[str, int] = field(default_factory=dict)
    """The picture's file by the variant's public id."""


def whole(session: Session, ids: Sequence[int], currency: str) -> dict[int, Kept]:
    """These products as they are now, by key."""
    found: dict[int, Kept] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), exporting.AT_ONCE):
        some = wanted[start : start + exporting.AT_ONCE]
        for key, public_id, keys, record in exporting.whole_records(session, some, currency):
            title = record.title if isinstance(record.title, str) else ""
            found[key] = Kept(key, public_id, title, record, currency, keys)
        _read_ties(session, some, found)
        _read_pictures(session, some, found)
    return found


def packed(kept: Kept) -> bytes:
    """The product as few bytes: our own file of it, without columns that are empty."""
    header, rows = _written(kept.record, kept.currency)
    told = {
        "currency": kept.currency,
        "header": header,
        "rows": rows,
        "variants": [public_id for _, public_id in kept.variants],
        "categories": kept.categories,
        "attributes": list(kept.attributes.items()),
        "relations": kept.relations,
        "collections": list(kept.collections.items()),
        "images": kept.images,
        "sources": kept.sources,
        "shown": kept.shown,
    }
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 6)


class Before(Value):
    """What ``packed`` wrote, read back."""

    record: ProductRecord
    currency: str
    variants: list[str]
    categories: list[int]
    attributes: dict[int, str]
    relations: dict[str, list[int]]
    collections: dict[int, int]
    images: list[tuple[int, str, int]]
    sources: list[dict[str, Any]]
    shown: dict[str, int]


def unpacked(document: bytes) -> Before:
    told = json.loads(zlib.decompress(document))
    choices = Choices(told["currency"])
    rows = [Row(number, tuple(cells)) for number, cells in enumerate(told["rows"], start=1)]
    return Before(
        record=settled(reading.of(tuple(told["header"]), choices).product(rows)),
        currency=told["currency"],
        variants=told["variants"],
        categories=told["categories"],
        attributes=dict(told["attributes"]),
        relations=told["relations"],
        collections=dict(told["collections"]),
        images=[(file, alt, place) for file, alt, place in told["images"]],
        sources=told["sources"],
        shown=told["shown"],
    )


def digests(
    session: Session, import_id: int, now: Mapping[int, Kept], had: Mapping[int, set[int]]
) -> dict[int, str]:
    """What tells whether somebody changed these products, by key. ``had``: the files of the
    pictures that each had before the import.

    Left out is what changes without anybody changing the product: the count, which is sold; the
    pictures that this import named, which arrive when they do, and what variants then show;
    pointers to what it made; the names of categories.
    """
    coming = _coming(session, import_id, list(now))
    others = {key for one in now.values() for keys in one.relations.values() for key in keys}
    new = _new_keys(session, import_id, others)
    return {
        key: _digest(one, coming.get(key, set()) - had.get(key, set()), new)
        for key, one in now.items()
    }


def files_of(images: Iterable[Sequence[Any]]) -> set[int]:
    return {each[0] for each in images}


def keep(
    session: Session,
    import_id: int,
    before: Mapping[int, Kept],
    touched: Iterable[int],
    currency: str,
) -> None:
    """Write down what these products were ``before`` the import touched them; those that are not
    in it are new. Of a product that was kept already the first state counts."""
    now = whole(session, sorted(set(touched)), currency)
    known = _known(session, import_id, [one.public_id for one in now.values()])
    had = {
        key: known[one.public_id][1]
        if one.public_id in known
        else files_of(before[key].images if key in before else ())
        for key, one in now.items()
    }
    after = digests(session, import_id, now, had)
    again = {k: before[k] for k, one in now.items() if k in before and one.public_id in known}
    seen = digests(session, import_id, again, had)
    pictures = _pictures_named(session, import_id, list(now))
    rows = []
    for key, one in now.items():
        if one.public_id not in known:
            first = before.get(key)
            rows.append(
                {"import_id": import_id, "product": one.public_id, "is_new": first is None,
                 "title": one.title[:300], "document": packed(first) if first else b"",
                 "after": after[key], "pictures": pictures.get(key, []),
                 "state": BeforeState.kept, "note": ""}
            )  # fmt: skip
            continue
        # Where somebody else changed it between two runs of one import, that stays told.
        is_ours = key not in seen or seen[key] == known[one.public_id][0]
        session.execute(
            update(befores)
            .where(befores.c.import_id == import_id, befores.c.product == one.public_id)
            .values(
                after=after[key] if is_ours else "",
                pictures=pictures.get(key, []),
                state=BeforeState.kept,
                note="",
            )
        )
    if rows:
        session.execute(insert(befores), rows)


def _written(record: ProductRecord, currency: str) -> tuple[list[str], list[list[str]]]:
    words = writing.words_of(Shape.of([record]))
    rows = writing.cells_of(record, Choices(currency))
    used = [word for word in words if any(row.get(word) for row in rows)]
    return [words[word] for word in used], [[row.get(word, "") for word in used] for row in rows]


def _digest(one: Kept, coming: set[int], new: set[int]) -> str:
    told = replace(
        one.record,
        categories=None,
        images=None,
        attributes=(),
        collections=None,
        related=None,
        upsells=None,
        cross_sells=None,
        grouped=None,
        variants=tuple(replace(each, quantity=None, image=None) for each in one.record.variants),
    )
    relations = {
        kind: left
        for kind, keys in one.relations.items()
        if (left := [k for k in keys if k not in new])
    }
    parts = [
        _written(told, one.currency),
        [public_id for _, public_id in one.variants],
        one.categories[:1] + sorted(one.categories[1:]),
        sorted(one.attributes.items()),
        sorted(relations.items()),
        sorted(one.collections),
        [[file, alt] for file, alt, _ in one.images if file not in coming],
    ]
    return sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _read_ties(session: Session, ids: Sequence[int], found: Mapping[int, Kept]) -> None:
    c = products.c
    for key, main in session.execute(select(c.id, c.category_id).where(c.id.in_(ids))):
        found[key].categories = [main or 0]
    shelves = select(product_categories.c.product_id, product_categories.c.category_id).order_by(
        product_categories.c.category_id
    )
    for key, shelf in session.execute(shelves.where(product_categories.c.product_id.in_(ids))):
        if shelf != found[key].categories[0]:
            found[key].categories.append(shelf)
    told = select(
        product_attributes.c.product_id,
        product_attributes.c.attribute_id,
        product_attributes.c.text,
    ).where(product_attributes.c.product_id.in_(ids))
    for key, attribute, text in session.execute(told):
        found[key].attributes[attribute] = text
    r = product_relations.c
    pointers = select(r.product_id, r.kind, r.other_id).order_by(r.position, r.other_id)
    for key, kind, other in session.execute(pointers.where(r.product_id.in_(ids))):
        found[key].relations.setdefault(str(kind.value), []).append(other)
    inside = select(
        collection_products.c.product_id,
        collection_products.c.collection_id,
        collection_products.c.position,
    ).where(collection_products.c.product_id.in_(ids))
    for key, collection, place in session.execute(inside):
        found[key].collections[collection] = place


def _read_pictures(session: Session, ids: Sequence[int], found: Mapping[int, Kept]) -> None:
    c = product_images.c
    files: dict[int, int] = {}
    query = select(c.id, c.product_id, c.file_id, c.alt, c.position).order_by(c.position, c.id)
    for row in session.execute(query.where(c.product_id.in_(ids))):
        files[row.id] = row.file_id
        found[row.product_id].images.append((row.file_id, row.alt, row.position))
    s = image_sources.c
    for row in session.execute(select(image_sources).where(s.product_id.in_(ids)).order_by(s.id)):
        waiting = [] if row.state is PictureState.here else list(row.variant_ids)
        found[row.product_id].sources.append(
            {"source": row.source, "alt": row.alt, "position": row.position,
             "file": files.get(row.image_id, 0), "variants": waiting,
             "state": row.state.value}
        )  # fmt: skip
    shown = select(variants.c.product_id, variants.c.public_id, variants.c.image_id).where(
        variants.c.product_id.in_(ids), variants.c.image_id.is_not(None)
    )
    for row in session.execute(shown):
        if row.image_id in files:
            found[row.product_id].shown[row.public_id] = files[row.image_id]


def _coming(session: Session, import_id: int, ids: Sequence[int]) -> dict[int, set[int]]:
    """The files of pictures that this import named and that have come, by product."""
    query = (
        select(image_sources.c.product_id, product_images.c.file_id)
        .join(product_images, product_images.c.id == image_sources.c.image_id)
        .where(image_sources.c.import_id == import_id)
    )
    found: dict[int, set[int]] = defaultdict(set)
    for key, file in in_chunks(session, query, image_sources.c.product_id, ids):
        found[key].add(file)
    return found


def _pictures_named(session: Session, import_id: int, ids: Sequence[int]) -> dict[int, list[str]]:
    """By product the digests of the names that this import gave its pictures, come or to come."""
    c = image_sources.c
    query = select(c.product_id, c.digest).where(c.import_id == import_id).order_by(c.digest)
    found: dict[int, list[str]] = defaultdict(list)
    for key, digest in in_chunks(session, query, c.product_id, ids):
        found[key].append(digest)
    return found


def _new_keys(session: Session, import_id: int, keys: set[int]) -> set[int]:
    query = (
        select(products.c.id)
        .join(befores, befores.c.product == products.c.public_id)
        .where(befores.c.import_id == import_id, befores.c.is_new)
    )
    return {key for (key,) in in_chunks(session, query, products.c.id, sorted(keys))}


def _known(
    session: Session, import_id: int, public_ids: Sequence[str]
) -> dict[str, tuple[str, set[int]]]:
    """Of those that were kept already: the digest, and the files they had before."""
    c = befores.c
    query = select(c.product, c.after, c.document).where(c.import_id == import_id)
    return {
        row.product: (row.after, files_of(unpacked(row.document).images if row.document else ()))
        for row in in_chunks(session, query, c.product, sorted(public_ids))
    }
