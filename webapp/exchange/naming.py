"""Addresses for the products of a file: theirs where free, else of the title and their number."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from webapp.catalogue.columns import products
from webapp.catalogue.commands.knowing import in_chunks, wished_slug
from webapp.exchange.finding import externals_of
from webapp.exchange.records import ProductRecord
from webapp.kit.ids import token
from webapp.kit.slugs import LONGEST, shortened, slugify


def new_slugs(
    session: Session, records: Sequence[ProductRecord], source: str, promised: set[str]
) -> list[str]:
    """An address for each new product: the file's, else of its title and what tells it apart.

    Counting up ("stool-2", "stool-3") would ask a thousand times for a thousand alike titles.
    """
    bases = []
    for record in records:
        title = record.title if isinstance(record.title, str) else ""
        bases.append(wished_slug(record.handle) if record.handle else slugify(title))
    marked = [
        _marked(base, _mark(record, source)) for base, record in zip(bases, records, strict=True)
    ]
    gone = taken(session, {*bases, *marked}) | promised
    slugs = []
    for base, other in zip(bases, marked, strict=True):
        slug = next((each for each in (base, other) if each not in gone), "")
        slug = slug or _marked(base, slugify(token()[:12]))
        gone.add(slug)
        slugs.append(slug)
    return slugs


def taken(session: Session, slugs: set[str]) -> set[str]:
    """Those of the addresses that some product has."""
    query = select(products.c.slug)
    return {row.slug for row in in_chunks(session, query, products.c.slug, sorted(slugs))}


def _mark(record: ProductRecord, source: str) -> str:
    skus = [v.sku for v in record.variants if isinstance(v.sku, str)]
    ids = [external.id for external in externals_of(record, source)]
    row = record.rows[0].number if record.rows else 0
    return slugify(next(iter([*ids, *skus]), ""), "") or f"row-{row}"


def _marked(base: str, mark: str) -> str:
    mark = mark[:40].strip("-")
    return f"{shortened(base, LONGEST - 1 - len(mark))}-{mark}"
