"""How many there are, and what a shopper or a member of staff is told about it."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, SQLModel

from webapp.inventory.models import MovementKind, StockPolicy
from webapp.kit.values import Value

stock_items = SQLModel.metadata.tables["stock_items"]
stock_movements = SQLModel.metadata.tables["stock_movements"]
locations = SQLModel.metadata.tables["locations"]

AVAILABLE = (
    stock_items.c.on_hand
    - stock_items.c.committed
    - stock_items.c.unavailable
    - stock_items.c.safety
    - stock_items.c.held
)
"""What can be promised of an item, as SQL."""


def sellable(quantity: int) -> ColumnElement[bool]:
    """Whether an item lets that many go, as SQL over ``stock_items``."""
    return or_(
        stock_items.c.is_tracked.is_(False),
        stock_items.c.policy == StockPolicy.allow,
        and_(
            stock_items.c.policy == StockPolicy.preorder,
            or_(
                stock_items.c.preorder_limit.is_(None),
                AVAILABLE + stock_items.c.preorder_limit >= quantity,
            ),
        ),
        quantity <= AVAILABLE,
    )


class Availability(Value):
    """What can be promised of one variant. ``available`` is ``None`` where nobody counts."""

    available: int | None
    policy: StockPolicy
    preorder_limit: int | None = None
    preorder_on: date | None = None
    low_threshold: int | None = None

    def sellable(self, quantity: int) -> bool:
        """Whether that many can be bought now."""
        most = self.most
        return most is None or quantity <= most

    @property
    def most(self) -> int | None:
        """The largest quantity that can be bought now; ``None``: any."""
        if self.available is None or self.policy is StockPolicy.allow:
            return None
        if self.policy is StockPolicy.preorder:
            if self.preorder_limit is None:
                return None
            return max(0, self.available + self.preorder_limit)
        return max(0, self.available)

    @property
    def is_sellable(self) -> bool:
        return self.sellable(1)


NO_STOCK = Availability(available=0, policy=StockPolicy.deny)
"""A variant that nobody has counted or declared countless."""


def availability(session: Session, variant_ids: Sequence[int]) -> dict[int, Availability]:
    """For every asked variant, in one statement; a variant without stock item has none.

    The places of one variant add up; the policy is that of the first place.
    """
    found: dict[int, Availability] = dict.fromkeys(variant_ids, NO_STOCK)
    if not found:
        return found
    c = stock_items.c
    seen: set[int] = set()
    for row in session.execute(
        select(
            c.variant_id,
            AVAILABLE.label("available"),
            c.is_tracked,
            c.policy,
            c.preorder_limit,
            c.preorder_on,
            c.low_threshold,
        )
        .where(c.variant_id.in_(found))
        .order_by(c.id)
    ):
        if row.variant_id in seen:
            before = found[row.variant_id]
            if before.available is not None and row.is_tracked:
                found[row.variant_id] = Availability(
                    before.available + row.available, before.policy, before.preorder_limit,
                    before.preorder_on, before.low_threshold,
                )  # fmt: skip
            continue
        seen.add(row.variant_id)
        found[row.variant_id] = Availability(
            available=row.available if row.is_tracked else None,
            policy=row.policy,
            preorder_limit=row.preorder_limit,
            preorder_on=row.preorder_on,
            low_threshold=row.low_threshold,
        )
    return found


class HintKind(StrEnum):
    """What a shopper is told; the sentence is the template's."""

    in_stock = "in_stock"
    few = "few"
    back_order = "back_order"
    preorder = "preorder"
    sold_out = "sold_out"


class Hint(Value):
    kind: HintKind
    left: int | None = None
    """The exact number, only for ``few``."""
    on: date | None = None
    """The promised day of a pre-order, if there is one."""


def hint(stock: Availability, *, show_below: int) -> Hint:
    """What to tell a shopper: an exact number only below ``show_below``."""
    left = stock.available
    if left is None or left >= max(show_below, 1):
        return Hint(HintKind.in_stock)
    if left > 0:
        return Hint(HintKind.few, left=left)
    if not stock.is_sellable:
        return Hint(HintKind.sold_out)
    if stock.policy is StockPolicy.preorder:
        return Hint(HintKind.preorder, on=stock.preorder_on)
    return Hint(HintKind.back_order)


