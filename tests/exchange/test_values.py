from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.exchange import values
from webapp.exchange.guard import guarded, unguarded
from webapp.exchange.values import GRAMS, MILLIMETRES, BadCell, Style

POINT, COMMA = Style(), Style(decimal_comma=True)


@pytest.mark.parametrize(
    ("text", "style", "amount"),
    [
        ("49", POINT, "49.00"),
        (".5", POINT, "0.50"),
        ("1,234.50", POINT, "1234.50"),
        ("1.234,50 €", COMMA, "1234.50"),
        ("1.234", COMMA, "1234.00"),
        ("1,234", POINT, "1234.00"),
        ("12.34", COMMA, "12.34"),
        ("19.900000", POINT, "19.90"),
        ("1500.00", Style("JPY"), "1500"),
        ("0", POINT, "0.00"),
    ],
)
def test_an_amount_is_read_by_the_declared_style(text: str, style: Style, amount: str) -> None:
    assert values.amount(text, style) == amount


@pytest.mark.parametrize("text", ["free", "-5", "12,34,56", "0.005", "$5", "1e5", "=1+1", "NaN"])
def test_what_is_no_amount_is_refused_with_the_text(text: str) -> None:
    with pytest.raises(BadCell) as bad:
        values.amount(text, POINT)

    assert text in bad.value.sentence


@pytest.mark.parametrize(
    ("text", "style", "number"),
    [
        ("0.5", POINT, "0.5"),
        (".5", POINT, "0.5"),
        ("0,5", POINT, "0.5"),
        ("1.234", POINT, "1.234"),
        ("1.234", COMMA, "1234"),
        ("0.125", COMMA, "0.125"),
        ("1,234", POINT, "1234"),
        ("1.234,5", POINT, "1234.5"),
        ("1 234 567,5", COMMA, "1234567.5"),
        ("-3", POINT, "-3"),
    ],
)
def test_a_number_has_the_reading_its_style_gives_it(text: str, style: Style, number: str) -> None:
    assert values.number(text, style) == Decimal(number)


@pytest.mark.parametrize("text", ["", ".", "1e5", "one", "1.2.3", "٣", "0x10", "1" * 41, "inf"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(BadCell):
        values.number(text, POINT)


def test_counts_are_whole_and_bounded() -> None:
    assert values.whole("5.0", POINT) == 5
    assert values.whole("-5", POINT) == -5
    for text in ("5.5", "99999999999"):
        with pytest.raises(BadCell):
            values.whole(text, POINT)
    with pytest.raises(BadCell, match="below zero"):
        values.count("-1", POINT)


def test_weights_and_lengths_are_whole_grams_and_millimetres() -> None:
    assert values.measure(".5", POINT, "lbs", GRAMS) == 227
    assert values.measure("0,5 kg", COMMA, "g", GRAMS) == 500
    assert values.measure("24", POINT, "in", MILLIMETRES) == 610
    for text, unit in (("5", "stone"), ("-1", "kg"), ("9" * 12, "kg")):
        with pytest.raises(BadCell):
            values.measure(text, POINT, unit, GRAMS)


def test_a_moment_is_utc_and_a_bare_date_a_day_of_the_shop() -> None:
    berlin = Style(timezone="Europe/Berlin")

    assert values.moment("2025-07-01", berlin) == datetime(2025, 6, 30, 22, tzinfo=UTC)
    assert values.moment("2025-07-01", berlin, end_of_day=True) == datetime(
        2025, 7, 1, 21, 59, 59, tzinfo=UTC
    )
    for text in ("2025-10-09 14:35:53 UTC", "2025-10-09T14:35:53Z", "2025-10-09 16:35:53 +0200"):
        assert values.moment(text, berlin) == datetime(2025, 10, 9, 14, 35, 53, tzinfo=UTC)
    for text in ("9.10.2025", "2025-13-01", "soon", "0001-01-01", "2025-10-09 25:00"):
        with pytest.raises(BadCell):
            values.moment(text, berlin)


def test_a_barcode_keeps_its_zeros_and_a_rounded_one_is_refused() -> None:
    assert values.barcode("00040000") == "00040000"
    with pytest.raises(BadCell, match="spreadsheet has rounded"):
        values.barcode("8.0005E+12")


def test_a_gtin_is_known_by_its_check_digit() -> None:
    assert all(map(values.is_gtin, ("8000500227848", "036000291452", "96385074")))
    assert not any(map(values.is_gtin, ("8000500227849", "12345", "800050022784x", "")))


@given(st.text())
def test_guarding_a_cell_can_always_be_undone(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.text(st.sampled_from("'=+-@\t1a( ")))
def test_no_cell_leaves_as_a_formula(text: str) -> None:
    out = guarded(text)

    assert not out.startswith(("=", "@", "\t"))
    assert not out.startswith(("+", "-")) or not any(sign in out for sign in "=@a")
    assert unguarded(out) == text


WORD = st.text(st.sampled_from("ab ,;>\\|/é'"), min_size=1).map(str.strip).filter(bool)


@given(st.lists(WORD, unique=True), st.sampled_from(",;|"))
def test_a_list_in_a_cell_reads_as_it_was_written(found: list[str], separator: str) -> None:
    assert values.words(values.written_words(found, separator), separator) == tuple(found)


@given(st.lists(st.lists(WORD, min_size=1).map(tuple), unique=True), st.sampled_from(",;"))
def test_paths_in_a_cell_read_as_they_were_written(
    found: list[tuple[str, ...]], separator: str
) -> None:
    assert values.paths(values.written_paths(found, separator), separator) == tuple(found)


def test_a_backslash_of_a_foreign_file_is_only_a_backslash() -> None:
    assert values.words("C:\\pics\\a.jpg, b\\, c") == ("C:\\pics\\a.jpg", "b, c")
