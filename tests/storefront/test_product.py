"""A product's page: picker, price, stock, pictures, what machines read, and its size."""

import json

import pytest

from tests.factories.catalogue import make_category, make_file, make_product, variants_of
from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import VariantSave
from webapp.inventory import commands as inventory
from webapp.inventory.models import StockPolicy
from webapp.kit.actors import SYSTEM
from webapp.shop import commands as shops

COLOURS, SIZES = ("Oat", "Ink"), ("S", "L")


@pytest.fixture
def throw(db):
    """Oat in both sizes, Ink in S only; Ink S is sold out."""
    shelf = make_category(db, "Bath")
    made = make_product(
        db,
        "Linen throw",
        on_hand=0,
        category_id=shelf.id,
        brand="Tessel",
        summary="Washed and soft.",
        body="<h3>Care</h3><p>Wash it cold.</p>",
        tags=["Gift"],
        variants=[
            VariantSave(
                values={"Colour": colour, "Size": size},
                fields={
                    "sku": f"THR-{colour}-{size}",
                    "price_minor": 8900 if size == "L" else 4900,
                    "compare_at_minor": 9900 if size == "L" else None,
                },
            )
            for colour, size in (("Oat", "S"), ("Oat", "L"), ("Ink", "S"))
        ],
    )
    for variant in variants_of(db, made):
        if variant.sku != "THR-Ink-S":
            inventory.receive(db, SYSTEM, variant.id, 3 if variant.sku == "THR-Oat-L" else 40)
    db.commit()
    return made


def value_of(page, label):
    """The key of the option value with that label."""
    return next(
        chip.css_first("input").attributes["value"]
        for chip in page.all("#picker .chip")
        if chip.text().strip().startswith(label)
    )


def name_of(page, label):
    return next(
        chip.css_first("input").attributes["name"]
        for chip in page.all("#picker .chip")
        if chip.text().strip().startswith(label)
    )


def chosen(page, *labels):
    return "&".join(f"{name_of(page, label)}={value_of(page, label)}" for label in labels)


def data_of(page):
    return json.loads(page.one("script[type='application/ld+json']").text())


def test_it_shows_the_first_variant_that_can_be_bought(browser, throw):
    page = browser.get("/products/linen-throw")

    assert page.text("h1") == "Linen throw"
    assert page.texts(".crumbs li") == ["Home", "Bath", "Linen throw"]
    assert page.texts("#picker .chip:has([checked])") == ["Oat", "S"]
    assert page.text("#buy .price") == "€49.00"
    assert "In stock" in page.text("#buy")
    assert page.text(".prose").endswith("Care Wash it cold.")


def test_choosing_without_script_is_a_form_that_asks_for_the_page(browser, throw):
    page = browser.get("/products/linen-throw")

    there = page.submit(
        "#buy-form",
        button="Show price and stock of this choice",
        quantity=2,
        **{name_of(page, "L"): value_of(page, "L")},
    )

    assert there.path == "/products/linen-throw"
    assert there.texts("#picker .chip:has([checked])") == ["Oat", "L"]
    assert there.text("#buy .price ins") == "Now €89.00"
    assert there.text("#buy .price del") == "Before €99.00"
    assert "Only 3 left" in there.text("#buy")
    assert there.value("#quantity") == "2"
    assert there.one("link[rel=canonical]").attributes["href"].endswith("/products/linen-throw")


def test_htmx_gets_what_changes_and_a_link_to_the_choice(browser, throw):
    whole = browser.get("/products/linen-throw")
    query = chosen(whole, "Oat", "L")

    page = browser.get(f"/products/linen-throw?{query}&quantity=9", htmx=True)

    assert not page.has("h1")
    assert page.one("#buy").attributes["data-announce"] == "Oat / L €89.00"
    assert page.value("#quantity") == "3"
    assert page.one("#quantity").attributes["max"] == "3"
    assert page.headers["hx-push-url"] == f"/products/linen-throw?{query}"
    assert "HX-Request" in page.headers["vary"]


def test_what_is_sold_out_or_not_made_is_marked_and_cannot_be_bought(browser, throw):
    whole = browser.get("/products/linen-throw")

    sold_out = browser.get(f"/products/linen-throw?{chosen(whole, 'Ink', 'S')}")
    not_made = browser.get(f"/products/linen-throw?{chosen(whole, 'Ink', 'L')}")

    assert whole.texts(".chip--out") == ["Ink (sold out)"]
    assert sold_out.text("#buy button[disabled]") == "Sold out"
    assert "not made in that combination" in not_made.text("#buy")
    assert set(not_made.texts(".chip--out")) == {
        "Ink (not made)",
        "L (not made)",
        "S (sold out)",
    }
    for page in (sold_out, not_made):
        assert not page.has("button[name=product]")


