"""Every catalogue of other people that lies beside the repository: read, written, read again."""

import json

import pytest
import yaml

from tests.exchange.whole_files import SHARED, read
from webapp.exchange.documents import as_table
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.lines import Choices
from webapp.exchange.reading import inspect, rows
from webapp.exchange.records import ProductRecord, settled
from webapp.exchange.writing import DIALECTS, written
from webapp.kit.slugs import slugify
from webapp.kit.values import replace

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
    data = as_table(SHARED / "saleor-db/populatedb_data.json", CHOICES)
    assert data is not None
    records = [addressed(record) for record in read(data, CHOICES).records]

    assert len(records) == 32
    assert sum(len(record.variants) for record in records) == 73
    comes_back(records)


def test_a_demo_shop_of_snowboards_comes_back_from_every_dialect() -> None:
    text = (SHARED / "shopify-liquid-vision/vision.database.yml").read_text(encoding="utf-8")
    products = yaml.safe_load(text)["products"]
    data = as_table(json.dumps(products, default=str).encode(), CHOICES)
    assert data is not None
    records = [addressed(record) for record in read(data, CHOICES).records]

    assert len(records) == len(products) > 5
    assert max(len(record.axes) for record in records) == 2
    comes_back(records)


def comes_back(records: list[ProductRecord]) -> None:
    for dialect in DIALECTS:
        data = b"".join(written(dialect, lambda: records, CHOICES))
        assert {r.handle: settled(r) for r in read(data, CHOICES).records} == {
            r.handle: r for r in records
        }
