"""What is wrong with an input, said to the person who filled it in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, Literal, get_origin

from pydantic import EmailStr
from pydantic_core import ErrorDetails

from webapp.web.gathering import Kind, Slot

Facts = Mapping[str, Any]

_SENTENCES: dict[str, Callable[[Facts], str]] = {
    "string_too_short": lambda c: f"Use at least {_count(c['min_length'], 'character')}.",
    "string_too_long": lambda c: f"Keep this to {_count(c['max_length'], 'character')} or fewer.",
    "string_pattern_mismatch": lambda c: "This is not written the way we expect.",
    "string_unicode": lambda c: "This contains a character that cannot be stored.",
    "greater_than": lambda c: f"Enter a number above {c['gt']}.",
    "greater_than_equal": lambda c: f"Enter {c['ge']} or more.",
    "less_than": lambda c: f"Enter a number below {c['lt']}.",
    "less_than_equal": lambda c: f"Enter {c['le']} or less.",
    "multiple_of": lambda c: f"Enter a multiple of {c['multiple_of']}.",
    "decimal_max_places": lambda c: f"Use at most {_count(c['decimal_places'], 'decimal')}.",
    "decimal_max_digits": lambda c: f"Use at most {_count(c['max_digits'], 'digit')}.",
    "decimal_whole_digits": lambda c: "This number is too large.",
    "int_parsing_size": lambda c: "This number is too large.",
    "finite_number": lambda c: "Enter a number.",
    "too_short": lambda c: f"Choose at least {c['min_length']}.",
    "too_long": lambda c: f"Choose at most {c['max_length']}.",
    "date_past": lambda c: "Enter a day in the past.",
    "date_future": lambda c: "Enter a day in the future.",
    "url_parsing": lambda c: "Enter a web address like https://example.com.",
    "url_scheme": lambda c: "Enter a web address that starts with https://.",
    "extra_forbidden": lambda c: "We do not know this field.",
}

_WHOLE = {"int_parsing", "int_type", "int_from_float"}
_NUMBER = {"decimal_parsing", "decimal_type", "float_parsing", "float_type"}


def sentence_for(error: ErrorDetails, slot: Slot | None) -> str:
    """One sentence for an error pydantic found in the field ``slot`` (None: in the whole form)."""
    kind, facts = error["type"], error.get("ctx", {})
    if kind == "missing":
        return _missing(slot)
    if slot is not None and slot.says.wrong and kind not in {"string_too_long", "line_break"}:
        return slot.says.wrong
    if kind in _SENTENCES:
        return _SENTENCES[kind](facts)
    if kind in _WHOLE:
        return "Enter a whole number."
    if kind in _NUMBER:
        return "Enter a number."
    if kind in {"literal_error", "enum", "bool_parsing", "bool_type"}:
        return "Choose one of the options."
    if kind.startswith(("date_", "datetime_", "time_", "timezone_")):
        return "Enter a date and time." if slot and slot.type is datetime else "Enter a date."
    if kind in {"value_error", "assertion_error"}:
        if slot is not None and slot.type is EmailStr:
            return "Enter an email address like name@example.com."
        return str(facts.get("error", error["msg"]))
    if kind == "is_instance_of":
        return "Choose a file." if slot and slot.is_file else "This cannot be read."
    if kind == error["msg"] or error["msg"].startswith(("Input should", "Value error")):
        return "This cannot be read."
    return error["msg"]  # our own: raised with the sentence as its message


def _missing(slot: Slot | None) -> str:
    if slot is None:
        return "Something is missing."
    if slot.says.missing:
        return slot.says.missing
    if slot.is_file:
        return "Choose a file."
    if slot.kind in {Kind.MANY, Kind.GROUPS}:
        return "Add at least one."
    if slot.type is EmailStr:
        return "Enter an email address."
    if slot.type in {date, datetime}:
        return "Enter a date."
    named = slot.label if slot.label != slot.name.replace("_", " ") else f"the {slot.label}"
    is_choice = get_origin(slot.type) is Literal or (
        isinstance(slot.type, type) and issubclass(slot.type, Enum | bool)
    )
    return f"Choose {named}." if is_choice else f"Enter {named}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"
