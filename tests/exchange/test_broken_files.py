"""Whatever the bytes: each row is accounted for once, or the file is refused in words."""

import csv
import io
import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.exchange.whole_files import FILES, SHARED, read
from webapp.exchange.errors import NotUnderstood, Unreadable
from webapp.exchange.lines import Choices
from webapp.exchange.reading import inspect, rows

HEADERS = [
    "Handle,Title,Vendor,Variant Price,Variant SKU,Option1 Name,Option1 Value,Image Src",
    "ID,Type,SKU,Name,Parent,Regular price,Stock,Is featured?,Tax status,Categories,"
    "Attribute 1 name,Attribute 1 value(s),Meta: _vitrine_carried",
    "Handle,Title,External ids,Compare-at price,Option 1 name,Option 1 value,Content and unit",
    "slug,sku,name,price,size,weight,images,currency",
]
SAMPLES = [FILES / name for name in ("shopify-newest.csv", "woocommerce.csv", "artikel.csv")]

cell = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ("=1+1", "-5", "1e999", "9" * 50, "\x00", '"', "a;b", "id:1", "vitrine:x", "variation",
         "variable", "{}", "[", '{"title":["","x"]}', "NaN", "2025-02-30", "\u202e", "\ud7ff",
         "1,5", "a > b", "> ;", "\\", "TRUE", "parent")
    ),
)  # fmt: skip


def survives(data: bytes) -> None:
    try:
        found = read(data)
        count = sum(1 for _ in rows(data, inspect(data)))
    except (Unreadable, NotUnderstood) as refusal:
        assert refusal.detail.endswith((".", "”"))
    else:
        assert found.numbers == list(range(1, count + 1))
        assert all(row.sentence for row in found.left)
        assert all(0 < p.row <= count and p.sentence for p in found.problems())


@settings(max_examples=150)
@given(st.sampled_from(HEADERS), st.lists(st.lists(cell, max_size=15), max_size=8))
def test_any_cells_under_a_known_header(header: str, table: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)

    survives(f"{header}\r\n{text.getvalue()}".encode("utf-8", "replace"))


@settings(max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    survives(data)


@settings(max_examples=100)
@given(st.sampled_from(HEADERS), st.binary(max_size=300))
def test_any_bytes_under_a_known_header(header: str, data: bytes) -> None:
    survives(header.encode() + b"\n" + data)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_good_file_with_bytes_changed_lost_and_doubled(path: object) -> None:
    dice = random.Random(7)
    good = bytes(path.read_bytes())  # type: ignore[attr-defined]
    for _ in range(150):
        data = bytearray(good)
        for _ in range(dice.randint(1, 8)):
            place = dice.randrange(len(data))
            what = dice.choice(("change", "lose", "double", "cut"))
            if what == "change":
                data[place] = dice.choice(b"\x00\",;\n\r\t\xff\x80'=9a")
            elif what == "lose":
                del data[place : place + dice.randint(1, 40)]
            elif what == "double":
                data[place:place] = data[place : place + dice.randint(1, 400)]
            else:
                del data[max(place, 200) :]
        survives(bytes(data))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "long", ["_" * 99_000, "9 " * 49_000, "1" + " " * 98_000 + "kg", "9" * 99_000, "\\" * 99_000]
)
def test_endless_cells_cost_no_endless_time(long: str) -> None:
    """What backtracks over a long cell would take hours here, not the seconds of the limit."""
    survives(f"name,{long},sku\nA,{long},1\n".encode())
    for column in ("price", "weight", "available_on", "categories", "images", "barcode", "status"):
        survives(f"name,sku,{column}\nA,1,x {long} x\nB,2,{long}\n".encode())
    survives(f"{HEADERS[0]}\na,A,{long},{long},{long},Size,{long},{long}\n".encode())
    survives(f"{HEADERS[1]}\n1,simple,{long},{long},,{long},{long},1,x,{long},,,{long}\n".encode())
    survives(f"{HEADERS[2]}\na,A,{long},{long},{long},{long},{long}\n".encode())


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")
def test_naughty_strings_come_back_as_they_were() -> None:
    naughty = json.loads((SHARED / "text-blns/blns.json").read_text(encoding="utf-8"))
    wanted = [each for each in naughty if each.strip() and "\0" not in each]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["Handle", "Title", "Body (HTML)", "Vendor"]])
    csv.writer(text).writerows([f"n{n}", f"T{n}", body, "V"] for n, body in enumerate(wanted))

    found = read(text.getvalue(), Choices())

    assert [record.body for record in found.records] == wanted


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b"\x1f\x8bxxxx",
            "This is a compressed file, not a table in a text file. Unpack it first.",
        ),
        (b"%PDF-1.7 xxx", "This is a PDF, not a table in a text file."),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        inspect(data)

    assert refused.value.detail == sentence
