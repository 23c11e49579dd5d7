"""Money: whole minor units and a currency. Never a float, never a bare number.

Division happens on exact fractions and is rounded by ``round_half_up``, once, at a place that the
price calculation names; splitting a sum goes through ``allocate``, which loses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from webapp.kit.currencies import CURRENCIES, SIGN_PAIRS, exponent
from webapp.kit.errors import Invalid
from webapp.kit.values import Value

__all__ = [
    "CURRENCIES",
    "LARGEST_MINOR",
    "MixedCurrencies",
    "Money",
    "allocate",
    "exponent",
    "round_half_up",
]

LARGEST_MINOR = 10**15
"""The largest amount accepted as input, in minor units. Sums of thousands still fit a column."""

_LONGEST_TEXT = 40
_AMOUNT = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?")
_SPACES = re.compile("[ \t\u00a0\u2007\u2009\u202f]+")
_GROUPED = {
    ",": re.compile(r"[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}"),  # groups of two in India
    ".": re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+"),
    " ": re.compile(r"[0-9]{1,3}(?: [0-9]{3})+"),
    "'": re.compile(r"[0-9]{1,3}(?:'[0-9]{3})+"),
}


class MixedCurrencies(TypeError):
    """Two currencies met in one sum. That is a mistake in our code, so not a refusal."""


class Money(Value):
    """An amount: ``Money(1234, "EUR")`` is 12.34 euros, ``Money(1234, "JPY")`` is 1234 yen.

    ``minor`` counts the currency's smallest unit and may be negative. Adding and comparing need
    one currency (``MixedCurrencies`` otherwise); multiplying takes a whole number.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Money counts whole minor units, not {self.minor!r}.")
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """Nothing, in ``currency``."""
        return cls(0, currency)

    @classmethod
    def sum(cls, amounts: Iterable[Money], currency: str) -> Money:
        """The sum of ``amounts``, which are all in ``currency``; zero when there are none."""
        total = cls.zero(currency)
        for amount in amounts:
            total += amount
        return total

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read the wire form: ``-?digits(.digits)?`` with at most the currency's decimals.

        Raises ``Invalid`` for anything else: spaces, signs of currencies, separators, exponents,
        digits of other scripts, numbers that are not text, more than ``LARGEST_MINOR``.
        """
        decimals = exponent(currency)
        found = (
            _AMOUNT.fullmatch(text)
            if isinstance(text, str) and len(text) <= _LONGEST_TEXT
            else None
        )
        if found is None:
            raise Invalid("An amount is written like 12.34.", currency=currency)
        sign, whole, part = found[1], found[2], found[3] or ""
        if len(part) > decimals:
            raise Invalid(_too_fine(currency, decimals), currency=currency, decimals=decimals)
        minor = int(whole + part.ljust(decimals, "0"))
        if minor > LARGEST_MINOR:
            raise Invalid("This amount is larger than we can handle.", currency=currency)
        return cls(-minor if sign else minor, currency)

    @classmethod
    def parse_local(cls, text: str, currency: str, decimal_comma: bool) -> Money:
        """Read what a person typed or a spreadsheet wrote: ``1.234,50 €``, ``$1,234.5``, ``1'200``.

        ``decimal_comma`` says which of comma and point parts the decimals where both readings are
        possible (``1.234``); where only one is (``12.34``, ``23.900000``) that one is taken.
        The currency's own code or sign may stand before or after; zeros beyond the currency's
        decimals are dropped. Raises ``Invalid`` for anything else, also for another
        currency's sign.
        """
        if not isinstance(text, str) or len(text) > _LONGEST_TEXT:
            raise Invalid("An amount is written like 12.34.", currency=currency)
        decimals = exponent(currency)
        bare = _SPACES.sub(" ", text.replace("\u2212", "-").replace("\u2019", "'")).strip()
        negative, bare = _without_minus(bare)
        bare = _without_sign(bare, currency)
        if not negative:
            negative, bare = _without_minus(bare)
        whole, part = _halves(bare, decimal_comma)
        whole = _without_grouping(whole)
        if len(part) > decimals:
            part = part[:decimals] + part[decimals:].rstrip("0")
        if part and not whole:
            whole = "0"
        written = f"{'-' if negative else ''}{whole}{'.' if part else ''}{part}"
        return cls.parse(written, currency)

    @classmethod
    def from_wire(cls, value: object, field: str) -> Money:
        """Read ``{"amount": "12.34", "currency": "EUR"}``; ``field`` names it in ``Invalid``.

        The amount must be text: a JSON number has already lost what it was.
        """
        amount = value.get("amount") if isinstance(value, dict) else None
        currency = value.get("currency") if isinstance(value, dict) else None
        if not isinstance(amount, str) or not isinstance(currency, str):
            raise Invalid("Money is an object with the texts amount and currency.", field=field)
        try:
            return cls.parse(amount, currency)
        except Invalid as bad:
            raise Invalid(bad.detail, **{**bad.facts, "field": field}) from None

    def wire(self) -> dict[str, str]:
        """The form for scripts: ``{"amount": "12.34", "currency": "EUR"}``."""
        return {"amount": self.decimal_string(), "currency": self.currency}

    def decimal_string(self) -> str:
        """The amount with exactly the currency's decimals and a point: ``12.34``, ``-0.05``."""
        decimals = exponent(self.currency)
        digits = str(abs(self.minor)).rjust(decimals + 1, "0")
        sign = "-" if self.minor < 0 else ""
        if decimals == 0:
            return sign + digits
        return f"{sign}{digits[:-decimals]}.{digits[-decimals:]}"

    @property
    def is_zero(self) -> bool:
        """Whether nothing is left."""
        return self.minor == 0

    def __str__(self) -> str:
        return f"{self.decimal_string()} {self.currency}"

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            return NotImplemented
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __lt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor >= self._same(other)

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MixedCurrencies(f"{self} and {other} cannot be put together.")
        return other.minor


