"""Lists of products: narrowed, sorted, paged, by plain addresses and by htmx."""

import pytest

from tests.factories.catalogue import make_category, make_collection, make_product
from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import VariantSave
from webapp.catalogue.models import AttributeType
from webapp.kit.actors import SYSTEM

CARDS = ".shelf .card__name"


@pytest.fixture
def things(db):
    """Four things to sit on and one to look at."""
    seats = make_category(db, "Seats")
    make_category(db, "Stools", parent=seats)
    catalogue.create_attribute(
        db, SYSTEM, code="wood", name="Wood", type=AttributeType.text, is_filter=True
    )
    db.commit()
    make_product(
        db, "Oak stool", price=4900, brand="Harrow", attributes={"wood": "Oak"},
        category_id=seats.id, sizes=["Low", "High"],
    )  # fmt: skip
    make_product(
        db, "Ash stool", price=3900, brand="Harrow", attributes={"wood": "Ash"},
        category_id=seats.id, sizes=["Low"],
    )  # fmt: skip
    make_product(
        db, "Bench", brand="Dale", attributes={"wood": "Oak"}, category_id=seats.id,
        variants=[VariantSave(fields={"price_minor": 15000, "compare_at_minor": 18000})],
    )  # fmt: skip
    make_product(db, "Pew", price=90000, on_hand=0, brand="Dale", category_id=seats.id)
    make_product(db, "Mirror", price=7900, brand="Dale")
    return seats


def test_all_products_stand_in_one_list_with_their_number(browser, things):
    page = browser.get("/products")

    assert page.text("h1") == "All products"
    assert page.texts(CARDS) == ["Mirror", "Pew", "Bench", "Ash stool", "Oak stool"]
    assert page.text(".toolbar p") == "5 products"
    assert page.one("link[rel=canonical]").attributes["href"] == "http://localhost/products"
    assert not page.has("meta[name=robots]")


def test_a_category_shows_its_way_its_children_and_its_products(browser, db, things):
    catalogue.update_category(db, SYSTEM, things, description="<p>To sit on.</p>")
    db.commit()

    page = browser.get("/categories/seats")

    assert page.texts(".crumbs li") == ["Home", "Seats"]
    assert page.text(".page-head div.lede") == "To sit on."
    assert page.one(".page-head .chip").attributes["href"] == "/categories/seats/stools"
    assert page.texts(CARDS) == ["Pew", "Bench", "Ash stool", "Oak stool"]


def test_an_unknown_category_is_not_found_in_the_look_of_the_shop(browser):
    page = browser.get("/categories/nothing/here")

    assert page.status == 404
    assert page.has("header .find")


def test_a_former_address_of_a_category_leads_to_the_new_one_for_good(browser, db, things):
    catalogue.update_category(db, SYSTEM, things, slug="chairs")
    db.commit()

    answer = browser.send("GET", "/categories/seats/stools?sort=price")

    assert answer.status_code == 301
    assert answer.headers["location"] == "/categories/chairs/stools?sort=price"


def test_a_category_has_one_address(browser, things):
    answer = browser.send("GET", "/categories/seats/")

    assert (answer.status_code, answer.headers["location"]) == (301, "/categories/seats")


def test_a_collection_keeps_its_order(browser, db):
    made = [make_product(db, title) for title in ("Three", "One", "Two")]
    collection = make_collection(db, "Counted", products=[made[1], made[2], made[0]])

    page = browser.get("/collections/counted")
    by_name = browser.get("/collections/counted?sort=title")
    catalogue.update_collection(db, SYSTEM, collection, slug="numbers")
    db.commit()
    moved = browser.send("GET", "/collections/counted")

    assert page.texts(CARDS) == ["One", "Two", "Three"]
    assert by_name.texts(CARDS) == ["One", "Three", "Two"]
    assert (moved.status_code, moved.headers["location"]) == (301, "/collections/numbers")
    assert browser.get("/collections/none").status == 404


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("brand=harrow", ["Ash stool", "Oak stool"]),
        ("brand=harrow&brand=dale", ["Mirror", "Pew", "Bench", "Ash stool", "Oak stool"]),
        ("option-size=high", ["Oak stool"]),
        ("attribute-wood=oak", ["Bench", "Oak stool"]),
        ("attribute-wood=oak&brand=dale", ["Bench"]),
        ("min_price=79&max_price=150", ["Mirror", "Bench"]),
        ("on_sale=1", ["Bench"]),
        ("in_stock=1&brand=dale", ["Mirror", "Bench"]),
        ("sort=price", ["Ash stool", "Oak stool", "Mirror", "Bench", "Pew"]),
        ("sort=price-desc&brand=harrow", ["Oak stool", "Ash stool"]),
        ("sort=title", ["Ash stool", "Bench", "Mirror", "Oak stool", "Pew"]),
    ],
)
def test_a_list_is_narrowed_and_sorted_by_its_address(browser, things, query, expected):
    assert browser.get(f"/products?{query}").texts(CARDS) == expected


def test_the_filters_are_a_plain_form(browser, things):
    page = browser.get("/products").submit(
        "#filters", brand=["harrow"], max_price="40", sort="title"
    )

    assert page.texts(CARDS) == ["Ash stool"]
    assert page.one("input[name=brand][checked]").attributes["value"] == "harrow"
    assert page.value("#max_price") == "40"
    assert page.value("select[name=sort]") == "title"
    assert page.one("meta[name=robots]").attributes["content"] == "noindex, follow"
    assert page.one("link[rel=canonical]").attributes["href"] == "http://localhost/products"


