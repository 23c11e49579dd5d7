"""The verbs of stock. Every one writes its line in the ledger and moves counters with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict, Unpack

from sqlalchemy import bindparam, update
from sqlmodel import Session

from webapp.inventory.events import StockUpdated
from webapp.inventory.models import MovementKind, StockPolicy
from webapp.inventory.moving import Cause, Delta, c, check_promises, flip, lock, move
from webapp.inventory.moving import ensure_items as ensure_items
from webapp.inventory.queries import moved_by, stock_items
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import Invalid
from webapp.kit.values import Value, field
from webapp.runtime.events import emit_all

LARGEST = 1_000_000_000


class PolicyFields(TypedDict, total=False):
    """How a variant is counted and sold when there is none; absent keys stay as they are."""

    policy: StockPolicy
    is_tracked: bool
    safety: int
    low_threshold: int | None
    preorder_limit: int | None
    preorder_on: date | None


class StockSave(Value, kw_only=True):
    """What an import says of one variant. ``on_hand`` of ``None`` leaves the count."""

    variant_id: int
    on_hand: int | None = None
    fields: PolicyFields = field(default_factory=PolicyFields)


# What staff do.


def ensure_item(session: Session, variant_id: int) -> None:
    """See that the variant has counters; asking twice is asking once."""
    ensure_items(session, [variant_id])


def receive(
    session: Session,
    actor: Actor,
    variant_id: int,
    quantity: int,
    *,
    reference: str = "",
    reason: str = "",
    key: str | None = None,
) -> None:
    """Goods came in. ``quantity`` is at least one."""
    actor.must("stock:write")
    delta = Delta(on_hand=_quantity(quantity))
    move(session, {variant_id: delta}, Cause(MovementKind.receive, actor, reference, reason, key))


def adjust(
    session: Session,
    actor: Actor,
    variant_id: int,
    by: int,
    *,
    reason: str,
    reference: str = "",
    key: str | None = None,
) -> None:
    """There are more, or fewer, than we thought. Refuses to go below what is sold."""
    actor.must("stock:write")
    if type(by) is not int or not -LARGEST <= by <= LARGEST:
        raise Invalid("Enter a whole number.", field="by")
    if by:
        cause = Cause(MovementKind.adjust, actor, reference, reason, key)
        move(session, {variant_id: Delta(on_hand=by)}, cause)


def count(
    session: Session,
    actor: Actor,
    variant_id: int,
    counted: int,
    *,
    reason: str = "",
    reference: str = "",
    key: str | None = None,
) -> None:
    """Somebody counted: that many are on hand now. Refuses fewer than are sold."""
    actor.must("stock:write")
    if type(counted) is not int or not 0 <= counted <= LARGEST:
        raise Invalid("Enter how many there are.", field="counted")
    (row,) = lock(session, [variant_id])
    if row.on_hand != counted:
        cause = Cause(MovementKind.counted, actor, reference, reason, key)
        move(session, {variant_id: Delta(on_hand=counted - row.on_hand)}, cause)


def set_aside(session: Session, actor: Actor, variant_id: int, by: int, *, reason: str) -> None:
    """Take ``by`` out of sale (damaged, in quality check), or put them back when negative."""
    actor.must("stock:write")
    if type(by) is not int or not -LARGEST <= by <= LARGEST:
        raise Invalid("Enter a whole number.", field="by")
    if by:
        cause = Cause(MovementKind.damage, actor, reason=reason)
        move(session, {variant_id: Delta(unavailable=by)}, cause)


def set_policy(
    session: Session, actor: Actor, variant_id: int, **fields: Unpack[PolicyFields]
) -> None:
    """Change how the variant is counted and sold. Refuses what earlier sales forbid."""
    save_stock(session, actor, [StockSave(variant_id=variant_id, fields=fields)])


def save_stock(
    session: Session,
    actor: Actor,
    saves: Sequence[StockSave],
    *,
    reference: str = "",
    reason: str = "",
) -> dict[int, dict[str, list[Any]]]:
    """Set counts and policies of many variants; by variant id what changed, [before, after].

    Counts become adjustments in the ledger. Refusals name the ``variant`` they are about; then
    nothing was changed.
    """
    actor.must("stock:write")
    session.flush()
    rows = {row.variant_id: row for row in lock(session, [save.variant_id for save in saves])}
    changes: dict[int, dict[str, list[Any]]] = {}
    for save in saves:
        row = rows[save.variant_id]
        wanted = _checked(save)
        changed = {
            name: [getattr(row, name), value]
            for name, value in wanted.items()
            if getattr(row, name) != value
        }
        if changed:
            changes[save.variant_id] = changed
            check_promises(
                row,
                on_hand=wanted.get("on_hand", row.on_hand),
                committed=row.committed,
                unavailable=row.unavailable,
                policy=wanted.get("policy"),
                is_tracked=wanted.get("is_tracked"),
            )
    _write_policies(session, actor, rows, changes)
    deltas = {
        variant_id: Delta(on_hand=changed["on_hand"][1] - changed["on_hand"][0])
        for variant_id, changed in changes.items()
        if "on_hand" in changed
    }
    flip(session, sorted({save.variant_id for save in saves} - set(deltas)))
    if deltas:
        move(session, deltas, Cause(MovementKind.adjust, actor, reference, reason))
    return changes


def take_back(
    session: Session,
    actor: Actor,
    variant_ids: Sequence[int],
    *,
    reference: str,
    reason: str,
) -> dict[int, int]:
    """Move these variants back by what ``reference`` moved them on hand; taking back twice is
    taking back once, and what was sold since stays sold.

    Gives by variant id how many could not go back, because they are sold or set aside.
    """
    actor.must("stock:write")
    moved = moved_by(session, reference, variant_ids)
    deltas: dict[int, Delta] = {}
    short: dict[int, int] = {}
    for row in lock(session, [one for one, by in moved.items() if by]):
        back = wanted = -moved[row.variant_id]
        if wanted < 0 and row.is_tracked and row.policy is StockPolicy.deny:
            spare = row.on_hand - row.committed - row.unavailable
            back = max(wanted, min(0, -spare))
        if back:
            deltas[row.variant_id] = Delta(on_hand=back)
        if back != wanted:
            short[row.variant_id] = back - wanted
    if deltas:
        move(session, deltas, Cause(MovementKind.adjust, actor, reference, reason))
    return short


# What orders do. The key names the cause ("order ord_...: take"): once is enough, twice is once.


def take(
    session: Session,
    wanted: Mapping[int, int],
    *,
    reference: str,
    key: str,
    actor: Actor = SYSTEM,
) -> None:
    """Commit these quantities, by variant id, to a purchase: all of them or none.

    Raises ``OutOfStock`` with what is left of every short variant.
    """
    cause = Cause(MovementKind.sell, actor, reference, key=key)
    move(session, {one: Delta(committed=_quantity(n)) for one, n in wanted.items()}, cause)


def release(
    session: Session,
    wanted: Mapping[int, int],
    *,
    reference: str,
    key: str,
    actor: Actor = SYSTEM,
    reason: str = "",
) -> None:
    """Give back what was taken and not shipped."""
    cause = Cause(MovementKind.release, actor, reference, reason, key)
    move(session, {one: Delta(committed=-_quantity(n)) for one, n in wanted.items()}, cause)


def ship(
    session: Session,
    wanted: Mapping[int, int],
    *,
    reference: str,
    key: str,
    actor: Actor = SYSTEM,
) -> None:
    """What was taken leaves the house."""
    deltas = {
        one: Delta(on_hand=-_quantity(n), committed=-_quantity(n)) for one, n in wanted.items()
    }
    move(session, deltas, Cause(MovementKind.ship, actor, reference, key=key))


def restock(
    session: Session,
    wanted: Mapping[int, int],
    *,
    reference: str,
    key: str,
    actor: Actor = SYSTEM,
    reason: str = "",
) -> None:
    """What was shipped came back and can be sold again."""
    cause = Cause(MovementKind.returned, actor, reference, reason, key)
    move(session, {one: Delta(on_hand=_quantity(n)) for one, n in wanted.items()}, cause)


def _checked(save: StockSave) -> dict[str, Any]:
    wanted: dict[str, Any] = dict(save.fields)
    if save.on_hand is not None:
        wanted["on_hand"] = save.on_hand
    for name, least in (
        ("on_hand", -LARGEST), ("safety", 0), ("low_threshold", 0), ("preorder_limit", 0)
    ):  # fmt: skip
        value = wanted.get(name)
        if value is not None and (type(value) is not int or not least <= value <= LARGEST):
            raise Invalid(
                "Enter a whole number within reason.", field=name, variant=save.variant_id
            )
    if "policy" in wanted:
        try:
            wanted["policy"] = StockPolicy(wanted["policy"])
        except ValueError as bad:
            raise Invalid(
                "Without stock, a variant is denied, continued or pre-ordered.",
                field="policy",
                variant=save.variant_id,
            ) from bad
    return wanted


def _write_policies(
    session: Session,
    actor: Actor,
    rows: Mapping[int, Any],
    changes: Mapping[int, Mapping[str, list[Any]]],
) -> None:
    by_names: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    facts: list[StockUpdated] = []
    for variant_id, changed in changes.items():
        names = tuple(sorted(changed.keys() - {"on_hand"}))
        if names:
            row = rows[variant_id]
            values = {f"new_{name}": changed[name][1] for name in names}
            by_names.setdefault(names, []).append({"item": row.id, **values})
            before, after = changed.get("safety", (0, 0))
            told = {name: changed[name] for name in names}
            left = row.available - after + before
            facts.append(StockUpdated(row.variant, row.product, left, changed=told))
    for names, values_of in by_names.items():
        session.execute(
            update(stock_items)
            .where(c.id == bindparam("item"))
            .values({name: bindparam(f"new_{name}") for name in names}),
            values_of,
        )
    emit_all(session, facts, actor=actor)


def _quantity(quantity: int) -> int:
    if type(quantity) is not int or not 0 < quantity <= LARGEST:
        raise Invalid("A quantity is a whole number of at least one.", field="quantity")
    return quantity
