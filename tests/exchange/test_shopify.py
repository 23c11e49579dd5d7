import pytest

from tests.exchange.whole_files import FILES, SHARED, read
from webapp.exchange.dialects import recognised
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.lines import Choices
from webapp.exchange.records import (
    KEEP,
    Axis,
    Custom,
    Image,
    Level,
    ProductRecord,
    Role,
    UnitPrice,
    VariantRecord,
)

NEWEST, OLDER = FILES / "shopify-newest.csv", FILES / "shopify-older.csv"


def test_the_newest_header_is_read_cell_by_cell() -> None:
    found = read(NEWEST)
    apron = found.one("Linen apron")

    assert found.dialect.name == "shopify"
    assert found.numbers == [1, 2, 3, 4, 5]
    assert not found.problems()
    assert [(use.number, use.role) for use in apron.rows] == [
        (1, Role.product), (2, Role.variant), (3, Role.image),
    ]  # fmt: skip
    assert apron == ProductRecord(
        handle="linen-apron",
        title="Linen apron",
        body="<p>Stone-washed linen.</p>",
        brand="Harrow & Pine",
        categories=(("Home", "Kitchen", "Aprons"),),
        tags=("linen", "kitchen"),
        status="active",
        published=True,
        gift_card=False,
        seo_title="Linen apron",
        seo_description="A stone-washed linen apron.",
        images=(
            Image("https://cdn.example/apron-clay.jpg", "Apron in clay"),
            Image("https://cdn.example/apron-pocket.jpg", "The pocket"),
            Image("https://cdn.example/apron-back.jpg", "Seen from behind"),
        ),
        axes=(Axis("Size", ("Small", "Large")), Axis("Colour", ("Clay",))),
        custom=apron.custom,
        variants=(
            VariantRecord(
                sku="APR-S",
                options=(("Size", "Small"), ("Colour", "Clay")),
                barcode="04006381333931",
                price="49.00",
                compare_at="59.00",
                cost="18.20",
                taxable=True,
                tax_class="P0000000",
                tracked=True,
                quantity=7,
                policy="deny",
                weight_g=310,
                requires_shipping=True,
                unit_price=None,
                image="https://cdn.example/apron-clay.jpg",
                custom=(Custom("details.fit", "loose"),),
            ),
            VariantRecord(
                sku="APR-L",
                options=(("Size", "Large"), ("Colour", "Clay")),
                barcode=None,
                price="49.00",
                compare_at=None,
                cost=None,
                taxable=True,
                tax_class=None,
                tracked=True,
                quantity=0,
                policy="continue",
                weight_g=340,
                requires_shipping=True,
                unit_price=None,
                image=None,
                custom=(Custom("details.fit", None),),
            ),
        ),
    )
    custom = {each.key: each.value for each in apron.custom if each.value}
    assert custom == {
        "shopify.color-pattern": "clay",
        "shopify.type": "Apron",
        "google.gender": "female",
        "google.age_group": "adult",
        "google.mpn": "APR",
        "google.condition": "new",
        "details.care": "Wash at 40 °C",
    }


def test_columns_without_a_meaning_here_are_listed() -> None:
    assert set(read(NEWEST).dialect.ignored) == {
        "Price / International", "Fulfillment service", "Weight unit for display",
        "Option1 Linked To", "Option2 Linked To", "Option3 Linked To",
    }  # fmt: skip


def test_the_price_per_unit_and_the_standing_are_read() -> None:
    found = read(NEWEST)
    oil, card = found.one("Walnut oil"), found.one("Gift card")

    assert oil.variants[0].unit_price == UnitPrice("250", "ml", "1", "l")
    assert oil.variants[0].options == ()
    assert oil.categories == (("Pantry",),)
    assert (oil.status, oil.standing) == ("draft", "draft")
    assert [p.sentence for p in found.problems(Level.note)] == [
        "Unlisted products become drafts here."
    ]
    assert (card.status, card.published, card.standing) == ("active", False, "draft")
    assert card.gift_card is True
    assert card.variants[0].tracked is False
    assert card.variants[0].quantity is KEEP


def test_the_older_header_is_read_and_its_rows_may_stand_apart() -> None:
    found = read(OLDER)
    mug, bowl = found.one("Stoneware mug"), found.one("Stoneware bowl")

    assert found.numbers == [1, 2, 3]
    assert not found.problems()
    assert [use.number for use in mug.rows] == [1, 3]
    assert [(v.sku, v.options, v.compare_at) for v in mug.variants] == [
        ("MUG-SAND", (("Glaze", "Sand"),), None),
        ("MUG-MOSS", (("Glaze", "Moss"),), "22.00"),
    ]
    assert mug.body == "<p>Holds 300 ml.</p>\n<p>Dishwasher safe.</p>"
    assert mug.categories == (("Tableware",),)
    assert (mug.status, mug.standing) == (KEEP, "active")
    assert bowl.standing == "draft"
    assert (bowl.variants[0].quantity, bowl.variants[0].policy) == (-2, "continue")
    assert bowl.variants[0].unit_price is KEEP


