"""From bytes to rows: encoding, delimiter, quotation marks, and what to say about broken lines.

The file is read lazily, twice if need be, and never held in memory. What cannot be read is refused
row by row with a sentence; only a file that is no table at all is refused as a whole.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from webapp.exchange.errors import TooLarge, Unreadable
from webapp.exchange.guard import unguarded
from webapp.exchange.sniffing import Delimiter, delimiter_of, encoding_of
from webapp.kit.values import Value, asdict

BYTES_LIMIT = 100 * 1024 * 1024
ROWS_LIMIT = 200_000
COLUMNS_LIMIT = 1_000
NAME_LIMIT = 300
"""Characters in the name of a column."""
CELL_LIMIT = 100_000
"""Characters in one cell. Below the csv module's own limit, which belongs to the whole process."""
RECORD_LIMIT = 4_000_000
"""Characters in one row, so that a quotation mark nobody closed cannot fill the memory."""

Source = Path | bytes

_NEVER_CLOSED = "A quotation mark in this row is never closed."
_MISPLACED = "A quotation mark stands in the wrong place; inside a cell it is written twice."
_TOO_LONG = f"A cell of this row holds more than {CELL_LIMIT:,} characters."
_ADRIFT = "Could not be read, because a quotation mark further up is wrong."


class Layout(Value):
    """How the bytes of one file are to be read, as found or as forced."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    preamble: bool = False
    """The first line is a spreadsheet's ``sep=;``."""
    spaced: bool = False
    """A space follows each delimiter, also before quotation marks."""
    quoted: bool = True
    damaged: bool = False
    """Some bytes do not fit the encoding; they read as U+FFFD and their rows are noted."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Layout:
        lists = {name: tuple(value[name]) for name in ("header", "warnings")}
        return cls(**{**value, **lists})


class Row(Value):
    """One row of data. The first below the header is number 1; blank lines are not counted."""

    number: int
    cells: tuple[str, ...]
    """May be shorter than the header: what is missing says nothing, it does not mean "empty"."""
    refusal: str = ""
    """Why the row cannot be used; empty when it can."""
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def inspect(source: Source, *, delimiter: str = "", encoding: str = "") -> Layout:
    """Find out how to read the file; ``delimiter`` and ``encoding`` force what they name.

    Refuses with ``Unreadable`` or ``TooLarge`` what is empty, no text, or has no header.
    """
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > BYTES_LIMIT:
        raise TooLarge(f"The file has more than {BYTES_LIMIT // 2**20} MB. Please split it.")
    with opened(source) as stream:
        found = encoding_of(stream, forced=encoding)
    with _text(source, found.name, damaged=True) as text:
        marks = delimiter_of(text, forced=delimiter)
    layout = Layout(
        encoding=found.name,
        delimiter=marks.mark,
        header=(),
        warnings=found.warnings,
        preamble=marks.preamble,
        spaced=marks.spaced,
        quoted=marks.quoted,
        damaged=found.damaged,
    )
    return _with_header(source, layout, marks)


def rows(source: Source, layout: Layout) -> Iterator[Row]:
    """Every row of data below the header, in order. Refuses with ``TooLarge`` past the limit."""
    width = len(layout.header)
    with _text(source, layout.encoding, damaged=layout.damaged) as text:
        records = _records(text, layout, width)
        for head in records:
            if head:
                break
        number = 0
        for record in records:
            if not record:
                continue
            number += 1
            if number > ROWS_LIMIT:
                raise TooLarge(f"The file has more than {ROWS_LIMIT:,} rows. Please split it.")
            if isinstance(record, str):
                yield Row(number, (), refusal=record)
            else:
                yield _row(number, record, layout)


def opened(source: Source) -> BinaryIO:
    """The file as a stream of bytes."""
    return io.BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def _text(source: Source, encoding: str, *, damaged: bool) -> io.TextIOWrapper:
    # UTF-16 and Windows-1252 may hold bytes that mean nothing; those are never worth a crash.
    lenient = damaged or not encoding.startswith("utf-8")
    errors = "replace" if lenient else "strict"
    return io.TextIOWrapper(opened(source), encoding=encoding, errors=errors, newline="")


def _with_header(source: Source, layout: Layout, marks: Delimiter) -> Layout:
    with _text(source, layout.encoding, damaged=layout.damaged) as text:
        header: list[str] = []
        for record in _records(text, layout, None):
            if isinstance(record, str):
                raise Unreadable(f"The first line is not a header we can read. {record}")
            if record:
                header = record
                break
    names = [unguarded(name).replace("\0", "").strip() for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise Unreadable("The first line holds no column names.")
    if len(names) > COLUMNS_LIMIT:
        raise TooLarge(f"The file has more than {COLUMNS_LIMIT:,} columns.")
    if max(map(len, names)) > NAME_LIMIT:
        raise Unreadable(f"The name of a column has at most {NAME_LIMIT} characters.")
    warnings = list(layout.warnings)
    if len(names) > 1 and not marks.certain:
        warnings.append(f"The columns seem to be parted by {_spoken(layout.delimiter)}.")
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        name = name or f"Column {place + 1}"
        count = seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
        if count > 1:
            warnings.append(f"The column “{name}” appears more than once; the first is used.")
            name = f"{name} ({count})"
        names[place] = name
    parts = {**asdict(layout), "header": tuple(names), "warnings": tuple(warnings)}
    return Layout(**parts)


def _spoken(mark: str) -> str:
    spoken = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
    return spoken.get(mark, f"“{mark}”")


def _row(number: int, record: list[str], layout: Layout) -> Row:
    width = len(layout.header)
    while len(record) > width and not record[-1].strip():
        record.pop()
    cells = tuple(unguarded(cell) for cell in record)
    if len(cells) > width:
        sentence = f"The row has {len(cells)} cells where the header has {width}."
        return Row(number, cells, refusal=sentence)
    for name, cell in zip(layout.header, cells, strict=False):
        if len(cell) > CELL_LIMIT:
            sentence = f"The cell in “{name}” holds more than {CELL_LIMIT:,} characters."
            return Row(number, (), refusal=sentence)
        if "\0" in cell:
            return Row(number, (), refusal=f"The cell in “{name}” holds a NUL character.")
    note = ""
    if len(cells) < width:
        note = f"The row has only {len(cells)} of {width} cells; the others are left as they are."
    elif layout.damaged and any("\ufffd" in cell for cell in cells):
        note = "A character of this row could not be read and shows as \ufffd."
    return Row(number, cells, note=note)


class _Lines:
    """Physical lines for the csv reader, with those of the present record kept to go back to."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._waiting: list[str] = []
        self._size = 0
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.pop() if self._waiting else self._text.readline(RECORD_LIMIT)
        if not line:
            raise StopIteration
        self.taken.append(line)
        self._size += len(line)
        if self._size > RECORD_LIMIT:
            raise csv.Error("field larger than field limit")
        return line

    def begin(self) -> None:
        self.taken, self._size = [], 0

    def back_to_second(self) -> None:
        """Give back all lines of the record but its first."""
        self._waiting.extend(reversed(self.taken[1:]))

    def skip_record(self) -> bool:
        """Drop lines until the open quotation mark is closed; False if it never is."""
        marks = sum(line.count('"') for line in self.taken)
        last = self.taken[-1]
        self.begin()
        while marks % 2 or not last.endswith(("\n", "\r")):
            last = self._waiting.pop() if self._waiting else self._text.readline(RECORD_LIMIT)
            if not last:
                return not marks % 2
            marks += last.count('"')
        return True


def _records(
    text: io.TextIOWrapper, layout: Layout, width: int | None
) -> Iterator[list[str] | str]:
    """Each record's cells, or the sentence for which it is refused.

    After a wrong quotation mark, lines are only believed again from the first that has exactly
    the header's width: the inside of a long text must not turn into products.
    """
    if layout.preamble:
        text.readline()
    lines = _Lines(text)
    reader = csv.reader(
        lines,
        delimiter=layout.delimiter,
        skipinitialspace=layout.spaced,
        quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE,
        strict=True,
    )
    adrift = False
    while True:
        lines.begin()
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                yield _TOO_LONG if lines.skip_record() else _NEVER_CLOSED
            else:
                adrift = adrift or len(lines.taken) > 1
                lines.back_to_second()
                yield _NEVER_CLOSED if "unexpected end" in str(error) else _MISPLACED
            continue
        if adrift and record and width is not None:
            if len(record) != width:
                yield _ADRIFT
                continue
            adrift = False
        yield record