def round_half_up(value: Fraction | int) -> int:
    """The nearest whole number; a half goes away from zero: 2.5 -> 3, -2.5 -> -3."""
    value = Fraction(value)
    whole, rest = divmod(abs(value.numerator), value.denominator)
    if 2 * rest >= value.denominator:
        whole += 1
    return -whole if value < 0 else whole


def allocate(total: int, weights: Sequence[int]) -> list[int]:
    """Split ``total`` in proportion to ``weights`` so that the parts sum to exactly ``total``.

    Largest remainder: everyone gets the whole part of their share, and what is left goes one by
    one to those who lost most, the earlier first on a tie. A negative total is split like its
    opposite. Raises ``ValueError`` for a negative weight, or a total with nobody to carry it.
    """
    if any(weight < 0 for weight in weights):
        raise ValueError("A share cannot have a negative weight.")
    whole = sum(weights)
    if whole == 0:
        if total:
            raise ValueError("There is nobody to carry a share.")
        return [0] * len(weights)
    amount = abs(total)
    parts = [amount * weight // whole for weight in weights]
    lost = [amount * weight % whole for weight in weights]
    left = amount - sum(parts)
    for place in sorted(range(len(weights)), key=lambda place: -lost[place])[:left]:
        parts[place] += 1
    return [-part for part in parts] if total < 0 else parts


def _too_fine(currency: str, decimals: int) -> str:
    if decimals == 0:
        return f"{currency} has no decimals."
    return f"{currency} has {decimals} decimals, this amount has more."


def _without_minus(text: str) -> tuple[bool, str]:
    return (True, text[1:].strip()) if text.startswith("-") else (False, text)


def _without_sign(text: str, currency: str) -> str:
    marks = [currency, *(sign for sign, code in SIGN_PAIRS if code == currency)]
    for mark in marks:
        if text[: len(mark)].upper() == mark:
            return text[len(mark) :].strip()
        if text[-len(mark) :].upper() == mark:
            return text[: -len(mark)].strip()
    return text


def _halves(text: str, decimal_comma: bool) -> tuple[str, str]:
    """Part the whole units from the decimals (both still as typed)."""
    mark, other = (",", ".") if decimal_comma else (".", ",")
    if mark in text and other in text:
        # With both in it there is one reading whatever the country: the last parts the decimals.
        mark = max(mark, other, key=text.rindex)
    elif text.count(mark) > 1:
        return text, ""
    elif other in text:
        if text.count(other) > 1 or _GROUPED[other].fullmatch(text):
            return text, ""
        mark = other
    elif mark not in text:
        return text, ""
    whole, _, part = text.rpartition(mark)
    if not part.isdigit():
        raise Invalid("An amount is written like 12.34.")
    return whole, part


def _without_grouping(text: str) -> str:
    for mark, shape in _GROUPED.items():
        if mark in text and shape.fullmatch(text):
            return text.replace(mark, "")
    return text
