"""What a single cell can hold, read from text and written back so that it reads the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from webapp.kit.errors import Invalid
from webapp.kit.money import Money, round_half_up
from webapp.kit.values import Value

LARGEST_COUNT = 2**31 - 1
_TRUE = frozenset(
    ("true", "1", "yes", "y", "on", "x", "ja", "j", "wahr", "oui", "o", "vrai", "sí", "si", "sim")
)
_FALSE = frozenset(
    ("false", "0", "no", "n", "off", "nein", "falsch", "non", "faux", "não", "nao", "falso", "nee")
)
_PLAIN = re.compile(r"([+-]?)([0-9]*)(?:([.,])([0-9]*))?")
_GROUPED = re.compile(r"([+-]?)([0-9]{1,3}(?:([.,' ])[0-9]{3})(?:\3[0-9]{3})*)(?:([.,])([0-9]+))?")
_ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?[eE]\+?[0-9]+")

GRAMS = {
    "g": Fraction(1), "gr": Fraction(1), "gram": Fraction(1), "grams": Fraction(1),
    "kg": Fraction(1000), "kgs": Fraction(1000), "mg": Fraction(1, 1000),
    "lb": Fraction("453.59237"), "lbs": Fraction("453.59237"), "oz": Fraction("28.349523125"),
}  # fmt: skip
MILLIMETRES = {
    "mm": Fraction(1), "cm": Fraction(10), "dm": Fraction(100), "m": Fraction(1000),
    "in": Fraction("25.4"), "inch": Fraction("25.4"), "ft": Fraction("304.8"),
    "yd": Fraction("914.4"),
}  # fmt: skip


class BadCell(Exception):
    """The text of a cell cannot be what its column says. Carries the sentence to show."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Style(Value):
    """How the file writes what can be written in several ways. Declared once, never guessed."""

    currency: str = "EUR"
    decimal_comma: bool = False
    timezone: str = "UTC"
    """Of dates and times without an offset."""


def amount(text: str, style: Style) -> str:
    """Money as decimal text with exactly the currency's decimals; never negative."""
    try:
        money = Money.parse_local(text, style.currency, style.decimal_comma)
    except Invalid as bad:
        sentence = f"“{_short(text)}” is not an amount in {style.currency}. {bad.detail}"
        raise BadCell(sentence) from None
    if money.minor < 0:
        raise BadCell(f"“{_short(text)}” is below zero.")
    return money.decimal_string()


def number(text: str, style: Style) -> Decimal:
    """A decimal number; ``1.234`` is read as the style says, ``12.5`` has only one reading."""
    bare = re.sub("[\u00a0\u2009\u202f]", " ", text.strip()).replace("\u2212", "-")
    plain = _PLAIN.fullmatch(bare)
    own = "," if style.decimal_comma else "."
    if plain and len(bare) <= 40 and (plain[2] or plain[4]):
        sign, whole, mark, part = plain[1], plain[2], plain[3], plain[4] or ""
        grouping = mark is not None and mark != own and len(part) == 3 and 0 < len(whole) <= 3
        if grouping and not whole.startswith("0"):
            return Decimal(f"{sign}{whole}{part}")
        return Decimal(f"{sign}{whole or '0'}.{part or '0'}")
    grouped = _GROUPED.fullmatch(bare)
    if grouped and len(bare) <= 40 and grouped[3] != grouped[4]:
        whole = re.sub("[^0-9]", "", grouped[2])
        return Decimal(f"{grouped[1]}{whole}.{grouped[5] or '0'}")
    raise BadCell(f"“{_short(text)}” is not a number.")


def whole(text: str, style: Style) -> int:
    """A whole number; ``5.0`` is one."""
    value = number(text, style)
    if value != value.to_integral_value():
        raise BadCell(f"“{_short(text)}” is not a whole number.")
    if abs(value) > LARGEST_COUNT:
        raise BadCell(f"“{_short(text)}” is more than we can count.")
    return int(value)


def count(text: str, style: Style) -> int:
    """A whole number that is not negative."""
    value = whole(text, style)
    if value < 0:
        raise BadCell(f"“{_short(text)}” is below zero.")
    return value


