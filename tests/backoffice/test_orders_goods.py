"""Goods of an order in the back office: sent, arrived, called off; and notes."""

import pytest
from sqlmodel import select

from tests.factories.cart import make_goods
from tests.factories.orders import CLERK, make_order, make_paid_order, make_shipped_order
from tests.orders.books import faults
from webapp.inventory.models import StockItem
from webapp.orders import commands, queries
from webapp.orders.models import CancelReason, OrderStatus

URL = "https://track.example/00340"


def page_of(browser, order):
    return browser.get(f"/admin/orders/{order.public_id}")


def as_it_is(db, order):
    db.rollback()
    db.expire_all()
    return queries.staff_order(db, order.number)


def stock(db, goods):
    """(on hand, committed)."""
    db.rollback()
    db.expire_all()
    item = db.exec(select(StockItem).where(StockItem.variant_id == goods.variant_id)).one()
    return item.on_hand, item.committed


def untouched(db, order, before):
    """Whether everything about the order, its history included, is as it was."""
    return as_it_is(db, order) == before


@pytest.mark.parametrize("htmx", [False, True])
def test_all_that_is_left_is_sent_with_a_way_to_follow_it(office, db, htmx):
    goods = make_goods(db)
    order = make_paid_order(db, (goods, 2))

    page = page_of(office, order).submit(
        "#fulfil-form", htmx=htmx, carrier="DHL", tracking_number="00340", tracking_url=URL
    )

    assert page.status == 200
    assert "Parcel 1001-F1 is on its way." in page.text("body")
    assert page.texts("#order-desk > p .pill") == ["Paid", "Sent"]
    assert page.one(f"a[href='{URL}']").text() == "Follow 00340"
    assert not page.has("#fulfil-form")
    assert as_it_is(db, order).page.status is OrderStatus.completed
    assert stock(db, goods) == (8, 0)
    assert faults(db) == []


def test_a_part_is_sent_and_the_rest_is_offered(office, db):
    stool, table = make_goods(db), make_goods(db, "Table")
    order = make_paid_order(db, (stool, 3), table)

    page = page_of(office, order).submit(
        "#fulfil-form", **{"sends-0-quantity": 1, "sends-1-quantity": 0}
    )

    assert page.texts("#order-desk > p .pill") == ["Paid", "Partly sent"]
    assert page.value("#sends-0-quantity") == "2"
    assert page.value("#sends-1-quantity") == "1"
    assert [line.fulfilled for line in as_it_is(db, order).page.lines] == [1, 0]


def test_a_line_that_is_done_is_not_offered_and_the_others_keep_their_names(office, db):
    stool, table = make_goods(db), make_goods(db, "Table")
    order = make_paid_order(db, stool, table)
    page = page_of(office, order).submit("#fulfil-form", **{"sends-1-quantity": 0})
    assert not page.has("#sends-0-quantity")

    page = page.submit("#fulfil-form", **{"sends-1-quantity": 5})

    assert page.status == 422
    assert "1 of this can still be sent." in page.text("#sends-1-quantity-error")


@pytest.mark.parametrize("htmx", [False, True])
def test_more_than_ordered_is_refused_beside_its_line(office, db, htmx):
    order = make_paid_order(db)
    before = as_it_is(db, order)

    page = page_of(office, order).submit(
        "#fulfil-form", htmx=htmx, carrier="DHL", **{"sends-0-quantity": 2}
    )

    assert page.status == 422
    assert "1 of this can still be sent." in page.text("#sends-0-quantity-error")
    assert page.value("#sends-0-quantity") == "2"
    assert page.value("#carrier") == "DHL"
    assert untouched(db, order, before)


@pytest.mark.parametrize(
    ("typed", "where", "sentence"),
    [
        ({"sends-0-quantity": -1}, "#sends-0-quantity-error", "Enter a whole number"),
        ({"sends-0-quantity": "two"}, "#sends-0-quantity-error", "Enter a whole number"),
        ({"sends-0-quantity": 0}, ".errors", "Choose at least one thing"),
        ({"tracking_url": "javascript:alert(1)"}, "#tracking_url-error", "https://"),
        ({"carrier": "x" * 81}, "#carrier-error", "80"),
    ],
)
def test_what_is_no_parcel_is_refused(office, db, typed, where, sentence):
    order = make_paid_order(db)
    before = as_it_is(db, order)

    page = page_of(office, order).submit("#fulfil-form", **typed)

    assert page.status == 422
    assert sentence in page.text(where)
    assert untouched(db, order, before)


