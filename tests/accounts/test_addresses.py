import pytest

from webapp.accounts.addresses import (
    LONGEST,
    Address,
    countries,
    country_name,
    fields_of,
    is_country,
    read,
)

BERLIN = {
    "name": "Ada Lovelace",
    "street_address": "Torstraße 1",
    "postal_code": "10119",
    "city": "Berlin",
}


def names(country):
    return [field.name for field in fields_of(country)]


def required(country):
    return [field.name for field in fields_of(country) if field.is_required]


def test_fields_follow_the_country_in_the_order_it_writes_them():
    assert names("DE") == [
        "name",
        "company_name",
        "street_address",
        "street_address_2",
        "postal_code",
        "city",
    ]
    assert names("US")[-3:] == ["city", "country_area", "postal_code"]
    assert names("HK") == [
        "name",
        "company_name",
        "country_area",
        "city",
        "street_address",
        "street_address_2",
    ]


def test_labels_and_provinces_are_those_of_the_country():
    us = {field.name: field for field in fields_of("US")}
    ireland = {field.name: field for field in fields_of("IE")}
    japan = {field.name: field for field in fields_of("JP")}

    assert (us["country_area"].label, us["postal_code"].label) == ("State", "ZIP code")
    assert ("CA", "California") in us["country_area"].choices
    assert ireland["postal_code"].label == "Eircode"
    assert ("東京都", "Tokyo") in japan["country_area"].choices
    assert len(japan["country_area"].choices) == 47


def test_what_is_required_follows_the_country():
    assert required("DE") == ["name", "street_address", "postal_code", "city"]
    assert required("IE") == ["name", "street_address", "city"]


def test_every_country_of_the_list_has_a_form():
    codes = [code for code, _ in countries()]

    assert len(codes) > 240
    assert all("name" in names(code) and "street_address" in names(code) for code in codes)


def test_countries_are_listed_by_name_as_a_person_sorts_them():
    listed = [code for code, _ in countries()]

    assert listed.index("AX") < listed.index("AL")
    assert dict(countries("de_DE"))["AT"] == "Österreich"


@pytest.mark.parametrize("code", ["XX", "ZZ", "EU", "de", "", "D", "DEU", "../", "D\n", "١٢"])
def test_what_is_no_country_is_none(code):
    address, wrong = read(code, BERLIN)

    assert not is_country(code)
    assert address is None
    assert wrong == {"country": "Choose a country from the list."}


def test_a_right_address_is_written_as_its_country_does():
    address, wrong = read("DE", {**BERLIN, "street_address_2": "2. Hof", "country_area": "dropped"})

    assert wrong == {}
    assert address == Address(
        "DE",
        name="Ada Lovelace",
        street_address="Torstraße 1",
        street_address_2="2. Hof",
        postal_code="10119",
        city="Berlin",
    )
    assert address.lines() == ["Ada Lovelace", "Torstraße 1", "2. Hof", "10119 Berlin", "Germany"]


def test_a_province_is_known_by_code_and_by_name():
    typed = {**BERLIN, "postal_code": "95014", "country_area": "california"}

    address, wrong = read("US", typed)

    assert wrong == {}
    assert address.country_area == "CA"
    assert address.lines()[-2:] == ["Berlin, CA 95014", "United States"]


def test_an_empty_part_leaves_no_comma_behind():
    address = Address("US", name="A", street_address="1 Main St", city="Reno", postal_code="89501")

    assert address.lines() == ["A", "1 Main St", "Reno, 89501", "United States"]


def test_each_missing_field_is_named():
    address, wrong = read("DE", {})

    assert address is None
    assert wrong == {
        "name": "Enter the name of the person it is for.",
        "street_address": "Enter the street and house number.",
        "postal_code": "Enter the postcode.",
        "city": "Enter the city.",
    }


@pytest.mark.parametrize("code", ["1011", "101199", "D-10119", "١٠١١٩", "10119 x", "<b>10119"])
def test_a_postcode_that_the_country_does_not_have(code):
    address, wrong = read("DE", {**BERLIN, "postal_code": code})

    assert address is None
    assert wrong == {"postal_code": "Enter a postcode for Germany, like 26133."}


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("GB", "ec1y 8sy", "EC1Y 8SY"),
        ("JP", "１５４-００２３", "154-0023"),
        ("DE", " 10119 ", "10119"),
    ],
)
def test_a_postcode_is_read_as_people_type_it(country, typed, kept):
    values = {**BERLIN, "postal_code": typed, "country_area": "Tokyo"}

    address, wrong = read(country, values)

    assert wrong == {}
    assert address.postal_code == kept


def test_a_field_that_is_too_long_or_cannot_be_stored():
    assert read("DE", {**BERLIN, "name": "x" * (LONGEST + 1)})[1] == {
        "name": f"Use at most {LONGEST} characters."
    }
    assert read("DE", {**BERLIN, "city": "Ber\0lin"})[1] == {
        "city": "This contains a character that cannot be stored."
    }


def test_the_frozen_form_keeps_fields_and_lines():
    address, _ = read("DE", BERLIN)

    kept = address.frozen("de_DE")

    assert kept["country"] == "DE"
    assert kept["city"] == "Berlin"
    assert kept["lines"][-1] == "Deutschland"
    assert country_name("DE", "nonsense") == "Germany"


def test_a_province_that_is_missing_or_unknown():
    assert read("US", {**BERLIN, "postal_code": "95014"})[1] == {
        "country_area": "Choose the state."
    }
    typed = {**BERLIN, "postal_code": "95014", "country_area": "Bavaria"}
    assert read("US", typed)[1] == {"country_area": "Choose the state from the list."}
