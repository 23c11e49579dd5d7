from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from tests.factories.cart import make_cart, make_goods
from tests.factories.orders import (
    BERLIN,
    CLERK,
    make_order,
    make_paid_order,
    make_shipped_order,
    place,
)
from webapp.kit import clock
from webapp.kit.errors import Invalid
from webapp.kit.values import replace
from webapp.orders import commands, queries
from webapp.orders.errors import NoSuchOrder
from webapp.orders.models import CancelReason, FulfilmentStatus, OrderStatus, PaymentStatus
from webapp.orders.queries import OrderFilter
from webapp.runtime.wording import Manners

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def numbers(db: Session, **wanted) -> list[str]:
    return [row.number for row in queries.listing(db, OrderFilter(**wanted))]


def test_orders_are_found_by_what_staff_remember(db):
    stool = make_goods(db)
    grace = replace(BERLIN, name="Grace_Hopper")
    make_order(db, stool)
    place(db, make_cart(db, stool), email="Grace@Navy.example", billing_address=grace)
    other = make_goods(db, "Table")
    make_order(db, other)

    assert numbers(db, search="1002") == ["1002"]
    assert numbers(db, search="#1002") == ["1002"]
    assert numbers(db, search="grace@") == ["1002"]
    assert numbers(db, search="hopper") == ["1002"]
    assert numbers(db, search=other.sku.lower()) == ["1003"]
    assert numbers(db, search="lovelace") == ["1003", "1001"]
    assert numbers(db, search="%") == []
    assert numbers(db, search="e_H") == ["1002"]
    assert numbers(db, search="nobody' OR 1=1 --") == []


def test_orders_are_filtered_by_each_status(db):
    make_order(db)
    make_paid_order(db)
    make_shipped_order(db)
    cancelled = make_order(db)
    commands.cancel(db, CLERK, cancelled, reason=CancelReason.customer)
    db.commit()

    assert numbers(db, status=OrderStatus.open) == ["1002", "1001"]
    assert numbers(db, status=OrderStatus.completed) == ["1003"]
    assert numbers(db, payment=PaymentStatus.paid) == ["1003", "1002"]
    assert numbers(db, fulfilment=FulfilmentStatus.unfulfilled) == ["1002", "1001"]
    assert numbers(db, status=OrderStatus.open, payment=PaymentStatus.paid, search="ada") == [
        "1002"
    ]


def test_orders_are_filtered_by_time(db):
    for day in range(3):
        with clock.frozen(NOON + timedelta(days=day)):
            make_order(db)

    assert numbers(db, since=NOON + timedelta(days=1)) == ["1003", "1002"]
    assert numbers(db, until=NOON + timedelta(days=1)) == ["1001"]


def test_the_list_is_walked_forth_and_back(db):
    with clock.frozen(NOON):  # all at one instant: the key decides
        for _ in range(7):
            make_order(db)

    first = queries.listing(db, size=3)
    second = queries.listing(db, cursor=first.next_cursor, size=3)
    third = queries.listing(db, cursor=second.next_cursor, size=3)
    back = queries.listing(db, cursor=third.previous_cursor, size=3)
    start = queries.listing(db, cursor=back.previous_cursor, size=3)

    pages = [[row.number for row in page] for page in (first, second, third, back, start)]
    assert pages == [
        ["1007", "1006", "1005"],
        ["1004", "1003", "1002"],
        ["1001"],
        ["1004", "1003", "1002"],
        ["1007", "1006", "1005"],
    ]
    assert (first.previous_cursor, third.next_cursor, start.previous_cursor) == (None, None, None)
    with pytest.raises(Invalid):
        queries.listing(db, cursor="nonsense")


def test_a_page_of_the_list_takes_two_statements(db, statements):
    for _ in range(5):
        make_order(db, make_goods(db), make_goods(db))

    with statements.counted() as seen:
        page = queries.listing(db, OrderFilter(search="ada"))

    assert len(page) == 5
    assert [row.units for row in page] == [2] * 5
    assert len(seen) == 2


def test_an_order_page_takes_few_statements(db, statements):
    number = make_shipped_order(db, make_goods(db), make_goods(db, "Table")).number
    db.expire_all()

    with statements.counted() as seen:
        queries.order_page(db, number)
    assert len(seen) == 5
    db.expire_all()
    with statements.counted() as seen:
        queries.staff_order(db, number)
    assert len(seen) == 8


def test_staff_see_what_happened_and_what_can_be_done(db):
    order = make_order(db, make_goods(db, price=1999))

    shown = queries.staff_order(db, order.number)
    assert shown.can_be_marked_paid and shown.can_be_fulfilled and shown.can_be_cancelled_whole
    commands.mark_paid(db, CLERK, order)
    commands.fulfil(db, CLERK, order, carrier="DHL", tracking_number="00340")
    db.commit()

    shown = queries.staff_order(db, order.number)
    assert [entry.text for entry in shown.timeline] == [
        "Completed",
        f"Parcel {order.number}-F1 sent with DHL 00340",
        "Paid in full: €19.99",
        "€19.99 came in",
        "Confirmed: the order goes ahead",
        "Placed for €19.99",
    ]
    german = queries.staff_order(db, order.number, Manners("de_DE")).timeline
    assert german[2].text == "Paid in full: 19,99\xa0€"
    assert [str(move.amount) for move in shown.movements] == ["19.99 EUR"]
    assert not shown.can_be_marked_paid
    assert not shown.can_be_fulfilled
    assert not shown.can_be_cancelled
    assert shown.trace[0]["stage"] == "price"


def test_what_is_no_order_is_not_found(db):
    assert queries.find(db, "1001") is None
    with pytest.raises(NoSuchOrder):
        queries.order_page(db, "1001")
    with pytest.raises(NoSuchOrder):
        queries.by_public_id(db, "ord_nothing")
