import json

import pytest

from tests.exchange.whole_files import FILES, SHARED, read
from webapp.exchange.dialects import mapped
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.guesses import guess
from webapp.exchange.lines import Choices
from webapp.exchange.mapping import (
    Mapping,
    Use,
    composed,
    fingerprint,
    normal,
    problems_of,
)
from webapp.exchange.reading import Row, inspect, rows
from webapp.exchange.records import (
    KEEP,
    Attribute,
    Axis,
    Custom,
    External,
    Image,
    Level,
    Role,
)
from webapp.exchange.targets import BY_CODE
from webapp.kit.values import replace

absent = pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")


def guessed(text: str, **preferred: str) -> Mapping:
    data = text.encode()
    layout = inspect(data)
    return guess(layout.header, list(rows(data, layout)), **preferred).mapping


def targets(mapping: Mapping) -> dict[str, str]:
    return {name: use.to for name, use in mapping.columns.items()}


def test_a_german_file_with_semicolons_and_commas_is_understood() -> None:
    found = read(FILES / "artikel.csv")
    pot, _, gift = found.records

    assert found.dialect.name == "mapped"
    assert found.dialect.ignored == ("Lieferant",)
    assert not found.problems()
    assert (pot.title, pot.summary, pot.brand) == ("Teekanne", "Aus Steingut", "Kiln")
    assert pot.categories == (("Küche", "Kannen"),)
    assert pot.images == (Image("https://bilder.example/teekanne.jpg"),)
    assert pot.attributes == (Attribute("Farbe", "Grün"),)
    (only,) = pot.variants
    assert (only.sku, only.barcode) == ("T-100", "4006381333931")
    assert (only.price, only.compare_at) == ("39.90", "45.00")
    assert (only.quantity, only.tracked, only.weight_g) == (12, True, 850)
    assert (gift.variants[0].price, gift.variants[0].quantity) == ("1249.00", -2)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "Référence;Désignation;Prix TTC;Quantité;Marque;Catégorie;Image principale",
            ["sku", "title", "price", "quantity", "brand", "categories", "image"],
        ),
        (
            "Referencia;Nombre del producto;Precio de venta;Existencias;Marca;Código de barras",
            ["sku", "title", "price", "quantity", "brand", "barcode"],
        ),
        (
            "Codice articolo;Nome prodotto;Prezzo;Giacenza;Marca;Descrizione;Peso (g)",
            ["sku", "title", "price", "quantity", "brand", "body", "weight"],
        ),
        (
            "Referência do produto;Nome do produto;Preço;Estoque;Palavras-chave",
            ["sku", "title", "price", "quantity", "tags"],
        ),
        (
            "Artikelcode;Productnaam;Verkoopprijs;Voorraad;Merk;Korte omschrijving",
            ["sku", "title", "price", "quantity", "brand", "summary"],
        ),
        (
            "Product SKU;Product Title;MSRP;Price;Qty;Meta Description;Image URL 2;Länge;Höhe",
            ["sku", "title", "compare_at", "price", "quantity", "seo_description", "image",
             "length", "height"],
        ),
    ],
)  # fmt: skip
def test_column_names_are_known_in_seven_languages(header: str, expected: list[str]) -> None:
    assert list(targets(guessed(header + "\n")).values()) == expected


def test_a_name_alone_is_not_believed_where_the_values_say_otherwise() -> None:
    mapping = guessed("name,quantity,price\nTea,132 g,free\nCake,1 kg,ask\n")

    assert targets(mapping) == {"name": "title"}


def test_barcodes_and_pictures_are_known_by_their_shape() -> None:
    mapping = guessed(
        "name,code,shot\n"
        "Tea,8000500227848,https://a.example/1.jpg\n"
        "Cake,0036000291452,https://a.example/2.png?v=3\n"
    )

    assert targets(mapping) == {"name": "title", "code": "barcode", "shot": "image"}


def test_a_column_with_a_language_is_read_in_the_preferred_one_first() -> None:
    text = "sku,name_fr,name_en,name_de\n1,Thé,Tea,Tee\n2,Gâteau,,Kuchen\n3,,,Brot\n"

    english = read(text, mapping=guessed(text, language="en"))
    german = read(text, mapping=guessed(text, language="de"))

    assert [record.title for record in english.records] == ["Tea", "Kuchen", "Brot"]
    assert [record.title for record in german.records] == ["Tee", "Kuchen", "Brot"]


