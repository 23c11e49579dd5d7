from datetime import UTC, datetime

import pytest

from tests.exchange.whole_files import FILES, SHARED, read
from webapp.exchange.lines import Choices
from webapp.exchange.records import (
    KEEP,
    Attribute,
    Axis,
    Download,
    External,
    Image,
    Level,
    Reference,
    Role,
    VariantRecord,
)

CHOICES = Choices(currency="EUR", timezone="Europe/Berlin")
FILE = FILES / "woocommerce.csv"


def test_variations_find_their_parent_by_sku_and_by_number_wherever_it_stands() -> None:
    found = read(FILE, CHOICES)
    sock = found.one("Sock")

    assert found.dialect.name == "woocommerce"
    assert found.numbers == [1, 2, 3, 4, 5, 6, 7]
    assert not found.problems()
    assert [(use.number, use.role) for use in sock.rows] == [
        (1, Role.variant), (2, Role.variant), (3, Role.product),
    ]  # fmt: skip
    assert sock.externals == (External("woocommerce", "10"), External("woocommerce-sku", "SOCK"))
    assert sock.axes == (Axis("Size", ("Small", "Large")),)
    assert [variant.sku for variant in sock.variants] == ["SOCK-S", "SOCK-L"]


def test_texts_lists_and_escapes_are_read() -> None:
    sock = read(FILE, CHOICES).one("Sock")

    assert sock.summary == "Warm\nand soft"
    assert sock.body == "Line one\nC:\\new"
    assert sock.categories == (("Clothing",), ("Clothing", "Socks"))
    assert sock.tags == ("wool", "warm, soft")
    assert sock.brand == "Knitworks"
    assert (sock.status, sock.published, sock.featured) == ("active", True, True)
    assert sock.seo_title == "Buy socks"
    assert sock.upsells == (Reference("sku", "SONG"), Reference("woocommerce", "31"))
    assert sock.attributes == (Attribute("Knit", "Fine, Rough"),)
    assert sock.images == (
        Image("https://shop.example/sock.jpg"),
        Image("https://shop.example/pair.jpg"),
        Image("https://shop.example/sock-l.jpg"),
    )
    assert ("meta.note", "seen") in [(each.key, each.value) for each in sock.custom]


def test_a_variation_has_its_own_cells_and_otherwise_those_of_its_parent() -> None:
    small, large = read(FILE, CHOICES).one("Sock").variants

    assert small == VariantRecord(
        sku="SOCK-S",
        externals=(External("woocommerce", "11"),),
        options=(("Size", "Small"),),
        barcode=None,
        price="7.00",
        compare_at="9.00",
        sale_starts=None,
        sale_ends=None,
        cost=None,
        taxable=True,
        tax_class="reduced",
        tracked=True,
        quantity=40,
        policy="deny",
        low_threshold=None,
        weight_g=454,
        length_mm=254,
        width_mm=102,
        height_mm=25,
        requires_shipping=True,
        digital=False,
        downloads=None,
        download_limit=None,
        download_days=None,
        image=None,
        shipping_class="letter",
        archived=False,
        custom=small.custom,
    )
    assert (large.weight_g, large.tax_class, large.image) == (
        227, "standard", "https://shop.example/sock-l.jpg",
    )  # fmt: skip
    assert (large.tracked, large.quantity) == (False, KEEP)


def test_stock_shared_on_the_parent_is_given_once_and_said() -> None:
    header = (
        "Type,SKU,Name,Regular price,Stock,In stock?,Parent,Attribute 1 name,Attribute 1 value(s)"
    )
    found = read(
        f"{header},Is featured?\n"
        'variable,P,Sock,,9,1,,Size,"S, M",0\n'
        "variation,A,,1,parent,1,P,Size,S,0\n"
        "variation,B,,1,parent,1,P,Size,M,0\n"
    )
    (sock,) = found.records

    assert [(v.tracked, v.quantity) for v in sock.variants] == [(True, 9), (True, 0)]
    assert [(p.row, p.column) for p in found.problems(Level.note)] == [(2, "Stock"), (3, "Stock")]


def test_a_virtual_download_with_a_sale_in_a_window_is_read() -> None:
    song = read(FILE, CHOICES).one("Song")
    (file,) = song.variants

    assert (song.status, song.published, song.maximum_quantity) == ("draft", False, 1)
    assert song.brand == "Label"
    assert song.attributes == ()
    assert (file.digital, file.requires_shipping) == (True, False)
    assert file.downloads == (Download("Song file", "https://shop.example/song.mp3"),)
    assert (file.download_limit, file.download_days) == (3, None)
    assert (file.price, file.compare_at, file.cost) == ("1.50", "2.00", "0.10")
    assert file.sale_starts == datetime(2030, 4, 30, 22, tzinfo=UTC)
    assert file.sale_ends == datetime(2030, 5, 31, 21, 59, 59, tzinfo=UTC)
    assert (file.taxable, file.policy, file.barcode) == (False, "continue", "0731453463127")


