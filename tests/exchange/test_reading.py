import codecs
import json
from pathlib import Path

import pytest

from tests.exchange.whole_files import SHARED
from webapp.exchange import reading
from webapp.exchange.errors import TooLarge, Unreadable
from webapp.exchange.reading import CELL_LIMIT, Layout, inspect, rows


def table(data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in rows(data, inspect(data))]


def refusals(data: bytes) -> dict[int, str]:
    return {row.number: row.refusal for row in rows(data, inspect(data)) if row.refusal}


SPECTRUM = sorted((SHARED / "csv-spectrum").glob("*.csv"))


@pytest.mark.skipif(not SPECTRUM, reason="../shared/data/csv-spectrum is absent")
def test_the_known_edge_cases_read_as_their_authors_say() -> None:
    for path in SPECTRUM:
        data = path.read_bytes()
        expected = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        expected = expected if isinstance(expected, list) else [expected]
        if path.name == "newlines_crlf.csv":
            # Published with its line ends lost; the expectation still has them.
            data = data.replace(b"\n", b"\r\n")
        if path.name == "location_coordinates.csv":
            # Published with another telephone number than the expectation.
            expected[0]["Contact Phone Number"] = "2095257564"

        layout = inspect(data)
        found = [dict(zip(layout.header, row.cells, strict=True)) for row in rows(data, layout)]

        assert found == expected, path.name


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        ("Größe;Preis\nÄrmel;1\n".encode(), "utf-8"),
        ("Größe;Preis\nÄrmel;1\n".encode("utf-8-sig"), "utf-8-sig"),
        ("Größe;Preis\nÄrmel;1\n".encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + "Größe;Preis\nÄrmel;1\n".encode("utf-16-be"), "utf-16"),
        ("Größe;Preis\nÄrmel;1\n".encode("utf-16-le"), "utf-16-le"),
        ("Größe;Preis\nÄrmel;1\n".encode("utf-16-be"), "utf-16-be"),
    ],
)
def test_unicode_is_read_with_and_without_its_mark(encoded: bytes, name: str) -> None:
    layout = inspect(encoded)

    assert (layout.encoding, layout.warnings) == (name, ())
    assert layout.header == ("Größe", "Preis")
    assert table(encoded) == [("Ärmel", "1")]


def test_what_is_not_unicode_is_windows_1252_with_a_warning() -> None:
    data = "Größe;Preis\n„Ärmel“;1 €\n".encode("windows-1252")

    layout = inspect(data)

    assert layout.encoding == "windows-1252"
    assert [warning for warning in layout.warnings if "Windows-1252" in warning]
    assert table(data) == [("„Ärmel“", "1 €")]


def test_one_broken_byte_does_not_spoil_all_accents() -> None:
    data = ("name,n\n" + "Ärmel,1\n" * 20).encode() + b"Sch\xf6n,2\n"

    layout = inspect(data)
    found = list(rows(data, layout))

    assert layout.encoding == "utf-8"
    assert "One byte" in layout.warnings[0]
    assert found[0].cells == ("Ärmel", "1")
    assert found[-1].cells == ("Sch\ufffdn", "2")
    assert "could not be read" in found[-1].note


def test_an_encoding_can_be_forced_and_a_wrong_name_is_refused() -> None:
    data = "name,n\nмолоко,1\n".encode("cp1251")

    assert [r.cells for r in rows(data, inspect(data, encoding="cp1251"))] == [("молоко", "1")]
    with pytest.raises(Unreadable, match="do not know the encoding"):
        inspect(data, encoding="rot13")
    with pytest.raises(Unreadable, match="do not know the encoding"):
        inspect(data, encoding="nonsense")


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_parts_the_columns_is_found_out(mark: str) -> None:
    header = mark.join(["sku", "name, of the thing", "price"])
    line = mark.join(["A1", '"16, Main street; left|right"', "1.5"])
    data = f"{header}\n{line}\n{line}\n".encode()
    if mark == ",":
        data = data.replace(b"name, of", b"name of")

    assert inspect(data).delimiter == mark
    assert table(data)[0] == ("A1", "16, Main street; left|right", "1.5")


def test_a_delimiter_can_be_forced_and_nothing_else_than_the_four() -> None:
    data = b"a;b,c\n1;2,3\n1;2,3\n"

    assert inspect(data, delimiter=",").header == ("a;b", "c")
    with pytest.raises(Unreadable, match="nothing else"):
        inspect(data, delimiter="x")


def test_the_first_line_of_a_spreadsheet_may_name_the_delimiter() -> None:
    data = b"sep=;\nsku;text\nA1;a,b,c\n"

    assert inspect(data).header == ("sku", "text")
    assert table(data) == [("A1", "a,b,c")]


def test_one_column_is_a_table_too() -> None:
    assert table(b"sku\nA1\nA2\n") == [("A1",), ("A2",)]


def test_a_space_after_each_delimiter_does_not_break_quotation_marks() -> None:
    assert table(b'"a", "b"\n"1, 2", "3"\n') == [("1, 2", "3")]


def test_tabs_without_any_quotation_keep_their_inch_marks() -> None:
    data = b'name\tsize\nPipe\t12"\nBolt\t3"\n"Best" bolt\t4"\n'

    assert table(data) == [("Pipe", '12"'), ("Bolt", '3"'), ('"Best" bolt', '4"')]


def test_lines_within_quotation_marks_stay_as_they_are() -> None:
    assert table(b'a,b\r\n"one\r\ntwo",3\r\n') == [("one\r\ntwo", "3")]