def test_rows_in_other_languages_are_passed_over() -> None:
    text = "slug,locale,name\ntea,de,Tee\ntea,fr,Thé\ncake,de-AT,Kuchen\n"

    found = read(text)

    assert [(record.handle, record.title) for record in found.records] == [
        ("tea", "Tee"), ("cake", "Kuchen"),
    ]  # fmt: skip
    assert [(row.number, row.is_refused) for row in found.left] == [(2, False)]


def test_rows_that_share_a_product_are_its_variants_along_size_and_colour() -> None:
    found = read(
        "item_group_id,sku,title,price,size,color\n"
        "g1,A,Shirt,10,S,red\ng2,C,Sock,3,M,blue\ng1,B,,12,L,red\n"
    )
    shirt, sock = found.one("Shirt"), found.one("Sock")

    assert shirt.axes == (Axis("size", ("S", "L")), Axis("color", ("red",)))
    assert [(v.sku, v.price) for v in shirt.variants] == [("A", "10.00"), ("B", "12.00")]
    assert shirt.externals == (External("file", "g1"),)
    assert [(use.number, use.role) for use in shirt.rows] == [
        (1, Role.product), (3, Role.variant),
    ]  # fmt: skip
    assert sock.axes == (Axis("size", ("M",)), Axis("color", ("blue",)))


def test_a_variant_that_lacks_an_option_is_an_error_of_its_row() -> None:
    found = read("slug,sku,name,size,color,price\na,1,A,S,red,1\na,2,,L,,1\na,3,,,,1\n")

    assert [(p.row, p.sentence) for p in found.problems()] == [
        (2, "The value of the option “color” is missing."),
        (3, "The row says no option, so it is not clear which variant it is."),
    ]


def test_options_in_one_cell_are_taken_apart() -> None:
    found = read(
        "Product ID*;Options (Group:Value)*;Reference;Price\n"
        '7;"Color:Blue, Disk Space:16GO";A;41\n7;"Color:Pink, Disk Space:8GO";B;\n7;odd;C;1\n'
    )
    (record,) = found.records

    assert record.title is KEEP
    assert record.externals == (External("file", "7"),)
    assert record.variants[0].options == (("Color", "Blue"), ("Disk Space", "16GO"))
    assert {p.row for p in found.problems()} == {3}


def test_a_row_for_each_currency_is_one_variant_with_the_wanted_amounts() -> None:
    text = (
        "slug,sku,name,price,currency,option1_name,option1_value,inventory_count\n"
        "mug,,Mug,0,USD,,,\n"
        "mug,MUG-S,,20,USD,Size,S,5\n"
        "mug,MUG-S,,18.50,EUR,,,\n"
    )

    euros, dollars, pounds = (
        read(text, Choices(currency=code), guessed(text, currency=code))
        for code in ("EUR", "USD", "GBP")
    )

    assert [v.price for v in euros.records[0].variants] == ["18.50"]
    assert [v.price for v in dollars.records[0].variants] == ["20.00"]
    assert euros.records[0].variants[0].quantity == 5
    assert [use.role for use in euros.records[0].rows] == [Role.product, Role.variant, Role.price]
    assert pounds.numbers == [1, 2, 3]
    assert not [*euros.problems(), *dollars.problems(), *pounds.problems()]


def test_a_file_without_titles_and_keys_composes_them() -> None:
    text = "carat,cut,price\n0.23,Ideal,326\n0.21,Premium,326\n0.21,Premium,327\n"

    mapping = guessed(text, source="stones")
    found = read(text, mapping=replace(mapping, title="{cut} diamond {carat} ct"))

    assert mapping.by_row
    assert mapping.title == "{cut} {carat}"
    assert [r.title for r in found.records] == [
        "Ideal diamond 0.23 ct", "Premium diamond 0.21 ct", "Premium diamond 0.21 ct",
    ]  # fmt: skip
    assert [r.externals for r in found.records] == [
        (External("stones", f"row {n}"),) for n in (1, 2, 3)
    ]
    assert found.records[0].attributes == (
        Attribute("Carat", "0.23", "number"), Attribute("Cut", "Ideal"),
    )  # fmt: skip


