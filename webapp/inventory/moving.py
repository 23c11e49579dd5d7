"""The one way in which counters move: conditional updates in one order, and a ledger line each."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import products, variants
from webapp.catalogue.models import Variant
from webapp.inventory.errors import NothingToMove, OutOfStock, StockIsPromised
from webapp.inventory.events import StockBack, StockChanged, StockLow, StockOut
from webapp.inventory.models import Location, MovementKind, StockPolicy
from webapp.inventory.queries import AVAILABLE, sellable, stock_items, stock_movements
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.kit.values import Value
from webapp.runtime.events import Event, emit_all

c = stock_items.c
AT_ONCE = 500


class Delta(Value):
    """By how much each counter of one variant moves."""

    on_hand: int = 0
    committed: int = 0
    unavailable: int = 0


class Cause(Value):
    """Why it moves, for the ledger. The same ``key`` moves the same variant once."""

    kind: MovementKind
    actor: Actor
    reference: str = ""
    reason: str = ""
    key: str | None = None

    def key_of(self, item_id: int) -> str | None:
        return None if self.key is None else f"{self.key}:{item_id}"[:120]


def ensure_items(session: Session, variant_ids: Sequence[int]) -> None:
    """See that each variant has counters; new ones stand at zero, counted, not sold when empty."""
    wanted = sorted(set(variant_ids))
    missing = set(wanted)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        missing -= set(session.scalars(select(c.variant_id).where(c.variant_id.in_(some))))
    if not missing:
        return
    new = {
        "location_id": _location(session),
        "on_hand": 0,
        "committed": 0,
        "unavailable": 0,
        "safety": 0,
        "held": 0,
        "policy": StockPolicy.deny,
        "is_tracked": True,
    }
    rows = [{"variant_id": variant_id, **new} for variant_id in sorted(missing)]
    session.execute(insert(stock_items), rows)


def lock(session: Session, variant_ids: Sequence[int]) -> list[Any]:
    """The counters of these variants, made if missing, in ascending id; others wait for us.

    Raises ``NotFound`` for a variant that is not there.
    """
    found = _locked(session, variant_ids)
    if len(found) < len(set(variant_ids)):
        wanted = set(variant_ids) - {row.variant_id for row in found}
        there = set(session.scalars(select(variants.c.id).where(variants.c.id.in_(sorted(wanted)))))
        if wanted - there:
            raise NotFound("There is no such variant, or not any more.", variants=sorted(wanted))
        ensure_items(session, sorted(wanted))
        found = _locked(session, variant_ids)
    return found


def move(session: Session, deltas: Mapping[int, Delta], cause: Cause) -> None:
    """Move the counters of these variants, by variant id: all of them or none.

    Items are updated in ascending id, so that two movements never wait for each other in a ring.
    A taking's updates carry their own condition and refuse with ``OutOfStock``; other movements
    refuse with ``StockIsPromised`` or ``NothingToMove``.
    """
    session.flush()
    rows = _not_moved_before(session, lock(session, list(deltas)), cause)
    if not rows:
        return
    if cause.kind is MovementKind.sell:
        _take(session, rows, deltas)
    else:
        _shift(session, rows, deltas)
    _write_ledger(session, rows, deltas, cause)
    flip(session, [row.variant_id for row in rows])
    emit_all(session, _facts(rows, deltas, cause), actor=cause.actor)


def flip(session: Session, variant_ids: Sequence[int]) -> None:
    """Bring ``is_available`` of variants and products in step, writing only where it turns."""
    can_be_sold = (
        select(c.id).where(c.variant_id == variants.c.id, sellable(1)).correlate(variants).exists()
    )
    for start in range(0, len(variant_ids), AT_ONCE):
        turned = session.execute(
            update(variants)
            .where(
                variants.c.id.in_(variant_ids[start : start + AT_ONCE]),
                variants.c.is_available != can_be_sold,
            )
            .values(is_available=can_be_sold)
            .returning(variants.c.id, variants.c.product_id)
            .execution_options(synchronize_session=False)
        ).all()
        if turned:
            catalogue.refresh_columns(session, sorted({row.product_id for row in turned}))
            for row in turned:
                held = session.identity_map.get(identity_key(Variant, row.id))
                if held is not None:
                    session.expire(held, ["is_available"])


def _locked(session: Session, variant_ids: Sequence[int]) -> list[Any]:
    """The first item of each variant. On SQLite the transaction itself is the lock."""
    wanted = sorted(set(variant_ids))
    rows: dict[int, Any] = {}
    for start in range(0, len(wanted), AT_ONCE):
        for row in session.execute(
            select(
                *stock_items.columns,
                AVAILABLE.label("available"),
                variants.c.public_id.label("variant"),
                products.c.public_id.label("product"),
            )
            .join(variants, variants.c.id == c.variant_id)
            .join(products, products.c.id == variants.c.product_id)
            .where(c.variant_id.in_(wanted[start : start + AT_ONCE]))
            .order_by(c.id)
            .with_for_update(of=stock_items)
        ):
            rows.setdefault(row.variant_id, row)
    return sorted(rows.values(), key=lambda row: int(row.id))


def _not_moved_before(session: Session, rows: list[Any], cause: Cause) -> list[Any]:
    if cause.key is None:
        return rows
    keys = [cause.key_of(row.id) for row in rows]
    done: set[str | None] = set()
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        done |= set(
            session.scalars(select(stock_movements.c.key).where(stock_movements.c.key.in_(some)))
        )
    return [row for row in rows if cause.key_of(row.id) not in done]


def _take(session: Session, rows: Sequence[Any], deltas: Mapping[int, Delta]) -> None:
    """Promise every quantity or none; the condition and the change are one statement."""
    short: dict[int, int] = {}
    with session.begin_nested() as savepoint:
        for row in rows:
            quantity = deltas[row.variant_id].committed
            taken = session.execute(
                update(stock_items)
                .where(c.id == row.id, sellable(quantity))
                .values(committed=c.committed + quantity)
            )
            if taken.rowcount != 1:  # type: ignore[attr-defined]
                extra = row.preorder_limit or 0 if row.policy is StockPolicy.preorder else 0
                short[row.variant_id] = max(0, row.available + extra)
        if short:
            savepoint.rollback()
    if short:
        raise OutOfStock("Some of this has just sold out.", left=short)


def _shift(session: Session, rows: Sequence[Any], deltas: Mapping[int, Delta]) -> None:
    """Move locked counters, after checking that what was promised can still be kept."""
    for row in rows:
        delta = deltas[row.variant_id]
        if row.committed + delta.committed < 0:
            raise NothingToMove(
                f"Only {row.committed} are sold and not shipped.", committed=row.committed
            )
        if row.unavailable + delta.unavailable < 0:
            raise NothingToMove(
                f"Only {row.unavailable} are set aside.", unavailable=row.unavailable
            )
        check_promises(
            row,
            on_hand=row.on_hand + delta.on_hand,
            committed=row.committed + delta.committed,
            unavailable=row.unavailable + delta.unavailable,
        )
    session.execute(
        update(stock_items)
        .where(c.id == bindparam("item"))
        .values(
            on_hand=c.on_hand + bindparam("d_on_hand"),
            committed=c.committed + bindparam("d_committed"),
            unavailable=c.unavailable + bindparam("d_unavailable"),
        ),
        [
            {
                "item": row.id,
                "d_on_hand": deltas[row.variant_id].on_hand,
                "d_committed": deltas[row.variant_id].committed,
                "d_unavailable": deltas[row.variant_id].unavailable,
            }
            for row in rows
        ],
    )


def check_promises(
    row: Any,
    *,
    on_hand: int,
    committed: int,
    unavailable: int,
    policy: StockPolicy | None = None,
    is_tracked: bool | None = None,
) -> None:
    """Refuse to leave fewer than were sold, where nobody may buy what is not there."""
    policy = row.policy if policy is None else policy
    tracked = row.is_tracked if is_tracked is None else is_tracked
    spare = on_hand - committed - unavailable
    spare_before = row.on_hand - row.committed - row.unavailable
    was_bound = row.policy is StockPolicy.deny and row.is_tracked
    if not tracked or policy is not StockPolicy.deny or spare >= 0:
        return
    if was_bound and spare >= spare_before:
        return
    raise StockIsPromised(
        f"{committed} are sold and not shipped, {unavailable} are set aside: "
        f"there cannot be only {on_hand}.",
        committed=committed,
        unavailable=unavailable,
        on_hand=on_hand,
    )


def _write_ledger(
    session: Session, rows: Sequence[Any], deltas: Mapping[int, Delta], cause: Cause
) -> None:
    at = now()
    session.execute(
        insert(stock_movements),
        [
            {
                "item_id": row.id,
                "kind": cause.kind,
                "on_hand": deltas[row.variant_id].on_hand,
                "committed": deltas[row.variant_id].committed,
                "unavailable": deltas[row.variant_id].unavailable,
                "held": 0,
                "reference": cause.reference[:60],
                "actor": cause.actor.name[:120],
                "reason": cause.reason[:300],
                "key": cause.key_of(row.id),
                "at": at,
            }
            for row in rows
        ],
    )


def _facts(rows: Sequence[Any], deltas: Mapping[int, Delta], cause: Cause) -> list[Event]:
    facts: list[Event] = []
    for row in rows:
        delta = deltas[row.variant_id]
        before = row.available
        after = before + delta.on_hand - delta.committed - delta.unavailable
        changed = _counted(row, delta)
        if not changed:
            continue
        about = {"variant": row.variant, "product": row.product, "available": after}
        facts.append(
            StockChanged(
                **about,
                kind=cause.kind,
                before=before,
                reference=cause.reference,
                reason=cause.reason,
                changed=changed,
            )
        )
        if not row.is_tracked:
            continue
        if after <= 0 < before:
            facts.append(StockOut(**about, policy=row.policy))
        elif before <= 0 < after:
            facts.append(StockBack(**about))
        if row.low_threshold is not None and after <= row.low_threshold < before:
            facts.append(StockLow(**about, threshold=row.low_threshold))
    return facts


def _counted(row: Any, delta: Delta) -> dict[str, list[int]]:
    """The counters that moved, before and after."""
    moved = {name: getattr(delta, name) for name in ("on_hand", "committed", "unavailable")}
    return {name: [getattr(row, name), getattr(row, name) + by] for name, by in moved.items() if by}


def _location(session: Session) -> int:
    """The first place; made where there is none."""
    found = session.scalars(select(col(Location.id)).order_by(col(Location.id)).limit(1)).first()
    if found is not None:
        return found
    place = Location(name="Main")
    session.add(place)
    session.flush()
    if place.id is None:
        raise ValueError("a stored place has a key")
    return place.id
