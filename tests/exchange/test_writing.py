import csv
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from tests.exchange.catalogues import catalogues
from tests.exchange.whole_files import read
from webapp.exchange.lines import Choices
from webapp.exchange.records import (
    Attribute,
    Axis,
    Custom,
    Download,
    External,
    Image,
    ProductRecord,
    Reference,
    UnitPrice,
    VariantRecord,
    settled,
)
from webapp.exchange.writing import DIALECTS, says_everything, written
from webapp.kit.errors import Invalid
from webapp.kit.values import replace

CHOICES = Choices(currency="EUR", timezone="Europe/Berlin")


def file_of(dialect: str, records: list[ProductRecord]) -> bytes:
    return b"".join(written(dialect, lambda: records, CHOICES))


def table(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def a_product(**changes: object) -> ProductRecord:
    whole = settled(
        ProductRecord(
            handle="oak-stool",
            title="Oak stool",
            status="active",
            published=True,
            featured=False,
            gift_card=False,
            variants=(
                VariantRecord(
                    sku="OAK",
                    price="149.00",
                    taxable=True,
                    tracked=True,
                    quantity=3,
                    policy="deny",
                    requires_shipping=True,
                    digital=False,
                    archived=False,
                ),
            ),
        )
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def along(*axes: Axis) -> ProductRecord:
    """The stool along these axes, with a variant for every combination."""
    (only,) = a_product().variants
    combinations: list[tuple[tuple[str, str], ...]] = [()]
    for axis in axes:
        combinations = [(*c, (axis.name, value)) for c in combinations for value in axis.values]
    variants = tuple(
        replace(only, sku=f"OAK-{place}", options=options)
        for place, options in enumerate(combinations)
    )
    return a_product(axes=axes, variants=variants)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=40)
@given(catalogues())
def test_reading_what_was_written_gives_the_same(
    dialect: str, catalogue: list[ProductRecord]
) -> None:
    found = read(file_of(dialect, catalogue), CHOICES)

    assert found.dialect.name == dialect
    assert not found.left
    assert not found.problems()
    assert [settled(r) for r in found.records] == [settled(r) for r in catalogue]


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=20)
@given(catalogues())
def test_no_cell_of_a_file_is_a_formula(dialect: str, catalogue: list[ProductRecord]) -> None:
    rows = csv.reader(io.StringIO(file_of(dialect, catalogue).decode("utf-8-sig"), newline=""))

    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "\t")]
    assert not [cell for cell in cells if cell[:1] in ("+", "-") and not cell[1:2].isdigit()]


def test_the_shopify_header_is_the_newest_template_and_ours_beside_it() -> None:
    header = list(table(file_of("shopify", [a_product()]))[0])

    assert len(header) == 57 + 2
    assert header[:4] == ["Title", "URL handle", "Description", "Vendor"]
    assert header[43] == "Color (product.metafields.shopify.color-pattern)"
    assert header[56] == "Google Shopping / Custom label 4"
    assert header[57:] == [
        "Vitrine (product.metafields.vitrine.carried)",
        "Vitrine (variant.metafields.vitrine.carried)",
    ]


def test_a_plain_product_needs_nothing_carried_for_shopify() -> None:
    product = a_product()
    (only,) = product.variants
    product = replace(
        product, featured=None, variants=(replace(only, digital=None, archived=None),)
    )

    (row,) = table(file_of("shopify", [product]))

    assert {label: cell for label, cell in row.items() if cell} == {
        "Title": "Oak stool",
        "URL handle": "oak-stool",
        "Published on online store": "TRUE",
        "Status": "active",
        "SKU": "OAK",
        "Option1 name": "Title",
        "Option1 value": "Default Title",
        "Price": "149.00",
        "Charge tax": "TRUE",
        "Inventory tracker": "shopify",
        "Inventory quantity": "3",
        "Continue selling when out of stock": "deny",
        "Requires shipping": "TRUE",
        "Fulfillment service": "manual",
        "Gift card": "FALSE",
    }


