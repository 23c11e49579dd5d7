"""Rows to products: which rows belong together, wherever they stand, and which repeat a key.

The file is read twice. The first time only keys are kept; the second time each product leaves as
soon as its last row has come. Rows that wait longer are put aside on disk when they grow many.
"""

from __future__ import annotations

import json
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from webapp.exchange.dialect import Dialect, Key
from webapp.exchange.reading import Row
from webapp.exchange.records import Problem, ProductRecord
from webapp.kit.values import Value, replace

_IN_MEMORY = 8_000_000
"""Characters of waiting rows held in memory before further ones go to disk."""


class LeftRow(Value):
    """A row that is part of no product, and why."""

    number: int
    sentence: str
    cells: tuple[str, ...] = ()
    is_refused: bool = True
    """False where nothing is wrong with it: it is empty, or meant for others."""


def products(
    read: Callable[[], Iterable[Row]], dialect: Dialect
) -> Iterator[ProductRecord | LeftRow]:
    """Every row of the file, exactly once: within a product or left with a reason.

    ``read`` starts reading the file from its first row; it is called twice. Keys that appear
    twice in the file are an error on both rows, naming both.
    """
    index = _index(read(), dialect)
    waiting = _Waiting()
    try:
        for row in read():
            left = _left(row, index)
            if left is not None:
                yield left
                continue
            leader = index.leaders[row.number - 1]
            waiting.add(leader, row)
            if index.last.get(leader, row.number) == row.number:
                record = dialect.product(waiting.pop(leader))
                yield _with_repeats(record, index)
    finally:
        waiting.close()


@dataclass(slots=True)
class _Index:
    leaders: array[int] = field(default_factory=lambda: array("L"))
    """By row number - 1: the number of the row that stands for its product."""
    last: dict[int, int] = field(default_factory=dict)
    """The last row of each product that has more than one."""
    repeats: dict[int, list[tuple[Key, str]]] = field(default_factory=dict)
    """Each key that another row says too, with a sentence, by row number."""
    left: dict[int, tuple[bool, str]] = field(default_factory=dict)
    """(is refused, sentence) by row number."""

    def repeated(self, one: int, other: int, key: Key) -> None:
        for here, there in ((one, other), (other, one)):
            sentence = f"{key.what} appears more than once in this file: also in row {there}."
            self.repeats.setdefault(here, []).append((key, sentence))


def _index(rows: Iterable[Row], dialect: Dialect) -> _Index:
    index = _Index()
    owners: dict[str, int] = {}
    keys: dict[str, int] = {}
    belongs: list[str] = []
    for row in rows:
        index.leaders.append(row.number)
        belongs.append("")
        if row.refusal or row.is_empty:
            continue
        outline = dialect.outline(row)
        if outline.refusal or outline.skipped:
            index.left[row.number] = (bool(outline.refusal), outline.refusal or outline.skipped)
            continue
        belongs[-1] = outline.belongs
        for name in outline.names:
            owners.setdefault(name, row.number)
        for key in outline.keys:
            first = keys.setdefault(key.what, row.number)
            if first != row.number:
                index.repeated(first, row.number, key)
    for number, name in enumerate(belongs, start=1):
        if name:
            leader = owners.setdefault(name, number)
            index.leaders[number - 1] = leader
            if leader != number:
                index.last[leader] = max(number, leader, index.last.get(leader, 0))
    return index


def _left(row: Row, index: _Index) -> LeftRow | None:
    if row.refusal:
        return LeftRow(row.number, row.refusal, row.cells)
    if row.is_empty:
        return LeftRow(row.number, "The row is empty.", row.cells, is_refused=False)
    if row.number in index.left:
        is_refused, sentence = index.left[row.number]
        return LeftRow(row.number, sentence, row.cells, is_refused)
    return None


def _with_repeats(record: ProductRecord, index: _Index) -> ProductRecord:
    bearing = {variant.row for variant in record.variants}
    found = [
        Problem(use.number, key.column, sentence)
        for use in record.rows
        for key, sentence in index.repeats.get(use.number, ())
        if use.number in bearing or not key.of_variant
    ]
    by_options: dict[tuple[tuple[str, str], ...], int] = {}
    for variant in record.variants:
        first = by_options.setdefault(variant.options, variant.row)
        if first == variant.row:
            continue
        choice = " / ".join(value for _, value in variant.options)
        what = f"“{choice}”" if choice else "A variant without options"
        for here, there in ((first, variant.row), (variant.row, first)):
            sentence = f"{what} appears more than once for this product: also in row {there}."
            found.append(Problem(here, "", sentence))
    return replace(record, problems=(*record.problems, *found)) if found else record


class _Waiting:
    """Rows of products that are not complete yet."""

    def __init__(self) -> None:
        self._rows: dict[int, list[Row | tuple[int, int]]] = {}
        self._held = 0
        self._aside = tempfile.SpooledTemporaryFile(max_size=1)  # noqa: SIM115 (closed by close)

    def add(self, leader: int, row: Row) -> None:
        size = sum(map(len, row.cells))
        rows = self._rows.setdefault(leader, [])
        # The first row of a product always stays: most products are complete with the next.
        if rows and self._held + size > _IN_MEMORY:
            rows.append(self._put_aside(row))
        else:
            self._held += size
            rows.append(row)

    def pop(self, leader: int) -> list[Row]:
        found = []
        for kept in self._rows.pop(leader):
            if isinstance(kept, Row):
                self._held -= sum(map(len, kept.cells))
                found.append(kept)
            else:
                found.append(self._from_aside(*kept))
        return found

    def close(self) -> None:
        self._aside.close()

    def _put_aside(self, row: Row) -> tuple[int, int]:
        place = self._aside.seek(0, 2)
        text = json.dumps([row.number, row.cells, row.refusal, row.note]).encode()
        self._aside.write(text)
        return place, len(text)

    def _from_aside(self, place: int, size: int) -> Row:
        self._aside.seek(place)
        number, cells, refusal, note = json.loads(self._aside.read(size))
        return Row(number, tuple(cells), refusal, note)
