"""The steps of a calculation in words and numbers, for whoever wonders how it came about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from webapp.kit.money import Money
from webapp.kit.values import Value

Stage = Literal[
    "price", "line discount", "order discount", "shipping", "fee", "tax", "total", "tender", "cash"
]


class Step(Value):
    """One thing the calculation did, or decided against.

    ``subject`` is the key of the line, discount, fee or tender it is about ("" for the whole);
    ``amount`` the figure it arrived at; ``words`` say how.
    """

    stage: Stage
    subject: str
    words: str
    amount: Money | None = None


class Trace:
    """Collects steps while a calculation runs. Amounts are minor units of its one currency;
    ``names`` are what people call the things that have a key.
    """

    def __init__(self, currency: str, names: Mapping[str, str]) -> None:
        self.currency = currency
        self.names = names
        self.steps: list[Step] = []

    def name(self, key: str) -> str:
        """What people call the thing of that key."""
        return self.names.get(key) or key

    def say(self, stage: Stage, subject: str, words: str, minor: int | None = None) -> None:
        """Add a step that arrived at ``minor``."""
        amount = None if minor is None else self.money(minor)
        self.steps.append(Step(stage, subject, words, amount))

    def money(self, minor: int) -> Money:
        """An amount of this calculation's currency."""
        return Money(minor, self.currency)


def percent(millionths: int) -> str:
    """A rate for people: 82_500 -> "8.25 %", 190_000 -> "19 %"."""
    whole, part = divmod(millionths, 10_000)
    decimals = f"{part:04}".rstrip("0")
    return f"{whole}.{decimals} %" if decimals else f"{whole} %"
