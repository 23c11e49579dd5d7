import pytest
from sqlmodel import Session, func, select

from tests.factories.cart import fresh, make_goods, set_price
from tests.factories.pricing import make_shipping_method, make_tax_rate
from tests.orders.books import faults
from webapp.cart.models import Cart
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM
from webapp.orders.models import Order
from webapp.shop import commands as shops

ADA = {
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


def make_shop(db: Session):
    """A shop that delivers for 4.90 and has ten oak stools for 19.99."""
    make_tax_rate(db)
    make_shipping_method(db, price=490)
    return make_goods(db, "Oak stool", price=1999)


def fill_cart(browser, goods, quantity=1):
    browser.post("/cart/lines", data={"variant": goods.variant, "quantity": str(quantity)})


def open_checkout(browser, goods, quantity=1):
    fill_cart(browser, goods, quantity)
    return browser.get("/checkout")


def order(page, **fields):
    return page.submit("#checkout-form", button="Place order", **{**ADA, **fields})


def filled(page) -> dict[str, str]:
    """What the form holds as it stands, for answers that no form gives."""
    held = {
        node.attributes["name"]: node.attributes.get("value") or ""
        for node in page.all("#checkout-form input[name]")
        if node.attributes.get("type") not in {"radio", "checkbox"} or "checked" in node.attributes
    }
    return held | {"shipping-country": "DE"}


def orders(db: Session) -> list[Order]:
    db.rollback()
    return list(db.exec(select(Order).order_by("id")))


def test_a_guest_buys(browser, db):
    stool = make_shop(db)

    page = order(open_checkout(browser, stool, 2), phone="+49 30 901820")

    assert page.url == "/orders/1001"
    assert page.status == 200
    assert page.text("h1") == "Thank you, Ada Lovelace"
    (placed,) = orders(db)
    assert (placed.email, placed.phone) == ("ada@example.com", "+49 30 901820")
    assert placed.total_minor == 4488
    assert placed.billing_address == placed.shipping_address
    assert fresh(db, stool.variant).left == 8
    assert faults(db) == []
    assert "empty" in browser.get("/cart").text("#cart-contents")
    assert browser.get("/me").text("#cart-count") == ""


def test_a_guest_buys_by_htmx(browser, db):
    page = open_checkout(browser, make_shop(db))

    page = order(page, htmx=True)

    assert page.url == "/orders/1001"


def test_the_summary_says_what_is_in_the_total(browser, db):
    page = open_checkout(browser, make_shop(db), 2)

    assert page.texts(".sums dt") == ["Goods", "Standard", "Total", "including VAT 19 %"]
    assert page.texts(".sums dd") == ["€39.98", "€4.90", "€44.88", "€7.17"]


def test_a_shop_without_tax_in_its_prices_adds_it(browser, db):
    stool = make_shop(db)
    settings(db, prices_include_tax=False)

    page = open_checkout(browser, stool, 2)

    assert page.texts(".sums dt") == ["Goods", "Standard", "VAT 19 %", "Total"]
    assert page.texts(".sums dd") == ["€39.98", "€4.90", "€8.53", "€53.41"]


def test_there_is_nothing_to_check_out_without_a_cart(browser, db):
    assert browser.get("/checkout").url == "/cart"
    assert browser.post("/checkout", data=ADA).url == "/cart"
    assert browser.post("/checkout/details", data=ADA).url == "/cart"
    assert orders(db) == []


@pytest.mark.parametrize("htmx", [False, True])
def test_all_that_is_missing_is_told_at_once(browser, db, htmx):
    page = open_checkout(browser, make_shop(db))

    page = page.submit("#checkout-form", button="Place order", htmx=htmx)

    assert page.status == 422
    assert page.texts(".errors li") == [
        "Enter your email address, so that we can reach you.",
        "Enter the name of the person it is for.",
        "Enter the street and house number.",
        "Enter the postcode.",
        "Enter the city.",
    ]
    assert [link.attributes["href"] for link in page.all(".errors a")] == [
        "#email",
        "#shipping-name",
        "#shipping-street_address",
        "#shipping-postal_code",
        "#shipping-city",
    ]
    assert all(page.has(link.attributes["href"]) for link in page.all(".errors a"))
    assert orders(db) == []


@pytest.mark.parametrize("htmx", [False, True])
def test_what_was_typed_is_kept_on_an_error_and_over_a_reload(browser, db, htmx):
    page = open_checkout(browser, make_shop(db))
    typed = {
        "email": "ada@",
        "phone": "call me",
        "shipping-name": "<script>alert(1)</script>",
        "shipping-postal_code": "1011",
        "note": "Ring twice\nplease",
        "gift_message": "For you",
        "payment": "cash_on_delivery",
    }

    page = order(page, htmx=htmx, **typed)

    assert page.status == 422
    assert page.texts(".errors li") == [
        "Enter an email address like name@example.com.",
        "Enter a phone number, like +49 30 901820.",
        "Enter a postcode for Germany, like 26133.",
    ]
    assert "<script>alert" not in page.html
    for shown in (page, browser.get("/checkout")):
        assert shown.value("#email") == "ada@"
        assert shown.value("#shipping-name") == "<script>alert(1)</script>"
        assert shown.value("#note") == "Ring twice\nplease"
        assert shown.value("#gift_message") == "For you"
        assert shown.value("#shipping-city") == "Berlin"
        assert shown.one("input[name=payment][checked]").attributes["value"] == "cash_on_delivery"
    assert orders(db) == []
    assert order(browser.get("/checkout"), phone="").url == "/orders/1001"


def test_the_fields_follow_the_country(browser, db):
    page = open_checkout(browser, make_shop(db))
    assert not page.has("#shipping-country_area")

    page = page.submit(
        "#checkout-form",
        button="Update country",
        **{"shipping-country": "US", "email": "a@b.example"},
    )

    assert page.url == "/checkout"
    assert page.one("#shipping-country option[selected]").attributes["value"] == "US"
    assert page.one("#shipping-country_area").tag == "select"
    assert "ZIP code" in page.text("#checkout-form")
    assert page.value("#email") == "a@b.example"
    bought = order(page, **{"shipping-country_area": "CA", "shipping-postal_code": "95014"})
    assert bought.url == "/orders/1001"
    (placed,) = orders(db)
    assert placed.shipping_address["lines"][-2:] == ["Berlin, CA 95014", "United States"]


def test_the_country_by_htmx_gives_the_form_alone(browser, db):
    page = open_checkout(browser, make_shop(db))

    values = {"shipping-country": "JP", "same_billing": "on"}
    part = browser.post("/checkout/details", data=values, htmx=True)

    assert part.status == 200
    assert not part.has("h1")
    assert part.has("#checkout-form #shipping-country_area")
    assert page.has("#shipping-city") and not part.has("#shipping-city")


def test_the_bill_may_go_elsewhere(browser, db):
    page = open_checkout(browser, make_shop(db))
    assert not page.has("#billing-name")

    page = order(page, same_billing=False)
    assert page.status == 422
    assert page.has("#billing-name-error")
    page = order(
        page,
        **{
            "billing-country": "DE",
            "billing-name": "Analytical Engines",
            "billing-street_address": "Weg 2",
            "billing-postal_code": "80331",
            "billing-city": "München",
        },
    )

    assert page.url == "/orders/1001"
    (placed,) = orders(db)
    assert placed.billing_address["city"] == "München"
    assert placed.shipping_address["city"] == "Berlin"


@pytest.mark.parametrize("country", ["XX", "", "DE' OR 1=1", "de", "x" * 5000])
def test_a_country_that_is_none(browser, db, country):
    page = open_checkout(browser, make_shop(db))
    page = browser.post("/checkout", data={**filled(page), **ADA, "shipping-country": country})

    assert page.status == 422
    assert "Choose a country from the list." in page.texts(".errors li")
    assert orders(db) == []


def test_a_country_the_shop_does_not_deliver_to(browser, db):
    stool = make_shop(db)
    settings(db, delivery_countries=["DE", "AT"])
    page = open_checkout(browser, stool)
    assert [o.attributes["value"] for o in page.all("#shipping-country option")] == ["AT", "DE"]

    page = browser.post("/checkout", data={**filled(page), **ADA, "shipping-country": "FR"})

    assert page.status == 422
    assert page.texts(".errors li") == ["We do not deliver to France."]
    assert orders(db) == []


def test_no_way_to_an_address_is_named_with_advice(browser, db):
    make_shipping_method(db, countries=["FR"])
    settings(db, email="shop@example.com")

    page = open_checkout(browser, make_goods(db))

    assert "We have no way to bring this order to Germany." in page.text("#checkout-form")
    refused = order(page)
    assert refused.status == 409
    assert "write to us: shop@example.com" in refused.text(".errors")
    assert orders(db) == []


def test_delivery_is_chosen_and_its_price_counts(browser, db):
    stool = make_shop(db)
    express = make_shipping_method(db, "Express", price=1290, min_days=1, max_days=1)
    make_shipping_method(db, "Pick up", price=0, is_pickup=True, pickup_text="Torstr. 1, 10-18")
    page = open_checkout(browser, stool)
    assert page.texts(".choice label")[:3] == ["Standard", "Express", "Pick up"]

    changed = page.submit("#checkout-form", button="Update country", method=express.public_id)
    assert changed.texts(".sums dd")[1] == "€12.90"
    placed = order(changed)

    assert placed.url == "/orders/1001"
    assert orders(db)[0].shipping_method == "Express"


def test_a_delivery_changed_without_looking_again_shows_the_difference(browser, db):
    stool = make_shop(db)
    express = make_shipping_method(db, "Express", price=1290)
    page = open_checkout(browser, stool)

    page = order(page, method=express.public_id)

    assert page.status == 409
    assert page.texts(".notice--warning li") == ["The total was €24.89 and is €32.89 now."]
    assert orders(db) == []
    assert order(page).url == "/orders/1001"


def test_a_price_that_moved_stops_and_shows_the_difference(browser, db):
    stool = make_shop(db)
    page = open_checkout(browser, stool)
    set_price(db, stool, 2499)

    page = order(page)

    assert page.status == 409
    assert page.texts(".notice--warning li") == [
        "Oak stool was €19.99 and costs €24.99 now.",
        "The total was €24.89 and is €29.89 now.",
    ]
    assert page.value("#email") == "ada@example.com"
    assert orders(db) == []
    assert order(page).url == "/orders/1001"
    assert orders(db)[0].total_minor == 2989


def test_stock_that_went_stops_and_shows_the_difference(browser, db):
    stool = make_shop(db)
    page = open_checkout(browser, stool, 5)
    inventory.count(db, SYSTEM, stool.variant_id, 2)
    db.commit()

    page = order(page)

    assert page.status == 409
    assert page.texts(".notice--warning li") == ["Oak stool: Only 2 left."]
    assert page.has(".notice a[href='/cart']")
    again = browser.get("/checkout")
    assert again.texts(".notice--warning li") == ["Oak stool: Only 2 left."]
    assert again.has(".notice a[href='/cart']")
    assert orders(db) == []
    assert fresh(db, stool.variant).left == 2


def test_a_cart_changed_in_another_window_stops_the_order(browser, db):
    stool = make_shop(db)
    page = open_checkout(browser, stool)
    fill_cart(browser, stool)

    page = order(page)

    assert page.status == 409
    assert "Your cart was changed in another window." in page.texts(".notice--warning li")
    assert orders(db) == []


def test_the_same_form_again_leads_to_the_same_order(browser, db):
    page = open_checkout(browser, make_shop(db))

    assert [order(page).url for _ in range(3)] == ["/orders/1001"] * 3
    assert browser.get("/checkout").url == "/orders/1001"
    assert len(orders(db)) == 1


def test_an_old_form_does_not_order_the_next_cart(browser, db):
    stool = make_shop(db)
    old = open_checkout(browser, stool)
    order(old)
    fill_cart(browser, stool)

    assert order(old).url == "/orders/1001"
    assert len(orders(db)) == 1
    assert browser.get("/me").text("#cart-count") == "1 item"


def test_twenty_clicks_at_once_give_one_order(browser, db):
    stool = make_shop(db)
    page = open_checkout(browser, stool)
    data = filled(page) | ADA

    answers = browser.at_once(
        [{"method": "POST", "path": "/checkout", "data": data} for _ in range(20)]
    )

    assert {answer.status_code for answer in answers} == {303}
    assert {answer.headers["location"] for answer in answers} == {"/orders/1001"}
    assert len(orders(db)) == 1
    assert fresh(db, stool.variant).left == 9


def test_terms_are_read_and_ticked(browser, db):
    stool = make_shop(db)
    settings(db, terms="Be kind.", terms_version=2)
    page = open_checkout(browser, stool)

    page = order(page)
    assert page.status == 422
    assert page.text("#terms-error") == "Please read the terms and tick this box."
    assert orders(db) == []
    order(page, terms=True)

    (placed,) = orders(db)
    assert placed.terms_version == 2
    assert placed.terms_accepted_at is not None


def test_terms_that_changed_meanwhile_are_read_again(browser, db):
    stool = make_shop(db)
    settings(db, terms="Be kind.", terms_version=2)
    page = open_checkout(browser, stool)
    settings(db, terms="Be very kind.", terms_version=3)

    page = order(page, terms=True)

    assert page.status == 422
    assert "changed" in page.text("#terms-error")
    assert order(page, terms=True).url == "/orders/1001"


def test_without_terms_there_is_no_box(browser, db):
    assert not open_checkout(browser, make_shop(db)).has("#terms")


def test_digital_goods_ask_for_no_delivery(browser, db):
    course = make_goods(db, on_hand=None, variant={"requires_shipping": False, "is_digital": True})

    page = open_checkout(browser, course)

    assert not page.has("#shipping-country")
    assert not page.has("#method")
    bought = page.submit(
        "#checkout-form",
        button="Place order",
        **{name.replace("shipping", "billing"): value for name, value in ADA.items()},
    )
    assert bought.url == "/orders/1001"
    assert faults(db) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("email", "x" * 250 + "@example.com"),
        ("note", "x" * 1001),
        ("gift_message", "x" * 501),
        ("shipping-name", "x" * 201),
        ("shipping-city", "x" * 50_000),
        ("phone", "٣٣٣٣٣٣"),
        ("phone", "1" * 41),
        ("cart_version", "abc"),
        ("cart_version", "1" + "0" * 30),
        ("shown_total", "-5"),
        ("shown_total", ""),
        ("terms_version", "1" + "0" * 30),
        ("payment", "cheque"),
        ("method", "shm_nothing"),
    ],
)
def test_nonsense_in_any_field_gets_an_answer_and_changes_nothing(browser, db, name, value):
    stool = make_shop(db)
    page = open_checkout(browser, stool)
    answer = browser.post("/checkout", data={**filled(page), **ADA, name: value})

    assert answer.status in {409, 422}
    assert answer.has(".errors li")
    assert orders(db) == []
    assert fresh(db, stool.variant).left == 10
    assert db.exec(select(func.count()).select_from(Cart)).one() == 1


def test_script_in_every_field_is_only_text(browser, db):
    page = open_checkout(browser, make_shop(db))
    evil = "<script>alert(1)</script>"

    page = order(
        page,
        note=evil,
        gift_message=evil,
        **{"shipping-name": evil, "shipping-street_address": evil, "shipping-city": evil},
    )

    assert page.url == "/orders/1001"
    assert "<script>alert" not in page.html
    assert evil in page.text("h1")


def test_an_attempt_that_is_not_ours_is_replaced(browser, db):
    page = open_checkout(browser, make_shop(db))

    page = page.submit("#checkout-form", button="Place order", attempt="<script>", email="")

    assert page.status == 422
    assert len(page.value("[name=attempt]")) == 43


def test_the_page_takes_few_statements(browser, db, statements):
    stool = make_shop(db)
    open_checkout(browser, stool)

    with statements.counted() as seen:
        browser.get("/checkout")

    assert len(seen) <= 11


def test_checkout_is_not_for_other_methods_or_sites(browser, db):
    open_checkout(browser, make_shop(db))

    assert browser.open("PUT", "/checkout").status == 405
    assert browser.get("/checkout/details").status == 405
    crossed = browser.post("/checkout", data=ADA, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status == 403
    assert orders(db) == []
