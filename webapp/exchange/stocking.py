"""What a file says of stock, compared with the counters and written as adjustments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from webapp.catalogue.commands.knowing import in_chunks
from webapp.exchange.drafting import StockWish
from webapp.inventory import commands as inventory
from webapp.inventory.commands import StockSave
from webapp.inventory.models import StockPolicy
from webapp.inventory.moving import check_promises
from webapp.inventory.queries import stock_items
from webapp.kit.actors import Actor
from webapp.kit.errors import ShopError
from webapp.kit.values import Value

_NEW = {
    "on_hand": 0, "committed": 0, "unavailable": 0, "policy": StockPolicy.deny,
    "is_tracked": True, "low_threshold": None,
}  # fmt: skip


class StockChange(Value):
    """``changed`` has [before, after] by field; ``refusal`` says why it cannot be."""

    changed: dict[str, list[Any]]
    refusal: str = ""
    note: str = ""


def counters(session: Session, variant_ids: Sequence[int]) -> dict[int, Any]:
    """The counters of these variants, of each its first place."""
    c = stock_items.c
    query = select(
        c.variant_id, c.on_hand, c.committed, c.unavailable, c.policy, c.is_tracked,
        c.low_threshold,
    ).order_by(c.id)  # fmt: skip
    found: dict[int, Any] = {}
    for row in in_chunks(session, query, c.variant_id, variant_ids):
        found.setdefault(row.variant_id, row)
    return found


def compared(wish: StockWish, row: Any | None) -> StockChange:
    """What granting the wish would change. ``row``: the counters, None for a new variant."""
    there = row if row is not None else SimpleNamespace(**_NEW)
    wanted: dict[str, Any] = dict(wish.fields)
    note = ""
    if wish.on_hand is not None:
        wanted["on_hand"] = wish.on_hand
        bound = wanted.get("policy", there.policy) is StockPolicy.deny
        if wish.on_hand < 0 and bound and wanted.get("is_tracked", there.is_tracked):
            wanted["on_hand"] = 0
            note = f"A stock of {wish.on_hand} counts as none."
    changed = {
        name: [getattr(there, name), value]
        for name, value in wanted.items()
        if getattr(there, name) != value
    }
    if not changed:
        return StockChange({}, note=note)
    try:
        check_promises(
            there,
            on_hand=wanted.get("on_hand", there.on_hand),
            committed=there.committed,
            unavailable=there.unavailable,
            policy=wanted.get("policy"),
            is_tracked=wanted.get("is_tracked"),
        )
    except ShopError as refusal:
        return StockChange({}, refusal.detail)
    return StockChange(changed, note=note)


def save(
    session: Session, actor: Actor, changes: Mapping[int, StockChange], *, reference: str
) -> None:
    """Write the changes, by variant key, as adjustments for the reason "import"."""
    saves = []
    for variant_id, change in sorted(changes.items()):
        after = {name: values[1] for name, values in change.changed.items()}
        on_hand = after.pop("on_hand", None)
        saves.append(StockSave(variant_id=variant_id, on_hand=on_hand, fields=after))  # type: ignore[arg-type]
    if saves:
        inventory.save_stock(session, actor, saves, reference=reference, reason="import")
