import csv
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kit.errors import Invalid
from webapp.kit.money import (
    CURRENCIES,
    LARGEST_MINOR,
    MixedCurrencies,
    Money,
    allocate,
    exponent,
    round_half_up,
)

ISO_TABLE = Path(__file__).parents[3] / "shared/data/codes-currency/codes-all.csv"


@pytest.mark.parametrize(
    ("currency", "decimals"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("HUF", 2), ("MGA", 2), ("MRU", 2), ("CLF", 4)],
)
def test_a_currency_has_its_iso_decimals(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


def test_the_pinned_table_is_the_iso_table() -> None:
    if not ISO_TABLE.exists():
        pytest.skip("the ISO 4217 table is absent")
    with ISO_TABLE.open(encoding="utf-8") as file:
        listed = {
            row["AlphabeticCode"]: int(row["MinorUnit"])
            for row in csv.DictReader(file)
            if row["AlphabeticCode"] and not row["WithdrawalDate"] and row["MinorUnit"].isdigit()
        }
    assert {code: exponent(code) for code in CURRENCIES} == listed


@pytest.mark.parametrize("currency", ["eur", "EURO", "", "XAU", "XXX", "DEM", "E\u00dcR"])
def test_an_unknown_currency_is_invalid(currency: str) -> None:
    with pytest.raises(Invalid):
        Money(1, currency)


@pytest.mark.parametrize("minor", [1.0, True, "1", Fraction(1), None])
def test_money_counts_only_whole_numbers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.34", "EUR", 1234),
        ("12", "EUR", 1200),
        ("0.5", "EUR", 50),
        ("-0.05", "EUR", -5),
        ("007.10", "EUR", 710),
        ("1000", "JPY", 1000),
        ("1.235", "KWD", 1235),
        ("0.0001", "CLF", 1),
        ("10000000000000.00", "EUR", LARGEST_MINOR),
    ],
)
def test_the_wire_form_is_read(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("12.345", "EUR"),
        ("12.340", "EUR"),
        ("1.0", "JPY"),
        ("", "EUR"),
        (".5", "EUR"),
        ("5.", "EUR"),
        ("+5", "EUR"),
        ("--5", "EUR"),
        ("1e3", "EUR"),
        ("1_000", "EUR"),
        ("1,000", "EUR"),
        (" 5", "EUR"),
        ("5\n", "EUR"),
        ("NaN", "EUR"),
        ("\u0661\u0662", "EUR"),
        ("10000000000000.01", "EUR"),
        ("9" * 5000, "EUR"),
        (12, "EUR"),
        (12.5, "EUR"),
        (None, "EUR"),
    ],
)
def test_anything_else_is_invalid(text: object, currency: str) -> None:
    with pytest.raises(Invalid):
        Money.parse(text, currency)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "currency", "decimal_comma", "minor"),
    [
        ("1.234,50", "EUR", True, 123450),
        ("1.234,50 \u20ac", "EUR", True, 123450),
        ("EUR 5", "EUR", True, 500),
        ("\u20ac -5,00", "EUR", True, -500),
        ("\u22125,00\u00a0eur", "EUR", True, -500),
        ("1\u202f234,5", "EUR", True, 123450),
        ("1.234", "EUR", True, 123400),
        ("12.34", "EUR", True, 1234),
        ("23.900000", "EUR", True, 2390),
        ("$1,234.50", "USD", False, 123450),
        ("1,234", "USD", False, 123400),
        ("12,34", "USD", False, 1234),
        ("1.234.567,89", "USD", False, 123456789),
        (".5", "USD", False, 50),
        ("1'200", "CHF", False, 120000),
        ("1\u2019200.05", "CHF", False, 120005),
        ("1,23,456.00", "INR", False, 12345600),
        ("\u00a51,500", "JPY", False, 1500),
        ("1,234.567", "KWD", False, 1234567),
    ],
)
def test_what_people_write_is_read(
    text: str, currency: str, decimal_comma: bool, minor: int
) -> None:
    assert Money.parse_local(text, currency, decimal_comma) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency", "decimal_comma"),
    [
        ("", "EUR", True),
        ("\u20ac", "EUR", True),
        ("abc", "EUR", True),
        ("\u00a35", "EUR", False),
        ("5 USD", "EUR", False),
        ("1.234", "EUR", False),
        ("1,234", "EUR", True),
        ("12,34.5.6", "EUR", True),
        ("1,2,3", "USD", False),
        ("1.23.456", "USD", False),
        ("12,", "EUR", True),
        ("--5", "EUR", True),
        ("5 5", "EUR", True),
        ("\u0661", "EUR", True),
        ("1" * 50, "EUR", True),
        (5, "EUR", True),
    ],
)
def test_what_has_no_sure_reading_is_invalid(
    text: object, currency: str, decimal_comma: bool
) -> None:
    with pytest.raises(Invalid):
        Money.parse_local(text, currency, decimal_comma)  # type: ignore[arg-type]


