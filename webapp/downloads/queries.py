"""What a shopper may download, and what staff see of the files of a product."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlmodel import Session, col, func, select

from webapp.downloads.errors import NoSuchFile
from webapp.downloads.models import DigitalAsset, Entitlement, EntitlementState
from webapp.kit.clock import now
from webapp.kit.paging import Page, Turn
from webapp.media.queries import Image
from webapp.orders.models import Order, OrderLine, OrderStatus
from webapp.runtime.paging import newest_first

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


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtFile:
    """A file of a line. ``left`` is how often it may still be downloaded, None for without end."""

    key: str
    name: str
    file_name: str
    size_bytes: int
    state: FileState
    left: int | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtLine:
    """A digital line of an order, in the words of its day, with the files that were given."""

    order: str
    number: str
    placed_at: datetime
    title: str
    variant_title: str
    image: Image | None
    state: LineState
    files: tuple[BoughtFile, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A file that somebody asks for, before it is known whether they may have it."""

    entitlement: str
    order: Order
    file_name: str
    content_type: str
    storage_key: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRow:
    """A file as staff see it. ``buyers`` counts the order lines it was given to."""

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


def of_person(
    session: Session, person: int, *, cursor: str | None = None, size: int = 20
) -> Page[BoughtLine]:
    """The digital lines of somebody's orders (by key), the newest first: two statements."""
    turn: Turn[Any] = Turn.of(cursor, datetime, int)
    query = _lines().where(col(Order.person_id) == person, or_(~_is_over(), has_files()))
    page = newest_first(session, query, (col(Order.placed_at), col(OrderLine.id)), turn, size)
    return replace(page, items=tuple(_bought(session, page.items)))


def of_order(session: Session, order: str) -> Sequence[BoughtLine]:
    """The digital lines of the order of that id, in its order: two statements."""
    query = _lines().where(col(Order.public_id) == order, or_(~_is_over(), has_files()))
    return _bought(session, session.execute(query.order_by(col(OrderLine.position))).all())


def wanted(session: Session, entitlement: str) -> Wanted:
    """What the id of an entitlement leads to. Raises ``NoSuchFile``."""
    row = session.execute(
        select(DigitalAsset, Order)
        .select_from(Entitlement)
        .join(DigitalAsset, col(DigitalAsset.id) == col(Entitlement.asset_id))
        .join(OrderLine, col(OrderLine.id) == col(Entitlement.line_id))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(col(Entitlement.public_id) == entitlement)
    ).one_or_none()
    if row is None:
        raise NoSuchFile("There is no such file, or it is not yours.")
    asset, order = row
    return Wanted(
        entitlement=entitlement,
        order=order,
        file_name=asset.file_name,
        content_type=asset.content_type,
        storage_key=asset.storage_key,
        sha256=asset.sha256,
        size_bytes=asset.size_bytes,
    )


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
    """All files of a product, those on sale first. ``titles`` names its variants by id."""
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


def is_paid() -> ColumnElement[bool]:
    """Orders that go ahead, with all that is due in and not all of it given back."""
    due = col(Order.total_minor) - col(Order.cancelled_minor)
    return and_(
        col(Order.status).in_(LIVE),
        col(Order.captured_minor) >= due,
        or_(col(Order.captured_minor) == 0, col(Order.refunded_minor) < col(Order.captured_minor)),
    )


def _lines() -> Select[Any]:
    columns: tuple[Any, ...] = (
        OrderLine.id,
        OrderLine.title,
        OrderLine.variant_title,
        OrderLine.image,
        col(Order.public_id).label("order"),
        Order.number,
        Order.placed_at,
        is_paid().label("is_paid"),
    )
    query: Select[Any] = select(*columns)
    return query.join(Order, col(Order.id) == col(OrderLine.order_id)).where(
        col(OrderLine.is_digital)
    )


def _is_over() -> ColumnElement[bool]:
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


def _bought(session: Session, rows: Sequence[Any]) -> list[BoughtLine]:
    files = _files(session, [row.id for row in rows])
    return [
        BoughtLine(
            order=row.order,
            number=row.number,
            placed_at=row.placed_at,
            title=row.title,
            variant_title=row.variant_title,
            image=Image.from_json(row.image),
            state=_state_of_line(row, files[row.id]),
            files=tuple(files[row.id]),
        )
        for row in rows
    ]


def _state_of_line(row: Any, files: Sequence[BoughtFile]) -> LineState:
    if files:
        return LineState.given
    return LineState.being_prepared if row.is_paid else LineState.waits_for_payment


def _files(session: Session, lines: Sequence[int]) -> dict[int, list[BoughtFile]]:
    found: dict[int, list[BoughtFile]] = defaultdict(list)
    if not lines:
        return found
    rows = session.execute(
        select(Entitlement, DigitalAsset.name, DigitalAsset.file_name, DigitalAsset.size_bytes)
        .join(DigitalAsset, col(DigitalAsset.id) == col(Entitlement.asset_id))
        .where(col(Entitlement.line_id).in_(lines))
        .order_by(col(DigitalAsset.position), col(DigitalAsset.id))
    )
    for one, name, file_name, size in rows:
        file = BoughtFile(
            key=one.public_id,
            name=name,
            file_name=file_name,
            size_bytes=size,
            state=state_of(one),
            left=None if one.max_downloads is None else one.max_downloads - one.used,
            expires_at=one.expires_at,
        )
        found[one.line_id].append(file)
    return found


def state_of(one: Entitlement) -> FileState:
    """How it stands with it now."""
    if one.state is EntitlementState.revoked:
        return FileState.withdrawn
    if one.expires_at is not None and one.expires_at <= now():
        return FileState.expired
    if one.max_downloads is not None and one.used >= one.max_downloads:
        return FileState.used_up
    return FileState.ready
