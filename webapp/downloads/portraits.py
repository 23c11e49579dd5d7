"""Files that are sold, and who may have them, for those outside who are told of them. None of it
names a person: an entitlement names its order."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from webapp.downloads.models import DigitalAsset, Entitlement
from webapp.downloads.queries import state_of
from webapp.orders.models import Order, OrderLine
from webapp.runtime.portraits import Drawing, Portrait


def draw_assets(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    """Files as they are sold; one statement."""
    found = session.exec(select(DigitalAsset).where(col(DigitalAsset.public_id).in_(ids))).all()
    return {
        one.public_id: {
            "id": one.public_id,
            "product": one.product_ref,
            "variant": one.variant_ref or None,
            "name": one.name,
            "file_name": one.file_name,
            "size_bytes": one.size_bytes,
            "content_type": one.content_type,
            "sha256": one.sha256,
            "position": one.position,
            "is_archived": one.is_archived,
            "created_at": _moment(one.created_at),
        }
        for one in found
    }


def draw_entitlements(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    """What may be downloaded, of which line and by which order; one statement."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Entitlement,
            DigitalAsset.public_id,
            DigitalAsset.name,
            OrderLine.public_id,
            Order.public_id,
            Order.number,
        )
        .join(DigitalAsset, col(DigitalAsset.id) == col(Entitlement.asset_id))
        .join(OrderLine, col(OrderLine.id) == col(Entitlement.line_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(col(Entitlement.public_id).in_(ids))
    ).all()
    return {
        one.public_id: {
            "id": one.public_id,
            "order": order,
            "order_number": number,
            "line": line,
            "asset": asset,
            "name": name,
            "state": state_of(one).value,
            "reason": one.reason or None,
            "granted_at": _moment(one.granted_at),
            "used": one.used,
            "last_used_at": _moment(one.last_used_at),
            "max_downloads": one.max_downloads,
            "expires_at": _moment(one.expires_at),
        }
        for one, asset, name, line, order, number in rows
    }


PORTRAITS = {"asset": Portrait(draw_assets), "entitlement": Portrait(draw_entitlements)}


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