def test_a_line_of_another_order_is_not_sent(office, db):
    order, other = make_paid_order(db), make_paid_order(db)
    foreign = as_it_is(db, other).page.lines[0].key
    before = as_it_is(db, order)

    page = page_of(office, order).submit("#fulfil-form", **{"sends-0-line": foreign})

    assert page.status == 422
    assert "not part of the order" in page.text(".errors")
    assert untouched(db, order, before)


def test_the_same_parcel_sent_twice_is_sent_once(office, db):
    order = make_paid_order(db, (make_goods(db), 2))
    shown = page_of(office, order)

    shown.submit("#fulfil-form", **{"sends-0-quantity": 1})
    again = shown.submit("#fulfil-form", **{"sends-0-quantity": 1})

    assert again.status == 422
    assert "sent already" in again.text(".errors")
    assert len(as_it_is(db, order).page.parcels) == 1


def test_sending_the_last_of_it_twice_says_so_where_the_form_was(office, db):
    order = make_paid_order(db)
    shown = page_of(office, order)

    shown.submit("#fulfil-form")
    again = shown.submit("#fulfil-form", htmx=True)

    assert again.status == 422
    assert "sent already" in again.text("#fulfil-form .errors")
    assert len(as_it_is(db, order).page.parcels) == 1


def test_a_parcel_arrives_once(office, db):
    order = make_shipped_order(db)
    shown = page_of(office, order)

    page = shown.click("Mark as delivered : 1001-F1")
    again = shown.click("Mark as delivered : 1001-F1", htmx=True)

    assert "Parcel 1001-F1 has arrived." in page.text("body")
    assert page.texts("#order-desk > p .pill") == ["Paid", "Delivered"]
    assert again.status == 200
    told = [entry.text for entry in as_it_is(db, order).timeline]
    assert told.count("Parcel 1001-F1 delivered") == 1


def test_a_parcel_that_does_not_exist_is_not_found(office, db):
    order = make_shipped_order(db)

    assert (
        office.post(f"/admin/orders/{order.public_id}/fulfilments/ful_none/delivery").status == 404
    )


@pytest.mark.parametrize("htmx", [False, True])
def test_the_whole_order_is_called_off_and_the_goods_come_back(office, db, htmx):
    goods = make_goods(db)
    order = make_order(db, (goods, 2))
    assert stock(db, goods) == (10, 2)

    page = page_of(office, order).submit(
        "#cancel-form",
        htmx=htmx,
        button="Cancel the whole order",
        reason="customer",
        note="Called us",
    )

    assert page.status == 200
    assert "The order is cancelled." in page.text("body")
    assert page.texts("#order-desk > p .pill") == ["Cancelled"]
    assert "The customer changed their mind" in page.text("#order-desk")
    assert "Called us" in page.text("#order-desk")
    assert not page.has("#cancel-form") and not page.has("#fulfil-form")
    assert stock(db, goods) == (10, 0)


def test_what_is_broken_does_not_come_back(office, db):
    goods = make_goods(db)
    order = make_order(db, goods)

    page_of(office, order).submit(
        "#cancel-form", button="Cancel the whole order", reason="inventory", restock=False
    )

    assert stock(db, goods) == (9, 0)


def test_some_units_are_called_off_and_the_money_is_to_go_back(office, db):
    order = make_paid_order(db, (make_goods(db), 3))

    page = page_of(office, order).submit(
        "#cancel-form", button="Cancel these units", reason="inventory", **{"cancels-0-quantity": 1}
    )

    assert "The units are cancelled." in page.text("body")
    assert "€19.99 to give back" in page.text("#order-desk .notice")
    assert page.value("#sends-0-quantity") == "2"
    line = as_it_is(db, order).page.lines[0]
    assert (line.cancelled, line.left_to_fulfil) == (1, 2)
    assert faults(db) == []


def test_enter_calls_off_units_and_never_the_whole_order(office, db):
    order = make_order(db)
    before = as_it_is(db, order)

    page = page_of(office, order).submit("#cancel-form", reason="other")

    assert page.status == 422
    assert "Choose at least one unit" in page.text(".errors")
    assert untouched(db, order, before)


