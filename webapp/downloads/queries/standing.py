"""How it stands with files that were bought, and with the lines they were bought with."""

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select

from webapp.downloads.models import DigitalAsset, Entitlement, EntitlementState
from webapp.kit.clock import now
from webapp.orders.models import Order, OrderLine, OrderStatus

LIVE = (OrderStatus.open, OrderStatus.completed)
CALLED_OFF = (OrderStatus.cancelled, OrderStatus.expired)


class FileState(StrEnum):
    """How it stands with a file that was bought."""

    ready = "ready"
    used_up = "used_up"
    expired = "expired"
    withdrawn = "withdrawn"


class LineState(StrEnum):
    """How it stands with a digital line of an order."""

    waits_for_payment = "waits_for_payment"
    being_prepared = "being_prepared"
    """It is paid, and there is no file yet."""
    given = "given"
    """Each of its files says for itself."""


def state_of(one: Entitlement) -> FileState:
    """How it stands with it now."""
    if one.state is EntitlementState.revoked:
        return FileState.withdrawn
    if one.expires_at is not None and one.expires_at <= now():
        return FileState.expired
    if one.max_downloads is not None and one.used >= one.max_downloads:
        return FileState.used_up
    return FileState.ready


def is_paid() -> ColumnElement[bool]:
    """Orders that go ahead, with all that is due in and not all of it given back."""
    due = col(Order.total_minor) - col(Order.cancelled_minor)
    return and_(
        col(Order.status).in_(LIVE),
        col(Order.captured_minor) >= due,
        or_(col(Order.captured_minor) == 0, col(Order.refunded_minor) < col(Order.captured_minor)),
    )


def is_over() -> ColumnElement[bool]:
    """Called off, so that nothing of it is waited for."""
    return or_(
        col(Order.status).in_(CALLED_OFF), col(OrderLine.cancelled) >= col(OrderLine.quantity)
    )


def wants_files() -> ColumnElement[bool]:
    """Digital lines, not called off, that were given no file yet."""
    return and_(
        col(OrderLine.is_digital),
        col(OrderLine.cancelled) < col(OrderLine.quantity),
        ~has_files(),
    )


def has_files() -> ColumnElement[bool]:
    """Lines that were given a file at some time."""
    return (
        select(Entitlement.id).where(Entitlement.line_id == OrderLine.id).correlate(OrderLine)
    ).exists()


def bought_without(product: str) -> ColumnElement[bool]:
    """Of a query of files, lines and their orders: files of that product (by id), each with the
    lines whose buyers have paid, have another file of it, and were never given this one."""
    held, other, had = aliased(Entitlement), aliased(DigitalAsset), aliased(Entitlement)
    has_another = (
        select(held.line_id)
        .join(other, col(other.id) == col(held.asset_id))
        .where(other.product_ref == product, held.state == EntitlementState.active)
    )
    had_this = select(had.id).where(had.line_id == OrderLine.id, had.asset_id == DigitalAsset.id)
    return and_(
        col(DigitalAsset.product_ref) == product,
        # From the files to the lines: lines are many, and most are of something else.
        col(OrderLine.id).in_(has_another),
        ~had_this.correlate(OrderLine, DigitalAsset).exists(),
        col(OrderLine.product_ref) == product,
        col(OrderLine.cancelled) < col(OrderLine.quantity),
        or_(
            col(DigitalAsset.variant_ref) == "",
            col(DigitalAsset.variant_ref) == col(OrderLine.variant_ref),
        ),
        is_paid(),
    )
