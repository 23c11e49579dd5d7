"""The demo shop's data and pictures agree with themselves before anybody seeds from them."""

import json
from collections import Counter
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from stdnum import ean

DEMO = Path(__file__).parents[2] / "webapp" / "demo"
PICTURES = DEMO / "pictures"


def read(name: str) -> Any:
    return json.loads((DEMO / "data" / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def products() -> list[dict[str, Any]]:
    files = sorted((DEMO / "data" / "products").glob("*.json"))
    return list(chain.from_iterable(read(f"products/{file.name}") for file in files))


@pytest.fixture(scope="module")
def variants(products: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [variant for product in products for variant in product["variants"]]


def repeated(values: list[str]) -> list[str]:
    return [value for value, times in Counter(values).items() if times > 1]


def test_nothing_shares_its_name(
    products: list[dict[str, Any]], variants: list[dict[str, Any]]
) -> None:
    assert repeated([product["slug"] for product in products]) == []
    assert repeated([variant["sku"] for variant in variants]) == []
    assert repeated([variant["barcode"] for variant in variants if variant["barcode"]]) == []
    assert repeated([category["path"] for category in read("categories.json")]) == []
    assert repeated([brand["slug"] for brand in read("brands.json")]) == []
    assert repeated([collection["slug"] for collection in read("collections.json")]) == []


def test_barcodes_are_valid_and_in_the_range_for_use_inside_a_shop(
    variants: list[dict[str, Any]],
) -> None:
    barcodes = [variant["barcode"] for variant in variants if variant["barcode"]]
    assert len(barcodes) > 100
    assert [code for code in barcodes if len(code) != 13 or not ean.is_valid(code)] == []
    assert {code[0] for code in barcodes} == {"2"}


def test_enough_to_browse(products: list[dict[str, Any]]) -> None:
    active = [product for product in products if product["status"] == "active"]
    assert len(active) >= 48
    assert len({product["category"].split("/")[0] for product in active}) >= 8
    assert {product["status"] for product in products} == {
        "active",
        "draft",
        "archived",
        "scheduled",
    }
    assert all((p["publish_in_days"] or 0) > 0 for p in products if p["status"] == "scheduled")
    assert {len(product["options"]) for product in products} >= {0, 1, 2, 3, 4}


def test_everything_referred_to_exists(products: list[dict[str, Any]]) -> None:
    slugs = {product["slug"] for product in products}
    brands = {brand["slug"] for brand in read("brands.json")}
    categories = {category["path"] for category in read("categories.json")}
    collections = read("collections.json")
    assert {product["brand"] for product in products} <= brands
    assert {product["category"] for product in products} <= categories
    assert {path.rsplit("/", 1)[0] for path in categories} <= categories
    for product in products:
        assert set(product["related"]) <= slugs - {product["slug"]}, product["slug"]
    for collection in collections:
        assert set(collection["products"]) <= slugs, collection["slug"]
        assert repeated(collection["products"]) == []
    assert sum(collection["featured"] for collection in collections) >= 3
    assert read("shop.json")["hero"]["link"] in {c["slug"] for c in collections}


def test_each_variant_names_one_value_for_each_option(products: list[dict[str, Any]]) -> None:
    for product in products:
        options = {option["name"]: option["values"] for option in product["options"]}
        chosen = [tuple(variant["options"].items()) for variant in product["variants"]]
        assert chosen, product["slug"]
        assert len(set(chosen)) == len(chosen), product["slug"]
        for variant in product["variants"]:
            assert list(variant["options"]) == list(options), variant["sku"]
            for name, value in variant["options"].items():
                assert value in options[name], variant["sku"]
        for name, values in options.items():
            used = {variant["options"][name] for variant in product["variants"]}
            assert used == set(values), f"{product['slug']}: {name} offers what nobody can buy"


def test_money_stock_and_weight_make_sense(variants: list[dict[str, Any]]) -> None:
    for variant in variants:
        sku, price = variant["sku"], Decimal(variant["price"])
        for amount in (variant["price"], variant["compare_at"], variant["cost"]):
            assert amount is None or amount == f"{Decimal(amount):.2f}", sku
        assert variant["compare_at"] is None or Decimal(variant["compare_at"]) > price, sku
        assert Decimal(variant["cost"]) < price or price == 0, sku
        assert variant["policy"] in {"deny", "continue"}, sku
        assert variant["digital"] is not variant["requires_shipping"], sku
        if variant["digital"]:
            assert variant["stock"] is None and variant["weight_g"] == 0, sku
        else:
            assert variant["stock"] >= 0 and variant["weight_g"] > 0, sku
        if measure := variant["unit_measure"]:
            assert Decimal(measure["total"]) > 0 and Decimal(measure["base"]) > 0, sku
    assert any(v["stock"] == 0 and v["policy"] == "deny" for v in variants)
    assert any(v["stock"] == 0 and v["policy"] == "continue" for v in variants)
    assert any(v["compare_at"] for v in variants)


def test_attributes_have_the_type_they_claim(products: list[dict[str, Any]]) -> None:
    types: dict[str, tuple[type, ...]] = {
        "text": (str,),
        "number": (int, float),
        "boolean": (bool,),
    }
    meaning: dict[str, tuple[str, str, str | None]] = {}
    for product in products:
        for code, attribute in product["attributes"].items():
            assert isinstance(attribute["value"], types[attribute["type"]]), (product["slug"], code)
            if attribute["type"] == "number":
                assert not isinstance(attribute["value"], bool), (product["slug"], code)
            shape = (attribute["name"], attribute["type"], attribute["unit"])
            assert meaning.setdefault(code, shape) == shape, f"{code} means two things"


def test_every_picture_is_there_at_its_size_and_is_described(
    products: list[dict[str, Any]],
) -> None:
    shown = []
    for product in products:
        assert product["images"] or product["status"] in {"draft", "archived"}, product["slug"]
        options = {option["name"]: option["values"] for option in product["options"]}
        for image in product["images"]:
            shown.append((image["file"], (800, 1000), image["alt"]))
            for name, value in image["options"].items():
                assert value in options[name], image["file"]
    for category in read("categories.json"):
        if image := category["image"]:
            shown.append((image["file"], (1000, 1000), image["alt"]))
    hero = read("shop.json")["hero"]
    shown.append((hero["file"], (1600, 900), hero["alt"]))
    for file, size, alt in shown:
        with Image.open(PICTURES / file) as picture:
            assert picture.size == size, file
            assert picture.format == "WEBP", file
        assert len(alt) > 15, file
    files = {path.name for path in PICTURES.glob("*.webp")}
    assert files == {file for file, _, _ in shown}
    assert sum((PICTURES / file).stat().st_size for file in files) < 8_000_000
    assert (PICTURES / read("shop.json")["logo"]).is_file()