def test_add_to_cart_takes_what_is_ticked_whatever_the_page_showed(browser, throw):
    page = browser.get("/products/linen-throw")

    there = page.submit(
        "#buy-form", button="Add to cart", quantity=2, **{name_of(page, "L"): value_of(page, "L")}
    )

    assert there.url == "/cart"
    assert "Oat / L" in there.text(".lines")


def test_add_to_cart_by_htmx_changes_the_number_in_the_header(browser, throw):
    page = browser.get("/products/linen-throw").submit(
        "#buy-form", htmx=True, button="Add to cart", quantity=3
    )

    assert page.text("#cart-count").startswith("3")


def test_a_variant_can_be_linked_by_its_own_name(browser, db, throw):
    large = variants_of(db, throw)[1]

    page = browser.get(f"/products/linen-throw?variant={large.public_id}")

    assert page.texts("#picker .chip:has([checked])") == ["Oat", "L"]


@pytest.mark.parametrize(
    "query", ["option-1=99999", "option-x=%00", "variant=nothing", "quantity=-5", "quantity=²"]
)
def test_choices_that_are_none_are_passed_over(browser, throw, query):
    page = browser.get(f"/products/linen-throw?{query}")

    assert page.status == 200
    assert page.value("#quantity") == "1"
    assert page.texts("#picker .chip:has([checked])") == ["Oat", "S"]


def test_the_bounds_of_the_quantity_are_the_products(browser, db):
    make_product(db, "Candle", on_hand=40, minimum_quantity=4, maximum_quantity=12)
    make_product(db, "Last candles", on_hand=3, minimum_quantity=4)

    page = browser.get("/products/candle")
    too_few = browser.get("/products/last-candles")

    field = page.one("#quantity").attributes
    assert (field["value"], field["min"], field["max"]) == ("4", "4", "12")
    assert "Sold out" in too_few.text("#buy")


def test_what_comes_later_is_said_and_can_be_bought(browser, db):
    later = make_product(db, "Lamp", on_hand=0)
    variant = variants_of(db, later)[0]
    inventory.set_policy(db, SYSTEM, variant.id, policy=StockPolicy.allow)
    db.commit()

    page = browser.get("/products/lamp")

    assert "ordered again for you" in page.text("#buy")
    assert page.has("button[name=product]")


def test_the_number_left_is_told_only_below_the_shops_limit(browser, db):
    make_product(db, "Stool", on_hand=3)

    few = browser.get("/products/stool")
    shops.change(db, SYSTEM, show_stock_below=2)
    db.commit()
    enough = browser.get("/products/stool")

    assert "Only 3 left" in few.text("#buy")
    assert "In stock" in enough.text("#buy")


def test_unknown_products_are_not_found_and_former_addresses_lead_on(browser, db, throw):
    catalogue.update_product(db, SYSTEM, throw, slug="throw")
    make_product(db, "Secret", status="draft")
    db.commit()

    moved = browser.send("GET", "/products/linen-throw")

    assert (moved.status_code, moved.headers["location"]) == (301, "/products/throw")
    assert browser.get("/products/secret").status == 404
    assert browser.get("/products/none").status == 404


def test_the_chosen_variants_picture_comes_first(browser, db, throw):
    files = [make_file(db) for _ in range(3)]
    small, large, _ = variants_of(db, throw)
    for file, mine in zip(files, ([small.id], [large.id], []), strict=True):
        catalogue.attach_image(db, SYSTEM, throw, file.id, variant_ids=mine)
    db.commit()
    whole = browser.get("/products/linen-throw")

    page = browser.get(f"/products/linen-throw?{chosen(whole, 'Oat', 'L')}")
    part = browser.get(f"/products/linen-throw?{chosen(whole, 'Oat', 'L')}", htmx=True)

    first = page.all("[data-zoom]")[0].attributes["href"]
    assert files[1].sha256 in first
    assert part.one("#buy").attributes["data-shows"] == first
    assert not part.has("hx-partial")
    assert {image.attributes["alt"] for image in page.all("[data-zoom] img")} == {"Linen throw"}