def test_blank_lines_are_not_rows_and_empty_rows_are() -> None:
    found = list(rows(b"a,b\n\n1,2\n\n,\n3,4\n", inspect(b"a,b\n1,2\n")))

    assert [(row.number, row.cells, row.is_empty) for row in found] == [
        (1, ("1", "2"), False),
        (2, ("", ""), True),
        (3, ("3", "4"), False),
    ]


def test_a_short_row_says_nothing_of_what_it_lacks_and_is_noted() -> None:
    (row,) = rows(b"a,b,c\n1,2\n", inspect(b"a,b,c\n1,2\n"))

    assert row.cells == ("1", "2")
    assert "only 2 of 3 cells" in row.note
    assert not row.refusal


def test_a_longer_row_is_refused_unless_the_rest_is_empty() -> None:
    data = b"a,b\n1,2,,\n1,2,3\n4,5\n"

    assert refusals(data) == {2: "The row has 3 cells where the header has 2."}
    assert [row.cells for row in rows(data, inspect(data)) if not row.refusal] == [
        ("1", "2"), ("4", "5"),
    ]  # fmt: skip


def test_a_nul_character_refuses_its_row_alone() -> None:
    assert refusals(b"sku,name\nA,b\nA\x00,c\nB,d\n") == {
        2: "The cell in “sku” holds a NUL character."
    }


def test_a_cell_of_a_megabyte_refuses_its_row_alone() -> None:
    for inside in (b"x" * 1_000_000, b"line\n" * 200_000):
        data = b'sku,text\nA,1\nB,"' + inside + b'"\nC,3\n'

        found = list(rows(data, inspect(data)))

        assert [row.cells for row in found if not row.refusal] == [("A", "1"), ("C", "3")]
        assert [row.number for row in found if row.refusal] == [2]
        assert f"more than {CELL_LIMIT:,} characters" in found[1].refusal


def test_a_cell_just_within_the_limit_is_read() -> None:
    data = b"sku,text\nA," + b"x" * CELL_LIMIT + b"\n"

    assert len(table(data)[0][1]) == CELL_LIMIT
    assert refusals(data.replace(b"\nA,", b"\nA,x")) == {
        1: f"The cell in “text” holds more than {CELL_LIMIT:,} characters."
    }


def test_a_quotation_mark_in_the_wrong_place_refuses_its_row_alone() -> None:
    assert refusals(b'sku,size\nA,1\nB,"12" pipe"\nC,3\n') == {
        2: "A quotation mark stands in the wrong place; inside a cell it is written twice."
    }


def test_after_an_open_quotation_mark_only_whole_rows_are_believed() -> None:
    data = b'a,b,c\n1,2,3\n4,"open,6\n<p>text</p>\n7,8,9\n10,11\n'

    found = list(rows(data, inspect(data)))

    assert [row.cells for row in found if not row.refusal] == [
        ("1", "2", "3"), ("7", "8", "9"), ("10", "11"),
    ]  # fmt: skip
    assert "never closed" in found[1].refusal
    assert "further up is wrong" in found[2].refusal


def test_an_apostrophe_before_a_formula_is_taken_away_and_a_telephone_number_kept() -> None:
    data = b"a,b,c,d\n'=1+1,'-5,+49 30 1234,'plain\n"

    assert table(data) == [("=1+1", "-5", "+49 30 1234", "'plain")]


def test_columns_of_one_name_are_told_apart_and_nameless_ones_are_numbered() -> None:
    layout = inspect(b"SKU, sku ,,b\n1,2,3,4\n")

    assert layout.header == ("SKU", "sku (2)", "Column 3", "b")
    assert "appears more than once" in layout.warnings[0]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty"),
        (b"  \n\n ", "The file is empty"),
        (b",,,\n1,2,3\n", "no column names"),
        (b"PK\x03\x04rest", "Excel or ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"%PDF-1.7", "a PDF"),
        (b"\x89PNG\r\n", "a picture"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "XML"),
        (b'[\n  {"sku": "A"}\n]', "JSON"),
        (b'{"products": []}', "JSON"),
        (b"\x00\x01\x02\x00\x00\x07" * 99, "not a text file"),
        (b"a," + b"b" * 301 + b"\n1,2\n", "at most 300 characters"),
        (b'"open and never closed\n1,2\n', "not a header"),
        (codecs.BOM_UTF32_LE + "a,b".encode("utf-32-le"), "UTF-32"),
    ],
)
def test_what_is_no_table_is_refused_with_what_it_is(data: bytes, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence):
        inspect(data)


def test_more_columns_or_rows_than_one_import_may_have_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(TooLarge, match="1,000 columns"):
        inspect(",".join(f"c{n}" for n in range(1001)).encode())

    monkeypatch.setattr(reading, "ROWS_LIMIT", 3)
    data = b"a\n1\n2\n3\n4\n"
    with pytest.raises(TooLarge, match="more than 3 rows"):
        list(rows(data, inspect(data)))


def test_a_file_of_more_bytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.truncate(reading.BYTES_LIMIT + 1)

    with pytest.raises(TooLarge, match="100 MB"):
        inspect(path)


def test_how_a_file_is_read_can_be_kept_as_json(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("sep=;\r\nname;price\r\nTür;1,5\r\n".encode("windows-1252"))

    layout = inspect(path)
    kept = Layout.from_json(json.loads(json.dumps(layout.as_json())))

    assert kept == layout
    assert [row.cells for row in rows(path, kept)] == [("Tür", "1,5")]
