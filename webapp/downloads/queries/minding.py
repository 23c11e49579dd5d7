"""What staff see of the files of a product, and of what an order gave."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from webapp.downloads.errors import NoSuchFile
from webapp.downloads.models import DigitalAsset, Entitlement
from webapp.downloads.queries.standing import (
    FileState,
    bought_without,
    is_paid,
    state_of,
    wants_files,
)
from webapp.kit.values import Value
from webapp.orders.models import Order, OrderLine


class AssetRow(Value, kw_only=True):
    """A file as staff see it. ``buyers`` counts the order lines it was given to, ``without`` those
    whose buyers have another file of the product and not this one."""

    public_id: str
    variant: str
    variant_title: str
    name: str
    file_name: str
    size_bytes: int
    content_type: str
    is_archived: bool
    created_at: datetime
    buyers: int
    without: int


class GivenFile(Value, kw_only=True):
    """A file that an order gave. ``reason`` is why it was withdrawn, ``asset`` its id."""

    key: str
    asset: str
    name: str
    file_name: str
    size_bytes: int
    state: FileState
    reason: str
    by_staff: bool
    granted_at: datetime
    used: int
    last_used_at: datetime | None
    max_downloads: int | None
    expires_at: datetime | None


class GivenLine(Value, kw_only=True):
    """A digital line of an order and the files that it gave, in their order."""

    title: str
    variant_title: str
    product: str
    quantity: int
    is_paid: bool
    files: tuple[GivenFile, ...]


def asset(session: Session, product: str, public_id: str) -> DigitalAsset:
    """A file of that product (both by id), for a command. Raises ``NoSuchFile``."""
    found = session.exec(
        select(DigitalAsset).where(
            DigitalAsset.product_ref == product, col(DigitalAsset.public_id) == public_id
        )
    ).one_or_none()
    if found is None:
        raise NoSuchFile("There is no such file, or not any more.", asset=public_id)
    return found


def on_sale(session: Session, products: Sequence[str]) -> Sequence[DigitalAsset]:
    """The files that buyers of these products (by id) get, in their order."""
    return session.exec(
        select(DigitalAsset)
        .where(col(DigitalAsset.product_ref).in_(products), ~col(DigitalAsset.is_archived))
        .order_by(col(DigitalAsset.position), col(DigitalAsset.id))
    ).all()


def assets_of(session: Session, product: str, titles: dict[str, str]) -> Sequence[AssetRow]:
    """All files of a product, those on sale first: two statements. ``titles`` names its variants by
    id."""
    without = _without(session, product)
    given = (
        select(func.count())
        .select_from(Entitlement)
        .where(Entitlement.asset_id == DigitalAsset.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(DigitalAsset, given)
        .where(DigitalAsset.product_ref == product)
        .order_by(col(DigitalAsset.is_archived), col(DigitalAsset.position), col(DigitalAsset.id))
    ).all()
    return [
        AssetRow(
            public_id=one.public_id,
            variant=one.variant_ref,
            variant_title=titles.get(one.variant_ref, "") if one.variant_ref else "",
            name=one.name,
            file_name=one.file_name,
            size_bytes=one.size_bytes,
            content_type=one.content_type,
            is_archived=one.is_archived,
            created_at=one.created_at,
            buyers=int(buyers),
            without=without.get(one.id or 0, 0),
        )
        for one, buyers in rows
    ]


def awaiting(session: Session, variants: Sequence[str], limit: int) -> Sequence[str]:
    """Orders (by id, oldest first) that have paid for one of these variants and have no file of
    it."""
    return session.exec(
        select(Order.public_id)
        .join(OrderLine, col(OrderLine.order_id) == col(Order.id))
        .where(
            col(OrderLine.variant_ref).in_(variants),
            is_paid(),
            wants_files(),
        )
        .group_by(col(Order.id), col(Order.public_id))
        .order_by(col(Order.id))
        .limit(limit)
    ).all()


def lines_without_files(session: Session, order: str) -> Sequence[tuple[str, str]]:
    """(the line's id, the product's) of digital lines of a paid order that have no file."""
    rows = session.execute(
        select(OrderLine.public_id, OrderLine.product_ref)
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(
            Order.public_id == order,
            is_paid(),
            wants_files(),
        )
    ).all()
    return [(line, product) for line, product in rows]


def given_by(session: Session, order: str) -> Sequence[GivenLine]:
    """What the digital lines of the order of that id gave: two statements."""
    lines = session.execute(
        select(  # type: ignore[call-overload]
            OrderLine.id,
            OrderLine.title,
            OrderLine.variant_title,
            OrderLine.product_ref,
            OrderLine.quantity,
            OrderLine.cancelled,
            is_paid().label("is_paid"),
        )
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(Order.public_id == order, col(OrderLine.is_digital))
        .order_by(col(OrderLine.position))
    ).all()
    files = _given(session, [line.id for line in lines])
    return [
        GivenLine(
            title=line.title,
            variant_title=line.variant_title,
            product=line.product_ref,
            quantity=line.quantity - line.cancelled,
            is_paid=line.is_paid,
            files=tuple(files.get(line.id, ())),
        )
        for line in lines
    ]


def entitlement(session: Session, order: str, public_id: str) -> Entitlement:
    """What an order gave (both by id), for a command, held until the transaction ends. Raises
    ``NoSuchFile``."""
    found = session.exec(
        select(Entitlement)
        .join(OrderLine, col(OrderLine.id) == col(Entitlement.line_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(Order.public_id == order, col(Entitlement.public_id) == public_id)
        .with_for_update(of=Entitlement)
    ).one_or_none()
    if found is None:
        raise NoSuchFile("The order gave no such file.", entitlement=public_id)
    return found


def names_of(session: Session, one: Entitlement) -> tuple[str, str, str, str]:
    """What each fact about it says first: its own id, the order's, the order's number, the file's
    id."""
    order, number, asset = session.execute(
        select(Order.public_id, Order.number, DigitalAsset.public_id)
        .select_from(OrderLine)
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .join(DigitalAsset, col(DigitalAsset.id) == one.asset_id)
        .where(OrderLine.id == one.line_id)
    ).one()
    return one.public_id, order, number, asset


def _without(session: Session, product: str) -> dict[int, int]:
    """For each file on sale how many lines there are without it, where there are any."""
    rows = session.execute(
        select(DigitalAsset.id, func.count(col(OrderLine.id)))
        .join(OrderLine, col(OrderLine.product_ref) == col(DigitalAsset.product_ref))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(bought_without(product), ~col(DigitalAsset.is_archived))
        .group_by(col(DigitalAsset.id))
    )
    return {key: count for key, count in rows if key is not None}


def _given(session: Session, lines: Sequence[int]) -> dict[int, list[GivenFile]]:
    found: dict[int, list[GivenFile]] = {}
    rows = session.execute(
        select(Entitlement, DigitalAsset)
        .join(DigitalAsset, col(DigitalAsset.id) == col(Entitlement.asset_id))
        .where(col(Entitlement.line_id).in_(lines))
        .order_by(col(DigitalAsset.position), col(DigitalAsset.id))
    )
    for one, file in rows:
        given = GivenFile(
            key=one.public_id,
            asset=file.public_id,
            name=file.name,
            file_name=file.file_name,
            size_bytes=file.size_bytes,
            state=state_of(one),
            reason=one.reason,
            by_staff=one.by_staff,
            granted_at=one.granted_at,
            used=one.used,
            last_used_at=one.last_used_at,
            max_downloads=one.max_downloads,
            expires_at=one.expires_at,
        )
        found.setdefault(one.line_id, []).append(given)
    return found
