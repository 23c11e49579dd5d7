from datetime import timedelta

import pytest
from sqlmodel import Session, select

from tests.factories.cart import make_goods
from tests.factories.orders import CLERK, make_order
from tests.factories.pricing import make_shipping_method
from webapp.kit import clock
from webapp.orders import commands
from webapp.orders.models import CancelReason, Order
from webapp.shop import commands as shops

FORM = {
    "email": "ada@example.com",
    "shipping-name": "Ada Lovelace",
    "shipping-street_address": "Torstraße 1",
    "shipping-postal_code": "10119",
    "shipping-city": "Berlin",
}


def settings(db: Session, **values) -> None:
    row = shops.row(db)
    for name, value in values.items():
        setattr(row, name, value)
    db.commit()


def buy(browser, db, **fields):
    """Ada buys an oak stool; the page she lands on."""
    if not db.exec(select(Order)).first():
        make_shipping_method(db, price=490)
    stool = make_goods(db, "Oak stool", price=1999)
    browser.post("/cart/lines", data={"variant": stool.variant})
    return browser.get("/checkout").submit(
        "#checkout-form", button="Place order", **{**FORM, **fields}
    )


def the_order(db: Session) -> Order:
    db.rollback()
    return db.exec(select(Order)).one()


def test_the_browser_that_placed_the_order_sees_everything(browser, db):
    settings(db, bank_details="IBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001")

    page = buy(browser, db, phone="+49 30 1234", note="Ring twice")

    text = page.text("main")
    for shown in ("1001", "Oak stool", "Torstraße 1", "10119 Berlin", "ada@example.com",
                  "+49 30 1234", "Ring twice", "€24.89", "IBAN DE02"):  # fmt: skip
        assert shown in text
    assert page.texts(".facts dd")[1] == "1001"
    assert browser.get("/orders/1001").text("h1") == "Thank you, Ada Lovelace"


@pytest.mark.parametrize("path", ["/orders/1001", "/orders/9999", "/orders/%3Cscript%3E"])
def test_everybody_else_sees_the_same_page_as_for_no_order(browser, db, path):
    buy(browser, db)

    with browser.somebody_else() as other:
        page = other.get(path)
        nothing = other.get("/orders/0000")

    assert page.status == nothing.status == 200
    assert page.text("main") == nothing.text("main")
    assert page.text("h1") == "Order received"
    for personal in ("Ada Lovelace", "Oak stool", "24.89", "ada@example", "Berlin"):
        assert personal not in page.html


def test_after_a_day_the_browser_is_anybody(browser, db):
    buy(browser, db)

    with clock.moved(timedelta(hours=23)):
        assert browser.get("/orders/1001").text("h1") == "Order 1001"
    with clock.moved(timedelta(hours=25)):
        assert browser.get("/orders/1001").text("h1") == "Order received"


def test_the_cookie_of_one_order_opens_no_other(browser, db):
    buy(browser, db)
    make_order(db)

    assert browser.get("/orders/1002").text("h1") == "Order received"
    mine = next(cookie for cookie in browser.cookies.jar if cookie.name.startswith("placed_"))
    db.rollback()
    other = db.exec(select(Order).where(Order.number == "1002")).one()
    page = browser.get("/orders/1002", headers={"Cookie": f"placed_{other.public_id}={mine.value}"})
    assert page.text("h1") == "Order received"


@pytest.mark.parametrize("path", ["/orders/1001", "/orders/lookup"])
def test_the_pages_are_found_kept_and_told_by_nobody(browser, db, path):
    buy(browser, db)

    headers = browser.get(path).headers

    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["cache-control"] == "private, no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_several_orders_of_one_browser_are_all_its_own(browser, db):
    assert [buy(browser, db).url for _ in range(2)] == ["/orders/1001", "/orders/1002"]

    assert browser.get("/orders/1001").text("h1") == "Thank you, Ada Lovelace"
    assert browser.get("/orders/1002").text("h1") == "Thank you, Ada Lovelace"


def test_a_number_with_a_mark_in_it_has_a_page(browser, db):
    settings(db, order_prefix="#A-")

    assert buy(browser, db).text("h1") == "Thank you, Ada Lovelace"
    assert browser.get("/orders/%23A-1001").text("h1") == "Thank you, Ada Lovelace"


def test_what_happens_to_the_order_shows(browser, db):
    buy(browser, db)
    order = the_order(db)
    commands.mark_paid(db, CLERK, order)
    commands.fulfil(
        db,
        CLERK,
        order,
        carrier="DHL",
        tracking_number="00340",
        tracking_url="https://track.example/00340",
    )
    db.commit()

    page = browser.get("/orders/1001")

    assert page.texts(".pill") == ["Paid", "On its way"]
    assert page.one("a[href='https://track.example/00340']").attributes["rel"] == (
        "noreferrer noopener"
    )
    assert "How to pay" not in page.text("main")


def test_a_cancelled_order_asks_for_no_money_and_says_what_comes_back(browser, db):
    buy(browser, db)
    order = the_order(db)
    commands.mark_paid(db, CLERK, order)
    commands.cancel(db, CLERK, order, reason=CancelReason.customer)
    db.commit()

    page = browser.get("/orders/1001")

    assert page.texts(".pill") == ["Cancelled"]
    assert "To be given back €24.89" in page.text("main")
    assert "How to pay" not in page.text("main")


def test_looking_up_says_the_same_whatever_there_is(browser, db):
    settings(db, email="shop@example.com")
    buy(browser, db)

    with browser.somebody_else() as other:
        form = other.get("/orders/lookup")
        known = form.submit("form[action='/orders/lookup']", number="1001", email=FORM["email"])
        unknown = form.submit("form[action='/orders/lookup']", number="7", email="x@example.com")

    assert known.status == unknown.status == 200
    assert known.text("#lookup .notice") == unknown.text("#lookup .notice")
    assert "shop@example.com" in known.text("#lookup .notice")
    assert "Ada Lovelace" not in known.html


def test_looking_up_leads_the_browser_that_ordered_to_its_order(browser, db):
    buy(browser, db)

    page = browser.get("/orders/lookup").submit(
        "form[action='/orders/lookup']", number="#1001", email=FORM["email"]
    )

    assert page.url == "/orders/1001"


@pytest.mark.parametrize("htmx", [False, True])
def test_a_lookup_needs_a_number_and_an_address(browser, db, htmx):
    page = browser.get("/orders/lookup").submit(
        "form[action='/orders/lookup']", number="<b>1</b>", email="ada@", htmx=htmx
    )

    assert page.status == 422
    assert page.value("#email") == "ada@"
    assert page.texts(".errors li") == ["Enter an email address like name@example.com."]
