"""The catalogue for scripts: exact bodies, bounds, nothing that shoppers may not see."""

from urllib.parse import quote

import pytest
from sqlmodel import Session

from tests.browser import Browser
from tests.factories.catalogue import make_category, make_file, make_product
from webapp.catalogue import commands
from webapp.catalogue.drafts import VariantSave
from webapp.kit.actors import SYSTEM


def test_products_are_listed_a_page_at_a_time(browser: Browser, db: Session) -> None:
    file = make_file(db)
    products = [make_product(db, f"Stool {number}", brand="Oddny") for number in range(3)]
    make_product(db, "Hidden", status="draft")
    commands.attach_image(db, SYSTEM, products[2], file.id or 0, alt="Oak")
    db.commit()

    first = browser.get("/api/v1/products?limit=2").json()
    second = browser.get(f"/api/v1/products?limit=2&cursor={first['next_cursor']}").json()

    assert (first["total"], first["previous_cursor"], first["corrected"]) == (3, None, None)
    assert first["items"][0] == {
        "id": products[2].public_id,
        "slug": "stool-2",
        "title": "Stool 2",
        "brand": "Oddny",
        "price_from": {"amount": "19.99", "currency": "EUR"},
        "price_to": {"amount": "19.99", "currency": "EUR"},
        "compare_at": None,
        "is_on_sale": False,
        "is_available": True,
        "variant_count": 1,
        "image": {
            "url": f"/media/{file.sha256}/original.webp",
            "width": 1200,
            "height": 900,
            "alt": "Oak",
            "sizes": {
                str(width): f"/media/{file.sha256}/{width}.webp"
                for width in (160, 320, 480, 640, 960, 1280)
            },
        },
    }
    assert [one["slug"] for one in second["items"]] == ["stool-0"]
    assert (second["next_cursor"], second["items"][0]["image"]) == (None, None)


def test_filters_and_search(browser: Browser, db: Session) -> None:
    lamps = make_category(db, "Lamps")
    make_product(db, "Cap lamp", price=5000, category_id=lamps.id, brand="Oddny")
    make_product(db, "Desk lamp", price=9000, category_id=lamps.id, sizes=["S", "M"])
    make_product(db, "Oak stool", price=100, on_hand=0)

    def slugs(query: str) -> list[str]:
        return [one["slug"] for one in browser.get(f"/api/v1/products?{query}").json()["items"]]

    assert slugs("category=lamps&sort=price") == ["cap-lamp", "desk-lamp"]
    assert slugs("brand=oddny") == ["cap-lamp"]
    assert slugs("option=size:m") == ["desk-lamp"]
    assert slugs("min_price=50.00&max_price=89.99") == ["cap-lamp"]
    assert slugs("in_stock=true&sort=price-desc") == ["desk-lamp", "cap-lamp"]
    assert slugs("q=lmap&sort=title") == ["cap-lamp", "desk-lamp"]


def test_one_product(browser: Browser, db: Session) -> None:
    home = make_category(db, "Home")
    product = make_product(
        db,
        "Olive oil",
        body="<p>Green</p>",
        category_id=home.id,
        tags=["food"],
        variants=[
            VariantSave(
                values={"Content": "250 ml"},
                fields={
                    "sku": "OIL",
                    "price_minor": 495,
                    "unit_amount": 250_000,
                    "unit": "ml",
                    "unit_base_amount": 1_000,
                    "unit_base": "l",
                },
            )
        ],
    )

    found = browser.get("/api/v1/products/olive-oil").json()

    assert (found["id"], found["category"], found["tags"]) == (product.public_id, "home", ["food"])
    assert (found["body"], found["options"]) == (
        "<p>Green</p>",
        [{"name": "Content", "values": ["250 ml"]}],
    )
    assert found["variants"][0]["options"] == {"Content": "250 ml"}
    assert found["variants"][0]["unit_price"] == {
        "price": {"amount": "19.80", "currency": "EUR"},
        "amount": "1",
        "unit": "l",
    }


def test_a_former_address_and_none(browser: Browser, db: Session) -> None:
    product = make_product(db, "Oak stool")
    commands.update_product(db, SYSTEM, product, slug="oak")
    db.commit()

    moved = browser.get("/api/v1/products/oak-stool")
    gone = browser.get("/api/v1/products/nothing")

    assert (moved.status, moved.json()["to"]) == (404, "oak")
    assert (gone.status, gone.json()["type"]) == (404, "/problems/not-found")


def test_categories_are_a_tree(browser: Browser, db: Session) -> None:
    home = make_category(db, "Home")
    make_category(db, "Lamps", parent=home)
    make_category(db, "Hidden", is_visible=False)

    assert browser.get("/api/v1/categories").json() == {
        "items": [
            {
                "path": "home",
                "slug": "home",
                "name": "Home",
                "children": [
                    {"path": "home/lamps", "slug": "lamps", "name": "Lamps", "children": []}
                ],
            }
        ]
    }


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=99999999999999999999999",
        "cursor=nonsense",
        "sort=cheapest",
        "min_price=1,50",
        "min_price=1e3",
        "max_price=99999999999999999999",
        "option=size",
        f"q={'x' * 201}",
        "in_stock=perhaps",
    ],
)
def test_what_is_out_of_bounds_is_refused(browser: Browser, query: str) -> None:
    assert browser.get(f"/api/v1/products?{query}").status == 422


@pytest.mark.parametrize(
    "asked",
    ["\x00", "' OR 1=1 --", "%", "../../etc/passwd", "\u202e", "a" * 200, "🪑" * 50, "-", "0"],
)
def test_odd_input_has_an_ordinary_answer(browser: Browser, asked: str) -> None:
    text = quote(asked)

    assert browser.get(f"/api/v1/products?q={text}").status == 200
    short = quote(asked[:60])
    assert browser.get(f"/api/v1/products?brand={short}&tag={short}&option=a:{text}").status == 200
    assert browser.get(f"/api/v1/products/{quote(asked, safe='')}").status == 404
    assert browser.get(f"/api/v1/products?category={text}").status == 404
