"""Pointers from products to others: resolved when every product of the file is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import product_relations
from webapp.catalogue.commands.groups import MOST_RELATED
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import Product, RelationKind
from webapp.exchange import keeping
from webapp.exchange.finding import resolve
from webapp.exchange.journey import RELATIONS, Journey
from webapp.exchange.models import ImportRow, RowState
from webapp.exchange.records import KEEP, ProductRecord, Reference

import_rows = SQLModel.metadata.tables["import_rows"]


def link(session: Session, journey: Journey, records: Sequence[ProductRecord]) -> None:
    """Set what these products point to. What points nowhere is noted on the product's row."""
    rows = _rows(session, journey, records)
    keys = _keys(session, {row.target for row in rows.values() if row.target})
    references = {each for record in records for name in RELATIONS for each in _told(record, name)}
    others = resolve(session, references)
    there = _there(session, sorted(keys.values()))
    moved: dict[int, list[tuple[RelationKind, list[int]]]] = {}
    for record in records:
        row = rows.get(record.rows[0].number) or next(
            (rows[use.number] for use in record.rows if use.number in rows), None
        )
        if row is None or row.target not in keys or row.state is RowState.skipped:
            continue
        product_id = keys[row.target]
        for name, kind in RELATIONS.items():
            if getattr(record, name) is KEEP:
                continue
            told = _told(record, name)
            _note_lost(row, name, [each for each in told if each not in others])
            wanted = [others[each] for each in told if each in others]
            wanted = [key for key in dict.fromkeys(wanted) if key != product_id][:MOST_RELATED]
            if wanted != there[(product_id, kind)]:
                moved.setdefault(product_id, []).append((kind, wanted))
        if product_id in moved:
            for use in record.rows:
                other = rows.get(use.number)
                if other is not None and other.state is RowState.unchanged:
                    other.state = RowState.update
    _point(session, journey, moved)
    session.flush()
    session.expunge_all()


def _point(
    session: Session, journey: Journey, moved: dict[int, list[tuple[RelationKind, list[int]]]]
) -> None:
    before = keeping.whole(session, sorted(moved), journey.currency)
    for product_id, pointers in moved.items():
        product = session.get(Product, product_id)
        if product is None:
            continue
        for kind, wanted in pointers:
            catalogue.relate(session, journey.actor, product, wanted, kind=kind)
    keeping.keep(session, journey.import_id, before, before, journey.currency)


def _told(record: ProductRecord, name: str) -> tuple[Reference, ...]:
    value = getattr(record, name)
    return value if isinstance(value, tuple) else ()


def _note_lost(row: ImportRow, name: str, lost: Sequence[Reference]) -> None:
    for each in lost[:10]:
        sentence = f"There is no product {each.value} to point to."
        if any(message["text"] == sentence for message in row.messages):
            continue
        message = {
            "column": name.replace("_", " "), "text": sentence, "level": "note",
            "old": "", "new": "",
        }  # fmt: skip
        row.messages = [*row.messages, message]


def _rows(
    session: Session, journey: Journey, records: Sequence[ProductRecord]
) -> dict[int, ImportRow]:
    numbers = sorted({use.number for record in records for use in record.rows})
    found: dict[int, ImportRow] = {}
    query = select(ImportRow).where(import_rows.c.import_id == journey.import_id)
    for (row,) in in_chunks(session, query, import_rows.c.number, numbers):
        if row.state is not RowState.failed:
            found[row.number] = row
    return found


def _keys(session: Session, public_ids: set[str]) -> dict[str, int]:
    table = Product.__table__  # type: ignore[attr-defined]
    query = select(table.c.public_id, table.c.id)
    return dict(in_chunks(session, query, table.c.public_id, sorted(public_ids)))


def _there(session: Session, ids: list[int]) -> dict[tuple[int, Any], list[int]]:
    c = product_relations.c
    query = select(c.product_id, c.kind, c.other_id).order_by(c.position, c.other_id)
    found: dict[tuple[int, Any], list[int]] = defaultdict(list)
    for row in in_chunks(session, query, c.product_id, ids):
        found[(row.product_id, row.kind)].append(row.other_id)
    return found
