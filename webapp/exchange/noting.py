"""The labels that an import made along the way, noted so that they can go when it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from webapp.catalogue.columns import brands, tags
from webapp.catalogue.commands.knowing import in_chunks, label_slug
from webapp.exchange.labelling import Labels
from webapp.exchange.records import ProductRecord
from webapp.runtime.upserting import upsert

import_made = SQLModel.metadata.tables["import_made"]


@dataclass(slots=True)
class Lacking:
    """Which labels the shop does not have, before a batch makes them."""

    brands: set[str]
    tags: set[str]
    categories: frozenset[int]
    attributes: dict[int, tuple[str, ...]]
    collections: frozenset[int]


def lacking(session: Session, labels: Labels, records: Sequence[ProductRecord]) -> Lacking:
    """Look what labels there are, before these records are saved."""
    named = {label_slug(r.brand) for r in records if isinstance(r.brand, str)}
    tagged = {label_slug(t) for r in records if isinstance(r.tags, tuple) for t in r.tags}
    return Lacking(
        brands=named - set(_by_slug(session, brands, named)),
        tags=tagged - set(_by_slug(session, tags, tagged)),
        categories=frozenset(labels.categories.values()),
        attributes={row.id or 0: tuple(row.choices) for row in labels.attributes.values()},
        collections=frozenset(labels.collections.values()),
    )


def note_made(session: Session, import_id: int, labels: Labels, before: Lacking) -> None:
    """Write down which labels are there now and were not ``before``."""
    made = [("brand", str(key)) for key in _by_slug(session, brands, before.brands).values()]
    made += [("tag", str(key)) for key in _by_slug(session, tags, before.tags).values()]
    made += [("category", str(k)) for k in {*labels.categories.values()} - before.categories]
    made += [("collection", str(k)) for k in {*labels.collections.values()} - before.collections]
    for row in labels.attributes.values():
        key = row.id or 0
        if key not in before.attributes:
            made.append(("attribute", str(key)))
            continue
        added = [each for each in row.choices if each not in before.attributes[key]]
        made += [("choice", f"{key}:{each}"[:240]) for each in added]
    if made:
        rows = [{"import_id": import_id, "kind": kind, "key": key} for kind, key in made]
        session.execute(upsert(session, import_made).on_conflict_do_nothing(), rows)


def _by_slug(session: Session, table: Any, slugs: set[str]) -> dict[str, int]:
    query = select(table.c.slug, table.c.id)
    return dict(in_chunks(session, query, table.c.slug, sorted(slugs - {""})))