amounts = st.integers(-LARGEST_MINOR, LARGEST_MINOR)


@given(amounts, st.sampled_from(sorted(CURRENCIES)))
def test_writing_and_reading_give_the_same(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.decimal_string(), currency) == money
    assert Money.from_wire(money.wire(), "price") == money


@given(amounts, st.sampled_from(sorted(CURRENCIES)), st.booleans())
def test_people_may_group_as_their_country_does(
    minor: int, currency: str, decimal_comma: bool
) -> None:
    money = Money(minor, currency)
    whole, _, part = money.decimal_string().partition(".")
    grouped = f"{int(whole):,}" if whole != "-0" else "-0"
    written = f"{grouped}.{part}" if part else grouped
    if decimal_comma:
        written = written.translate(str.maketrans(",.", ".,"))
    assert Money.parse_local(written, currency, decimal_comma) == money


@pytest.mark.parametrize(
    "value",
    [
        12.34,
        "12.34",
        None,
        {"amount": 12.34, "currency": "EUR"},
        {"amount": 12, "currency": "EUR"},
        {"amount": "12.34"},
        {"amount": "12.345", "currency": "EUR"},
        {"amount": "12", "currency": "ZZZ"},
    ],
)
def test_the_wire_refuses_and_names_the_field(value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        Money.from_wire(value, "variant.price")
    assert refusal.value.facts["field"] == "variant.price"


def test_arithmetic_and_order() -> None:
    one, two = Money(100, "EUR"), Money(250, "EUR")
    assert one + two == Money(350, "EUR")
    assert one - two == Money(-150, "EUR")
    assert 3 * one == one * 3 == Money(300, "EUR")
    assert -one == Money(-100, "EUR")
    assert abs(-one) == one
    assert one < two <= two
    assert max(one, two) == two
    assert Money.sum([one, two, one], "EUR") == Money(450, "EUR")
    assert Money.sum([], "JPY").is_zero
    assert str(-two) == "-2.50 EUR"


def test_currencies_do_not_mix() -> None:
    euro, yen = Money(100, "EUR"), Money(100, "JPY")
    for mix in (
        lambda: euro + yen,
        lambda: euro - yen,
        lambda: euro < yen,
        lambda: Money.sum([euro], "JPY"),
    ):
        with pytest.raises(MixedCurrencies):
            mix()
    assert euro != yen


@pytest.mark.parametrize("times", [1.5, Fraction(1, 2), True, "2"])
def test_money_is_multiplied_by_whole_numbers_only(times: object) -> None:
    with pytest.raises(TypeError):
        Money(100, "EUR") * times  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(7, 2), 4),
        (Fraction(249, 100), 2),
        (Fraction(-249, 100), -2),
        (Fraction(10**30 + 1, 2), 5 * 10**29 + 1),
        (7, 7),
        (0, 0),
    ],
)
def test_a_half_goes_away_from_zero(value: Fraction, rounded: int) -> None:
    assert round_half_up(value) == rounded


def test_the_largest_remainder_gets_the_rest_and_ties_go_to_the_earlier() -> None:
    assert allocate(100, [1000, 1000, 1000]) == [34, 33, 33]
    assert allocate(150, [1100, 535]) == [101, 49]
    assert allocate(-100, [1, 1, 1]) == [-34, -33, -33]
    assert allocate(2, [0, 1, 0]) == [0, 2, 0]
    assert allocate(0, []) == []
    assert allocate(0, [0, 0]) == [0, 0]


def test_a_share_needs_somebody_to_carry_it() -> None:
    for weights in ([], [0, 0], [1, -1]):
        with pytest.raises(ValueError):
            allocate(5, weights)


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(any),
)
def test_shares_sum_to_the_whole_and_are_fair(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
