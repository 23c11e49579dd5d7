"""The cart and the orders of whoever signs in."""

from sqlmodel import select

from tests.factories.cart import make_goods, withdraw
from tests.factories.orders import make_order
from tests.factories.people import make_customer, register, sign_in, signed_in
from tests.factories.pricing import make_shipping_method, make_tax_rate
from webapp.accounts import commands as accounts
from webapp.accounts.queries import by_email
from webapp.cart.models import CartLine
from webapp.orders.models import Order


def add(browser, goods, quantity=1):
    form = {"variant": goods.variant, "quantity": str(quantity)}
    return browser.post("/cart/lines", data=form)


def furnish(db):
    make_tax_rate(db, 190_000)
    make_shipping_method(db, price=490)


def quantities(page):
    return [node.attributes["value"] for node in page.all("#cart-contents input[type=number]")]


def test_the_cart_of_the_visit_goes_into_that_of_the_account(browser, db):
    make_customer(db)
    stool, bench = make_goods(db, "Oak stool"), make_goods(db, "Bench")
    with browser.somebody_else() as phone:
        add(phone, bench)
        sign_in(phone)
        add(browser, stool, 2)

        page = sign_in(browser, to="/cart")

        assert quantities(page) == ["1", "2"]
        assert "Oak stool is beside what was in your cart already." in page.text("#notices")
        assert quantities(phone.get("/cart")) == ["1", "2"]
        assert 'id="cart-count">3<' in phone.get("/me").html


def test_signing_out_leaves_an_empty_cart_and_in_again_brings_it_back(browser, db):
    make_customer(db)
    add(browser, make_goods(db))
    sign_in(browser)

    browser.get("/account").click("Sign out")
    assert "Your cart is empty" in browser.get("/cart").text("main")

    sign_in(browser)
    assert quantities(browser.get("/cart")) == ["1"]


def test_a_cart_of_an_account_is_nobodys_once_the_session_has_ended(browser, db):
    make_customer(db)
    sign_in(browser)
    add(browser, make_goods(db))

    del browser.cookies["session"]

    assert "Your cart is empty" in browser.get("/cart").text("main")


def test_what_cannot_be_had_is_kept_for_later_and_can_go(browser, db):
    stool = make_goods(db)
    add(browser, stool)
    withdraw(db, stool)

    page = browser.get("/cart").click("Save for later : Oak stool")
    assert page.text("#saved") == "Saved for later"
    page.click("Remove Oak stool")

    db.rollback()
    assert db.exec(select(CartLine)).all() == []


def test_guest_orders_are_attached_when_the_mailbox_is_known_and_not_before(browser, db):
    furnish(db)
    order = make_order(db, (make_goods(db), 1), email="ada@example.com")
    other = make_order(db, (make_goods(db), 1), email="grace@example.com")
    register(browser)
    sign_in(browser)
    assert order.number not in browser.get("/account/orders").text("main")

    db.rollback()
    assert db.exec(select(Order.person_id)).all() == [None, None]
    accounts.prove_mailbox(db, by_email(db, "ada@example.com"))
    db.commit()

    listed = browser.get("/account/orders")
    assert order.number in listed.text("table")
    assert other.number not in listed.text("table")
    page = listed.click(order.number)
    assert page.text("h1").startswith(("Order", "Thank you"))
    assert "ada@example.com" in page.text("main")


def test_an_order_of_somebody_else_is_not_there(browser, db):
    furnish(db)
    order = make_order(db, (make_goods(db), 1))
    order.person_id = make_customer(db, "grace@example.com").id
    db.add(order)
    db.commit()
    signed_in(browser, db, make_customer(db))

    assert "ada@example.com" not in browser.get(f"/orders/{order.number}").text("main")
    assert browser.post(f"/account/orders/{order.number}/again").status == 404


def test_an_order_is_put_into_the_cart_once_more(browser, db):
    furnish(db)
    stool, bench = make_goods(db, "Oak stool"), make_goods(db, "Bench")
    order = make_order(db, (stool, 2), (bench, 1))
    ada = make_customer(db)
    order.person_id = ada.id
    db.add(order)
    db.commit()
    withdraw(db, bench)
    signed_in(browser, db, ada)

    page = browser.get("/account/orders").submit("form[action$='/again']")

    assert page.path == "/cart"
    assert quantities(page) == ["2"]
    assert "Bench: Bench is not for sale any more." in page.text("#notices")


def test_checkout_knows_the_address_of_whoever_is_signed_in(browser, db):
    furnish(db)
    signed_in(browser, db, make_customer(db))
    add(browser, make_goods(db))

    assert browser.get("/checkout").value("#email") == "ada@example.com"


def test_what_is_ordered_signed_in_belongs_to_the_account(browser, db):
    furnish(db)
    ada = make_customer(db)
    signed_in(browser, db, ada)
    add(browser, make_goods(db))
    page = browser.get("/checkout")
    fields = {
        "shipping-name": "Ada Lovelace",
        "shipping-street_address": "Torstraße 1",
        "shipping-postal_code": "10119",
        "shipping-city": "Berlin",
    }

    first = page.submit("#checkout-form", button="Place order", **fields)
    again = page.submit("#checkout-form", button="Place order", **fields)

    assert first.path == again.path
    db.rollback()
    (order,) = db.exec(select(Order)).all()
    assert order.person_id == ada.id
    assert order.number in browser.get("/account/orders").text("table")
    assert not browser.get(first.path).has("a[href='/account/register']")
    del browser.cookies["session"]
    assert browser.get("/account/orders").path == "/account/login"


def test_what_was_ordered_without_signing_in_joins_the_account_when_its_owner_looks(browser, db):
    ada = make_customer(db)
    eve = make_customer(db, "eve@example.com", is_verified=False)
    order = make_order(db)
    hers = make_order(db, make_goods(db, title="Vase"), email="eve@example.com")

    signed_in(browser, db, eve)
    assert hers.number not in browser.get("/account/orders").text("main")
    signed_in(browser, db, ada)
    page = browser.get("/account/orders")

    assert order.number in page.text("main")
    assert hers.number not in page.text("main")
    db.rollback()
    db.expire_all()
    assert (order.person_id, hers.person_id) == (ada.id, None)
