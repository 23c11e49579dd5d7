import pytest
from sqlmodel import Session, func, select

from tests.factories.cart import make_goods, set_price, withdraw
from webapp.cart.models import Cart, CartLine
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM

IMPOSSIBLE = ["0", "-1", "abc", "1.5", "1" + "0" * 30, "٣", "", "9" * 5000, "1e3"]


def add(browser, goods, quantity=1, **options):
    data = {"variant": goods.variant, "quantity": str(quantity)}
    return browser.post("/cart/lines", data=data, **options)


def quantities(db: Session) -> list[int]:
    db.rollback()
    return list(db.exec(select(CartLine.quantity).order_by("id")))


def carts(db: Session) -> int:
    db.rollback()
    return db.exec(select(func.count()).select_from(Cart)).one()


def lines_form(page) -> str:
    """The form that sets the quantity of the first line."""
    return next(
        f"form[action='{form.attributes['action']}']"
        for form in page.all("form")
        if form.css("input[type=number]")
    )


def test_a_visitor_has_no_cart_until_something_goes_in(browser, db):
    assert "empty" in browser.get("/cart").text("#cart-contents")
    assert carts(db) == 0
    assert "cart" not in browser.cookies

    page = add(browser, make_goods(db, "Oak stool", price=1999), 2)

    assert page.url == "/cart"
    assert page.texts(".line__total") == ["€39.98"]
    assert carts(db) == 1


def test_adding_by_htmx_says_so_and_counts(browser, db):
    page = add(browser, make_goods(db, "Oak stool"), 2, htmx=True)

    assert page.status == 200
    assert page.text("#cart-count") == "2 items"
    assert "2 × Oak stool" in page.text(".notice")
    assert [link.attributes["href"] for link in page.all(".notice a")] == ["/cart", "/checkout"]


@pytest.mark.parametrize("quantity", IMPOSSIBLE[:5] + IMPOSSIBLE[7:])
@pytest.mark.parametrize("htmx", [False, True])
def test_an_impossible_quantity_gets_an_answer_and_changes_nothing(browser, db, quantity, htmx):
    page = add(browser, make_goods(db), quantity, htmx=htmx)

    assert page.status == 422
    assert page.has(".notice" if htmx else "h1")
    assert (carts(db), "cart" in browser.cookies) == (0, False)


@pytest.mark.parametrize(
    "data",
    [
        {"variant": "var_nothing"},
        {"variant": "x" * 5000},
        {"variant": "'; DROP TABLE carts; --"},
        {"product": "nothing"},
        {},
    ],
)
def test_what_we_do_not_sell_is_not_added(browser, db, data):
    page = browser.post("/cart/lines", data=data)

    assert page.status in {404, 422}
    assert carts(db) == 0


def test_more_than_there_is_says_how_many_are_left(browser, db):
    page = add(browser, make_goods(db, on_hand=3), 4)

    assert page.status == 409
    assert "There are only 3 left." in page.text("main")
    assert carts(db) == 0


def test_a_product_is_added_by_its_choices(browser, db):
    stool = make_goods(db)

    assert browser.post("/cart/lines", data={"product": stool.slug}).url == "/cart"
    wrong = browser.post("/cart/lines", data={"product": stool.slug, "option-7": "99"})

    assert wrong.status == 422
    assert quantities(db) == [1]


def test_a_quantity_is_changed_on_the_cart_page(browser, db):
    page = add(browser, make_goods(db, price=1000))

    page = page.submit(lines_form(page), quantity=3)
    assert page.texts(".line__total") == ["€30.00"]
    page = page.submit(lines_form(page), quantity=4, htmx=True)
    assert page.text("#cart-count") == "4 items"
    page = browser.get("/cart").submit(lines_form(browser.get("/cart")), quantity=0)

    assert "empty" in page.text("#cart-contents")
    assert quantities(db) == []