def test_htmx_gets_the_list_alone_and_a_short_address(browser, things):
    page = browser.get("/products").submit("#filters", htmx=True, brand=["harrow"])

    assert page.one("#listing").attributes["data-announce"] == "2 products"
    assert not page.has("h1")
    assert page.headers["hx-push-url"] == "/products?brand=harrow"


def test_what_was_chosen_can_be_taken_away_one_by_one(browser, things):
    page = browser.get("/products?brand=harrow&attribute-wood=ash&sort=title")

    chips = page.all("#listing ul.chips a.chip")
    assert [chip.attributes["href"] for chip in chips] == [
        "/products?attribute-wood=ash&sort=title",
        "/products?brand=harrow&sort=title",
    ]
    assert page.texts("#listing ul.chips a.chip") == ["Without Harrow", "Without Wood: Ash"]
    assert page.click("Clear all").url == "/products?sort=title"


def test_counts_say_what_a_box_would_leave(browser, things):
    page = browser.get("/categories/seats?attribute-wood=oak")

    boxes = {
        box.css_first("input").attributes["name"]
        + "="
        + box.css_first("input").attributes["value"]: box.css_first(".nums").text()
        for box in page.all("#filters .check")
    }
    assert boxes == {
        "in_stock=1": "2",
        "on_sale=1": "1",
        "brand=harrow": "1",
        "brand=dale": "1",
        "option-size=high": "1",
        "option-size=low": "1",
        "attribute-wood=ash": "1",
        "attribute-wood=oak": "2",
    }


def test_a_box_that_is_not_there_leaves_nothing_and_can_be_taken_away(browser, things):
    page = browser.get("/products?brand=nobody")

    assert not page.has(".toolbar")
    assert page.text("#advice") == "Perhaps one of these"
    assert page.text(".empty h2") == "Nothing matches all of that"
    assert page.texts("#listing ul.chips a.chip") == ["Without nobody"]


def test_categories_are_links_that_keep_what_was_chosen(browser, things):
    page = browser.get("/products?brand=harrow")

    links = [link.attributes["href"] for link in page.all("#filters .facet__body a")]
    assert links == ["/categories/seats?brand=harrow"]


def test_a_price_that_is_none_comes_back_with_its_reason_and_the_list(browser, things):
    page = browser.get("/products").submit("#filters", min_price="cheap")

    assert page.status == 422
    assert page.value("#min_price") == "cheap"
    assert page.has("#min_price-error")
    assert len(page.texts(CARDS)) == 5


@pytest.mark.parametrize(
    "query",
    [
        "sort=upside-down",
        "cursor=nonsense",
        "cursor=" + "x" * 3000,
        "min_price=1e999",
        "brand=" + "x" * 500,
        "&".join(f"brand=b{number}" for number in range(60)),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_with_a_page(browser, things, query):
    page = browser.get(f"/products?{query}")

    assert page.status == 422
    assert page.has("h1")


@pytest.mark.parametrize(
    "query",
    [
        "option-=x",
        "option-size=%00",
        "option-" + "x" * 200 + "=1",
        "attribute-wood=" + "x" * 200,
        "unknown=1&utm_source=mail",
    ],
)
def test_what_no_box_of_ours_sends_is_passed_over(browser, things, query):
    page = browser.get(f"/products?{query}")

    assert page.status == 200
    assert len(page.texts(CARDS)) == 5


def test_long_lists_go_on_by_their_last_product(browser, db):
    for number in range(50):
        make_product(db, f"Spoon {number:02}", on_hand=0)

    first = browser.get("/products?sort=title")
    second = first.click("Next")
    third = second.click("Next")
    back = third.click("Previous").click("Previous")

    assert [first.texts(CARDS)[0], first.texts(CARDS)[-1]] == ["Spoon 00", "Spoon 23"]
    assert [second.texts(CARDS)[0], second.texts(CARDS)[-1]] == ["Spoon 24", "Spoon 47"]
    assert third.texts(CARDS) == ["Spoon 48", "Spoon 49"]
    assert back.texts(CARDS) == first.texts(CARDS)
    assert (
        second.one("link[rel=next]").attributes["href"]
        == (second.one("a[rel=next]").attributes["href"])
    )
    assert second.has("link[rel=prev]")
    assert not third.has("link[rel=next]")


def test_a_shelf_without_products_says_so(browser, db):
    make_category(db, "Seats")

    page = browser.get("/categories/seats")

    assert page.status == 200
    assert page.text(".empty h2") == "Nothing on this shelf yet"
    assert not page.has("#filters")


@pytest.mark.parametrize("address", ["/products", "/categories/seats", "/collections/all"])
def test_a_list_of_24_asks_the_database_eight_times_at_most(browser, db, statements, address):
    shelf = make_category(db, "Seats")
    made = [
        make_product(db, f"Stool {number}", brand="Harrow", category_id=shelf.id)
        for number in range(25)
    ]
    make_collection(db, "All", products=made)

    with statements.counted() as seen:
        page = browser.get(f"{address}?brand=harrow&in_stock=1&min_price=1")

    assert len(page.texts(CARDS)) == 24
    assert len(seen) <= 8


def test_names_are_text_wherever_they_stand(browser, db):
    shelf = make_category(db, "<i>Seats</i>")
    make_product(db, "<b>Stool</b>", brand="<u>Harrow</u>", category_id=shelf.id, tags=["<s>x"])

    page = browser.get(f"/categories/{shelf.path}")

    assert page.texts(CARDS) == ["<b>Stool</b>"]
    assert page.text("h1") == "<i>Seats</i>"
    assert not page.all("main i, main b, main u, main s")
