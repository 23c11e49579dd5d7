"""What a saved product still needs: pictures, collections, pointers; and what to tell of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session

from webapp.catalogue.columns import product_relations
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.drafts import Saved
from webapp.catalogue.models import RelationKind
from webapp.exchange import picturing
from webapp.exchange.journey import RELATIONS, Item, Journey
from webapp.exchange.labelling import join_collections
from webapp.exchange.models import RowState
from webapp.exchange.outcomes import label_of
from webapp.exchange.records import ProductRecord


def settle(session: Session, journey: Journey, items: Sequence[Item]) -> None:
    """Pictures and collections, which need the product's key; then the state of each product."""
    ids = [item.found.id for item in items if item.found is not None]
    there = picturing.galleries(session, ids, journey.site)
    extra: dict[int, bool] = {}
    in_collections: dict[int, tuple[str, ...]] = {}
    for place, item in enumerate(items):
        assert item.draft is not None and item.saved is not None
        extra[place] = _settle_pictures(session, journey, item, there)
        if not isinstance(item.record.collections, tuple) and item.record.collections is not None:
            continue
        key = key_of(item)
        if key:
            in_collections[key] = item.record.collections or ()
    moved: set[int] = set()
    if journey.labels is not None:
        moved = join_collections(
            session, journey.actor, journey.labels, in_collections, dry=journey.dry
        )
    pointing = _pointing(session, ids)
    for item in items:
        item.outcome.points = _points(item.record, key_of(item), pointing)
    if ids and not journey.dry:
        picturing.retry_waiting(session, ids, journey.import_id)
    for place, item in enumerate(items):
        _tell(item, journey, extra[place] or key_of(item) in moved)


def key_of(item: Item) -> int:
    """The key of the product; 0 of one that is only planned."""
    if isinstance(item.saved, Saved):
        return item.saved.product.id or 0
    return item.found.id if item.found else 0


def _pointing(session: Session, ids: Sequence[int]) -> set[tuple[int, RelationKind]]:
    """Which of these products point to others, and how."""
    c = product_relations.c
    query = select(c.product_id, c.kind).distinct()
    return {
        (row.product_id, RelationKind(row.kind))
        for row in in_chunks(session, query, c.product_id, ids)
    }


def _points(record: ProductRecord, key: int, pointing: set[tuple[int, RelationKind]]) -> bool:
    """Whether there is something to set, or something to clear."""
    for name, kind in RELATIONS.items():
        told = getattr(record, name)
        if told if isinstance(told, tuple) else told is None and (key, kind) in pointing:
            return True
    return False


def _settle_pictures(
    session: Session, journey: Journey, item: Item, there: Mapping[int, picturing.Gallery]
) -> bool:
    assert item.draft is not None
    gallery = there.get(item.found.id) if item.found else None
    gallery = gallery or picturing.Gallery()
    if isinstance(item.saved, Saved):
        keys = [variant.id or 0 for variant in item.saved.variants]
    else:
        keys = [save.id or 0 for save in item.draft.save.variants]
    pairs = [(r, k) for r, k in zip(item.draft.records, keys, strict=True) if k]
    wanted = picturing.wanted_of(item.record, pairs)
    if wanted.says_nothing:
        return False
    changes = picturing.changes_of(wanted, gallery)
    if changes and isinstance(item.saved, Saved):
        picturing.save(
            session,
            journey.actor,
            item.saved.product,
            wanted,
            gallery,
            import_id=journey.import_id,
            row=item.outcome.first,
        )
    for sentence in changes[:20]:
        item.outcome.note(item.outcome.first, sentence, "Images")
    return bool(changes)


def _tell(item: Item, journey: Journey, more: bool) -> None:
    assert item.draft is not None and item.saved is not None
    outcome, saved = item.outcome, item.saved
    stock_changed = any(change.changed for change in item.stock)
    if saved.state == "created":
        outcome.state = RowState.new
    elif saved.state == "changed" or stock_changed or more or _labels_missing(item, journey):
        outcome.state = RowState.update
    outcome.target = item.found.public_id if item.found else ""
    if isinstance(saved, Saved):
        outcome.target = saved.product.public_id
    if outcome.target:
        journey.seen[outcome.target] = outcome.first
    for problem in item.draft.problems:
        outcome.note(problem.row, problem.sentence, problem.column)
    if journey.dry and journey.labels is not None:
        for name in journey.labels.new_categories(item.record):
            outcome.note(outcome.first, f"{name} would be made.", label_of("categories"))
    outcome.changed(outcome.first, saved.changed, journey.manners)
    for row, changes, change in zip(
        item.draft.rows, saved.variant_changes, item.stock, strict=True
    ):
        outcome.changed(row, changes, journey.manners)
        if change.note:
            outcome.note(row, change.note)
        if saved.state != "created" or change.changed.get("on_hand"):
            outcome.changed(row, change.changed, journey.manners)


def _labels_missing(item: Item, journey: Journey) -> bool:
    """In a dry run: the product would get a label that is not made yet."""
    if not journey.dry or journey.labels is None:
        return False
    return journey.labels.lacks_any([item.record])