class Stock(Value):
    """The counters of one variant, for staff."""

    item_id: int
    variant_id: int
    location: str
    on_hand: int
    committed: int
    unavailable: int
    safety: int
    held: int
    available: int
    policy: StockPolicy
    is_tracked: bool
    low_threshold: int | None
    preorder_limit: int | None
    preorder_on: date | None


def stock_of(session: Session, variant_ids: Sequence[int]) -> dict[int, Stock]:
    """The counters by variant id (of its first place); absent where nothing was counted yet."""
    c = stock_items.c
    found: dict[int, Stock] = {}
    for start in range(0, len(variant_ids), 500):
        for row in session.execute(
            select(
                c.id,
                c.variant_id,
                locations.c.name,
                c.on_hand,
                c.committed,
                c.unavailable,
                c.safety,
                c.held,
                AVAILABLE,
                c.policy,
                c.is_tracked,
                c.low_threshold,
                c.preorder_limit,
                c.preorder_on,
            )
            .join(locations, locations.c.id == c.location_id)
            .where(c.variant_id.in_(variant_ids[start : start + 500]))
            .order_by(c.id)
        ):
            found.setdefault(row.variant_id, Stock(*row))
    return found


class Movement(Value):
    """One line of the ledger, with what was on hand after it."""

    id: int
    kind: MovementKind
    on_hand: int
    committed: int
    unavailable: int
    held: int
    on_hand_after: int
    reference: str
    actor: str
    reason: str
    at: datetime


def movements(session: Session, variant_id: int, *, limit: int = 50) -> list[Movement]:
    """The latest movements of a variant, newest first, in one statement."""
    m, i = stock_movements.c, stock_items.c
    rows = session.execute(
        select(
            m.id, m.kind, m.on_hand, m.committed, m.unavailable, m.held, i.on_hand.label("now"),
            m.reference, m.actor, m.reason, m.at, m.item_id,
        )
        .join(stock_items, i.id == m.item_id)
        .where(i.variant_id == variant_id)
        .order_by(m.id.desc())
        .limit(limit)
    )  # fmt: skip
    found: list[Movement] = []
    undone: dict[int, int] = {}
    for row in rows:
        later = undone.get(row.item_id, 0)
        found.append(
            Movement(
                row.id,
                row.kind,
                row.on_hand,
                row.committed,
                row.unavailable,
                row.held,
                row.now - later,
                row.reference,
                row.actor,
                row.reason,
                row.at,
            )
        )
        undone[row.item_id] = later + row.on_hand
    return found


def moved_by(session: Session, reference: str, variant_ids: Sequence[int]) -> dict[int, int]:
    """By how much ``reference`` moved what is on hand of these variants, all in all."""
    found: dict[int, int] = {}
    for start in range(0, len(variant_ids), 500):
        query = (
            select(stock_items.c.variant_id, func.sum(stock_movements.c.on_hand))
            .join(stock_items, stock_items.c.id == stock_movements.c.item_id)
            .where(
                stock_movements.c.reference == reference,
                stock_items.c.variant_id.in_(variant_ids[start : start + 500]),
            )
            .group_by(stock_items.c.variant_id)
        )
        found |= {variant_id: int(by) for variant_id, by in session.execute(query)}
    return found


def moved_by_others(session: Session, reference: str, variant_ids: Sequence[int]) -> frozenset[int]:
    """Which of these variants were moved for another reason than ``reference``."""
    found: set[int] = set()
    for start in range(0, len(variant_ids), 500):
        query = (
            select(stock_items.c.variant_id)
            .join(stock_movements, stock_items.c.id == stock_movements.c.item_id)
            .where(
                stock_movements.c.reference != reference,
                stock_items.c.variant_id.in_(variant_ids[start : start + 500]),
            )
            .distinct()
        )
        found |= set(session.scalars(query))
    return frozenset(found)
