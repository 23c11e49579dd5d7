"""The Jinja environment: strict about names, and with the shop's filters and macros."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_currency, format_decimal
from babel.units import format_unit
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.runtime import Macro

from webapp.kit.money import Money, exponent
from webapp.web.manners import spoken

_GRAMS_IN = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "oz": Decimal("28.349523125"),
    "lb": Decimal("453.59237"),
}
_UNIT_NAMES = {"g": "mass-gram", "kg": "mass-kilogram", "oz": "mass-ounce", "lb": "mass-pound"}


def make_environment(
    directory: Path,
    *,
    url_for: Callable[..., str] | None = None,
    asset: Callable[[str], str] | None = None,
    debug: bool = False,
    bytecode_dir: Path | None = None,
) -> Environment:
    """Templates under ``directory``. ``debug`` reads changed files again without a restart.

    A misspelt name is an error, not an empty string. Compiled templates are kept in
    ``bytecode_dir`` between starts when it is given (the folder must exist).
    """
    environment = Environment(
        loader=FileSystemLoader(directory),
        autoescape=_escapes,  # noqa: S701 (everything but plain text is escaped)
        undefined=StrictUndefined,
        auto_reload=debug,
        cache_size=-1,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=FileSystemBytecodeCache(str(bytecode_dir)) if bytecode_dir else None,
    )
    environment.globals.update(
        url_for=url_for or _nowhere, asset=asset or _nowhere, ui=Macros(environment)
    )
    environment.filters.update(
        money=money, date=as_date, datetime=as_datetime, number=number, weight=weight
    )
    return environment


class Macros:
    """Every macro of ``ui/*.html`` by its own name, read when first used: ``ui.field(...)``."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._homes: dict[str, str] = {}

    def __getattr__(self, name: str) -> Macro:
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._homes:
            self._homes = self._found()
        if name not in self._homes:
            raise AttributeError(f"No file in templates/ui has a macro {name!r}.")
        # The environment keeps the compiled template (and, in debug, notices that it changed).
        macro: Macro = getattr(self._environment.get_template(self._homes[name]).module, name)
        return macro

    def _found(self) -> dict[str, str]:
        homes: dict[str, str] = {}
        for path in self._environment.list_templates(
            filter_func=lambda path: path.startswith("ui/") and path.endswith(".html")
        ):
            for name, value in vars(self._environment.get_template(path).module).items():
                if not isinstance(value, Macro):
                    continue
                if name in homes:
                    raise LookupError(f"Two macros {name!r}: in {homes[name]} and in {path}.")
                homes[name] = path
        return homes


def money(amount: Money) -> str:
    """An amount in the shop's way of writing, in its own currency: ``€12.34``, ``12,34 €``."""
    return _money(amount.minor, amount.currency, spoken().locale)


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
    return format_currency(exact, currency, locale=locale_of(locale))


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


def _escapes(name: str | None) -> bool:
    """Everything is escaped but plain text (mails)."""
    return name is None or not name.endswith(".txt")


def _nowhere(*_: object, **__: Any) -> str:
    raise LookupError("This environment was made without addresses.")
