"""Who may have which file: given when the money is in, withdrawn when it has gone back."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from webapp.downloads import queries
from webapp.downloads.errors import NothingToGive
from webapp.downloads.events import (
    AssetOffered,
    EntitlementGranted,
    EntitlementRevoked,
    FilesReady,
)
from webapp.downloads.models import (
    DigitalAsset,
    Entitlement,
    EntitlementState,
    RevokeReason,
)
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.orders import commands as orders
from webapp.orders.models import Order, OrderLine
from webapp.runtime.events import emit, emit_all

AT_ONCE = 200
Pair = tuple[OrderLine, DigitalAsset]


def grant(session: Session, order: Order, actor: Actor = SYSTEM) -> int:
    """Give the buyer of a paid order the files of each digital line that has none yet; gives how
    many that were. A line that got its files keeps to those, so twice is once. What is given is
    handed over: nothing of it is left to send.
    """
    if not _is_paid(order):
        return 0
    lines = session.exec(
        select(OrderLine)
        .where(
            OrderLine.order_id == order.id,
            queries.wants_files(),
        )
        .order_by(col(OrderLine.position))
    ).all()
    if not lines:
        return 0
    assets = queries.on_sale(session, sorted({line.product_ref for line in lines}))
    pairs = [(line, asset) for line in lines for asset in assets if _is_of(asset, line)]
    if not pairs:
        return 0
    _give(session, order, pairs, actor)
    had = {line.public_id: line for line, _ in pairs}
    orders.hand_over(session, SYSTEM, order, list(had.values()))
    return len(pairs)


def grant_waiting(session: Session, actor: Actor, variants: Sequence[str]) -> int:
    """Give their files to orders that paid before there were any, the oldest two hundred; gives
    how many orders got some."""
    actor.must("catalogue:write")
    waiting = queries.awaiting(session, variants, AT_ONCE)
    orders = session.exec(
        select(Order)
        .where(col(Order.public_id).in_(waiting))
        .order_by(col(Order.id))
        .with_for_update()
    ).all()
    return sum(1 for order in orders if grant(session, order, actor))


def offer(session: Session, actor: Actor, asset: DigitalAsset) -> None:
    """Let those have a file who bought its product before it was there. Nothing else gives it to
    them: they may have paid for less. Refuses with ``NothingToGive`` what is not on sale."""
    actor.must("catalogue:write")
    if asset.is_archived:
        raise NothingToGive("This file is sold no more. Upload it again to give it to anybody.")
    emit(session, AssetOffered(asset.public_id, asset.product_ref, title=asset.name), actor=actor)


def give_to_buyers(session: Session, asset: str, limit: int = AT_ONCE) -> int:
    """Give a file (by id) to the oldest orders whose buyers have another of its product and not
    this one; gives how many orders that were. Whose files were all withdrawn gets none."""
    found = session.exec(select(DigitalAsset).where(DigitalAsset.public_id == asset)).first()
    if found is None or found.is_archived:
        return 0
    rows = session.execute(
        select(OrderLine, Order)
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .join(DigitalAsset, col(DigitalAsset.product_ref) == col(OrderLine.product_ref))
        .where(queries.bought_without(found.product_ref), DigitalAsset.id == found.id)
        .order_by(col(Order.id), col(OrderLine.position))
        .limit(limit)
        .with_for_update(of=[Order, OrderLine])
    ).all()
    by_order: dict[str, tuple[Order, list[Pair]]] = {}
    for line, order in rows:
        by_order.setdefault(order.public_id, (order, []))[1].append((line, found))
    for order, pairs in by_order.values():
        _give(session, order, pairs, SYSTEM)
    return len(by_order)


def revoke(
    session: Session,
    order: str,
    reason: RevokeReason,
    *,
    lines: Sequence[str] | None = None,
    actor: Actor = SYSTEM,
) -> int:
    """Withdraw what the order of that id was given, or what those of its lines were; gives how
    many files that were."""
    query = (
        select(Entitlement, Order.number, DigitalAsset.public_id)
        .join(OrderLine, col(OrderLine.id) == col(Entitlement.line_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .join(DigitalAsset, col(DigitalAsset.id) == col(Entitlement.asset_id))
        .where(Order.public_id == order, Entitlement.state == EntitlementState.active)
        .order_by(col(Entitlement.id))
    )
    if lines is not None:
        query = query.where(
            col(OrderLine.public_id).in_(lines),
            col(OrderLine.cancelled) >= col(OrderLine.quantity),
        )
    rows = session.execute(query).all()
    facts = []
    for one, number, asset in rows:
        one.state = EntitlementState.revoked
        one.reason = reason.value
        one.by_staff = False
        session.add(one)
        facts.append(EntitlementRevoked(one.public_id, order, number, asset, reason=reason.value))
    session.flush()
    emit_all(session, facts, actor=actor)
    return len(facts)


def _give(session: Session, order: Order, pairs: Sequence[Pair], actor: Actor) -> None:
    at = now()
    given = [
        Entitlement(line_id=line.id or 0, asset_id=asset.id or 0, granted_at=at)
        for line, asset in pairs
    ]
    session.add_all(given)
    session.flush()
    facts = [
        EntitlementGranted(one.public_id, order.public_id, order.number, asset.public_id)
        for one, (_, asset) in zip(given, pairs, strict=True)
    ]
    emit_all(session, facts, actor=actor)
    ready = FilesReady(order.public_id, order.number, files=len(given), batch=given[0].public_id)
    emit(session, ready, actor=actor)


def _is_paid(order: Order) -> bool:
    """As ``queries.is_paid``, of an order that is at hand."""
    is_in = order.captured_minor >= order.total_minor - order.cancelled_minor
    is_back = order.captured_minor > 0 and order.refunded_minor >= order.captured_minor
    return order.status in queries.LIVE and is_in and not is_back


def _is_of(asset: DigitalAsset, line: OrderLine) -> bool:
    return asset.product_ref == line.product_ref and asset.variant_ref in {"", line.variant_ref}