def test_options_beyond_the_third_are_folded_for_shopify_and_come_back() -> None:
    product = along(
        Axis("Wood", ("Oak", "Ash")),
        Axis("Size", ("S", "L")),
        Axis("Finish", ("Oil", "Wax")),
        Axis("Legs", ("3", "4")),
        Axis("Felt", ("Yes", "No")),
    )

    data = file_of("shopify", [product])
    rows = table(data)

    assert rows[0]["Option3 name"] == "Finish / Legs / Felt"
    assert rows[0]["Option3 value"] == "Oil / 3 / Yes"
    assert len({tuple(row[f"Option{n} value"] for n in (1, 2, 3)) for row in rows}) == 32
    assert [settled(r) for r in read(data, CHOICES).records] == [settled(product)]


def test_an_option_edited_in_the_spreadsheet_wins_over_what_is_carried() -> None:
    product = along(*(Axis(f"Axis {n}", ("a", "b") if n == 4 else ("a",)) for n in range(1, 5)))
    data = file_of("shopify", [product])

    (edited,) = read(data.replace(b"a / b", b"a / c"), CHOICES).records

    assert edited.variants[0].options[3] == ("Axis 4", "a")
    assert ("Axis 3 / Axis 4", "a / c") in edited.variants[1].options


def test_a_title_edited_in_the_spreadsheet_is_read_although_other_things_are_carried() -> None:
    product = a_product(summary="Short.", categories=(("Home", "Stools"), ("Gifts",)))
    data = file_of("shopify", [product])

    renamed = settled(read(data.replace(b"Oak stool", b"Ash stool"), CHOICES).records[0])
    moved = settled(read(data.replace(b"Home > Stools", b"Garden"), CHOICES).records[0])

    assert renamed == settled(replace(product, title="Ash stool"))
    assert moved == settled(replace(product, categories=(("Garden",),)))


def test_a_carried_cell_that_was_tampered_with_is_an_error_of_its_row() -> None:
    data = file_of("woocommerce", [a_product(summary="A\\n", categories=(("a > b",),))])
    broken = data.replace(b'"{""handle', b'"x{""handle')
    assert broken != data

    found = read(broken, CHOICES)

    assert [(p.row, p.column) for p in found.problems()] == [(1, "Meta: _vitrine_carried")]


def test_a_product_with_variants_has_a_parent_row_for_woocommerce() -> None:
    rows = table(file_of("woocommerce", [along(Axis("Size", ("S", "M, wide")))]))

    assert [(row["Type"], row["SKU"], row["Parent"]) for row in rows] == [
        ("variable", "vitrine:oak-stool", ""),
        ("variation", "OAK-0", "vitrine:oak-stool"),
        ("variation", "OAK-1", "vitrine:oak-stool"),
    ]
    assert rows[0]["Attribute 1 value(s)"] == "S, M\\, wide"
    assert rows[2]["Attribute 1 value(s)"] == "M, wide".replace(",", "\\,")
    assert rows[2]["Name"] == "Oak stool - M, wide"