def measure(text: str, style: Style, unit: str, units: dict[str, Fraction]) -> int:
    """A weight in g or a length in mm; the text may carry its own unit ("0,5 kg")."""
    written = re.fullmatch(r"(.*?[0-9.,])\s*([a-zA-Z]{1,5})\.?", text.strip(), re.DOTALL)
    if written:
        text, unit = written[1], written[2]
    scale = units.get(unit.strip().lower())
    if scale is None:
        raise BadCell(f"We do not know the unit “{_short(unit)}”.")
    value = Fraction(number(text, style)) * scale
    if value < 0:
        raise BadCell(f"“{_short(text)}” is below zero.")
    if value > LARGEST_COUNT:
        raise BadCell(f"“{_short(text)}” is more than we can weigh or measure.")
    return round_half_up(value)


def yes_no(text: str) -> bool:
    word = text.strip().casefold()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise BadCell(f"“{_short(text)}” is neither yes nor no.")


def one_of(text: str, choices: Iterable[str]) -> str:
    word = text.strip().casefold()
    choices = tuple(choices)
    if word in choices:
        return word
    raise BadCell(f"“{_short(text)}” is not one of {', '.join(choices)}.")


def moment(text: str, style: Style, *, end_of_day: bool = False) -> datetime:
    """A date or time by ISO 8601, in UTC. A bare date is the first or the last second of it."""
    bare = text.strip()
    if len(bare) > 40:
        raise BadCell(f"“{_short(text)}” is not a date like 2025-12-31.")
    # "2025-10-09 14:35:53 UTC" and "... +0200" are what exports write for Z and +02:00.
    bare = re.sub(r"\s*(UTC|GMT)$", "+00:00", bare)
    bare = re.sub(r"\s+([+-][0-9]{2}):?([0-9]{2})$", r"\1:\2", bare)
    zone = ZoneInfo(style.timezone)
    try:
        if len(bare) <= 10:
            moment = datetime.combine(
                date.fromisoformat(bare), time(23, 59, 59) if end_of_day else time(), zone
            )
        else:
            moment = datetime.fromisoformat(bare)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCell(f"“{_short(text)}” is not a date like 2025-12-31.") from None


def written_moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def barcode(text: str) -> str:
    """A barcode as printed, leading zeros kept; refuses what a spreadsheet has rounded."""
    bare = text.strip()
    if _ROUNDED.fullmatch(bare):
        raise BadCell(
            f"“{_short(bare)}” is a number that a spreadsheet has rounded. "
            "Format the column as text and enter the barcode again."
        )
    if len(bare) > 40:
        raise BadCell("A barcode has at most 40 characters.")
    return bare


def is_gtin(text: str) -> bool:
    """Whether the check digit of a GTIN-8, -12, -13 or -14 is right."""
    if len(text) not in (8, 12, 13, 14) or not (text.isascii() and text.isdigit()):
        return False
    *body, check = (int(digit) for digit in text)
    weighed = sum(digit * (3 if place % 2 == 0 else 1) for place, digit in enumerate(body[::-1]))
    return (weighed + check) % 10 == 0


def words(text: str, separator: str = ",") -> tuple[str, ...]:
    """A list in one cell, each once; the separator itself is written with ``\\`` before it."""
    return tuple(dict.fromkeys(word for word in _split(text, separator) if word))


def paths(text: str, separator: str = ",", step: str = ">") -> tuple[tuple[str, ...], ...]:
    """A list of paths in one cell: ``A > B, C``."""
    found = (
        tuple(name for name in _split(path, step) if name)
        for path in _split(text, separator, keep_escapes=True)
    )
    return tuple(dict.fromkeys(path for path in found if path))


def written_words(values: Sequence[str], separator: str = ",") -> str:
    return f"{separator} ".join(_escaped(value, separator) for value in values)


def written_paths(values: Sequence[Sequence[str]], separator: str = ",", step: str = ">") -> str:
    return f"{separator} ".join(
        f" {step} ".join(_escaped(name, separator + step) for name in path) for path in values
    )


def _escaped(text: str, marks: str) -> str:
    return re.sub(rf"[\\{re.escape(marks)}]", r"\\\g<0>", text)


def _split(text: str, mark: str, *, keep_escapes: bool = False) -> list[str]:
    parts: list[str] = []
    part: list[str] = []
    rest = iter(text)
    for sign in rest:
        if sign == "\\":
            after = next(rest, "")
            # A backslash before anything but a mark is a backslash: "C:\pics" stays as it is.
            literal = after in ("\\", mark, ">", ";", ",", "|") and after != ""
            part.append(sign + after if keep_escapes or not literal else after)
        elif sign == mark:
            parts.append("".join(part))
            part = []
        else:
            part.append(sign)
    parts.append("".join(part))
    return [part.strip() for part in parts]


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else f"{text[:39]}…"
