"""What staff do with what an order gave: withdraw it, give it again, say how often and how long."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from webapp.downloads import queries
from webapp.downloads.errors import BadLimit, NothingToGive
from webapp.downloads.events import (
    EntitlementGranted,
    EntitlementRevoked,
    EntitlementUpdated,
    FilesReady,
)
from webapp.downloads.models import Entitlement, EntitlementState, RevokeReason
from webapp.downloads.queries import FileState, state_of
from webapp.kit.actors import Actor
from webapp.kit.ids import token
from webapp.orders.models import Order, OrderLine
from webapp.runtime.events import emit

MOST_DOWNLOADS = 1_000_000


def withdraw(session: Session, actor: Actor, one: Entitlement) -> None:
    """Nobody may download it any more. Withdrawing twice is withdrawing once."""
    actor.must("orders:write")
    if one.state is EntitlementState.revoked:
        return
    one.state = EntitlementState.revoked
    one.reason = RevokeReason.staff.value
    one.by_staff = False
    session.add(one)
    session.flush()
    fact = EntitlementRevoked(*queries.names_of(session, one), reason=one.reason)
    emit(session, fact, actor=actor)


def give_again(session: Session, actor: Actor, one: Entitlement) -> None:
    """It may be downloaded again, also where the money went back: that is the word of staff. Giving
    twice is giving once; how often and how long stay as they were."""
    actor.must("orders:write")
    if one.state is EntitlementState.active:
        return
    one.state = EntitlementState.active
    one.reason = ""
    one.by_staff = True
    session.add(one)
    session.flush()
    emit(session, EntitlementGranted(*queries.names_of(session, one)), actor=actor)


def limit(
    session: Session,
    actor: Actor,
    one: Entitlement,
    *,
    max_downloads: int | None,
    expires_at: datetime | None,
) -> None:
    """Say how often it may be downloaded in all, and until when; None for without end. Refuses
    with ``BadLimit`` fewer than there were."""
    actor.must("orders:write")
    if max_downloads is not None and not 1 <= max_downloads <= MOST_DOWNLOADS:
        raise BadLimit(f"Allow 1 to {MOST_DOWNLOADS:,} downloads.", field="max_downloads")
    if max_downloads is not None and max_downloads < one.used:
        times = "once" if one.used == 1 else f"{one.used} times"
        raise BadLimit(
            f"It was downloaded {times} already: allow at least {one.used}, or withdraw it.",
            field="max_downloads",
        )
    changed: dict[str, list[Any]] = {}
    if max_downloads != one.max_downloads:
        changed["max_downloads"] = [one.max_downloads, max_downloads]
    if expires_at != one.expires_at:
        changed["expires_at"] = [_written(one.expires_at), _written(expires_at)]
    if not changed:
        return
    one.max_downloads = max_downloads
    one.expires_at = expires_at
    session.add(one)
    session.flush()
    emit(session, EntitlementUpdated(*queries.names_of(session, one), changed=changed), actor=actor)


def tell_again(session: Session, actor: Actor, order: Order, *, key: str = "") -> None:
    """Write to the buyer once more which files there are, and where; the same ``key`` twice is one
    message. Refuses with ``NothingToGive`` where none can be downloaded."""
    actor.must("orders:write")
    given = session.exec(
        select(Entitlement)
        .join(OrderLine, col(OrderLine.id) == col(Entitlement.line_id))
        .where(OrderLine.order_id == order.id)
    ).all()
    ready = [one for one in given if state_of(one) is FileState.ready]
    if not ready:
        raise NothingToGive("No file of this order can be downloaded now.")
    fact = FilesReady(
        order.public_id, order.number, files=len(ready), batch=key or token(), is_again=True
    )
    emit(session, fact, actor=actor)


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