def test_only_what_a_dialect_has_no_column_for_is_carried() -> None:
    """Reading back hides a column that is not used: what is carried makes up for it."""
    product = replace(
        along(Axis("Size", ("S", "M"))),
        body="<p>One</p>\n<p>Two</p>",
        summary="Short.",
        brand="Kiln, Ltd",
        categories=(("Home", "Stools"),),
        tags=("a", "b"),
        featured=True,
        seo_title="Title",
        seo_description="Description",
        maximum_quantity=1,
        upsells=(Reference("sku", "X"), Reference("woocommerce", "9")),
        images=(Image("https://a.example/1.jpg"), Image("https://a.example/2.jpg")),
        attributes=(Attribute("Fit", "slim, wide"),),
        custom=(Custom("details.care", "cold"), Custom("meta.note", "n")),
        externals=(External("woocommerce", "10"),),
    )
    first, second = product.variants
    whole = replace(
        first,
        externals=(External("woocommerce", "11"),),
        barcode="00040000",
        compare_at="159.00",
        sale_starts=datetime(2030, 4, 30, 22, tzinfo=UTC),
        sale_ends=datetime(2030, 5, 31, 21, 59, 59, tzinfo=UTC),
        cost="50.00",
        tax_class="reduced",
        low_threshold=2,
        weight_g=1250,
        length_mm=305,
        width_mm=30,
        height_mm=3,
        digital=True,
        downloads=(Download("Plan", "https://a.example/plan.pdf"),),
        download_limit=3,
        download_days=30,
        image="https://a.example/2.jpg",
        shipping_class="parcel",
        unit_price=UnitPrice("250", "ml", "1", "l"),
    )
    product = replace(product, variants=(whole, second))

    def carried(dialect: str, of: str) -> set[str]:
        cells = [
            json.loads(cell)
            for row in table(file_of(dialect, [product]))
            for name, cell in row.items()
            if cell and name.endswith(of)
        ]
        return {key for cell in cells for key in cell}

    assert carried("woocommerce", "_vitrine_carried") == {"gift_card"}
    assert carried("woocommerce", "_by_variant") == {"unit_price"}
    assert carried("shopify", "(product.metafields.vitrine.carried)") == {
        "externals", "summary", "featured", "maximum_quantity", "upsells", "attributes",
    }  # fmt: skip
    assert carried("shopify", "(variant.metafields.vitrine.carried)") == {
        "archived", "digital", "download_days", "download_limit", "downloads", "externals",
        "height_mm", "length_mm", "low_threshold", "sale_ends", "sale_starts", "shipping_class",
        "width_mm",
    }  # fmt: skip


def test_a_sale_is_written_as_sale_and_regular_price_for_woocommerce() -> None:
    product = a_product()
    (only,) = product.variants
    product = replace(product, variants=(replace(only, compare_at="199.00"),))

    (row,) = table(file_of("woocommerce", [product]))

    assert (row["Sale price"], row["Regular price"]) == ("149.00", "199.00")


def test_each_image_has_a_row_for_shopify_also_beyond_the_variants() -> None:
    images = tuple(Image(f"https://cdn.example/{n}.jpg", f"View {n}") for n in range(3))

    rows = table(file_of("shopify", [a_product(images=images)]))

    assert [(row["Product image URL"], row["Image position"], row["SKU"]) for row in rows] == [
        ("https://cdn.example/0.jpg", "1", "OAK"),
        ("https://cdn.example/1.jpg", "2", ""),
        ("https://cdn.example/2.jpg", "3", ""),
    ]


def test_our_own_file_is_plain_to_people() -> None:
    product = along(Axis("Size", ("S", "M")))
    product = replace(
        product,
        categories=(("Home", "Stools"), ("Gifts",)),
        attributes=(Attribute("Height", "45", "number", "cm"),),
        custom=(Custom("shop.note", "=1+1"),),
    )

    rows = table(file_of("vitrine", [product]))

    assert rows[0]["Categories"] == "Home > Stools; Gifts"
    assert rows[0]["Attribute: Height [number, cm]"] == "45"
    assert rows[0]["Field: shop.note"] == "'=1+1"
    assert [(row["Option 1 name"], row["Option 1 value"]) for row in rows] == [
        ("Size", "S"), ("Size", "M"),
    ]  # fmt: skip
    assert rows[0]["Option 1 values"] == "S; M"
    assert rows[1]["Title"] == ""


def test_a_dialect_that_is_not_written_is_refused() -> None:
    with pytest.raises(Invalid, match="vitrine, shopify, woocommerce"):
        list(written("magento", list, CHOICES))


def test_an_empty_catalogue_is_a_header() -> None:
    for dialect in DIALECTS:
        data = file_of(dialect, [])

        assert data.count(b"\r\n") == 1
        assert read(data, CHOICES).records == []


def test_whether_a_record_says_everything_can_be_asked() -> None:
    assert says_everything(a_product())
    assert not says_everything(replace(a_product(), variants=(VariantRecord(),)))