def test_a_column_that_is_absent_keeps_and_an_empty_cell_clears() -> None:
    found = read("Handle,Title,Body (HTML),Variant Price,Option1 Name,Option1 Value\nmug,,,,,\n")
    (mug,) = found.records

    assert (mug.title, mug.body, mug.tags) == (KEEP, None, KEEP)
    assert (mug.variants[0].price, mug.variants[0].cost) == (None, KEEP)

    (kept,) = read("Handle,Title,Body (HTML)\nmug,Mug,\n", Choices(blank="keep")).records
    assert (kept.title, kept.body) == ("Mug", KEEP)


def test_a_file_that_says_nothing_of_variants_has_none() -> None:
    (mug,) = read("Handle,Title,Vendor\nmug,Mug,Kiln\n").records

    assert mug.variants == ()


def test_two_rows_with_the_same_choice_blame_each_other() -> None:
    found = read(
        "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price\n"
        "mug,Mug,Glaze,Sand,A,1\n"
        "mug,,,Sand,B,1\n"
    )

    assert [(p.row, p.sentence) for p in found.problems()] == [
        (1, "“Sand” appears more than once for this product: also in row 2."),
        (2, "“Sand” appears more than once for this product: also in row 1."),
    ]


def test_a_sku_that_is_repeated_blames_both_rows() -> None:
    found = read("Handle,Title,Vendor,Variant SKU,Variant Price\na,A,,X,1\nb,B,,Y,1\nc,C,,X,1\n")

    assert [(p.row, p.column, p.sentence) for p in found.problems()] == [
        (1, "Variant SKU", "The SKU “X” appears more than once in this file: also in row 3."),
        (3, "Variant SKU", "The SKU “X” appears more than once in this file: also in row 1."),
    ]


def test_bad_cells_are_named_and_the_rest_of_the_row_is_still_there() -> None:
    found = read(
        "Handle,Title,Vendor,Variant SKU,Variant Price,Variant Grams,Status,Published\n"
        f"a,{'x' * 301},Kiln,S,cheap,-4,gone,maybe\n"
    )
    (record,) = found.records

    assert sorted((p.row, p.column) for p in found.problems()) == [
        (1, "Published"), (1, "Status"), (1, "Title"), (1, "Variant Grams"), (1, "Variant Price"),
    ]  # fmt: skip
    assert record.errors().keys() == {1}
    assert (record.title, record.brand) == (KEEP, "Kiln")
    assert (record.variants[0].sku, record.variants[0].price) == ("S", KEEP)


def test_an_option_value_without_its_name_is_an_error() -> None:
    found = read("Handle,Title,Option1 Name,Option1 Value,Variant Price\nmug,Mug,,Sand,1\n")

    assert [p.sentence for p in found.problems()] == ["The value “Sand” has no option name."]


def test_a_row_without_handle_and_title_is_refused() -> None:
    found = read("Handle,Title,Vendor,Variant Price\n,,Kiln,1\n")

    assert [(row.number, row.sentence) for row in found.left] == [
        (1, "The row has neither a handle nor a title.")
    ]


def test_a_header_that_names_an_option_without_its_value_is_refused() -> None:
    header = ("Handle", "Title", "Vendor", "Option1 Name", "Variant Price")

    with pytest.raises(NotUnderstood, match="Option1 name but not Option1 value"):
        recognised(header, Choices())


def test_a_file_without_a_handle_is_one_product_a_row() -> None:
    found = read("Title,Product image URL,Price\nMug,,1\nMug,,2\n")

    assert [(r.handle, r.title) for r in found.records] == [(None, "Mug"), (None, "Mug")]


def test_amounts_are_read_in_the_declared_style() -> None:
    comma = Choices(currency="CHF", decimal_comma=True)

    (mug,) = read("Handle;Title;Vendor;Variant Price\nmug;Mug;;1'234,5\n", comma).records

    assert mug.variants[0].price == "1234.50"


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")
def test_a_real_export_is_read_whole() -> None:
    found = read(SHARED / "shopify-packt/Product-data.csv", Choices(currency="USD"))
    gloves = found.one("Gardening Gloves")

    assert len(found.records) == 20
    assert found.numbers == list(range(1, 22))
    assert not found.problems()
    assert [(v.options, v.price) for v in gloves.variants] == [
        ((("Color", "Green"),), "9.99"),
        ((("Color", "Yellow"),), "15.99"),
    ]
    assert len(gloves.images or ()) == 2
