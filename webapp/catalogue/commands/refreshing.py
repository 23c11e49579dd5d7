"""Keeping in step what repeats the catalogue: listing columns, facets, and the words of search."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session

from webapp.catalogue import words
from webapp.catalogue.columns import (
    brands,
    categories,
    facets,
    product_facets,
    product_tags,
    product_texts,
    products,
    search_terms,
    tags,
    variants,
)
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import Product
from webapp.catalogue.queries.deriving import FacetKey, derived_columns, facets_of
from webapp.kit.text import plain
from webapp.runtime.upserting import upsert

AT_ONCE = 500
BODY_WORDS = 250
"""Words of the description that search reads; what matters is said before that."""


def refresh(session: Session, product_ids: Sequence[int]) -> None:
    """Bring everything derived from these products up to date, in a few statements per 500."""
    session.flush()
    ids = sorted(set(product_ids))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        refresh_columns(session, some)
        refresh_facets(session, some)
        refresh_texts(session, some)


def rebuild(session: Session) -> int:
    """Make everything derived anew, from nothing; returns the number of products."""
    session.execute(delete(product_facets))
    session.execute(delete(facets))
    session.execute(delete(search_terms))
    session.execute(delete(product_texts))
    ids = list(session.scalars(select(products.c.id).order_by(products.c.id)))
    refresh(session, ids)
    return len(ids)


def refresh_columns(session: Session, ids: Sequence[int]) -> None:
    """The columns of ``products`` that repeat what its variants say."""
    if not ids:
        return
    values = derived_columns()
    session.execute(
        update(products).where(products.c.id.in_(ids)).values(values),
        execution_options={"synchronize_session": False},
    )
    # What the caller still holds shows the old values, and would write them back.
    for product_id in ids:
        held = session.identity_map.get(identity_key(Product, product_id))
        if held is not None:
            session.expire(held, values)


def refresh_facets(session: Session, ids: Sequence[int]) -> None:
    """Which facets hold these products: none unless the product is active."""
    if not ids:
        return
    session.execute(delete(product_facets).where(product_facets.c.product_id.in_(ids)))
    held = facets_of(session, ids)
    labels: dict[FacetKey, tuple[str, str]] = {}
    for found in held.values():
        labels.update(found)
    facet_ids = _facet_ids(session, labels)
    rows = [
        {"facet_id": facet_ids[key], "product_id": product_id}
        for product_id, found in held.items()
        for key in found
    ]
    if rows:
        session.execute(insert(product_facets), rows)


def _facet_ids(session: Session, labels: dict[FacetKey, tuple[str, str]]) -> dict[FacetKey, int]:
    """The keys of these facets; those that are missing are made."""
    if not labels:
        return {}
    new = upsert(session, facets).on_conflict_do_nothing(index_elements=["kind", "name", "value"])
    known = _known_facets(session, labels)
    missing = [key for key in labels if key not in known]
    if missing:
        rows = [
            {
                "kind": kind,
                "name": name,
                "value": value,
                "name_label": labels[(kind, name, value)][0],
                "label": labels[(kind, name, value)][1][:200],
            }
            for kind, name, value in missing
        ]
        session.execute(new, rows)
        known |= _known_facets(session, missing)
    return known


def _known_facets(session: Session, keys: Iterable[FacetKey]) -> dict[FacetKey, int]:
    wanted = set(keys)
    query = select(facets.c.kind, facets.c.name, facets.c.value, facets.c.id)
    found = in_chunks(session, query, facets.c.value, sorted({value for _, _, value in wanted}))
    return {
        (kind, name, value): key
        for kind, name, value, key in found
        if (kind, name, value) in wanted
    }


def refresh_texts(session: Session, ids: Sequence[int]) -> None:
    """The words that these products are found by, and the vocabulary for misspelt ones."""
    if not ids:
        return
    labels = _labels(session, ids)
    rows = []
    for product_id, title, summary, body, path in session.execute(
        select(
            products.c.id, products.c.title, products.c.summary, products.c.body, categories.c.path
        )
        .outerjoin(categories, categories.c.id == products.c.category_id)
        .where(products.c.id.in_(ids))
    ):
        told = words.words(f"{summary} {plain(body) if '<' in body or '&' in body else body}")
        rows.append(
            {
                "product_id": product_id,
                "title": words.fold(title),
                "labels": " ".join(labels[product_id]),
                "category": path or "",
                "body": " ".join(told[:BODY_WORDS]),
            }
        )
    names = category_words(session, {row["category"] for row in rows})
    for row in rows:
        row["category"] = names.get(row["category"], "")
    new = upsert(session, product_texts)
    columns = ("title", "labels", "category", "body")
    differs = [getattr(product_texts.c, name) != new.excluded[name] for name in columns]
    session.execute(
        new.on_conflict_do_update(
            index_elements=["product_id"],
            set_={name: new.excluded[name] for name in columns},
            where=differs[0] | differs[1] | differs[2] | differs[3],
        ),
        rows,
    )
    learn_terms(session, [f"{row['title']} {row['labels']} {row['category']}" for row in rows])


def category_words(session: Session, paths: set[str]) -> dict[str, str]:
    """By path: the folded names of a category and of those above it."""
    wanted = {
        "/".join(path.split("/")[:depth])
        for path in paths
        for depth in range(1, path.count("/") + 2)
        if path
    }
    query = select(categories.c.path, categories.c.name)
    names = dict(in_chunks(session, query, categories.c.path, sorted(wanted)))
    return {
        path: words.fold(
            " ".join(
                names.get("/".join(path.split("/")[:depth]), "")
                for depth in range(1, path.count("/") + 2)
            )
        )
        for path in paths
        if path
    }


def learn_terms(session: Session, texts: Iterable[str]) -> None:
    """Add the words of these texts to what misspelt words are compared with."""
    uses: Counter[str] = Counter()
    for text in texts:
        uses.update({word for word in text.split() if len(word) > 2 and word.isalpha()})
    if not uses:
        return
    new = upsert(session, search_terms)
    rows = [
        {"term": term, "grams": " ".join(words.grams(term)), "uses": count}
        for term, count in sorted(uses.items())
    ]
    session.execute(
        new.on_conflict_do_update(
            index_elements=["term"], set_={"uses": search_terms.c.uses + new.excluded.uses}
        ),
        rows,
    )


def _labels(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    """By product: brand, tags, option values, article numbers (whole and in parts), barcodes."""
    found: dict[int, dict[str, None]] = defaultdict(dict)

    def add(product_id: int, text: str | None) -> None:
        if text:
            found[product_id].update(dict.fromkeys(words.words(text)))

    for product_id, name in session.execute(
        select(products.c.id, brands.c.name)
        .join(brands, brands.c.id == products.c.brand_id)
        .where(products.c.id.in_(ids))
    ):
        add(product_id, name)
    for product_id, name in session.execute(
        select(product_tags.c.product_id, tags.c.name)
        .join(tags, tags.c.id == product_tags.c.tag_id)
        .where(product_tags.c.product_id.in_(ids))
    ):
        add(product_id, name)
    for product_id, title, sku, barcode in session.execute(
        select(variants.c.product_id, variants.c.title, variants.c.sku, variants.c.barcode).where(
            variants.c.product_id.in_(ids), variants.c.is_archived.is_(False)
        )
    ):
        add(product_id, title)
        for code in (sku, barcode):
            if code:
                add(product_id, code)
                add(product_id, words.code(code))
    return defaultdict(list, {key: list(value) for key, value in found.items()})
