"""Pages to read, and what search engines and browsers look for."""

from datetime import timedelta

import pytest

from tests.factories.catalogue import make_category, make_product
from tests.factories.pricing import make_shipping_method
from webapp.catalogue.models import ProductStatus
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import now
from webapp.shop import commands as shops
from webapp.storefront import crawling
from webapp.storefront.prose import article


@pytest.mark.parametrize(
    ("slug", "title"), [("terms", "Terms of sale"), ("privacy", "Privacy"), ("about", "About Kiln")]
)
def test_the_shops_texts_have_pages_once_they_are_written(browser, db, slug, title):
    shops.change(db, SYSTEM, name="Kiln")
    db.commit()
    before = browser.get("/")
    unwritten = browser.get(f"/pages/{slug}")

    shops.change(db, SYSTEM, **{slug: "<h3>First</h3><p>Words.</p><script>no()</script>"})
    db.commit()
    page = browser.get(f"/pages/{slug}")

    assert unwritten.status == 404
    assert not before.has(f"footer a[href='/pages/{slug}']")
    assert page.text("h1") == title
    assert page.texts(".prose h2") == ["First"]
    assert page.all(".prose script") == []
    assert page.has(f"footer a[href='/pages/{slug}']")


@pytest.mark.parametrize("slug", ["name", "currency", "bank_details", "nothing"])
def test_no_other_setting_has_a_page(browser, slug):
    assert browser.get(f"/pages/{slug}").status == 404


def test_the_ways_of_delivery_are_told_as_they_are_set(browser, db):
    make_shipping_method(
        db,
        "Parcel",
        price=490,
        free_from_minor=8000,
        countries=["DE", "AT"],
        min_days=2,
        max_days=3,
    )
    make_shipping_method(db, "Collect", price=0, is_pickup=True, pickup_text="By the old bridge.")
    make_shipping_method(db, "Retired", is_active=False)

    page = browser.get("/pages/delivery")

    assert page.texts("main li.box h2") == ["Parcel", "Collect"]
    first = page.texts("main li.box")[0]
    assert "€4.90 , free from €80.00 · 2–3 working days" in first
    assert "Germany, Austria" in first
    assert "By the old bridge. Free" in page.texts("main li.box")[1]


def test_without_ways_of_delivery_the_page_says_what_happens(browser):
    assert "after the order" in browser.get("/pages/delivery").text("main")


def test_robots_are_told_where_to_look_and_where_not(browser):
    page = browser.get("/robots.txt")

    assert page.headers["content-type"].startswith("text/plain")
    lines = page.html.splitlines()
    assert "Disallow: /cart" in lines
    assert "Disallow: /admin" in lines
    assert "Sitemap: http://localhost/sitemap.xml" in lines


def test_the_site_map_names_what_can_be_seen_and_nothing_else(browser, db):
    seats = make_category(db, "Seats")
    make_category(db, "Hidden", is_visible=False)
    make_category(db, "Stools", parent=seats)
    make_product(db, "Oak stool")
    make_product(db, "Draft", status=ProductStatus.draft)
    make_product(db, "Tomorrow", publish_at=now() + timedelta(days=1))

    index = browser.get("/sitemap.xml")
    parts = [browser.get(node.text().removeprefix("http://localhost")) for node in index.all("loc")]

    assert index.headers["content-type"].startswith("application/xml")
    assert [node.text() for part in parts for node in part.all("loc")] == [
        "http://localhost/",
        "http://localhost/products",
        "http://localhost/categories/seats",
        "http://localhost/categories/seats/stools",
        "http://localhost/pages/delivery",
        "http://localhost/products/oak-stool",
    ]
    assert parts[1].text("lastmod") == now().date().isoformat()


def test_a_large_catalogue_is_cut_into_files_that_hold_each_product_once(browser, db, monkeypatch):
    monkeypatch.setattr(crawling, "ENTRIES", 3)
    for number in range(7):
        make_product(db, f"Spoon {number}")

    index = browser.get("/sitemap.xml")
    addresses = [node.text().removeprefix("http://localhost") for node in index.all("loc")][1:]
    found = [node.text() for address in addresses for node in browser.get(address).all("loc")]

    assert len(addresses) == 3
    assert found == [f"http://localhost/products/spoon-{number}" for number in range(7)]


def test_old_browsers_find_an_icon(browser):
    answer = browser.send("GET", "/favicon.ico")

    assert answer.status_code == 302
    assert browser.get("/favicon.ico").status == 200


@pytest.mark.parametrize(
    ("top", "given", "expected"),
    [
        (2, "<h3>a</h3><h3>b</h3>", "<h2>a</h2><h2>b</h2>"),
        (2, "<h2>a</h2><h4>b</h4><h2>c</h2>", "<h2>a</h2><h3>b</h3><h2>c</h2>"),
        (3, '<H2 lang="de">a</H2><p>x</p><h3>b</h3>', '<h3 lang="de">a</h3><p>x</p><h4>b</h4>'),
        (3, "<h1>1</h1><h2>2</h2><h3>3</h3><h4>4</h4><h5>5</h5>",
         "<h3>1</h3><h4>2</h4><h5>3</h5><h6>4</h6><h6>5</h6>"),
        (2, "<p>a &lt;h3&gt;</p>", "<p>a &lt;h3&gt;</p>"),
    ],
)  # fmt: skip
def test_headings_begin_where_the_page_wants_and_skip_no_level(top, given, expected):
    assert article(given, top=top) == expected
