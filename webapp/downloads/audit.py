"""What must hold of entitlements."""

from collections.abc import Callable, Sequence

from sqlmodel import Session, col, select

from webapp.downloads.models import DigitalAsset, Entitlement, EntitlementState
from webapp.downloads.queries import is_paid
from webapp.orders.models import Order, OrderLine


def entitlements_are_paid(session: Session) -> list[str]:
    """I12: who may have a file has paid for it and has not got the money back; it is a file of what
    they bought, and nobody had it more often than they may."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Entitlement.public_id,
            Entitlement.state,
            Entitlement.used,
            Entitlement.max_downloads,
            DigitalAsset.product_ref,
            DigitalAsset.variant_ref,
            OrderLine.product_ref.label("bought"),  # type: ignore[attr-defined]
            OrderLine.variant_ref.label("variant"),  # type: ignore[attr-defined]
            OrderLine.quantity,
            OrderLine.cancelled,
            Order.number,
            is_paid().label("is_paid"),
        )
        .select_from(Entitlement)
        .join(DigitalAsset, col(DigitalAsset.id) == col(Entitlement.asset_id))
        .join(OrderLine, col(OrderLine.id) == col(Entitlement.line_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .order_by(col(Entitlement.id))
    )
    faults = []
    for row in rows:
        name = f"order {row.number}, entitlement {row.public_id}"
        if row.state is EntitlementState.active:
            if not row.is_paid:
                faults.append(f"{name}: is active, but the order is not paid")
            if row.cancelled >= row.quantity:
                faults.append(f"{name}: is active, but its line was called off")
        if row.product_ref != row.bought or row.variant_ref not in {"", row.variant}:
            faults.append(f"{name}: gives a file of something else")
        if row.max_downloads is not None and row.used > row.max_downloads:
            faults.append(f"{name}: was used {row.used} times of {row.max_downloads}")
    return faults


CHECKS: dict[str, Callable[[Session], Sequence[str]]] = {
    "I12 entitlements are paid": entitlements_are_paid,
}
