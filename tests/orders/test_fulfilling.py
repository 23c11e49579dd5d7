import pytest
from sqlmodel import Session

from tests.factories.cart import make_goods
from tests.factories.orders import (
    CLERK,
    READER,
    make_order,
    make_paid_order,
    make_shipped_order,
)
from tests.orders.books import faults
from webapp.catalogue.models import Product
from webapp.inventory.queries import stock_of
from webapp.kit.errors import Invalid, NotAllowed
from webapp.orders import commands, queries
from webapp.orders.errors import NoSuchOrder, NothingLeft, NotOpen, NotThatMany
from webapp.orders.models import (
    CancelReason,
    FulfilmentState,
    FulfilmentStatus,
    Order,
    OrderStatus,
)
from webapp.runtime.events import history


def keys(db: Session, order: Order) -> list[str]:
    return [line.key for line in queries.page_of(db, order).lines]


def counters(db: Session, variant_id: int) -> tuple[int, int]:
    stock = stock_of(db, [variant_id])[variant_id]
    return stock.on_hand, stock.committed


def names(db: Session, order: Order) -> list[str]:
    return [event.name for event in history(db, "order", order.public_id)]


def test_sending_everything_of_a_paid_order_completes_it(db):
    stool = make_goods(db, on_hand=5)
    order = make_paid_order(db, (stool, 2))

    parcel = commands.fulfil(db, CLERK, order, carrier="DHL", tracking_number="00340")
    db.commit()

    assert parcel.number == f"{order.number}-F1"
    assert parcel.state is FulfilmentState.shipped
    assert order.status is OrderStatus.completed
    assert order.completed_at is not None
    assert order.fulfilment_status is FulfilmentStatus.fulfilled
    assert counters(db, stool.variant_id) == (3, 0)
    assert names(db, order)[-2:] == ["fulfilment.shipped", "order.completed"]
    assert faults(db) == []


def test_an_unpaid_order_stays_open_until_the_money_is_here(db):
    order = make_order(db)

    commands.fulfil(db, CLERK, order)
    assert order.status is OrderStatus.open
    commands.mark_paid(db, CLERK, order)

    assert order.status is OrderStatus.completed
    assert faults(db) == []


def test_an_order_goes_out_in_parts(db):
    stool, table = make_goods(db), make_goods(db, "Table")
    order = make_paid_order(db, (stool, 3), (table, 1))
    stools, tables = keys(db, order)

    commands.fulfil(db, CLERK, order, quantities={stools: 2, tables: 0})
    assert order.fulfilment_status is FulfilmentStatus.partially_fulfilled
    assert order.status is OrderStatus.open
    second = commands.fulfil(db, CLERK, order, quantities={stools: 1, tables: 1})
    db.commit()

    assert second.number == f"{order.number}-F2"
    assert order.status is OrderStatus.completed
    parcels = queries.page_of(db, order).parcels
    assert [[unit[1:] for unit in parcel.units] for parcel in parcels] == [
        [("Oak stool", 2)],
        [("Oak stool", 1), ("Table", 1)],
    ]
    assert faults(db) == []


@pytest.mark.parametrize("quantity", [-1, 4, 10**30])
def test_no_more_goes_out_than_is_left(db, quantity):
    stool = make_goods(db)
    order = make_paid_order(db, (stool, 3))
    (key,) = keys(db, order)

    with pytest.raises(NotThatMany) as refused:
        commands.fulfil(db, CLERK, order, quantities={key: quantity})

    assert refused.value.facts == {"field": key, "left": 3}
    assert counters(db, stool.variant_id) == (10, 3)
    assert queries.page_of(db, order).parcels == ()


def test_an_empty_parcel_is_refused(db):
    order = make_paid_order(db)
    (key,) = keys(db, order)

    with pytest.raises(NothingLeft):
        commands.fulfil(db, CLERK, order, quantities={key: 0})
    with pytest.raises(NotThatMany):
        commands.fulfil(db, CLERK, order, quantities={"oln_other": 1})


def test_only_an_open_order_is_sent(db):
    order = make_shipped_order(db)

    with pytest.raises(NotOpen):
        commands.fulfil(db, CLERK, order)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x/y", "//evil", "https://", "http://[", "x" * 501]
)
def test_a_tracking_link_leads_to_the_web(db, url):
    order = make_paid_order(db)

    with pytest.raises(Invalid) as refused:
        commands.fulfil(db, CLERK, order, tracking_url=url)

    assert refused.value.facts["field"] == "tracking_url"
    assert queries.page_of(db, order).parcels == ()


def test_a_parcel_arrives_once(db):
    order = make_shipped_order(db, (make_goods(db), 2))
    (parcel,) = queries.page_of(db, order).parcels

    commands.mark_delivered(db, CLERK, order, parcel.key)
    commands.mark_delivered(db, CLERK, order, parcel.key)
    db.commit()

    page = queries.page_of(db, order)
    assert page.fulfilment_status is FulfilmentStatus.delivered
    assert [line.delivered for line in page.lines] == [2]
    assert names(db, order).count("fulfilment.delivered") == 1
    assert faults(db) == []
    with pytest.raises(NoSuchOrder):
        commands.mark_delivered(db, CLERK, order, "ful_other")


def test_what_the_catalogue_has_forgotten_is_still_sent(db):
    stool = make_goods(db)
    order = make_paid_order(db, stool)
    db.delete(db.get(Product, stool.product_id))
    db.commit()

    commands.fulfil(db, CLERK, order)
    db.commit()

    assert order.status is OrderStatus.completed
    assert queries.page_of(db, order).lines[0].title == "Oak stool"
    assert faults(db) == []


def test_changing_an_order_needs_the_right(db):
    order = make_order(db)

    for change in (
        lambda: commands.fulfil(db, READER, order),
        lambda: commands.mark_delivered(db, READER, order, "ful_x"),
        lambda: commands.mark_paid(db, READER, order),
        lambda: commands.record_refund(db, READER, order),
        lambda: commands.cancel(db, READER, order, reason=CancelReason.staff),
        lambda: commands.add_note(db, READER, order, "x"),
    ):
        with pytest.raises(NotAllowed):
            change()

    assert names(db, order) == ["order.placed", "order.confirmed"]