def test_sizes_are_read_in_the_unit_of_the_column_the_row_or_the_file() -> None:
    found = read(
        "name,sku,weight_g,depth,width,height,dimensions_unit\n"
        "A,1,500,1,2,3,in\nB,2,0.4,1,2,3,\nC,3,5 stone,1,2,3,ell\n"
    )

    sizes = [(v.weight_g, v.length_mm, v.width_mm) for r in found.records for v in r.variants]
    assert sizes[:2] == [(500, 25, 51), (0, 10, 20)]
    assert [(p.row, p.column) for p in found.problems()] == [
        (3, "weight_g"), (3, "depth"), (3, "width"), (3, "height"),
    ]  # fmt: skip


def test_several_columns_of_pictures_and_categories_add_up() -> None:
    (record,) = read(
        "name,sku,category1,category2,image1_src,image2_src,images\n"
        "A,1,Men -> Shirts,Sale,https://a.example/1.jpg,https://a.example/2.jpg,"
        '"https://a.example/2.jpg, https://a.example/3.jpg"\n'
    ).records

    assert record.categories == (("Men", "Shirts"), ("Sale",))
    assert [image.source[-5:] for image in record.images or ()] == ["1.jpg", "2.jpg", "3.jpg"]


def test_custom_columns_and_features_are_kept_by_their_names() -> None:
    (record,) = read(
        "name,sku,custom_field.shop.fit,metafield:care,Feature: Height\nA,1,slim,cold,10 cm\n"
    ).records

    assert record.custom == (Custom("shop.fit", "slim"), Custom("custom.care", "cold"))
    assert record.attributes == (Attribute("Height", "10 cm"),)


def test_a_status_is_read_in_the_words_of_other_shops() -> None:
    found = read(
        "name,sku,status\nA,1,Published\nB,2,aktiv\nC,3,discontinued\nD,4,0\nE,5,sleeping\n"
    )

    assert [r.status for r in found.records] == ["active", "active", "archived", "draft", KEEP]
    assert [p.row for p in found.problems()] == [5]


def test_a_file_that_is_no_list_of_products_says_so_and_maps_nothing() -> None:
    data = b"email,first_name,phone\na@example.com,Ada,+49 30 1\n"
    layout = inspect(data)

    found = guess(layout.header, list(rows(data, layout)))

    assert found.doubts == ("This does not look like a list of products.",)
    assert found.mapping.columns == {}
    with pytest.raises(NotUnderstood, match="which product a row is"):
        mapped.of(layout.header, found.mapping, Choices())


def test_a_guess_says_what_to_look_at() -> None:
    data = b"category,weight\nTea,1\nTea,2\n"
    layout = inspect(data)

    assert guess(layout.header, list(rows(data, layout))).doubts == (
        "No column tells the rows apart; they are known by their numbers.",
        "No column holds a title; one is composed of others.",
        "No column holds a price.",
    )


def test_a_mapping_is_kept_as_json() -> None:
    mapping = guessed("sku,name_en,name_de,Feature:Fit\n1,a,b,c\n")

    assert Mapping.from_json(json.loads(json.dumps(mapping.as_json()))) == mapping
    for broken in ({}, {"columns": 3}, {"columns": {"a": {"to": "sku", "more": 1}}}):
        with pytest.raises(NotUnderstood, match="map the columns anew"):
            Mapping.from_json(broken)


def test_a_mapping_that_does_not_fit_the_file_is_refused_with_reasons() -> None:
    mapping = Mapping(
        columns={
            "gone": Use("sku"),
            "a": Use("nonsense"),
            "b": Use("option"),
            "c": Use("attribute", "C", "colour"),
        },
        title="{x} and {a}",
        separator="/",
        weight_unit="stone",
    )

    assert problems_of(mapping, ("a", "b", "c")) == [
        "The file has no column “gone”.",
        "“a” is mapped to something unknown.",
        "“b”: Name of the option is missing.",
        "“c” has an unknown kind.",
        "The title speaks of a column “x” that the file does not have.",
        "Values can be parted by , ; | or line breaks.",
        "We do not know this unit.",
    ]
    with pytest.raises(NotUnderstood):
        mapped.of(("a", "b", "c"), mapping, Choices())
    assert len(problems_of(Mapping(columns={"a": Use("body")}), ("a",))) == 2


