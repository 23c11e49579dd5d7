import pytest
from sqlmodel import Session

from tests.factories.cart import make_goods
from tests.factories.orders import CLERK, make_order, make_paid_order, make_shipped_order
from tests.factories.pricing import make_shipping_method, make_tax_rate
from tests.orders.books import faults
from webapp.inventory.queries import stock_of
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.orders import commands, queries
from webapp.orders.errors import AlreadyShipped, NothingLeft, NotOpen, NotThatMany
from webapp.orders.models import (
    CancelReason,
    FulfilmentStatus,
    Order,
    OrderStatus,
    PaymentStatus,
)
from webapp.runtime.events import history


def keys(db: Session, order: Order) -> list[str]:
    return [line.key for line in queries.page_of(db, order).lines]


def counters(db: Session, variant_id: int) -> tuple[int, int]:
    stock = stock_of(db, [variant_id])[variant_id]
    return stock.on_hand, stock.committed


def cancel(db: Session, order: Order, **values):
    record = commands.cancel(db, CLERK, order, **({"reason": CancelReason.customer} | values))
    db.commit()
    return record


def test_calling_off_the_whole_order_gives_the_stock_back(db):
    make_tax_rate(db)
    make_shipping_method(db, price=490)
    stool = make_goods(db, price=1999, on_hand=5)
    order = make_order(db, (stool, 2))

    record = cancel(db, order, note="Changed her mind")

    assert order.status is OrderStatus.cancelled
    assert order.cancelled_at is not None
    assert record.amount_minor == order.total_minor == order.cancelled_minor == 4488
    assert counters(db, stool.variant_id) == (5, 0)
    page = queries.page_of(db, order)
    assert page.balance == Money(0, "EUR")
    assert page.payment_status is PaymentStatus.unpaid
    assert page.fulfilment_status is FulfilmentStatus.not_required
    assert faults(db) == []


def test_goods_that_are_lost_leave_the_stock(db):
    stool = make_goods(db, on_hand=5)
    order = make_order(db, (stool, 2))

    cancel(db, order, reason=CancelReason.inventory, restock=False)

    assert counters(db, stool.variant_id) == (3, 0)


def test_money_that_came_in_shows_as_to_be_given_back(db):
    order = make_paid_order(db, make_goods(db, price=1999))

    cancel(db, order)

    page = queries.page_of(db, order)
    assert page.status is OrderStatus.cancelled
    assert page.payment_status is PaymentStatus.overpaid
    assert page.to_refund == Money(1999, "EUR")
    commands.record_refund(db, CLERK, order)
    db.commit()
    page = queries.page_of(db, order)
    assert page.payment_status is PaymentStatus.refunded
    assert page.to_refund is None
    assert faults(db) == []


def test_units_are_called_off_to_the_cent(db):
    order = make_order(db, (make_goods(db, price=333, on_hand=9), 3))
    (key,) = keys(db, order)

    amounts = [cancel(db, order, quantities={key: 1}).amount_minor for _ in range(3)]

    assert amounts == [333, 333, 333]
    assert order.status is OrderStatus.cancelled
    assert order.cancelled_minor == order.total_minor
    assert faults(db) == []


def test_prices_without_tax_come_back_with_it(db):
    from webapp.shop import commands as shops

    make_tax_rate(db, 82_500)
    shops.row(db).prices_include_tax = False
    db.commit()
    order = make_order(db, (make_goods(db, price=333), 3))
    (key,) = keys(db, order)

    amounts = [cancel(db, order, quantities={key: 1}).amount_minor for _ in range(3)]

    assert sum(amounts) == order.total_minor == 1081
    assert faults(db) == []


def test_calling_off_a_part_leaves_the_rest_open(db):
    stool, table = make_goods(db, on_hand=5), make_goods(db, "Table", price=5000)
    order = make_paid_order(db, (stool, 3), (table, 1))
    stools, _ = keys(db, order)

    cancel(db, order, quantities={stools: 2})

    assert order.status is OrderStatus.open
    assert order.payment_status is PaymentStatus.overpaid
    assert counters(db, stool.variant_id) == (5, 1)
    last = history(db, "order", order.public_id)[-1]
    assert (last.name, last.payload["change"]) == ("order.updated", "cancellation")
    commands.fulfil(db, CLERK, order)
    db.commit()
    assert order.status is OrderStatus.completed
    assert faults(db) == []


def test_calling_off_what_was_not_sent_completes_the_order(db):
    order = make_paid_order(db, (make_goods(db), 3))
    (key,) = keys(db, order)
    commands.fulfil(db, CLERK, order, quantities={key: 2})

    cancel(db, order, quantities={key: 1})

    assert order.status is OrderStatus.completed
    assert order.fulfilment_status is FulfilmentStatus.fulfilled
    assert faults(db) == []


def test_what_was_sent_cannot_be_called_off(db):
    stool = make_goods(db, on_hand=5)
    order = make_paid_order(db, (stool, 3))
    (key,) = keys(db, order)
    commands.fulfil(db, CLERK, order, quantities={key: 2})
    db.commit()

    with pytest.raises(AlreadyShipped):
        commands.cancel(db, CLERK, order, reason=CancelReason.staff)
    with pytest.raises(NotThatMany) as refused:
        commands.cancel(db, CLERK, order, reason=CancelReason.staff, quantities={key: 2})

    assert refused.value.facts["left"] == 1
    assert counters(db, stool.variant_id) == (3, 1)
    assert order.status is OrderStatus.open


@pytest.mark.parametrize("quantity", [-1, 4, 10**30])
def test_an_impossible_number_of_units(db, quantity):
    order = make_order(db, (make_goods(db), 3))
    (key,) = keys(db, order)

    with pytest.raises(NotThatMany):
        commands.cancel(db, CLERK, order, reason=CancelReason.staff, quantities={key: quantity})

    assert order.cancelled_minor == 0


def test_nothing_is_called_off_twice(db):
    order = make_order(db)
    cancel(db, order)

    with pytest.raises(NotOpen):
        commands.cancel(db, CLERK, order, reason=CancelReason.staff)
    with pytest.raises(NotOpen):
        commands.cancel(db, CLERK, make_shipped_order(db), reason=CancelReason.staff)


def test_nothing_chosen_or_too_much_said(db):
    order = make_order(db)
    (key,) = keys(db, order)

    with pytest.raises(NothingLeft):
        commands.cancel(db, CLERK, order, reason=CancelReason.staff, quantities={key: 0})
    with pytest.raises(Invalid):
        commands.cancel(db, CLERK, order, reason=CancelReason.staff, note="x" * 501)

    assert order.status is OrderStatus.open
