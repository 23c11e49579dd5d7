"""The list of orders for staff: searched, filtered, a page at a time."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, func, select

from webapp.kit.money import Money
from webapp.kit.paging import Page, Turn
from webapp.kit.values import Value, replace
from webapp.orders.models import (
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    PaymentStatus,
)
from webapp.runtime.paging import newest_first

LONGEST_SEARCH = 200


class Waits(StrEnum):
    """What a live order waits for."""

    payment = "payment"
    sending = "sending"


class OrderFilter(Value, kw_only=True):
    """What staff look for. ``since`` is inclusive, ``until`` exclusive, both aware instants.

    ``search`` finds a part of the number, email or name, and a whole SKU.
    """

    search: str = ""
    status: OrderStatus | None = None
    payment: PaymentStatus | None = None
    fulfilment: FulfilmentStatus | None = None
    waits: Waits | None = None
    since: datetime | None = None
    until: datetime | None = None
    person: int | None = None
    """The key of whoever's account they belong to."""


class OrderRow(Value, kw_only=True):
    """A line of the list. ``units`` are those ordered and not cancelled."""

    public_id: str
    number: str
    placed_at: datetime
    customer_name: str
    email: str
    total: Money
    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    units: int
    balance: Money


def listing(
    session: Session,
    wanted: OrderFilter | None = None,
    *,
    cursor: str | None = None,
    size: int = 50,
) -> Page[OrderRow]:
    """The newest orders first, in two statements. A foreign cursor is ``Invalid``."""
    wanted = wanted or OrderFilter()
    turn: Turn[Any] = Turn.of(cursor, datetime, int)
    query = select(
        Order.id,
        Order.public_id,
        Order.number,
        Order.placed_at,
        Order.customer_name,
        Order.email,
        Order.currency,
        Order.total_minor,
        Order.cancelled_minor,
        Order.captured_minor,
        Order.refunded_minor,
        Order.status,
        Order.payment_status,
        Order.fulfilment_status,
    ).where(*_conditions(wanted))  # type: ignore[call-overload]
    page = newest_first(session, query, (col(Order.placed_at), col(Order.id)), turn, size)
    return replace(page, items=tuple(_rows(session, list(page.items))))


def waiting(what: Waits) -> list[ColumnElement[bool]]:
    """The orders that wait for ``what``: for lists, and for counting them."""
    if what is Waits.payment:
        return [
            col(Order.status).in_([OrderStatus.pending, OrderStatus.open]),
            col(Order.payment_status).in_(
                [PaymentStatus.unpaid, PaymentStatus.pending, PaymentStatus.partially_paid]
            ),
        ]
    return [
        col(Order.status) == OrderStatus.open,
        col(Order.fulfilment_status).in_(
            [FulfilmentStatus.unfulfilled, FulfilmentStatus.partially_fulfilled]
        ),
    ]


def _conditions(wanted: OrderFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        conditions.append(col(Order.status) == wanted.status)
    if wanted.payment is not None:
        conditions.append(col(Order.payment_status) == wanted.payment)
    if wanted.fulfilment is not None:
        conditions.append(col(Order.fulfilment_status) == wanted.fulfilment)
    if wanted.waits is not None:
        conditions += waiting(wanted.waits)
    if wanted.since is not None:
        conditions.append(col(Order.placed_at) >= wanted.since)
    if wanted.until is not None:
        conditions.append(col(Order.placed_at) < wanted.until)
    if wanted.person is not None:
        conditions.append(col(Order.person_id) == wanted.person)
    search = wanted.search.strip()[:LONGEST_SEARCH].replace("\0", "")
    if search:
        conditions.append(_matches(search))
    return conditions


def _matches(search: str) -> ColumnElement[bool]:
    part = search.removeprefix("#").lower()
    has_sku = (
        select(OrderLine.id)
        .where(OrderLine.order_id == Order.id, func.lower(OrderLine.sku) == search.lower())
        .exists()
    )
    columns = (col(Order.number), col(Order.email), col(Order.customer_name))
    return or_(*(func.lower(column).contains(part, autoescape=True) for column in columns), has_sku)


def _rows(session: Session, rows: list[Any]) -> list[OrderRow]:
    units: dict[int, int] = {}
    if rows:
        counted = session.execute(
            select(OrderLine.order_id, func.sum(OrderLine.quantity - OrderLine.cancelled))
            .where(col(OrderLine.order_id).in_([row.id for row in rows]))
            .group_by(col(OrderLine.order_id))
        ).all()
        units = {order_id: int(number) for order_id, number in counted}
    return [
        OrderRow(
            public_id=row.public_id,
            number=row.number,
            placed_at=row.placed_at,
            customer_name=row.customer_name,
            email=row.email,
            total=Money(row.total_minor, row.currency),
            status=row.status,
            payment_status=row.payment_status,
            fulfilment_status=row.fulfilment_status,
            units=units.get(row.id, 0),
            balance=Money(
                row.total_minor - row.cancelled_minor - row.captured_minor + row.refunded_minor,
                row.currency,
            ),
        )
        for row in rows
    ]
