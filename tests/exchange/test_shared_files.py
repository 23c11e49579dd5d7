"""Every catalogue of other people that lies beside the repository: read, written, read again."""

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml

from tests.exchange.whole_files import SHARED, read
from webapp.exchange.assembling import axes_of
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.lines import Choices
from webapp.exchange.reading import inspect, rows
from webapp.exchange.records import (
    Axis,
    Image,
    ProductRecord,
    VariantRecord,
    settled,
)
from webapp.exchange.writing import DIALECTS, written
from webapp.kit.slugs import slugify

pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")

CHOICES = Choices(currency="USD")
CATALOGUES = {
    "shopify-packt/Product-data.csv": 20,
    "woocommerce-sample/sample_products.csv": 18,
    "prestashop/products_import.csv": 2,
    "prestashop/combinations_import.csv": 1,
    "spree-sample/products.csv": 37,
    "spree-sample/products_import.csv": 2,
    "spree-sample/product_translations.csv": 37,
    "off-tab/openfoodfacts_export.csv": 773,
}
OTHER_LISTS = (
    "prestashop/customers_import.csv",
    "prestashop/addresses_import.csv",
    "spree-sample/customers.csv",
    "olist-products/olist_sellers_dataset.csv",
    "woocommerce-sample/sample_tax_rates.csv",
)


def test_every_table_has_the_columns_and_rows_that_are_known_of_it() -> None:
    known = json.loads((SHARED / "csv-columns.json").read_text(encoding="utf-8"))
    for name, facts in known.items():
        layout = inspect(SHARED / name)

        assert layout.delimiter == facts["delim"], name
        assert sum(1 for _ in rows(SHARED / name, layout)) == facts["rows"], name


@pytest.mark.parametrize(("name", "count"), CATALOGUES.items(), ids=lambda each: str(each))
def test_every_row_of_a_catalogue_is_accounted_for_once(name: str, count: int) -> None:
    found = read(SHARED / name, CHOICES)

    facts = json.loads((SHARED / "csv-columns.json").read_text(encoding="utf-8"))[name]
    assert found.numbers == list(range(1, facts["rows"] + 1))
    assert len(found.records) == count


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", CATALOGUES, ids=lambda each: str(each))
def test_a_catalogue_comes_back_from_every_dialect(name: str, dialect: str) -> None:
    records = [addressed(record) for record in read(SHARED / name, CHOICES).records]

    data = b"".join(written(dialect, lambda: records, CHOICES))
    found = read(data, CHOICES)

    assert found.dialect.name == dialect
    assert {r.handle: settled(r) for r in found.records} == {r.handle: r for r in records}


def addressed(record: ProductRecord) -> ProductRecord:
    """As the shop would hold it: with an address, and each SKU only once."""
    key = record.handle or slugify(f"{record.label} {record.rows[0].number}")
    seen: set[object] = set()
    variants = []
    for variant in record.variants:
        variants.append(replace(variant, sku=None) if variant.sku in seen else variant)
        seen.add(variant.sku)
    return settled(
        replace(record, handle=key, variants=tuple(variants), title=record.title or "Untitled")
    )


@pytest.mark.parametrize("name", OTHER_LISTS)
def test_a_list_of_something_else_is_not_taken_for_products(name: str) -> None:
    with pytest.raises(NotUnderstood):
        read(SHARED / name, CHOICES)


def test_a_demo_shop_with_rich_products_comes_back_from_every_dialect() -> None:
    dump = json.loads((SHARED / "saleor-db/populatedb_data.json").read_text(encoding="utf-8"))
    records = list(saleor(dump))

    assert len(records) == 32
    for dialect in DIALECTS:
        data = b"".join(written(dialect, lambda: records, CHOICES))
        assert [settled(record) for record in read(data, CHOICES).records] == records


def saleor(dump: list[dict[str, Any]]) -> list[ProductRecord]:
    by_model: dict[str, dict[int, dict[str, Any]]] = {}
    for each in dump:
        by_model.setdefault(each["model"], {})[each["pk"]] = each["fields"]
    categories = by_model["product.category"]
    prices = {
        listing["variant"]: listing["price_amount"]
        for listing in by_model["product.productvariantchannellisting"].values()
        if listing["currency"] == "USD" and listing["price_amount"]
    }
    made = []
    for number, fields in by_model["product.product"].items():
        variants = {
            pk: each
            for pk, each in by_model["product.productvariant"].items()
            if each["product"] == number
        }
        path: list[str] = []
        category = fields["category"]
        while category:
            path.insert(0, categories[category]["name"])
            category = categories[category]["parent"]
        many = len(variants) > 1
        made.append(
            settled(
                ProductRecord(
                    handle=fields["slug"],
                    title=fields["name"],
                    body=json.dumps(fields["description"]),
                    seo_title=fields["seo_title"] or None,
                    categories=(tuple(path),),
                    status="active",
                    published=True,
                    images=tuple(
                        Image(each["image"], each["alt"])
                        for each in by_model["product.productmedia"].values()
                        if each["product"] == number and each["image"]
                    ),
                    axes=(Axis("Name", tuple(names(variants))),) if many else (),
                    variants=tuple(
                        VariantRecord(
                            sku=each["sku"],
                            options=(("Name", name),) if many else (),
                            price=f"{float(prices.get(pk, 0)):.2f}",
                            tracked=each["track_inventory"],
                        )
                        for (pk, each), name in zip(variants.items(), names(variants), strict=True)
                    ),
                )
            )
        )
    return made


def test_a_demo_shop_of_snowboards_comes_back_from_every_dialect() -> None:
    text = (SHARED / "shopify-liquid-vision/vision.database.yml").read_text(encoding="utf-8")
    records = [snowboard(each) for each in yaml.safe_load(text)["products"]]

    assert len(records) > 5
    assert max(len(record.axes) for record in records) == 2
    for dialect in DIALECTS:
        data = b"".join(written(dialect, lambda: records, CHOICES))
        assert [settled(record) for record in read(data, CHOICES).records] == records


def snowboard(fields: dict[str, Any]) -> ProductRecord:
    names = fields["options"]
    variants = tuple(
        VariantRecord(
            options=tuple((name, str(each[f"option{n}"])) for n, name in enumerate(names, 1)),
            price=cents(each["price"]),
            compare_at=f"{each['compare_at_price'] / 100:.2f}"
            if each["compare_at_price"]
            else None,
            weight_g=each["weight"],
            tracked=True,
            quantity=each["inventory_quantity"],
        )
        for each in fields["variants"]
    )
    return settled(
        ProductRecord(
            handle=fields["handle"],
            title=str(fields["title"]),
            body=str(fields["description"]),
            brand=fields["vendor"],
            categories=((fields["type"],),),
            tags=tuple(map(str, fields["tags"] or ())),
            images=tuple(Image(source) for source in fields["images"]),
            axes=axes_of(variants),
            variants=variants,
        )
    )


def cents(count: int) -> str:
    return f"{count // 100}.{count % 100:02}"


def names(variants: dict[int, dict[str, Any]]) -> list[str]:
    found = [each["name"] or each["sku"] for each in variants.values()]
    return [name if found.count(name) == 1 else f"{name} {n}" for n, name in enumerate(found)]