def test_what_our_catalogue_has_no_field_for_is_kept_beside() -> None:
    found = read(FILE, CHOICES)
    kept = {
        record.label: {
            c.key.removeprefix("woocommerce."): c.value for c in record.custom if c.value
        }
        for record in found.records
    }

    assert kept["Song"] == {
        "purchase_note": "Thanks!", "visibility": "hidden", "reviews": "0", "position": "4",
    }  # fmt: skip
    assert kept["Set"] == {"type": "grouped"}
    assert kept["Elsewhere"] == {
        "type": "external", "external_url": "https://else.example", "button_text": "Buy there",
    }  # fmt: skip
    assert [(p.row, p.column) for p in found.problems(Level.note) if "Hidden" in p.sentence] == [
        (4, "Visibility in catalog")
    ]


def test_a_grouped_product_has_no_variant_and_points_to_others() -> None:
    whole = read(FILE, CHOICES).one("Set")

    assert whole.variants == ()
    assert whole.grouped == (Reference("sku", "SOCK"), Reference("sku", "SONG"))
    assert whole.externals == (External("woocommerce", "30"), External("woocommerce-sku", "SET"))


def test_a_private_product_is_a_draft_here_and_sold_out_is_no_stock() -> None:
    elsewhere = read(FILE, CHOICES).one("Elsewhere")

    assert (elsewhere.status, elsewhere.published, elsewhere.standing) == ("active", False, "draft")
    assert (elsewhere.variants[0].tracked, elsewhere.variants[0].quantity) == (True, 0)
    assert elsewhere.cross_sells == (Reference("sku", "SONG"),)


def test_variations_without_their_parent_say_only_who_it_is() -> None:
    lost = next(record for record in read(FILE, CHOICES).records if record.title is KEEP)

    assert lost.externals == (External("woocommerce-sku", "MISSING"),)
    assert lost.body is KEEP
    (red,) = lost.variants
    assert (red.options, red.archived) == ((("Colour", "Red"),), True)
    assert (red.tracked, red.quantity, red.policy) == (True, 0, "continue")
    assert red.low_threshold == 2


HEADER = "ID,Type,SKU,Name,Parent,Regular price,Is featured?,Tax status"


def test_a_repeated_number_or_sku_blames_both_rows() -> None:
    found = read(
        f"{HEADER}\n1,simple,A,One,,1,0,taxable\n1,simple,B,Two,,1,0,taxable\n"
        "3,variable,C,Three,,,0,taxable\n4,variation,C,,C,1,0,taxable\n"
    )

    assert sorted((p.row, p.column, p.sentence[:14]) for p in found.problems()) == [
        (1, "ID", "The ID “1” app"),
        (2, "ID", "The ID “1” app"),
        (3, "SKU", "The SKU “C” ap"),
        (4, "SKU", "The SKU “C” ap"),
    ]


def test_a_variation_without_parent_and_a_row_without_name_are_refused() -> None:
    found = read(f"{HEADER}\n,variation,A,,,1,0,taxable\n,simple,,,,1,0,taxable\n")

    assert [(row.number, row.sentence) for row in found.left] == [
        (1, "A variation must name its parent."),
        (2, "The row has no ID, no SKU and no name."),
    ]


def test_an_unknown_type_becomes_a_simple_product_and_is_noted() -> None:
    found = read(f"{HEADER}\n1,subscription,A,Box,,9,0,taxable\n")

    assert found.records[0].variants[0].price == "9.00"
    assert "“subscription” become simple" in found.problems(Level.note)[0].sentence


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")
def test_the_official_sample_is_read_whole() -> None:
    found = read(SHARED / "woocommerce-sample/sample_products.csv", Choices(currency="USD"))
    hoodie, shirt = found.one("Hoodie"), found.one("V-Neck T-Shirt")

    assert len(found.records) == 18
    assert found.numbers == list(range(1, 26))
    assert not found.problems()
    assert [axis.name for axis in hoodie.axes] == ["Color", "Logo"]
    assert [variant.sku for variant in hoodie.variants] == [
        "woo-hoodie-blue-logo", "woo-hoodie-red", "woo-hoodie-green", "woo-hoodie-blue",
    ]  # fmt: skip
    assert (hoodie.variants[1].price, hoodie.variants[1].compare_at) == ("42.00", "45.00")
    assert shirt.axes == (Axis("Color", ("Blue", "Green", "Red")),)
    assert shirt.attributes == (Attribute("Size", "Large, Medium, Small"),)
    assert found.one("Logo Collection").grouped == (
        Reference("sku", "woo-hoodie-with-logo"),
        Reference("sku", "woo-tshirt"),
        Reference("sku", "woo-beanie"),
    )
    assert len(found.one("Album").variants[0].downloads or ()) == 2
