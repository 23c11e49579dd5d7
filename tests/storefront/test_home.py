"""The front page: of a shop that has much, little, and nothing."""

from tests.factories.catalogue import make_category, make_collection, make_file, make_product
from webapp.catalogue import commands as catalogue
from webapp.kit.actors import SYSTEM
from webapp.shop import commands as shops


def test_featured_collections_stand_on_it_each_as_a_row(browser, db):
    stools = [make_product(db, f"Stool {number}") for number in range(6)]
    make_collection(db, "For the kitchen", products=stools, is_featured=True)
    make_collection(db, "Not shown", products=stools)

    page = browser.get("/")

    assert page.status == 200
    assert page.texts("section h2") == ["For the kitchen"]
    assert page.texts(".shelf .card__name") == ["Stool 0", "Stool 1", "Stool 2", "Stool 3"]
    assert page.one("section .between a").attributes["href"] == "/collections/for-the-kitchen"


def test_a_shop_without_collections_shows_what_it_has(browser, db):
    make_product(db, "Oak stool")

    page = browser.get("/")

    assert page.texts("section h2") == ["From the shop"]
    assert page.texts(".shelf .card__name") == ["Oak stool"]


def test_an_empty_shop_says_that_it_opens_soon_and_leads_nobody_to_the_back_office(browser):
    page = browser.get("/")

    assert page.status == 200
    assert "We are opening soon" in page.text(".hero")
    assert "/admin" in page.text("main")
    assert not page.has("a[href^='/admin']")


def test_the_merchants_words_and_picture_come_first(browser, db):
    file = make_file(db)
    shops.change(
        db,
        SYSTEM,
        name="Harrow",
        hero_title="Plain things <b>",
        hero_text="For every day.",
        hero_file_id=file.id,
        about="<p>We sell plain things.</p>",
    )
    db.commit()

    page = browser.get("/")

    assert page.text("h1") == "Plain things <b>"
    assert page.texts(".hero .lede")[0] == "For every day."
    assert file.sha256 in page.one(".hero img").attributes["src"]
    assert page.one("meta[name=description]").attributes["content"] == "For every day."
    assert "We sell plain things." in page.text("section[aria-labelledby=about]")


def test_a_category_without_a_picture_borrows_one_of_its_products(browser, db):
    own, borrowed = make_file(db), make_file(db)
    make_category(db, "Chairs", image_id=own.id)
    tables = make_category(db, "Tables")
    make_category(db, "Empty")
    table = make_product(db, "Table", category_id=tables.id)
    catalogue.attach_image(db, SYSTEM, table, borrowed.id, alt="A table")
    db.commit()

    page = browser.get("/")

    tiles = page.all(".tile")
    assert [tile.css_first("h3").text().strip() for tile in tiles] == ["Chairs", "Tables", "Empty"]
    pictures = [tile.css_first("img") for tile in tiles]
    assert own.sha256 in pictures[0].attributes["src"]
    assert borrowed.sha256 in pictures[1].attributes["src"]
    assert pictures[2] is None


def test_categories_without_any_picture_are_left_to_the_menu(browser, db):
    make_category(db, "Chairs")
    make_product(db, "Oak stool")

    page = browser.get("/")

    assert not page.has(".tile")
    assert "Chairs" in page.text("nav#menu")


def test_categories_beyond_what_a_row_holds_are_under_more(browser, db):
    names = ["Beds", "Chairs", "Desks", "Lamps", "Rugs"]
    for name in names:
        make_category(db, name)
    assert not browser.get("/").has(".menu__more")

    make_category(db, "Tables")
    page = browser.get("/")

    in_the_row = page.texts("nav#menu > ul > li:not(.drawer-only):not(.menu__more) > a")
    assert in_the_row == ["All products", *names[:4]]
    assert page.texts(".menu__more .menu__rest a") == ["Rugs", "Tables"]
    assert page.texts("nav#menu > ul > li.drawer-only > a") == ["Rugs", "Tables"]


def test_it_asks_the_database_seven_times_at_most(browser, db, statements):
    file = make_file(db)
    shops.change(db, SYSTEM, hero_file_id=file.id)
    shelf = make_category(db, "Chairs", image_id=file.id)
    make_category(db, "Tables")
    stools = [make_product(db, f"Stool {number}", category_id=shelf.id) for number in range(6)]
    for title in ("One", "Two", "Three"):
        make_collection(db, title, products=stools, is_featured=True)

    with statements.counted() as seen:
        browser.get("/")

    assert len(seen) <= 7


def test_anyone_may_keep_it_and_asks_whether_it_is_still_good(browser, db):
    make_product(db, "Oak stool")
    first = browser.get("/")

    again = browser.get("/", headers={"If-None-Match": first.headers["etag"]})
    make_product(db, "Ash stool")
    changed = browser.get("/", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert "set-cookie" not in first.headers
    assert again.status == 304
    assert changed.status == 200
