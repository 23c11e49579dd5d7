"""One row seen through the meaning of its columns: cells by field, with problems collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

from webapp.exchange.fields import FIELDS, NEVER_CLEARED, Field, Kind
from webapp.exchange.reading import Row
from webapp.exchange.records import KEEP, Cell, Keep, Level, Problem
from webapp.exchange.values import BadCell, Style
from webapp.kit.values import Value

T = TypeVar("T")


class Choices(Value):
    """What a person decided about reading a file. JSON-serialisable by ``asdict``."""

    currency: str = "EUR"
    decimal_comma: bool = False
    timezone: str = "UTC"
    blank: Literal["clear", "keep"] = "clear"
    """What a cell that is present and empty means."""

    @property
    def style(self) -> Style:
        return Style(self.currency, self.decimal_comma, self.timezone)


class Line:
    """A row of the file. Columns are named by the dialect's own words, given once per file.

    A cell that cannot be read is reported in ``problems`` and counts as ``KEEP``, so that the
    rest of the row can still be used where the policy allows it.
    """

    def __init__(
        self, row: Row, columns: Mapping[str, int], header: tuple[str, ...], choices: Choices
    ) -> None:
        self.row = row
        self.number = row.number
        self.choices = choices
        self.problems: list[Problem] = []
        self._columns = columns
        self._header = header
        if row.note:
            self.problems.append(Problem(row.number, "", row.note, Level.note))

    def has(self, column: str) -> bool:
        """Whether the file speaks of this at all."""
        place = self._columns.get(column)
        return place is not None and place < len(self.row.cells)

    def raw(self, column: str) -> str:
        """The text of the cell without the space around it; empty when absent."""
        place = self._columns.get(column)
        cells = self.row.cells
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def whole(self, column: str) -> str:
        """The text of the cell just as it is."""
        place = self._columns.get(column)
        cells = self.row.cells
        return cells[place] if place is not None and place < len(cells) else ""

    def text(self, column: str) -> Cell[str]:
        return self.read(column, str)

    def read(self, column: str, convert: Callable[[str], T]) -> Cell[T]:
        """The converted cell: ``KEEP`` when absent or wrong, ``None`` when empty."""
        if not self.has(column):
            return KEEP
        text = self.raw(column)
        if not text:
            return self.empty
        try:
            return convert(text)
        except BadCell as bad:
            self.wrong(column, bad.sentence)
            return KEEP

    def field(self, column: str, name: str, kind: Kind | None = None) -> Any:
        """The cell as a value of the field ``name``; texts longer than the shop keeps are wrong."""
        place: Field = FIELDS[name]
        use = kind or place.kind
        value = self.read(column, lambda text: within(name, use.read(text, self.choices.style)))
        if value is None and name in NEVER_CLEARED:
            return KEEP
        return value

    def kept(self, column: str, name: str, text: str) -> Cell[str]:
        """``text`` as the field ``name``; ``KEEP``, and a problem, where it is too long for it."""
        try:
            return within(name, text)
        except BadCell as bad:
            self.wrong(column, bad.sentence)
            return KEEP

    def html(self, column: str, name: str) -> Any:
        """As ``field``, with the space around the text kept as part of it."""
        value = self.field(column, name)
        if isinstance(value, str):
            return self.whole(column)
        return value

    @property
    def empty(self) -> Keep | None:
        """What an empty cell means here."""
        return KEEP if self.choices.blank == "keep" else None

    def wrong(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(self.number, self.named(column), sentence))

    def noted(self, column: str, sentence: str) -> None:
        self.problems.append(Problem(self.number, self.named(column), sentence, Level.note))

    def named(self, column: str) -> str:
        """The file's own name of the column."""
        place = self._columns.get(column)
        return self._header[place] if place is not None else ""


LONGEST = {
    "title": 300, "body": 200_000, "summary": 2_000, "brand": 120, "seo_title": 200,
    "seo_description": 400, "hs_code": 14, "origin_country": 2, "sku": 120, "barcode": 40,
    "tax_class": 40, "shipping_class": 120, "image": 2_000, "handle": 200,
}  # fmt: skip
"""Characters the shop keeps of each text; more is refused rather than cut."""

LONGEST_NAME = 120
"""Characters in the name of a category, collection, tag, option or attribute."""


def within(name: str, value: T) -> T:
    """``value``, or ``BadCell`` where it is longer than the shop keeps."""
    longest = LONGEST.get(name)
    if longest and isinstance(value, str) and len(value) > longest:
        raise BadCell(f"The text has {len(value):,} characters; at most {longest:,} are kept.")
    if name in {"tags", "collections", "categories"} and isinstance(value, tuple):
        for each in value:
            for part in (each,) if isinstance(each, str) else each:
                if len(part) > LONGEST_NAME:
                    raise BadCell(f"“{part[:30]}…” is longer than {LONGEST_NAME} characters.")
    return value
