"""What became, or would become, of the rows of one product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from webapp.exchange.fields import FIELDS
from webapp.exchange.models import RowState
from webapp.exchange.records import Level, Problem, ProductRecord
from webapp.kit.money import Money
from webapp.runtime.wording import Manners, money

_LONGEST = 300
_NAMES = {
    "is_featured": "featured", "is_gift_card": "gift_card", "is_digital": "digital",
    "is_archived": "archived", "is_taxable": "taxable", "is_tracked": "tracked",
    "price_minor": "price", "compare_at_minor": "compare_at", "cost_minor": "cost",
    "on_hand": "quantity",
}  # fmt: skip
_MORE = {"slug": "Address", "options": "Options", "custom": "Fields", "category": "Main category"}


@dataclass(slots=True)
class Outcome:
    """``rows`` are those of the product; a row in ``refused`` fails, whatever the others do."""

    record: ProductRecord
    state: RowState = RowState.unchanged
    target: str = ""
    refused: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    messages: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    points: bool = False
    """What it says of other products needs the second pass."""

    @property
    def first(self) -> int:
        return self.record.rows[0].number if self.record.rows else 0

    def refuse(self, row: int, sentence: str, column: str = "") -> None:
        self.refused.setdefault(row, []).append(_message(column, sentence, "error"))

    def refuse_all(self, sentence: str, column: str = "") -> None:
        """The product cannot be imported: all of its rows fail, those with reasons for theirs."""
        for use in self.record.rows:
            if use.number not in self.refused:
                self.refuse(use.number, sentence, column)

    def note(self, row: int, sentence: str, column: str = "") -> None:
        self.messages.setdefault(row, []).append(_message(column, sentence, "note"))

    def problem(self, problem: Problem) -> None:
        if problem.level is Level.error:
            self.refuse(problem.row, problem.sentence, problem.column)
        else:
            self.note(problem.row, problem.sentence, problem.column)

    def changed(self, row: int, changes: Mapping[str, list[Any]], manners: Manners) -> None:
        """Fields with their values before and after."""
        for name, (before, after) in changes.items():
            self.messages.setdefault(row, []).append(
                {
                    "column": label_of(name),
                    "text": "",
                    "level": "change",
                    "old": shown(name, before, manners),
                    "new": shown(name, after, manners),
                }
            )

    @property
    def has_failed(self) -> bool:
        return all(use.number in self.refused for use in self.record.rows)

    def state_of(self, row: int) -> RowState:
        return RowState.failed if row in self.refused else self.state


def label_of(name: str) -> str:
    """What a field of the catalogue is called for people."""
    name = _NAMES.get(name, name)
    if name in FIELDS:
        return FIELDS[name].label
    if name.startswith("attributes."):
        return name.removeprefix("attributes.").replace("-", " ").capitalize()
    return _MORE.get(name) or name.replace("_", " ").capitalize()


def shown(name: str, value: Any, manners: Manners) -> str:
    """A value as a short text."""
    if value is None or value == "":
        text = ""
    elif name.endswith("_minor"):
        text = money(Money(value, manners.currency), manners)
    elif isinstance(value, Enum):
        text = str(value.value)
    elif isinstance(value, bool):
        text = "yes" if value else "no"
    elif name == "options" and isinstance(value, list):
        text = "; ".join(f"{axis[0]}: {', '.join(v[0] for v in axis[1])}" for axis in value)
    elif isinstance(value, list | tuple | set):
        text = ", ".join(map(str, value))
    elif isinstance(value, dict):
        text = ", ".join(f"{key}: {inner}" for key, inner in value.items())
    else:
        text = str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _message(column: str, sentence: str, level: str) -> dict[str, Any]:
    return {"column": column, "text": sentence, "level": level, "old": "", "new": ""}
