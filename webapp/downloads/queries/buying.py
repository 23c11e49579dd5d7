"""What a shopper may download."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_
from sqlmodel import Session, col, select

from webapp.downloads.errors import NoSuchFile
from webapp.downloads.models import DigitalAsset, Entitlement
from webapp.downloads.queries.standing import (
    FileState,
    LineState,
    has_files,
    is_over,
    is_paid,
    state_of,
)
from webapp.kit.paging import Page, Turn
from webapp.kit.values import Value, replace
from webapp.media.queries import Image
from webapp.orders.models import Order, OrderLine
from webapp.runtime.paging import newest_first


class BoughtFile(Value, kw_only=True):
    """A file of a line. ``left`` is how often it may still be downloaded, None for without end."""

    key: str
    name: str
    file_name: str
    size_bytes: int
    state: FileState
    left: int | None
    expires_at: datetime | None


class BoughtLine(Value, kw_only=True):
    """A digital line of an order, in the words of its day, with the files that were given."""

    order: str
    number: str
    placed_at: datetime
    title: str
    variant_title: str
    image: Image | None
    state: LineState
    files: tuple[BoughtFile, ...] = ()


class Wanted(Value, kw_only=True):
    """A file that somebody asks for, before it is known whether they may have it."""

    entitlement: str
    order: Order
    file_name: str
    content_type: str
    storage_key: str
    sha256: str
    size_bytes: int


def of_person(
    session: Session, person: int, *, cursor: str | None = None, size: int = 20
) -> Page[BoughtLine]:
    """The digital lines of somebody's orders (by key), the newest first: two statements."""
    turn: Turn[Any] = Turn.of(cursor, datetime, int)
    query = _lines().where(col(Order.person_id) == person, or_(~is_over(), has_files()))
    page = newest_first(session, query, (col(Order.placed_at), col(OrderLine.id)), turn, size)
    return replace(page, items=tuple(_bought(session, page.items)))


def of_order(session: Session, order: str) -> Sequence[BoughtLine]:
    """The digital lines of the order of that id, in its order: two statements."""
    query = _lines().where(col(Order.public_id) == order, or_(~is_over(), has_files()))
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
