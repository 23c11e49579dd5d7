"""Searching: the page, its corrections and ways out, and what hangs below the field."""

import pytest

from tests.factories.catalogue import make_category, make_product

CARDS = ".shelf .card__name"


@pytest.fixture
def shelves(db):
    linen = make_category(db, "Linen")
    make_product(db, "Linen towel", category_id=linen.id)
    make_product(db, "Linen napkin", category_id=linen.id)
    make_product(db, "Oak stool")
    return linen


def test_words_find_products_and_stay_in_the_field(browser, shelves):
    page = browser.get("/").submit("form[role=search]", q="linen")

    assert page.url == "/search?q=linen"
    assert page.text("h1") == "Results for “linen”"
    assert sorted(page.texts(CARDS)) == ["Linen napkin", "Linen towel"]
    assert page.value("#find") == "linen"
    assert page.one("meta[name=robots]").attributes["content"] == "noindex, follow"


def test_a_slip_of_the_keyboard_is_forgiven_and_said(browser, shelves):
    page = browser.get("/search?q=linnen")

    assert sorted(page.texts(CARDS)) == ["Linen napkin", "Linen towel"]
    assert "Did you mean linen ?" in page.text("#listing")
    assert page.one("#listing a[href='/search?q=linen']").text() == "linen"


def test_products_with_some_of_the_words_are_better_than_none(browser, shelves):
    page = browser.get("/search?q=oak+towel")

    assert sorted(page.texts(CARDS)) == ["Linen towel", "Oak stool"]
    assert "Nothing has all of these words" in page.text("#listing")


def test_nothing_found_leads_to_the_shelves_and_to_some_products(browser, shelves):
    page = browser.get("/search?q=zzqqxx")

    assert page.status == 200
    assert page.text(".empty h2") == "We found nothing for that"
    assert page.one("#listing a[href='/categories/linen']").text() == "Linen"
    assert len(page.texts(CARDS)) == 3


def test_an_empty_search_offers_the_shelves(browser, shelves):
    page = browser.get("/search")

    assert page.text("h1") == "What are you looking for?"
    assert page.has("#listing a[href='/categories/linen']")
    assert page.texts(CARDS) == []


def test_a_search_stays_a_search_when_it_is_narrowed(browser, shelves):
    page = browser.get("/search?q=oak+towel&category=linen")

    assert page.texts(CARDS) == ["Linen towel"]
    assert page.one("#filters input[name=q]").attributes["value"] == "oak towel"
    chip = page.one("#listing ul.chips a.chip")
    assert chip.attributes["href"] == "/search?q=oak+towel"
    assert "Nothing matches all of that" in (
        browser.get("/search?q=towel&category=nowhere").text(".empty")
    )


def test_a_query_is_text_and_never_more(browser, shelves):
    page = browser.get("/search", params={"q": "\"><script>alert('1')</script> OR *"})

    assert page.status == 200
    assert not page.all("main script")
    assert page.value("#find") == "\"><script>alert('1')</script> OR *"


def test_a_query_that_is_too_long_is_answered_with_its_reason(browser, shelves):
    page = browser.get("/search", params={"q": "x" * 201})

    assert page.status == 422
    assert page.has("[data-errors]")


@pytest.mark.parametrize("query", ["linen", "linnen", "zzqqxx", "oak towel"])
def test_it_asks_the_database_eight_times_at_most(browser, shelves, statements, query):
    with statements.counted() as seen:
        browser.get("/search", params={"q": query})

    assert len(seen) <= 8


def test_suggestions_name_shelves_and_products_and_the_way_to_all(browser, shelves):
    page = browser.get("/search/suggest?q=lin", htmx=True)

    options = page.all("[role=option]")
    assert [option.attributes["href"] for option in options][0] == "/categories/linen"
    assert {option.attributes["href"] for option in options} == {
        "/categories/linen",
        "/products/linen-towel",
        "/products/linen-napkin",
        "/search?q=lin",
    }
    ids = [option.attributes["id"] for option in options]
    assert len(set(ids)) == len(ids)
    assert not page.has("h1")


@pytest.mark.parametrize("query", ["", "zzqqxx", "%20"])
def test_there_is_nothing_to_suggest(browser, shelves, query):
    page = browser.get(f"/search/suggest?q={query}", htmx=True)

    assert page.status == 200
    assert page.html.strip() == ""


def test_without_script_suggestions_are_the_search(browser, shelves):
    assert browser.get("/search/suggest?q=linen").url == "/search?q=linen"


def test_suggestions_ask_the_database_four_times_at_most(browser, shelves, statements):
    with statements.counted() as seen:
        browser.get("/search/suggest?q=linen", htmx=True)

    assert len(seen) <= 4
