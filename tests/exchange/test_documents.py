"""Catalogues in JSON: as the table they would be, and from there like any other file."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from tests.browser import Browser
from tests.exchange.test_importing import bring, counted
from tests.exchange.whole_files import read
from webapp.catalogue.models import Product, ProductStatus, Variant
from webapp.exchange.documents import as_table
from webapp.exchange.errors import Unreadable
from webapp.exchange.lines import Choices
from webapp.exchange.records import Axis, External, Image
from webapp.exchange.shell import export_file
from webapp.main import OpenShop

EURO = Choices("EUR")
MUG = {
    "id": 7,
    "title": "Mug",
    "handle": "mug",
    "body_html": "<p>Holds <b>tea</b></p>",
    "vendor": "Potter",
    "product_type": "Cups",
    "tags": ["clay", "blue"],
    "published_at": "2025-01-01T00:00:00Z",
    "options": [{"name": "Size", "position": 1, "values": ["S", "L"]}],
    "images": [{"id": 1, "src": "//cdn.example/mug.jpg", "alt": "A mug"}],
    "variants": [
        {"id": 71, "sku": "MUG-S", "option1": "S", "price": "9.50", "compare_at_price": None,
         "grams": 300, "inventory_quantity": 4, "inventory_policy": "deny",
         "inventory_management": "shopify", "requires_shipping": True, "taxable": True},
        {"id": 72, "sku": "MUG-L", "option1": "L", "price": "12.00", "compare_at_price": "15.00",
         "weight": 0.5, "weight_unit": "kg", "inventory_policy": "continue",
         "inventory_management": None, "image_id": 1},
    ],
}  # fmt: skip
CARD = {
    "title": "Card",
    "handle": "card",
    "options": ["Title"],
    "variants": [{"option1": "Default Title", "price": 250, "sku": "=CARD"}],
}


def dumped(document: object) -> bytes:
    return json.dumps(document).encode()


def table(document: object, choices: Choices = EURO) -> list[dict[str, str]]:
    data = as_table(dumped(document), choices)
    assert data is not None
    return list(csv.DictReader(data.decode().splitlines()))


def test_a_table_is_left_to_those_who_read_tables() -> None:
    assert as_table(b"Handle,Title\r\ncup,Cup\r\n", EURO) is None
    assert as_table(b"", EURO) is None


@pytest.mark.parametrize(
    "document", [{"products": [MUG]}, {"product": MUG}, [MUG]], ids=["list", "one", "bare"]
)
def test_shopify_products_are_read_with_all_they_say(document: object) -> None:
    data = as_table(dumped(document), EURO)
    assert data is not None

    mug = read(data, EURO).one("Mug")

    small, large = mug.variants
    assert (mug.handle, mug.brand, mug.categories) == ("mug", "Potter", (("Cups",),))
    assert (mug.tags, mug.published) == (("clay", "blue"), True)
    assert mug.externals == (External("shopify", "7"),)
    assert mug.images == (Image("https://cdn.example/mug.jpg", "A mug"),)
    assert mug.axes == (Axis("Size", ("S", "L")),)
    assert (small.sku, small.price, small.compare_at) == ("MUG-S", "9.50", None)
    assert (small.quantity, small.tracked, small.policy, small.weight_g) == (4, True, "deny", 300)
    assert (large.price, large.compare_at, large.weight_g) == ("12.00", "15.00", 500)
    assert (large.tracked, large.policy) == (False, "continue")
    assert large.image == "https://cdn.example/mug.jpg"


def test_whole_numbers_are_minor_units_and_the_only_variant_has_no_choice() -> None:
    (row,) = table([CARD])

    assert row["Price"] == "2.50"
    assert row["SKU"] == "'=CARD"
    assert "Option 1 name" not in row
    assert "Brand" not in row  # what the file does not speak of is left alone
    (yen,) = table([CARD], Choices("JPY"))
    assert yen["Price"] == "250"


def saleor() -> list[dict[str, Any]]:
    def row(model: str, pk: Any, **fields: Any) -> dict[str, Any]:
        return {"model": model, "pk": pk, "fields": fields}

    blocks = [
        {"type": "header", "data": {"text": "Warm", "level": 3}},
        {"type": "paragraph", "data": {"text": "A <b>scarf</b>"}},
        {"type": "list", "data": {"style": "ordered", "items": ["one", "two"]}},
        {"type": "image", "data": {"file": {"url": "x"}}},
    ]
    return [
        row("product.category", 1, name="Clothes", parent=None),
        row("product.category", 2, name="Scarves", parent=1),
        row("product.producttype", 3, name="Scarf", is_shipping_required=True, weight="250.0:g"),
        row("product.product", 4, name="Scarf", slug="scarf", product_type=3, category=2,
            description={"blocks": blocks}, seo_title="", weight=None),
        row("product.productvariant", 5, product=4, sku="SC-R", name="R", track_inventory=True),
        row("product.productvariant", 6, product=4, sku="SC-B", name="B", track_inventory=False),
        row("product.productchannellisting", 7, product=4, currency="EUR", is_published=True),
        row("product.productvariantchannellisting", 8, variant=5, currency="USD",
            price_amount="30.000", cost_price_amount=None),
        row("product.productvariantchannellisting", 9, variant=5, currency="EUR",
            price_amount="25.500", cost_price_amount="9.000"),
        row("product.productmedia", 10, product=4, type="IMAGE", image="a.png",
            sort_order=2),
        row("product.productmedia", 11, product=4, type="IMAGE", image="b.png",
            alt="Red", sort_order=1),
        row("warehouse.stock", 12, product_variant=5, quantity=3),
        row("warehouse.stock", 13, product_variant=5, quantity=4),
        row("attribute.attribute", 14, name="Colour", input_type="dropdown"),
        row("attribute.attribute", 15, name="Material", input_type="multiselect"),
        row("attribute.attributevariant", 16, attribute=14, product_type=3),
        row("attribute.attributevalue", 17, name="Red", attribute=14),
        row("attribute.attributevalue", 18, name="Blue", attribute=14),
        row("attribute.attributevalue", 19, name="Wool", attribute=15),
        row("attribute.attributevalue", 20, name="Silk", attribute=15),
        row("attribute.assignedvariantattribute", 21, variant=5, assignment=16),
        row("attribute.assignedvariantattribute", 22, variant=6, assignment=16),
        row("attribute.assignedvariantattributevalue", 23, assignment=21, value=17),
        row("attribute.assignedvariantattributevalue", 24, assignment=22, value=18),
        row("attribute.assignedproductattributevalue", 25, product=4, value=19),
        row("attribute.assignedproductattributevalue", 26, product=4, value=20),
        row("product.collection", 27, name="Winter"),
        row("product.collectionproduct", 28, product=4, collection=27),
    ]  # fmt: skip


def test_a_dump_of_saleor_is_put_together_from_its_tables() -> None:
    data = as_table(dumped(saleor()), EURO)
    assert data is not None

    scarf = read(data, EURO).one("Scarf")

    red, blue = scarf.variants
    assert scarf.categories == (("Clothes", "Scarves"),)
    assert scarf.body == "<h3>Warm</h3>\n<p>A <b>scarf</b></p>\n<ol><li>one</li><li>two</li></ol>"
    assert (scarf.collections, scarf.status) == (("Winter",), "active")
    assert [(each.name, each.value) for each in scarf.attributes] == [("Material", "Wool, Silk")]
    assert scarf.images == (Image("b.png", "Red"), Image("a.png"))
    assert scarf.axes == (Axis("Colour", ("Red", "Blue")),)
    assert (red.price, red.cost, red.quantity, red.weight_g) == ("25.50", "9.00", 7, 250)
    assert (blue.sku, blue.price, blue.tracked) == ("SC-B", None, False)


def test_parents_in_a_ring_and_keys_of_any_kind_do_no_harm() -> None:
    dump = saleor()
    dump[0]["fields"]["parent"] = 2
    dump[4]["fields"]["product"] = [4]
    dump[3]["fields"]["product_type"] = {"natural": "key"}

    assert table(dump)[0]["Categories"] == "Clothes > Scarves"


def test_another_list_becomes_a_table_to_be_mapped() -> None:
    things = {"page": 1, "items": [
        {"artikel": "A-1", "name": "Kanne", "preis": 12.5, "mass": {"h": 3}, "tags": ["a", "b"]},
        {"artikel": "A-2", "name": None, "neu": True, "teile": [{"x": 1}]},
    ]}  # fmt: skip

    assert table(things) == [
        {"artikel": "A-1", "name": "Kanne", "preis": "12.5", "mass.h": "3", "tags": "a, b",
         "neu": "", "teile": ""},
        {"artikel": "A-2", "name": "", "preis": "", "mass.h": "", "tags": "", "neu": "TRUE",
         "teile": '[{"x": 1}]'},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b'{"products": [', "broken near line 1"),
        (b'{"a": "\xff"}', "not written in UTF-8"),
        (b"[[" * 50_000, "broken"),
        (b"[]", "no list of products"),
        (b"[{}]", "no list of products"),
        (b'["a", "b"]', "no list of products"),
        (b'{"a": {"b": 1}}', "no list of products"),
        (b'[{"a": 1}, 2]', "no list of products"),
    ],
)
def test_what_is_no_catalogue_is_refused_in_words(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        as_table(data, EURO)


def test_json_goes_in_twice_and_out_again(new_shop: Callable[[], OpenShop], tmp_path: Path) -> None:
    file = tmp_path / "products.json"
    file.write_bytes(dumped({"products": [MUG, CARD]}))
    shop, other = new_shop(), new_shop()

    first, second = bring(shop, file), bring(shop, file)
    export_file(shop.database, tmp_path / "out.csv")
    third, fourth = bring(shop, tmp_path / "out.csv"), bring(other, tmp_path / "out.csv")

    assert counted(first) == counted(fourth) == [3, 0, 0, 0, 0]
    assert counted(second) == counted(third) == [0, 0, 3, 0, 0]
    with shop.database.reading() as session:
        found = session.execute(
            select(
                col(Product.slug), col(Product.status), col(Variant.sku), col(Variant.price_minor)
            )
            .join(Variant, col(Variant.product_id) == col(Product.id))
            .order_by(col(Variant.id))
        ).all()
    assert [tuple(row) for row in found] == [
        ("mug", ProductStatus.active, "MUG-S", 950),
        ("mug", ProductStatus.active, "MUG-L", 1200),
        ("card", ProductStatus.active, "=CARD", 250),
    ]


def test_json_is_uploaded_like_any_file(
    staff_browser: Callable[..., Browser], run_jobs: Callable[[], int]
) -> None:
    browser = staff_browser()
    upload = browser.get("/admin/exchange")

    page = upload.submit("#upload-form", file=("products.json", dumped({"products": [CARD]})))
    run_jobs()
    broken = browser.get("/admin/exchange").submit("#upload-form", file=("x.json", b'{"a": ['))

    assert "Card" in page.click("Look again").html
    assert broken.status == 422
    assert "broken near line 1" in broken.text("#file-error")