def test_a_header_is_known_again_whatever_its_order_and_case() -> None:
    known = fingerprint(("Artikelnummer", "Preis (€)", "Größe"))

    assert fingerprint(("GRÖSSE", "artikelnummer", "Preis")) == known
    assert fingerprint(("Artikelnummer", "Preis")) != known
    assert len(known) == 64


def test_names_and_titles_are_tidied() -> None:
    assert normal("Prix H.T. (€)*") == "prix h t"
    assert normal("(%)") == ""
    assert composed("{a} – {b} / {c}", {"a": "Tea", "b": "", "c": ""}) == "Tea"


def test_every_guess_is_a_choice_of_the_mapping_page() -> None:
    data = b"sku,title,price,slug,option1_name,option1_value,category1,image\n"
    layout = inspect(data)
    row = Row(1, ("1", "A", "1", "a", "Size", "S", "Tea", "a.jpg"))

    mapping = guess(layout.header, [row]).mapping

    assert set(targets(mapping).values()) <= set(BY_CODE)
    assert len(mapping.columns) == 8


@absent
def test_prestashop_products_are_read_with_their_ragged_rows() -> None:
    found = read(SHARED / "prestashop/products_import.csv")
    nano = found.one("iPod Nano")

    assert found.numbers == [1, 2]
    assert not found.problems()
    assert (nano.handle, nano.externals) == ("ipod-nano", (External("file", "1"),))
    assert nano.categories == (("Home",), ("iPods",))
    assert nano.tags == ("apple", "ipod", "nano")
    assert [image.source for image in nano.images or ()] == [
        "http://youdomain.com/img.jpg", "http://yourdomain.com/img1.jpg",
    ]  # fmt: skip
    assert nano.attributes == (Attribute("Height", "10 cm"), Attribute("Battery Life", "12h"))
    (only,) = nano.variants
    assert (only.sku, only.price, only.quantity, only.weight_g) == ("92458844", "49.00", 800, 500)


@absent
def test_spree_products_are_read_with_their_masters_and_currencies() -> None:
    found = read(SHARED / "spree-sample/products.csv", Choices(currency="EUR"))
    espresso = found.one("Automatic Espresso Machine")

    assert (len(found.records), found.numbers) == (37, list(range(1, 212)))
    assert not found.problems()
    assert espresso.categories == (("Kitchen", "Coffee Machines"),)
    assert [(v.options, v.price, v.weight_g) for v in espresso.variants] == [
        ((("Color", colour),), "819.99", 8981) for colour in ("Matte Black", "Silver", "White")
    ]
    assert espresso.variants[0].image == (espresso.images or ())[1].source


@absent
def test_tab_separated_food_keeps_its_barcodes() -> None:
    found = read(SHARED / "off-tab/openfoodfacts_export.csv")

    assert (len(found.records), found.numbers) == (773, list(range(1, 774)))
    assert [p.column for p in found.problems()] == ["brands"]
    assert all(isinstance(record.title, str) for record in found.records)
    codes = [str(record.variants[0].barcode) for record in found.records]
    assert len([code for code in codes if code.startswith("0")]) == 220


@absent
def test_a_price_list_of_stones_and_one_without_any_words_are_read() -> None:
    stones = read(SHARED / "diamonds/diamonds.csv")
    goods = read(SHARED / "olist-products/olist_products_dataset.csv")

    assert len(stones.records) == len(stones.numbers) == 53_940
    assert len(goods.records) == len(goods.numbers) == 32_951
    assert not stones.problems()
    assert not goods.problems()
    assert stones.records[0].title == "Ideal E SI2 0.23"
    assert goods.records[0].title == "perfumaria 1e9e8ef04dbcff4541ed26657ea517e5"
    assert (goods.records[0].variants[0].weight_g, goods.records[0].variants[0].length_mm) == (
        225, 160,
    )  # fmt: skip
    assert not stones.problems(Level.note)
