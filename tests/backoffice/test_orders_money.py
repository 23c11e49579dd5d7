"""Money of an order in the back office: what came in, what went back, what is refused."""

import pytest

from tests.factories.cart import make_goods
from tests.factories.orders import CLERK, make_order, make_paid_order
from webapp.kit.actors import SYSTEM
from webapp.orders import commands, queries
from webapp.orders.models import CancelReason
from webapp.shop import commands as shop


def page_of(browser, order):
    return browser.get(f"/admin/orders/{order.public_id}")


def moves(db, order):
    """(kind, amount, reference) of the order's ledger."""
    db.rollback()
    return [
        (move.kind.value, move.amount.minor, move.provider_reference)
        for move in queries.staff_order(db, order.number).movements
    ]


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_due_is_offered_and_recorded(office, db, htmx):
    order = make_order(db)
    shown = page_of(office, order)
    assert shown.value("#paid") == "19.99"

    page = shown.submit("#paid-form", htmx=htmx, paid_reference="Bank 17")

    assert page.status == 200
    assert page.texts("#order-desk > p .pill") == ["Paid", "To send"]
    assert "The payment is recorded." in page.text("body")
    assert moves(db, order) == [("capture", 1999, "Bank 17")]
    assert "Bank 17" in page.text("#order-desk")
    assert "Owner" in page.text("#order-desk")


def test_a_part_leaves_the_rest_due(office, db):
    order = make_order(db)

    page = page_of(office, order).submit("#paid-form", paid="5")

    assert page.texts("#order-desk > p .pill") == ["Partly paid", "To send"]
    assert page.value("#paid") == "14.99"


def test_the_same_form_sent_twice_is_one_payment(office, db):
    order = make_order(db)
    shown = page_of(office, order)

    shown.submit("#paid-form")
    again = shown.submit("#paid-form")

    assert again.status == 200
    assert [minor for _, minor, _ in moves(db, order)] == [1999]


@pytest.mark.parametrize(
    ("form", "field", "kind"),
    [("#paid-form", "paid", "capture"), ("#refund-form", "refund", "refund")],
)
def test_what_a_colleague_recorded_meanwhile_is_not_recorded_again(office, db, form, field, kind):
    order = make_order(db) if kind == "capture" else make_paid_order(db)
    mine, theirs = page_of(office, order), page_of(office, order)
    theirs.submit(form, **{field: "5"})

    page = mine.submit(form, **{field: "5"})

    assert page.status == 422
    assert "Money was recorded here since" in page.text(f"#{field}-error")
    assert [minor for what, minor, _ in moves(db, order) if what == kind] == [500]
    assert page.submit(form).status == 200
    assert [minor for what, minor, _ in moves(db, order) if what == kind] == [500, 500]


def test_money_may_still_come_in_for_an_order_that_was_called_off(office, db):
    order = make_order(db)
    commands.cancel(db, CLERK, order, reason=CancelReason.customer)
    db.commit()

    page = page_of(office, order).submit("#paid-form", paid="19.99")

    assert page.texts("#order-desk > p .pill") == ["To give back", "Cancelled"]
    assert page.value("#refund") == "19.99"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter the amount that came in."),
        ("0", "Enter an amount of more than zero."),
        ("-5", "Enter an amount of more than zero."),
        ("a lot", "An amount is written like 12.34."),
        ("9" * 30, "This amount is larger than we can handle."),
    ],
)
def test_no_amount_is_refused_beside_the_field(office, db, typed, sentence):
    order = make_order(db)

    page = page_of(office, order).submit("#paid-form", paid=typed, paid_reference="Bank 17")

    assert page.status == 422
    assert sentence in page.text("#paid-error")
    assert page.value("#paid") == typed
    assert page.value("#paid_reference") == "Bank 17"
    assert moves(db, order) == []


def test_one_reference_of_the_bank_is_one_payment(office, db):
    first, second = make_order(db), make_order(db)
    page_of(office, first).submit("#paid-form", paid_reference="Bank 17")

    page = page_of(office, second).submit("#paid-form", htmx=True, paid_reference="Bank 17")

    assert page.status == 422
    assert "recorded before" in page.text("#paid_reference-error")
    assert moves(db, second) == []


def test_an_order_that_cost_nothing_asks_for_no_money(office, db):
    order = make_order(db, make_goods(db, price=0), payment_method="free")

    page = page_of(office, order)

    assert page.texts("#order-desk > p .pill") == ["Paid", "To send"]
    assert not page.has("#paid-form")


def test_what_is_to_go_back_is_shown_and_recorded(office, db):
    order = make_paid_order(db)
    commands.cancel(db, CLERK, order, reason=CancelReason.inventory)
    db.commit()
    shown = page_of(office, order)
    assert "€19.99 to give back" in shown.text("#order-desk .notice")
    assert shown.value("#refund") == "19.99"

    page = shown.submit("#refund-form", htmx=True, refund_reference="Back 3")

    assert page.texts("#order-desk > p .pill") == ["Refunded", "Cancelled"]
    assert not page.has("#order-desk .notice")
    assert not page.has("#refund-form")
    assert moves(db, order)[1:] == [("refund", 1999, "Back 3")]


def test_the_same_refund_sent_twice_is_one(office, db):
    order = make_paid_order(db)
    shown = page_of(office, order)

    shown.submit("#refund-form", refund="4")
    again = shown.submit("#refund-form", refund="4")

    assert again.status == 200
    assert [minor for _, minor, _ in moves(db, order)] == [1999, 400]


@pytest.mark.parametrize("htmx", [False, True])
def test_no_more_goes_back_than_came_in(office, db, htmx):
    order = make_paid_order(db)

    page = page_of(office, order).submit("#refund-form", htmx=htmx, refund="20")

    assert page.status == 422
    assert "Only €19.99 came in" in page.text("#refund-error")
    assert page.value("#refund") == "20"
    assert [kind for kind, *_ in moves(db, order)] == ["capture"]


def test_amounts_are_written_as_the_shop_writes_them(office, db):
    shop.change(db, SYSTEM, locale="de_DE")
    db.commit()
    order = make_order(db)
    shown = page_of(office, order)
    assert shown.value("#paid") == "19,99"

    shown.submit("#paid-form")

    assert [minor for _, minor, _ in moves(db, order)] == [1999]


def test_what_is_to_be_done_first_stands_first_with_the_one_coloured_button(office, db):
    owed, paid = make_order(db), make_paid_order(db)
    at_the_door = make_order(db, payment_method="cash_on_delivery")

    def first(order):
        page = page_of(office, order)
        boxes = [words for words in page.texts(".box > h2") if words in {"Payment", "Sending"}]
        return boxes[0], page.texts("main .button--primary")

    assert first(owed) == ("Payment", ["Mark as paid"])
    assert first(paid) == ("Sending", ["Fulfil"])
    assert first(at_the_door) == ("Sending", ["Fulfil"])


def test_money_that_is_too_much_is_to_be_given_back(office, db):
    order = make_order(db)

    page = page_of(office, order).submit("#paid-form", paid="25")

    assert page.texts("#order-desk > p .pill") == ["To give back", "To send"]
    assert page.value("#refund") == "5.01"
