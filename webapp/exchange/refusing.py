"""Refused rows as a file to mend: the original columns, the number of the row and the reasons."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from webapp.exchange.guard import guarded
from webapp.exchange.models import ImportRow


def refused_csv(header: Sequence[str], rows: Iterable[ImportRow]) -> Iterator[bytes]:
    """The file, header first. It can be uploaded again: unknown columns are ignored."""
    yield b"\xef\xbb\xbf" + _line([*header, "_row", "_error"])
    for row in rows:
        cells = [*row.raw, *[""] * (len(header) - len(row.raw))][: len(header)]
        yield _line([*cells, str(row.number), reasons(row.messages)])


def reasons(messages: Sequence[Mapping[str, Any]]) -> str:
    """Why the row failed, in one line."""
    errors = [each for each in messages if each.get("level") == "error"]
    return " ".join(
        f"{each['column']}: {each['text']}" if each["column"] else each["text"] for each in errors
    )


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow([guarded(cell) for cell in cells])
    return text.getvalue().encode()
