"""What the shop has and a file has not: listed by the check, archived by the import, never deleted.

The check lists it, somebody agrees to the list, and the import archives of that list what the file
still does not have. A product with a refused row keeps all its versions, and while any row is
refused no product is archived: the row might have meant it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, SQLModel

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import products, variants
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.drafts import ProductSave, VariantSave
from webapp.catalogue.models import ProductStatus
from webapp.exchange import keeping
from webapp.exchange.finding import FoundVariant
from webapp.exchange.journey import Absent, Item, Journey
from webapp.exchange.models import CatalogueImport, RowState

import_rows = SQLModel.metadata.tables["import_rows"]

AT_ONCE = 250


def replace_variants(session: Session, journey: Journey, items: Sequence[Item]) -> None:
    """List, or archive where that was agreed to, what the file lacks of products that it has."""
    if journey.policy.on_absent == "keep":
        return
    saves: list[ProductSave] = []
    for item in items:
        lacking = _lacking(item)
        if lacking and item.outcome.refused:
            sentence = "No version was archived, because rows of this product were refused."
            item.outcome.note(item.outcome.first, sentence)
            continue
        if not journey.dry:
            lacking = [each for each in lacking if each.public_id in journey.agreed]
        if not lacking or item.found is None:
            continue
        for each in lacking:
            name = " – ".join(filter(None, (item.found.title, each.title, each.sku)))
            journey.absent.variants[each.public_id] = name[:300]
        names = ", ".join(each.title or each.sku or "without a name" for each in lacking)
        item.outcome.note(item.outcome.first, f"Not in the file, archived: {names}"[:500])
        item.outcome.state = RowState.update
        gone = [VariantSave(id=each.id, fields={"is_archived": True}) for each in lacking]
        saves.append(ProductSave(id=item.found.id, fields={}, variants=tuple(gone)))
    if saves and not journey.dry:
        _save(session, journey, saves)


def list_products(session: Session, journey: Journey) -> None:
    """Note the products that no row of the file means, now that all rows were looked at."""
    if _refused(session, journey):
        journey.absent.problem = (
            "Rows of this file are refused, and each may mean a product of the shop: "
            "no product is archived until they are right."
        )
        return
    query = _absent_products(journey.import_id).order_by(products.c.title, products.c.id)
    for row in session.execute(query):
        journey.absent.products[row.public_id] = row.title[:300]


def next_to_archive(session: Session, journey: Journey) -> list[int]:
    """Keys of some products that are agreed to go and that no row meant; empty: none is left."""
    if _refused(session, journey):
        return []
    query = _absent_products(journey.import_id)
    found: list[int] = []
    for row in in_chunks(session, query, products.c.public_id, sorted(journey.agreed)):
        found.append(row.id)
        if len(found) == AT_ONCE:
            break
    return found


def archive_products(session: Session, journey: Journey, keys: Sequence[int]) -> None:
    """Take these products off the shelves; their orders, pictures and addresses stay."""
    before = keeping.whole(session, keys, journey.currency)
    saves = [ProductSave(id=key, fields={"status": ProductStatus.archived}) for key in keys]
    _save(session, journey, saves)
    keeping.keep(session, journey.import_id, before, before, journey.currency)


def archived(session: Session, one: CatalogueImport) -> dict[str, int]:
    """How much of the agreed list is archived now, by kind."""
    told = Absent.from_json(one.found.get("absent", {}))
    gone = products.c.status == ProductStatus.archived
    counts = {}
    for kind, table, ids, is_gone in (
        ("variants", variants, told.variants, variants.c.is_archived),
        ("products", products, told.products, gone),
    ):
        query = select(table.c.id).where(is_gone)
        counts[kind] = sum(1 for _ in in_chunks(session, query, table.c.public_id, sorted(ids)))
    return counts


def _lacking(item: Item) -> list[FoundVariant]:
    if item.found is None or item.draft is None or not item.outcome.record.variants:
        return []  # a file that says nothing of versions lacks none
    named = {save.id for save in item.draft.save.variants}
    return [v for v in item.found.variants if v.id not in named and not v.is_archived]


def _absent_products(import_id: int) -> Select[Any]:
    named = select(import_rows.c.target).where(
        import_rows.c.import_id == import_id, import_rows.c.target != ""
    )
    return select(products.c.id, products.c.public_id, products.c.title).where(
        products.c.status != ProductStatus.archived, products.c.public_id.not_in(named)
    )


def _refused(session: Session, journey: Journey) -> int:
    query = select(func.count()).where(
        import_rows.c.import_id == journey.import_id, import_rows.c.state == RowState.failed
    )
    return session.scalars(query).one()


def _save(session: Session, journey: Journey, saves: Sequence[ProductSave]) -> None:
    for outcome in catalogue.save_products(session, journey.actor, saves, origin=journey.reference):
        if isinstance(outcome, Exception):
            raise outcome
