"""What a single field may hold. Every refusal names its field."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from webapp.catalogue import columns
from webapp.kit.errors import Invalid
from webapp.runtime import markup

LARGEST = 2**31 - 1
"""What the integer columns hold on every engine."""

LONGEST_CUSTOM = 100_000
_SWATCH = re.compile(r"#[0-9a-f]{6}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def line(table: str, column: str, value: object, *, required: bool = False) -> str:
    """One line of plain text that fits its column."""
    return _fitting(table, column, markup.plain_line(_text(column, value)), required)


def lines(table: str, column: str, value: object) -> str:
    """Plain text of several lines that fits its column."""
    return _fitting(table, column, markup.plain_text(_text(column, value)), False)


def html(table: str, column: str, value: object) -> str:
    """Cleaned HTML that fits its column. Text beyond four times the limit is not even cleaned."""
    text = _text(column, value)
    if len(text) > 4 * _limit(table, column):
        _fitting(table, column, text, False)
    return _fitting(table, column, markup.clean_html(text), False)


def whole(column: str, value: object, *, least: int = 0, most: int = LARGEST) -> int:
    """A whole number within bounds."""
    if type(value) is not int or not least <= value <= most:
        raise Invalid(f"Enter a whole number from {least} to {most}.", field=column)
    return value


def amount(column: str, value: object) -> int:
    """Minor units: not negative, and no more than a column holds."""
    if type(value) is not int or value < 0:
        raise Invalid("An amount cannot be less than nothing.", field=column)
    if value > LARGEST:
        raise Invalid("This amount is larger than we can handle.", field=column)
    return value


def optional(check: Callable[..., int], column: str, value: object, **bounds: int) -> int | None:
    return None if value is None else check(column, value, **bounds)


def yes_or_no(column: str, value: object) -> bool:
    if type(value) is not bool:
        raise Invalid("This is either yes or no.", field=column)
    return value


def country(column: str, value: object) -> str:
    code = markup.plain_line(_text(column, value)).upper()
    if code and not _COUNTRY.fullmatch(code):
        raise Invalid("A country is given by its two letters, like DE.", field=column)
    return code


def swatch(value: object) -> str:
    colour = markup.plain_line(_text("swatch", value)).lower()
    if colour and not _SWATCH.fullmatch(colour):
        raise Invalid("A colour is written like #5b8c5a.", field="swatch")
    return colour


def custom(value: object) -> dict[str, Any]:
    """Free-form fields: whatever JSON can hold, within reason."""
    if not isinstance(value, Mapping):
        raise Invalid("Custom fields are names with values.", field="custom")
    try:
        clean: dict[str, Any] = _cleaned(dict(value))
        text = json.dumps(clean, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as bad:
        raise Invalid("A custom field holds something that is no text.", field="custom") from bad
    if len(text) > LONGEST_CUSTOM:
        raise Invalid("The custom fields are too long.", field="custom", most=LONGEST_CUSTOM)
    return clean


def _cleaned(value: Any) -> Any:
    """Without the control characters that a PostgreSQL text cannot hold."""
    match value:
        case str():
            return markup.plain_text(value)
        case dict():
            return {markup.plain_line(str(name)): _cleaned(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_cleaned(inner) for inner in value]
    return value


def _text(column: str, value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid("This has to be text.", field=column)
    return value


def _limit(table: str, column: str) -> int:
    length = getattr(columns.of(table).c[column].type, "length", None)
    return int(length or LARGEST)


def _fitting(table: str, column: str, text: str, required: bool) -> str:
    most = _limit(table, column)
    if len(text) > most:
        raise Invalid(
            f"Use at most {most} characters; this has {len(text)}.", field=column, most=most
        )
    if required and not text:
        raise Invalid("This cannot be empty.", field=column)
    return text
