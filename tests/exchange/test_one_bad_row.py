"""No row ends an import: what cannot be kept is refused with its reason, and the others come in."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from tests.exchange.test_importing import bring, counted
from tests.factories.shop import picture
from webapp.exchange.dialects.shopify.labels import CARRIED
from webapp.exchange.documents import as_table
from webapp.exchange.errors import Unreadable
from webapp.exchange.lines import Choices
from webapp.exchange.models import CatalogueImport, ImageSource, ImportRow
from webapp.exchange.policy import Policy
from webapp.exchange.reading import inspect
from webapp.kit.errors import Invalid
from webapp.main import OpenShop
from webapp.ops.audit import audit

Cells = Mapping[str, str]
Cases = tuple[tuple[Cells, str], ...]
"""What a row says, and a part of the reason for which it is refused; empty: it comes in."""


def letters(length: int, salt: int = 1) -> str:
    """Text of three bytes a letter that no index packs any smaller."""
    return "".join(chr(0x4E00 + pow(place + salt, 3, 20_011)) for place in range(length))


def carried(name: str, text: str, column: str = CARRIED) -> Cells:
    return {column: json.dumps({name: ["", text]})}


def sized(column: str, most: int, reason: str = "") -> Cases:
    """At the limit it comes in; one letter longer it is refused."""
    return (
        ({column: letters(most)}, ""),
        ({column: letters(most + 1)}, reason or f"at most {most:,}"),
    )


VITRINE: tuple[Cells, Cases] = (
    {"Handle": "", "Title": "A", "SKU": "", "Price": "1.00", "When sold out": "deny",
     "External ids": ""},
    (
        *sized("Title", 300), *sized("Summary", 2_000), *sized("SEO title", 200),
        *sized("SEO description", 400), *sized("Brand", 120), *sized("SKU", 120),
        *sized("Barcode", 40, "at most 40"), *sized("Tax class", 40),
        *sized("Shipping class", 120), *sized("HS code", 14), *sized("Variant image", 2_000),
        *sized("Tags", 120, "longer than 120"), *sized("Collections", 120, "longer than 120"),
        *sized("Categories", 120, "longer than 120"), *sized("Images", 2_000),
        *sized("Attribute: Note", 2_000), *sized("Attribute: Grain [choice]", 200),
        ({"Field: shop.note": letters(90_000)}, ""),
        ({"Field: shop.note": letters(99_990)}, "The custom fields are too long"),
        ({"Description": letters(100_000)}, ""),
        ({"Description": letters(100_001)}, "more than 100,000"),
        ({"Option 1 name": letters(120), "Option 1 value": letters(200)}, ""),
        ({"Option 1 name": letters(121), "Option 1 value": "a"}, "at most 200"),
        ({"Option 1 name": "Size", "Option 1 value": letters(201)}, "at most 200"),
        ({"External ids": f"erp > {letters(200)}"}, ""),
        ({"External ids": f"erp > {letters(201)}"}, "at most 200"),
        ({"External ids": f"{letters(41)} > 1"}, "at most 40"),
        ({"Categories": " > ".join("abcdefgh")}, ""),
        ({"Categories": " > ".join("abcdefghi")}, "8 levels"),
        ({"Images": f"a.png > {letters(501)}"}, ""),
        ({"Related products": f"sku > {letters(3_000)}"}, ""),
        ({"Attribute: Age [number]": "1e999999"}, "larger than we can handle"),
        ({"Attribute: Age [number]": "9" * 30}, "larger than we can handle"),
        ({"Attribute: Born [date]": "0000-00-00"}, "is a date like"),
        ({"Price": "9" * 30}, "larger than"),
        ({"Stock": "9" * 30}, "more than we can count"),
        ({"Weight (g)": "9" * 30}, "more than we can weigh"),
        ({"Minimum quantity": "2147483647"}, "whole number from 1 to 10000"),
        ({"Content and unit": "2147483647 / ml / 1 / l"}, "whole number from"),
        ({"Publish at": "0001-01-01T00:00:00+14:00"}, "is not a date"),
        ({"Publish at": "9999-12-31T23:59:59Z"}, ""),
        ({"Publish at": "10000-01-01"}, "is not a date"),
        ({"Brand": "Ac\x01me"}, ""), ({"Brand": "Acme"}, ""), ({"Tags": "o\x7fak"}, ""),
        ({"Tags": "oak"}, ""), ({"Categories": "Ho\x01me"}, ""), ({"Categories": "Home"}, ""),
        ({"Categories": "\x01"}, "A category has no name"), ({"Collections": "\x01"}, ""),
        ({"Title": "a\0b"}, "NUL"), ({"SKU": "\x01"}, ""),
        ({"Option 1 name": "\x01", "Option 1 value": "a"}, "cannot be empty"),
        ({"Option 1 name": "Size", "Option 1 value": "\x01"}, "cannot be empty"),
    ),
)  # fmt: skip
SHOPIFY: tuple[Cells, Cases] = (
    {"Handle": "", "Title": "A", "Vendor": "", "Variant Price": "1.00"},
    (
        *sized("Title", 300), *sized("Vendor", 120), *sized("Type", 120),
        *sized("Tags", 120, "longer than 120"), *sized("SEO Title", 200),
        *sized("SEO Description", 400), *sized("Variant SKU", 120),
        *sized("Variant Barcode", 40, "at most 40"), *sized("Variant Tax Code", 40),
        *sized("Image Src", 2_000), *sized("Variant Image", 2_000),
        ({"Image Src": "a.png", "Image Alt Text": letters(501)}, ""),
        ({"Option1 Name": letters(120), "Option1 Value": letters(200)}, ""),
        ({"Option1 Name": letters(121), "Option1 Value": "a"}, "at most 200"),
        ({"Option1 Name": "Size", "Option1 Value": letters(201)}, "at most 200"),
        ({"Type": " > ".join("abcdefghi")}, "8 levels"),
        (carried("attributes", f"text > {letters(120)} > a"), ""),
        (carried("attributes", f"text > {letters(121)} > a"), "at most 120"),
        (carried("attributes", f"text > A > {letters(2_001)}"), "at most 2,000"),
        (carried("attributes", f"choice > B > {letters(201)}"), "at most 200"),
        (carried("attributes", f"number > C > 1 > {letters(21)}"), "at most 20"),
        (carried("attributes", "wild > D > 1"), "cannot be edited"),
        (carried("attributes", "text > \x01 > 1"), "has no name"),
        (carried("externals", f"erp > {letters(201)}"), "at most 200"),
        (carried("externals", "erp > a\0b"), "cannot be edited"),
        (carried("externals", "erp > a\ud800b"), "cannot be edited"),
        (carried("related", "sku > a\ud800b"), "cannot be edited"),
        (carried("handle", "a\0b"), ""),
        (carried("collections", letters(121)), "longer than 120"),
        (carried("images", letters(2_001)), "at most 2,000"),
        (carried("custom", '{"a.b": "c\\ud800\\u0000d"}'), "cannot be edited"),
        (carried("custom", "[" * 90_000), "cannot be edited"),
        ({CARRIED: "[" * 90_000}, "cannot be edited"),
        ({CARRIED: "9" * 9_000}, "cannot be edited"),
    ),
)  # fmt: skip
WOOCOMMERCE: tuple[Cells, Cases] = (
    {"ID": "", "Type": "simple", "SKU": "", "Name": "A", "Published": "1", "Is featured?": "0",
     "Regular price": "1.00"},
    (
        *sized("Name", 300), *sized("SKU", 120), *sized("Short description", 2_000),
        *sized("Brands", 120), *sized("Tax class", 40), *sized("Shipping class", 120),
        *sized("Tags", 120, "longer than 120"), *sized("Categories", 120, "longer than 120"),
        *sized("GTIN, UPC, EAN, or ISBN", 40, "at most 40"), *sized("Images", 2_000),
        *sized("Meta: _yoast_wpseo_title", 200), *sized("Meta: _yoast_wpseo_metadesc", 400),
        *sized("ID", 200),
        ({"Attribute 1 name": letters(120), "Attribute 1 value(s)": letters(2_000)}, ""),
        ({"Attribute 1 name": letters(121), "Attribute 1 value(s)": "a"}, "at most 120"),
        ({"Attribute 1 name": "Knit", "Attribute 1 value(s)": letters(2_001)}, "at most 2,000"),
        ({"Attribute 1 name": "Brand", "Attribute 1 value(s)": letters(121)}, "at most 120"),
        ({"Attribute 1 name": "\x01", "Attribute 1 value(s)": "a"}, "has no name"),
        ({"Date sale price ends": "9999-12-31"}, ""),
        ({"Download limit": "9" * 30}, "more than we can count"),
        ({"Weight (kg)": "9" * 30}, "more than we can weigh"),
    ),
)  # fmt: skip
MAPPED: tuple[Cells, Cases] = (
    {"Number": "", "Name": "A", "Preis": "1.00"},
    (
        *sized("Name", 300), *sized("Brand", 120), *sized("Number", 200),
        *sized("Keywords", 120, "longer than 120"), *sized("Rubric", 120, "longer than 120"),
        *sized("Word", 2_000), *sized("Pick", 200), *sized("Picture", 2_000),
        *sized("Article", 120),
        ({"Colour": letters(200)}, ""), ({"Colour": letters(201)}, "at most 200"),
        ({"Colour": "\x01"}, "cannot be empty"),
        ({"Preis": "9" * 30}, "larger than"), ({"Age": "9" * 30}, "larger than we can handle"),
    ),
)  # fmt: skip
MAPPING = {
    "Number": {"to": "id"}, "Name": {"to": "title"}, "Preis": {"to": "price"},
    "Brand": {"to": "brand"}, "Keywords": {"to": "tags"}, "Rubric": {"to": "categories"},
    "Word": {"to": "attribute", "name": "Word"}, "Picture": {"to": "image"},
    "Pick": {"to": "attribute", "name": "Pick", "kind": "choice"},
    "Age": {"to": "attribute", "name": "Age", "kind": "number"},
    "Article": {"to": "sku"}, "Colour": {"to": "option", "name": "Colour"},
}  # fmt: skip


def table(folder: Path, base: Cells, cases: Cases) -> Path:
    """A file with a row for each case, and one that is all right before and behind them."""
    key = next(iter(base))
    header = list(dict.fromkeys([*base, *(name for cells, _ in cases for name in cells)]))
    rows: list[Cells] = [{}, *(cells for cells, _ in cases), {}]
    path = folder / "file.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number, row in enumerate(rows):
            cells = {**base, key: f"p-{number}", **row}
            writer.writerow([cells.get(name, "") for name in header])
    return path


@pytest.mark.parametrize(
    ("base", "cases", "mapping"),
    [(*VITRINE, {}), (*SHOPIFY, {}), (*WOOCOMMERCE, {}), (*MAPPED, MAPPING)],
    ids=["vitrine", "shopify", "woocommerce", "mapped"],
)
def test_a_row_that_cannot_be_kept_is_refused_and_the_others_come_in(
    shop: OpenShop, tmp_path: Path, base: Cells, cases: Cases, mapping: Cells
) -> None:
    file = table(tmp_path, base, cases)
    (tmp_path / "m.json").write_text(json.dumps({"columns": mapping}), encoding="utf-8")
    options = {"mapping": tmp_path / "m.json"} if mapping else {}

    planned = bring(shop, file, dry_run=True, **options)
    first = bring(shop, file, **options)
    second = bring(shop, file, **options)

    expected = {number: reason for number, (_, reason) in enumerate(cases, start=2)}
    dry, done, again = told(shop)
    for state, reasons in ((dry, dry.reasons), (done, done.reasons)):
        wrong = {
            number: (expected.get(number, ""), reason)
            for number, reason in reasons.items()
            if bool(reason) != bool(expected.get(number)) or expected.get(number, "") not in reason
        }
        assert (state.new, wrong) == ([n for n in reasons if not expected.get(n)], {})
    assert again.new == []
    assert counted(planned) == counted(first)
    assert counted(second)[:2] == [0, 0]

    policy = Policy(on_error="fields")
    planned = bring(shop, file, dry_run=True, policy=policy, **options)
    first = bring(shop, file, policy=policy, **options)
    second = bring(shop, file, policy=policy, **options)

    *_, dry, done, again = told(shop)
    assert done.new == dry.new != []
    assert again.new == []
    assert counted(planned) == counted(first)
    assert counted(second)[:2] == [0, 0]


@dataclass(frozen=True, slots=True)
class Told:
    """What an import says of its rows: which come in or change, and why others are refused."""

    new: list[int]
    reasons: dict[int, str]


def told(shop: OpenShop) -> list[Told]:
    c = ImportRow.__table__.c  # type: ignore[attr-defined]
    found: dict[int, Told] = {}
    with shop.database.reading() as session:
        query = select(c.import_id, c.number, c.state, c.messages)
        for row in session.execute(query.order_by(c.import_id, c.number)):
            one = found.setdefault(row.import_id, Told([], {}))
            errors = [each["text"] for each in row.messages if each["level"] == "error"]
            one.reasons[row.number] = " ".join(errors)
            if row.state in ("new", "update"):
                one.new.append(row.number)
    return list(found.values())


def test_what_nobody_foresaw_refuses_the_one_product_it_is_about(
    shop: OpenShop, tmp_path: Path
) -> None:
    header = "Handle,Title,SKU,Price,When sold out,External ids"
    path = tmp_path / "file.csv"
    lines = [f"p-{number},P {number},S-{number},1.00,deny," for number in range(1, 6)]
    path.write_text("\n".join([header, *lines]), encoding="utf-8")
    with shop.database.writing() as session:
        # A database may know rules that we do not.
        session.execute(text(_RULES[session.get_bind().dialect.name]))

    first, second = bring(shop, path), bring(shop, path)

    assert counted(first) == [4, 0, 0, 0, 1]
    assert counted(second) == [0, 0, 4, 0, 1]
    assert [number for number, told in told(shop)[0].reasons.items() if told] == [3]
    with shop.database.reading() as session:
        failed = select(ImportRow.raw).where(col(ImportRow.state) == "failed").limit(1)
        (refused,) = session.scalars(failed)
        assert refused == ["p-3", "P 3", "S-3", "1.00", "deny", ""]
    assert audit(shop.database).findings == {}


_RULES = {
    "sqlite": "CREATE TRIGGER odd BEFORE INSERT ON products WHEN new.slug = 'p-3' "
    "BEGIN SELECT RAISE(ABORT, 'no third product'); END",
    "postgresql": "ALTER TABLE products ADD CONSTRAINT odd CHECK (slug <> 'p-3')",
}


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        ("torn", (["completed"], ["failed", "here"])),
        ("locked", (["completed"], ["failed", "here"])),
        ("odd names", (["completed"], ["here", "here"])),
        ("not text", ([], [])),
        ("no ZIP", ([], [])),
    ],
)
def test_a_zip_that_is_damaged_loses_its_pictures_and_nothing_else(
    shop: OpenShop, tmp_path: Path, harm: str, expected: tuple[list[str], list[str]]
) -> None:
    header = "Handle,Title,SKU,Price,When sold out,Images,External ids"
    (tmp_path / "file.csv").write_text(f"{header}\nmug,Mug,M,9.00,deny,mug.png; jug.png,\n")
    (tmp_path / "p.zip").write_bytes(zipped(harm))

    if not expected[0]:
        with pytest.raises(Invalid, match="a folder or a ZIP"):
            bring(shop, tmp_path / "file.csv", images=tmp_path / "p.zip")
    else:
        assert counted(bring(shop, tmp_path / "file.csv", images=tmp_path / "p.zip"))[0] == 1

    with shop.database.reading() as session:
        done = session.scalars(select(CatalogueImport.state))  # type: ignore[call-overload]
        states = session.scalars(select(ImageSource.state).order_by(col(ImageSource.position)))
        assert (list(done), list(states)) == expected


def zipped(harm: str) -> bytes:
    """Two pictures in a ZIP, and what somebody did to the first, or to all of it."""
    packed = io.BytesIO()
    first = "../../\x1b[31m\\MUG.PNG" if harm == "odd names" else "mug.png"
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(first.replace("\\", "/"), picture((9, 9, 200), 40, 30))
        archive.writestr("é/jug.png", picture((9, 200, 9), 40, 30))
    data = bytearray(packed.getvalue())
    if harm == "torn":
        place = data.index(b"mug.png") + len(b"mug.png")
        data[place : place + 40] = b"\xff" * 40
    elif harm == "locked":
        for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(mark) + offset] |= 1
    elif harm == "not text":
        place = data.rindex("é".encode())
        data[place : place + 2] = b"\xff\xfe"
    return b"PK" + bytes(50) if harm == "no ZIP" else bytes(data)


@pytest.mark.parametrize(
    "document",
    [
        '[{"sku": "A", "name": "half \\ud800 of one", "price": "1.00"}]',
        '{"products": [{"handle": "a", "title": "\\udfff", "variants": [{"price": "1.00"}]}]}',
    ],
)
def test_halves_of_characters_in_json_are_shown_as_question_marks(document: str) -> None:
    table = as_table(document.encode(), Choices())

    assert table is not None
    assert "?" in table.decode()


def test_things_in_json_where_a_catalogue_has_text_are_refused() -> None:
    dump = [
        {"model": "product.product", "pk": 1, "fields": {"name": "A"}},
        {"model": "product.productvariant", "pk": 2, "fields": {"product": 1, "sku": "S"}},
        {"model": "warehouse.stock", "pk": 3, "fields": {"product_variant": 2, "quantity": "x"}},
    ]

    with pytest.raises(Unreadable, match="other things"):
        as_table(json.dumps(dump).encode(), Choices())


def test_an_encoding_that_spells_halves_of_characters_is_not_known() -> None:
    with pytest.raises(Unreadable, match="do not know the encoding"):
        inspect(b"sku,name\nA,+2AA-\n", encoding="utf-7")
