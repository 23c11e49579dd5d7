"""The list of orders and the page of one: who sees what, and how it is found."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.cart import make_cart, make_goods
from tests.factories.orders import (
    BERLIN,
    CLERK,
    make_order,
    make_paid_order,
    make_shipped_order,
    place,
)
from webapp.backoffice.order_desk import FULFILMENT, MOVED, PAYMENT
from webapp.kit import clock
from webapp.kit.values import replace
from webapp.orders import commands
from webapp.orders.models import CancelReason, FulfilmentStatus, PaymentStatus
from webapp.payments.models import PaymentEventKind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def numbers(page):
    return page.texts("tbody th a")


@pytest.fixture
def orders(db):
    """1001 unpaid, 1002 paid, 1003 completed, 1004 cancelled: a day apart, of different people."""
    made = []
    for day, make in enumerate((make_order, make_paid_order, make_shipped_order, make_order)):
        with clock.frozen(NOON + timedelta(days=day)):
            made.append(make(db))
    commands.cancel(db, CLERK, made[3], reason=CancelReason.customer)
    db.commit()
    return made


def test_a_shop_without_orders_says_so(office):
    page = office.get("/admin/orders")

    assert page.text(".empty h2") == "No orders yet"


def test_the_list_tells_the_state_of_each(office, orders):
    page = office.get("/admin/orders")

    assert numbers(page) == ["1004", "1003", "1002", "1001"]
    assert page.texts("tbody td[data-label=State]") == [
        "Cancelled",
        "Paid Sent",
        "Paid To send",
        "Unpaid To send",
    ]
    row = page.one("tbody tr:last-child")
    assert "Ada Lovelace" in row.text() and "ada@example.com" in row.text()
    assert page.texts("tbody tr:last-child td.num") == ["1", "€19.99"]
    assert page.one("tbody tr:last-child time").attributes["datetime"].startswith("2026-03-01T12")


def test_money_of_a_cancelled_order_is_to_be_given_back(office, db):
    order = make_paid_order(db)
    commands.cancel(db, CLERK, order, reason=CancelReason.customer)
    db.commit()

    page = office.get("/admin/orders")

    assert page.texts("tbody td[data-label=State]") == ["To give back Cancelled"]


@pytest.mark.parametrize(
    ("tab", "found"),
    [
        ("All", ["1004", "1003", "1002", "1001"]),
        ("To send", ["1002", "1001"]),
        ("To pay", ["1001"]),
        ("Completed", ["1003"]),
        ("Cancelled", ["1004"]),
    ],
)
def test_each_tab_holds_what_it_says(office, orders, tab, found):
    page = office.get("/admin/orders").click(tab)

    assert numbers(page) == found
    assert page.text(".tabs [aria-current]") == tab


def test_orders_are_searched_within_a_tab(office, db, orders):
    grace = replace(BERLIN, name="Grace Hopper")
    goods = make_goods(db, "Table")
    place(db, make_cart(db, goods), email="grace@navy.example", billing_address=grace)

    to_send = office.get("/admin/orders").click("To send")

    assert numbers(to_send.submit("#find-orders", q="grace")) == ["1005"]
    assert numbers(to_send.submit("#find-orders", q="NAVY.example", htmx=True)) == ["1005"]
    assert numbers(to_send.submit("#find-orders", q=goods.sku)) == ["1005"]
    assert numbers(to_send.submit("#find-orders", q="1002")) == ["1002"]
    assert to_send.submit("#find-orders", q="1003").text(".empty h2") == "No such orders"
    assert numbers(to_send.submit("#find-orders", q="nobody").click("Show all orders")) == [
        "1005",
        "1004",
        "1003",
        "1002",
        "1001",
    ]


def test_days_are_those_of_the_shop_and_both_count(office, orders):
    page = office.get("/admin/orders")

    assert numbers(page.submit("#find-orders", since="2026-03-02", until="2026-03-03")) == [
        "1003",
        "1002",
    ]


@pytest.mark.parametrize("typed", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_said_beside_the_field(office, orders, typed):
    page = office.get("/admin/orders").submit("#find-orders", since=typed)

    assert page.status == 422
    assert page.text("#since-error") == "Enter a day like 2026-03-31."
    assert page.value("#since") == typed


def test_a_foreign_page_link_and_an_unknown_state_do_no_harm(office, orders):
    assert office.get("/admin/orders?cursor=nonsense").status == 422
    assert len(numbers(office.get("/admin/orders?state=whatever"))) == 4


def test_a_long_list_is_walked_and_asks_no_more_for_it(office, db, statements):
    goods = make_goods(db, on_hand=100)
    make_order(db, goods)
    with statements.counted():
        office.get("/admin/orders")
    for_one = len(statements)
    for _ in range(41):
        make_order(db, goods)

    with statements.counted():
        first = office.get("/admin/orders")
    assert len(statements) == for_one
    second = first.click("Next")

    assert for_one <= 6  # one of them counts the notices for the bell
    assert len(numbers(first)) == 40
    assert numbers(second) == ["1002", "1001"]
    assert numbers(second.click("Previous")) == numbers(first)


def test_the_page_shows_the_whole_order(office, db):
    goods = make_goods(db, "Oak stool", variant={"title": "Dark"})
    order = make_paid_order(db, (goods, 2), note="Ring twice\nplease", gift_message="For you")

    page = office.get(f"/admin/orders/{order.public_id}")

    assert page.text("h1") == "Order 1001"
    assert page.texts("#order-desk > p .pill") == ["Paid", "To send"]
    desk = page.text("#order-desk")
    for words in (
        "Oak stool",
        goods.sku,
        "2 × €19.99",
        "€39.98",
        "Ada Lovelace",
        "ada@example.com",
        "Torstraße 1",
        "Bank transfer",
        "Ring twice please",
        "For you",
        "Why this price",
        "2 x €19.99 = €39.98",
        "Placed for €39.98",
        "Paid in full",
    ):
        assert words in desk


def test_the_paper_of_a_present_is_without_amounts(office, db):
    present = make_order(db, gift_message="For you")
    plain = make_order(db)

    hidden = office.get(f"/admin/orders/{present.public_id}").one("p.line__total")
    shown = office.get(f"/admin/orders/{plain.public_id}").one("p.line__total")

    assert "no-print" in hidden.attributes["class"]
    assert "no-print" not in shown.attributes["class"]


def test_neighbours_are_one_step_away(office, orders):
    first, second, *_, last = (f"/admin/orders/{order.public_id}" for order in orders)

    page = office.get(second)

    assert page.click("Older").path == first
    assert page.click("Older").click("Newer").path == second
    assert not office.get(first).has("a[rel=next]")
    assert not office.get(last).has("a[rel=prev]")


def test_a_long_order_asks_no_more_than_a_short_one(office, db, statements):
    short = make_shipped_order(db)
    long = make_shipped_order(db, *((make_goods(db, f"Thing {n}"), 2) for n in range(12)))

    with statements.counted():
        office.get(f"/admin/orders/{short.public_id}")
    for_short = len(statements)
    with statements.counted():
        office.get(f"/admin/orders/{long.public_id}")

    assert len(statements) == for_short
    assert for_short <= 15


def test_there_is_no_page_for_what_is_no_order(office, orders):
    assert office.get("/admin/orders/ord_nothing").status == 404


def test_who_may_only_look_sees_no_form(as_role, orders):
    viewer = as_role("viewer")

    page = viewer.get(f"/admin/orders/{orders[1].public_id}")

    assert page.status == 200
    assert page.all("main form") == []


@pytest.mark.parametrize(
    "door",
    ["payments", "refunds", "fulfilments", "cancellations", "notes", "fulfilments/x/delivery"],
)
def test_who_may_only_look_changes_nothing(as_role, db, orders, door):
    order = orders[1]

    page = as_role("viewer").post(
        f"/admin/orders/{order.public_id}/{door}",
        data={"paid": "1", "refund": "1", "reason": "other", "whole": "on", "text": "Hi"},
    )

    assert page.status == 403
    db.refresh(order)
    assert (order.captured_minor, order.status, order.fulfilment_status) == (
        1999,
        "open",
        "unfulfilled",
    )


def test_who_may_not_see_orders_sees_none(as_role, orders):
    editor = as_role("editor")

    assert editor.get("/admin/orders").status == 403
    assert editor.get(f"/admin/orders/{orders[0].public_id}").status == 403


def test_whoever_is_not_signed_in_is_led_to_the_door(browser, orders):
    path = f"/admin/orders/{orders[0].public_id}"

    assert browser.get(path).path != path
    assert "Ada Lovelace" not in browser.get(path).html


def test_every_state_has_its_word():
    assert set(PAYMENT) == set(PaymentStatus)
    assert set(FULFILMENT) == set(FulfilmentStatus)
    assert set(MOVED) == set(PaymentEventKind)


def test_the_first_page_leads_to_the_orders_that_wait(office, orders):
    home = office.get("/admin")

    assert home.click("1003").text("h1") == "Order 1003"
    piles = {
        one.attributes["href"]: int(one.text())
        for one in home.all(".stats a")
        if one.attributes["href"].startswith("/admin/orders")
    }
    assert sorted(piles.values()) == [1, 2]
    assert {path: len(numbers(office.get(path))) for path in piles} == piles
