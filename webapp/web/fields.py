"""Kinds of fields for forms, and marks that say how an input is read."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from pydantic_core.core_schema import ValidationInfo

from webapp.kit.currencies import CURRENCIES
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.web.manners import PLAIN
from webapp.web.templates import locale_of

LARGEST_INTEGER = 2**63 - 1

_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")


class Lines(Value):
    """Marks a text that may have several lines."""


class Verbatim(Value):
    """Marks a text that is taken as typed and never shown again: a password."""


class Says(Value):
    """A field's own sentences: when it is missing, and when what was typed is not right."""

    missing: str = ""
    wrong: str = ""


Text = Annotated[str, Lines(), Field(max_length=5000)]
"""A text of several lines, at most 5,000 characters."""

LongText = Annotated[str, Lines(), Field(max_length=100_000)]
"""A description or an article."""

Secret = Annotated[str, Verbatim(), Field(max_length=1024)]
"""A password: not trimmed, and not among the values that are shown again."""


class _AmountSchema:
    """Lets a form hold ``Money`` as it is; read by ``_read_amount`` before."""

    @staticmethod
    def __get_pydantic_core_schema__(_source: Any, _handler: Any) -> CoreSchema:
        return core_schema.is_instance_schema(Money)


def _read_amount(value: object, info: ValidationInfo) -> Money:
    if isinstance(value, Money):
        return value
    manners = (info.context or {}).get("manners", PLAIN)
    decimal_mark = locale_of(manners.locale).number_symbols["latn"]["decimal"]
    # Where the same form chooses the currency, what is typed beside it is in that one.
    chosen = str(info.data.get("currency"))
    currency = chosen if chosen in CURRENCIES else manners.currency
    try:
        return Money.parse_local(str(value), currency, decimal_mark == ",")
    except Invalid as refusal:
        sentence = refusal.detail
    raise PydanticCustomError("amount", "{sentence}", {"sentence": sentence})


def _not_negative(value: Money) -> Money:
    if value.minor < 0:
        raise PydanticCustomError("amount", "Enter an amount of zero or more.")
    return value


Amount = Annotated[Money, _AmountSchema(), BeforeValidator(_read_amount)]
"""Money in the shop's currency, or in that of the form's field ``currency``; typed as ``12.50``,
``1.234,50`` or ``-3``."""

Price = Annotated[Amount, AfterValidator(_not_negative)]
"""An ``Amount`` of zero or more."""


def clean_text(text: str, *, several_lines: bool = False) -> str:
    """Trimmed and in one Unicode form. Control characters raise a ``PydanticCustomError``."""
    text = unicodedata.normalize("NFC", _LINE_BREAKS.sub("\n", text)).strip()
    if not several_lines and "\n" in text:
        raise PydanticCustomError("line_break", "Write this on one line.")
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in text):
        raise _unstorable()
    return text


def as_typed(text: str) -> str:
    """The text untouched; only what no database can hold is refused."""
    if "\0" in text or any(unicodedata.category(char) == "Cs" for char in text):
        raise _unstorable()
    return text


def _unstorable() -> PydanticCustomError:
    return PydanticCustomError(
        "control_character", "This contains a character that cannot be stored."
    )
