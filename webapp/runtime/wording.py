"""How the shop writes amounts, dates, numbers and weights, on pages and in mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, get_timezone
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.kit.money import Money, exponent
from webapp.kit.values import Value

_GRAMS_IN = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}
_LETTER_MEETS_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
"""Where CLDR wants a space inside an amount (``currencySpacing``), which Babel leaves out."""
_PLAIN_AMOUNT = re.compile(r"(?<![\w.-])(-?[0-9]{1,15}(?:\.[0-9]+)?) ([A-Z]{3})\b")
"""What ``str`` makes of money."""
_UNIT_NAMES = {"g": "mass-gram", "kg": "mass-kilogram", "oz": "mass-ounce", "lb": "mass-pound"}


class Manners(Value):
    """The merchant's choices: locale (``de_DE``), time zone, currency, unit of weight."""

    locale: str = "en_GB"
    time_zone: str = "UTC"
    currency: str = "EUR"
    weight_unit: str = "g"


PLAIN = Manners()

# Jinja's macros see globals but no context, so a filter used in a macro could not ask the page's
# context for the shop's locale. This holds the question (not the answer: a fragment without an
# amount should not read the settings) for the time of one rendering, in the thread that renders.
_asking: ContextVar[Callable[[], Manners] | None] = ContextVar("manners", default=None)


@contextmanager
def speaking(ask: Callable[[], Manners]) -> Iterator[None]:
    """While this lasts, ``spoken()`` answers what ``ask`` says; asked when first needed."""
    before = _asking.set(ask)
    try:
        yield
    finally:
        _asking.reset(before)


def spoken() -> Manners:
    """The manners of the page that is being rendered; plain ones outside of a rendering."""
    ask = _asking.get()
    return ask() if ask is not None else PLAIN


def money(amount: Money, manners: Manners | None = None) -> str:
    """An amount in the shop's way of writing, in its own currency: ``€12.34``, ``12,34 €``.

    Sentences that are put together outside of a rendering say in whose ``manners``.
    """
    return _money(amount.minor, amount.currency, (manners or spoken()).locale)


def with_amounts(text: str, manners: Manners) -> str:
    """``text`` with the amounts that stand in it as ``12.34 EUR`` in the shop's way of writing."""

    def written(found: re.Match[str]) -> str:
        try:
            return money(Money.parse(found[1], found[2]), manners)
        except Invalid:  # no currency, or more decimals than it has: it was no amount of ours
            return found[0]

    return _PLAIN_AMOUNT.sub(written, text)


def as_date(value: date | datetime, length: str = "long") -> str:
    """The day: ``5 March 2026``. A moment is taken to the shop's time zone first."""
    manners = spoken()
    if isinstance(value, datetime):
        value = _moment(value).astimezone(_zone(manners.time_zone)).date()
    return format_date(value, format=length, locale=locale_of(manners.locale))


def as_datetime(value: datetime, length: str = "medium") -> str:
    """Day and time on the shop's clock."""
    manners = spoken()
    return format_datetime(
        _moment(value),
        format=length,
        tzinfo=_zone(manners.time_zone),
        locale=locale_of(manners.locale),
    )


def at(value: datetime) -> str:
    """When something was, in a sentence: ``at 14:03``, with the day where it was not today."""
    manners = spoken()
    zone, locale = _zone(manners.time_zone), locale_of(manners.locale)
    local = _moment(value).astimezone(zone)
    time = f"at {format_time(local, 'short', tzinfo=zone, locale=locale)}"
    is_today = local.date() == now().astimezone(zone).date()
    return time if is_today else f"on {format_date(local.date(), 'medium', locale=locale)} {time}"


def number(value: int | Decimal) -> str:
    """A number with the locale's separators."""
    text: str = format_decimal(value, locale=locale_of(spoken().locale))
    return text


def weight(grams: int, unit: str | None = None) -> str:
    """Grams in the shop's unit (``g``, ``kg``, ``lb``, ``oz``); from 1000 g on, ``g`` says kg."""
    manners = spoken()
    unit = unit or manners.weight_unit
    if unit == "g" and grams >= 1000:
        unit = "kg"
    amount = (Decimal(grams) / _GRAMS_IN[unit]).quantize(
        Decimal("0.01" if unit != "kg" else "1e-3")
    )
    return format_unit(amount, _UNIT_NAMES[unit], "short", locale=locale_of(manners.locale))


def size(count: int) -> str:
    """A number of bytes for people: ``340 bytes``, ``12 KB``, ``3.5 MB``."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{count // 1000} KB"
    return f"{count / 1_000_000:.1f} MB".replace(".0 ", " ")


@lru_cache(maxsize=64)
def locale_of(name: str) -> Locale:
    """The locale called ``de_DE`` or ``de-DE``; English for a name nobody knows."""
    try:
        return Locale.parse(name.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse("en_GB")


@lru_cache(maxsize=8192)
def _money(minor: int, currency: str, locale: str) -> str:
    exact = Decimal(minor).scaleb(-exponent(currency))
    text: str = format_currency(exact, currency, locale=locale_of(locale))
    return _LETTER_MEETS_DIGIT.sub("\xa0", text)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    try:
        return get_timezone(name)
    except LookupError:
        return get_timezone("UTC")


def _moment(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be shown.")
    return value