def test_a_picture_that_the_page_does_not_carry_comes_along(browser, db, throw):
    large = variants_of(db, throw)[1]
    for _ in range(14):
        catalogue.attach_image(db, SYSTEM, throw, make_file(db).id)
    last = make_file(db)
    catalogue.attach_image(db, SYSTEM, throw, last.id, variant_ids=[large.id])
    db.commit()
    whole = browser.get("/products/linen-throw")

    page = browser.get(f"/products/linen-throw?{chosen(whole, 'Oat', 'L')}", htmx=True)

    assert len(whole.all("[data-zoom]")) == 12
    assert last.sha256 not in whole.html
    assert last.sha256 in page.all("hx-partial [data-zoom]")[0].attributes["href"]
    assert page.one("hx-partial").attributes["hx-target"] == "#pictures"


def test_machines_read_price_stock_and_the_way_here(browser, db, throw):
    candle = make_product(
        db,
        "Candle </script>",
        summary="It burns.",
        variants=[
            VariantSave(fields={"price_minor": 1250, "sku": "CAN-1", "barcode": "4006381333931"})
        ],
    )

    product, way = data_of(browser.get(f"/products/{candle.slug}"))["@graph"]
    several = data_of(browser.get("/products/linen-throw"))["@graph"][0]["offers"]

    assert product == {
        "@type": "Product",
        "name": "Candle </script>",
        "url": f"http://localhost/products/{candle.slug}",
        "description": "It burns.",
        "sku": "CAN-1",
        "gtin": "4006381333931",
        "offers": {
            "@type": "Offer",
            "url": f"http://localhost/products/{candle.slug}",
            "priceCurrency": "EUR",
            "price": "12.50",
            "availability": "https://schema.org/InStock",
        },
    }
    assert [step["name"] for step in way["itemListElement"]] == ["Home", "Candle </script>"]
    assert (several["@type"], several["lowPrice"], several["highPrice"]) == (
        "AggregateOffer", "49.00", "89.00",
    )  # fmt: skip
    assert several["availability"] == "https://schema.org/InStock"


def test_words_for_a_shared_link_are_there(browser, throw):
    page = browser.get("/products/linen-throw")

    said = {tag.attributes["property"]: tag.attributes["content"] for tag in page.all("[property]")}
    assert said["og:title"] == "Linen throw"
    assert said["og:url"] == "http://localhost/products/linen-throw"
    assert said["og:description"] == "Washed and soft."
    assert said["product:price:amount"] == "49.00"
    assert page.one("meta[name=description]").attributes["content"] == "Washed and soft."


def test_it_asks_the_database_six_times_at_most(browser, db, throw, statements):
    for _ in range(3):
        catalogue.attach_image(db, SYSTEM, throw, make_file(db).id)
    others = [
        make_product(db, f"Towel {number}", category_id=throw.category_id) for number in range(4)
    ]
    catalogue.relate(db, SYSTEM, throw, [other.id for other in others[:2]])
    db.commit()

    with statements.counted() as seen:
        page = browser.get("/products/linen-throw")

    assert len(page.texts("section .card__name")) == 4
    assert len(seen) <= 6


@pytest.mark.parametrize("axes", [(10, 10), (100,), (5, 5, 4)])
def test_a_hundred_variants_with_pictures_stay_under_forty_kilobytes(browser, db, axes):
    combinations = [()]
    for place, size in enumerate(axes):
        combinations = [
            (*made, (f"Axis {place}", f"A rather long value {number}"))
            for made in combinations
            for number in range(size)
        ]
    made = make_product(
        db,
        "Sofa",
        on_hand=0,
        summary="Words. " * 30,
        body=f"<p>{'Many words about a sofa. ' * 160}</p>",
        tags=[f"Tag {number}" for number in range(10)],
        category_id=make_category(db, "Seats").id,
        variants=[
            VariantSave(values=dict(values), fields={"price_minor": 1000, "sku": f"SOFA-{number}"})
            for number, values in enumerate(combinations)
        ],
    )
    for variant in variants_of(db, made):
        file = make_file(db)
        catalogue.attach_image(db, SYSTEM, made, file.id, variant_ids=[variant.id])
    for number in range(5):
        other = make_product(db, f"Chair {number}", category_id=made.category_id)
        catalogue.attach_image(db, SYSTEM, other, make_file(db).id)
    db.commit()

    page = browser.get("/products/sofa")

    assert page.status == 200
    assert len(page.html.encode()) < 40_000


def test_markup_in_names_is_shown_as_text(browser, db):
    made = make_product(
        db,
        "<b>Bowl</b>",
        brand="<i>Kiln</i>",
        summary="<u>Blue</u>",
        variants=[VariantSave(values={"<s>Size": "<s>L"}, fields={"sku": "<b>1"})],
    )

    page = browser.get(f"/products/{made.slug}")

    assert page.text("h1") == "<b>Bowl</b>"
    assert page.all("main b, main i, main u, main s") == []
