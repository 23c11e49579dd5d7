"""What must hold of entitlements, and of the files that are sold."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select
from sqlmodel import Session, col, func, select

from webapp.catalogue.models import Product
from webapp.downloads.models import DigitalAsset, Entitlement, EntitlementState
from webapp.downloads.queries import is_paid
from webapp.orders.models import Order, OrderLine
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.runtime.stored import missing
from webapp.runtime.wording import size as in_words


def entitlements_are_paid(session: Session) -> list[str]:
    """I12: who may have a file has paid for it and has not got the money back; it is a file of what
    they bought, and nobody had it more often than they may. What staff gave again need not be
    paid."""
    rows = session.execute(
        select(  # type: ignore[call-overload]
            Entitlement.public_id,
            Entitlement.state,
            Entitlement.by_staff,
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
        if row.state is EntitlementState.active and not row.by_staff:
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


def files_are_there(database: Database, storage: Storage) -> list[str]:
    """Every file that is sold, or that somebody bought, is in the storage, as large as it was."""
    columns: tuple[Any, ...] = (
        DigitalAsset.public_id,
        DigitalAsset.name,
        DigitalAsset.file_name,
        DigitalAsset.size_bytes,
        DigitalAsset.storage_key,
        DigitalAsset.is_archived,
        func.coalesce(Product.title, "A product that is gone").label("product"),
    )
    query: Select[Any] = select(*columns)
    query = query.outerjoin(Product, col(Product.public_id) == col(DigitalAsset.product_ref))
    key = col(DigitalAsset.public_id)
    return missing(database, storage, query.order_by(col(DigitalAsset.id)), key, _fault)


def _fault(one: Any, size: int | None) -> str:
    if size is None:
        said = "is not on the disk any more"
    elif in_words(size) == in_words(one.size_bytes):
        said = f"has {size} bytes on the disk, but {one.size_bytes} were uploaded"
    else:
        said = f"has {in_words(size)} on the disk, but {in_words(one.size_bytes)} were uploaded"
    sold = "which buyers still have" if one.is_archived else "which is on sale"
    return (
        f"{one.product}: the file “{one.name}” ({one.file_name}), {sold}, {said}, so nobody can "
        f"download it. Put {one.storage_key} back from a backup of the uploads"
        + ("." if one.is_archived else ", or remove the file there and upload it again.")
    )


STORED: dict[str, Callable[[Database, Storage], Sequence[str]]] = {
    "files that are sold are there": files_are_there,
}