@pytest.mark.parametrize(
    ("typed", "where", "sentence"),
    [
        ({"reason": ""}, "#reason-error", "Choose a reason."),
        ({"cancels-0-quantity": 4}, "#cancels-0-quantity-error", "3 of this can be cancelled."),
        ({"cancels-0-quantity": 1, "note": "x" * 501}, "#note-error", "500"),
    ],
)
def test_what_cannot_be_called_off_is_refused_with_all_that_was_typed(
    office, db, typed, where, sentence
):
    order = make_order(db, (make_goods(db), 3))
    before = as_it_is(db, order)
    filled = {"reason": "fraud", "note": "Look at this", "restock": False} | typed

    page = page_of(office, order).submit("#cancel-form", button="Cancel these units", **filled)

    assert page.status == 422
    assert sentence in page.text(where)
    assert page.value("#reason") == filled["reason"]
    assert page.value("#note") == filled["note"]
    assert page.value("#restock") == ""
    assert page.has("#cancel-form")
    assert untouched(db, order, before)


def test_an_unknown_reason_is_refused(office, db):
    order = make_order(db)
    before = as_it_is(db, order)

    page = office.post(
        f"/admin/orders/{order.public_id}/cancellations",
        data={"reason": "expired", "whole": "on", "seen": len(before.timeline)},
    )

    assert page.status == 422
    assert untouched(db, order, before)


def test_what_was_sent_cannot_be_called_off_but_the_rest_can(office, db):
    order = make_paid_order(db, (make_goods(db), 2))
    page = page_of(office, order).submit("#fulfil-form", **{"sends-0-quantity": 1})
    assert "Cancel the whole order" not in page.text("#cancel-form")
    before = as_it_is(db, order)

    refused = office.post(
        f"/admin/orders/{order.public_id}/cancellations",
        data={"reason": "other", "whole": "on", "seen": len(before.timeline)},
    )

    assert refused.status == 422
    assert "Part of this order was sent." in refused.text(".errors")
    assert untouched(db, order, before)


def test_an_order_that_is_over_is_neither_sent_nor_called_off_again(office, db):
    order = make_order(db)
    shown = page_of(office, order)
    commands.cancel(db, CLERK, order, reason=CancelReason.customer)
    db.commit()
    before = as_it_is(db, order)

    late = shown.submit("#cancel-form", button="Cancel the whole order", reason="customer")
    sent = office.post(
        f"/admin/orders/{order.public_id}/fulfilments",
        data={"sends-0-quantity": "1", "seen": len(before.timeline)},
    )

    assert late.status == 422
    assert f"{CLERK.name} changed this order at " in late.text(".errors")
    assert sent.status == 422
    assert untouched(db, order, before)


def test_a_note_joins_the_history(office, db):
    order = make_order(db)
    shown = page_of(office, order)

    page = shown.submit("#note-form", htmx=True, text="Wants it\nwrapped <b>")
    shown.submit("#note-form", text="Wants it\nwrapped <b>")

    latest, *_ = page.texts(".timeline li")
    assert latest.startswith("Note Wants it wrapped <b>")
    assert "Owner" in latest
    assert page.value("#text") == ""
    assert [entry.is_note for entry in as_it_is(db, order).timeline].count(True) == 1


@pytest.mark.parametrize(
    ("typed", "sentence"), [("  ", "Write something first."), ("x" * 2001, "2,000")]
)
def test_no_note_and_too_long_a_note_are_refused(office, db, typed, sentence):
    order = make_order(db)
    before = as_it_is(db, order)

    page = page_of(office, order).submit("#note-form", text=typed)

    assert page.status == 422
    assert sentence in page.text("#text-error")
    assert untouched(db, order, before)


def test_script_in_every_field_stays_text(office, db):
    order = make_paid_order(db)
    bad = "<script>alert(1)</script>"

    page_of(office, order).submit("#note-form", text=bad)
    page = page_of(office, order).submit(
        "#fulfil-form", carrier=bad, tracking_number=bad, tracking_url=f"https://x.example/{bad}"
    )

    assert page.status == 200
    assert bad not in page.html
    assert page.text("#order-desk").count(bad) >= 3