@pytest.mark.parametrize("quantity", ["-1", "abc", "1" + "0" * 30, "٣", "", "11"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_bad_quantity_stays_in_its_field_with_the_reason(browser, db, quantity, htmx):
    page = add(browser, make_goods(db, on_hand=10), 2)

    page = page.submit(lines_form(page), quantity=quantity, htmx=htmx)

    assert page.status == 422
    assert page.value("input[type=number]") == quantity
    assert page.one("input[type=number]").attributes["aria-invalid"] == "true"
    assert page.has("#cart-contents [role=alert]")
    assert quantities(db) == [2]


def test_a_line_is_removed(browser, db):
    page = add(browser, make_goods(db, "Oak stool"))

    page = page.click("Remove Oak stool")

    assert "empty" in page.text("#cart-contents")
    assert browser.get("/me").text("#cart-count") == ""


def test_stock_that_went_can_be_put_right(browser, db):
    stool = make_goods(db, on_hand=5)
    add(browser, stool, 5)
    inventory.count(db, SYSTEM, stool.variant_id, 2)
    db.commit()

    page = browser.get("/cart")
    assert "Only 2 left." in page.text("#cart-contents")
    assert not page.has("a[href='/checkout']")
    page = page.click("Reduce to 2")

    assert quantities(db) == [2]
    assert page.has("a[href='/checkout']")


def test_what_was_withdrawn_is_said_and_can_only_be_removed(browser, db):
    stool = make_goods(db, "Oak stool")
    add(browser, stool)
    withdraw(db, stool)

    page = browser.get("/cart")

    assert "We do not sell this any more." in page.text("#cart-contents")
    assert "empty" in page.click("Remove Oak stool").text("#cart-contents")


def test_a_price_that_moved_is_shown_with_the_old_one(browser, db):
    stool = make_goods(db, price=1999)
    add(browser, stool)
    set_price(db, stool, 2499)

    page = browser.get("/cart")
    assert "€19.99" in page.text("del")
    page = page.click("Keep these things at the new prices")

    assert not page.has("del")
    assert page.texts(".line__total") == ["€24.99"]


def test_a_note_is_kept(browser, db):
    add(browser, make_goods(db))

    page = browser.get("/cart").submit(
        "form[action='/cart/note']", note="Ring <b>twice</b>\nplease"
    )

    assert page.value("#note") == "Ring <b>twice</b>\nplease"
    refused = page.submit("form[action='/cart/note']", note="x" * 1001)
    assert refused.status == 422
    assert browser.get("/cart").value("#note") == "Ring <b>twice</b>\nplease"


@pytest.mark.parametrize(
    "cookie",
    ["", "nonsense", "crt_0000000000000000000000", "x" * 5000, "WzEsImNydF8iXQ.AAAA", '{"a":1}'],
)
def test_a_forged_cookie_is_simply_no_cart(browser, db, cookie):
    add(browser, make_goods(db))
    browser.cookies.clear()

    for path in ("/cart", "/me", "/checkout"):
        page = browser.get(path, headers={"Cookie": f"cart={cookie}"})
        assert page.status == 200
        assert "Oak stool" not in page.html


def test_another_browsers_line_is_out_of_reach(browser, db):
    page = add(browser, make_goods(db), 2)
    address = page.one(lines_form(page)).attributes["action"]

    with browser.somebody_else() as other:
        add(other, make_goods(db, "Table"))
        assert other.post(address, data={"quantity": "9"}).status == 404
        assert other.post(f"{address}/removal").status == 404

    assert quantities(db) == [2, 1]


def test_the_wrong_method_and_the_wrong_origin_are_refused(browser, db):
    add(browser, make_goods(db))

    assert browser.get("/cart/lines").status == 405
    assert browser.open("DELETE", "/cart").status == 405
    crossed = browser.post("/cart/lines", data={}, headers={"Sec-Fetch-Site": "cross-site"})

    assert crossed.status == 403


def test_a_shared_cart_asks_before_it_adds(browser, db):
    stool, table = make_goods(db, "Oak stool", price=1000), make_goods(db, "Table")

    page = browser.get(f"/cart/add?items={stool.sku}:2,{table.sku},NOPE:1")

    assert page.texts(".lines li p a") == ["Oak stool", "Table"]
    assert "Not for sale here: NOPE." in page.text("main")
    assert carts(db) == 0
    page = page.submit("form[action='/cart/add']")
    assert page.url == "/cart"
    assert quantities(db) == [2, 1]


@pytest.mark.parametrize("items", ["", ":::", "NOPE:1", "<script>:1", "A:0,B:-1,C:x", "x" * 3000])
def test_a_link_that_names_nothing_adds_nothing(browser, db, items):
    page = browser.get("/cart/add", params={"items": items})

    assert page.status == 200
    assert "Nothing to add" in page.text("main")
    assert "<script>:" not in page.html
    assert browser.post("/cart/add", data={"items": items}).status == 409
    assert carts(db) == 0


def test_what_does_not_fit_of_a_shared_cart_is_told(browser, db):
    stool, table = make_goods(db, "Oak stool", on_hand=1), make_goods(db, "Table")

    page = browser.get(f"/cart/add?items={stool.sku}:2,{table.sku}:1").submit(
        "form[action='/cart/add']"
    )

    assert page.url == "/cart"
    assert quantities(db) == [1]


def test_script_in_a_name_is_only_text(browser, db):
    page = add(browser, make_goods(db, "<script>alert(1)</script>"))

    assert "<script>alert" not in page.html
    assert page.text(".lines a") == "<script>alert(1)</script>"


def test_the_personal_fragment_is_kept_by_nobody(browser, db, statements):
    with statements.counted() as seen:
        page = browser.get("/me")
    assert (page.headers["cache-control"], len(seen)) == ("private, no-store", 0)
    add(browser, make_goods(db), 3)

    with statements.counted() as seen:
        assert browser.get("/me").text("#cart-count") == "3 items"
    assert len(seen) == 1


def test_the_cart_page_takes_few_statements(browser, db, statements):
    for number in range(5):
        add(browser, make_goods(db, f"Thing {number}"))
    browser.get("/cart")

    with statements.counted() as seen:
        browser.get("/cart")

    assert len(seen) <= 8
