"""Catalogues that come as JSON: read as a whole and written down as the table they would be.

From there on they are files like any other: checked, imported, refused row by row.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from webapp.exchange.dialects.vitrine.writing import cells_of, words_of
from webapp.exchange.documents import saleor, shopify
from webapp.exchange.errors import TooLarge, Unreadable
from webapp.exchange.guard import guarded
from webapp.exchange.lines import Choices
from webapp.exchange.reading import Source
from webapp.exchange.records import ProductRecord
from webapp.exchange.shape import Shape
from webapp.exchange.sniffing import is_json

BYTES_LIMIT = 20 * 1024 * 1024
"""A document is held in memory as a whole, at about ten times its size."""
_ALWAYS = frozenset({"handle", "externals", "policy", "compare_at"})
"""Columns by which our own dialect is known again."""


def as_table(source: Source, choices: Choices) -> bytes | None:
    """The catalogue in this JSON as a CSV file; None where the file is no JSON.

    Shopify's products and a dump of Saleor become our own columns, only those they speak of. Any
    other list of objects becomes a table of its members, whose meaning is then to be told.
    Refuses with ``Unreadable`` what is broken or holds no list of things.
    """
    head = source[:4096] if isinstance(source, bytes) else _head(source)
    if not is_json(head):
        return None
    document = _parsed(source)
    try:
        for dialect in (shopify, saleor):
            records = dialect.records(document, choices)
            if records:
                return _our_own(records, choices)
        return _plain(_objects(document))
    except (AttributeError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError):
        raise Unreadable("This JSON holds other things where a catalogue has text.") from None


def _head(source: Any) -> bytes:
    with source.open("rb") as stream:
        head: bytes = stream.read(4096)
    return head


def _parsed(source: Source) -> Any:
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > BYTES_LIMIT:
        raise TooLarge(
            f"JSON of more than {BYTES_LIMIT // 2**20} MB is too large. Please split it."
        )
    data = source if isinstance(source, bytes) else source.read_bytes()
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("This JSON is not written in UTF-8.") from None
    except (ValueError, RecursionError) as broken:
        where = f" near line {broken.lineno}" if isinstance(broken, json.JSONDecodeError) else ""
        raise Unreadable(f"This JSON is broken{where}.") from None


def _our_own(records: Sequence[ProductRecord], choices: Choices) -> bytes:
    rows = [row for record in records for row in cells_of(record, choices)]
    words = {
        word: label
        for word, label in words_of(Shape.of(records)).items()
        if word in _ALWAYS or any(row.get(word) for row in rows)
    }
    lines = ([row.get(word, "") for word in words] for row in rows)
    return _written([list(words.values()), *lines])


def _objects(document: Any) -> list[dict[str, Any]]:
    """The list of things in a document: itself, or the longest list that it holds by name."""
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [each for each in document.values() if isinstance(each, list)]
    found = max(lists, key=len, default=[])
    if not found or not all(isinstance(each, dict) for each in found):
        raise Unreadable("This JSON holds no list of products.")
    return found


def _plain(objects: Sequence[dict[str, Any]]) -> bytes:
    rows = [dict(_members(each)) for each in objects]
    header = list(dict.fromkeys(name for row in rows for name in row))
    if not header:
        raise Unreadable("This JSON holds no list of products.")
    return _written([header, *([row.get(name, "") for name in header] for row in rows)])


def _members(value: dict[str, Any], above: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, inner in value.items():
        path = f"{above}{name}"
        if isinstance(inner, dict):
            found += _members(inner, f"{path}.")
        else:
            found.append((path, _cell(inner)))
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, list):
        if any(isinstance(each, dict | list) for each in value):
            return json.dumps(value, ensure_ascii=False)
        return ", ".join(map(_cell, value))
    return str(value)


def _written(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        [guarded(cell) for cell in row] for row in rows
    )
    # JSON can spell halves of characters, which no file of text can hold.
    return text.getvalue().encode("utf-8", "replace")
