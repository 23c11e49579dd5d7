"""Rows on their way out: cells by our own word for their column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, TypeVar

from webapp.exchange.fields import FIELDS
from webapp.exchange.records import KEEP, Cell, Keep, ProductRecord, VariantRecord

T = TypeVar("T")
Cells: TypeAlias = dict[str, str]


def known(cell: Cell[T]) -> T | None:
    """The value of a cell, with "not said" and "empty" alike as None: on the way out they are."""
    return None if isinstance(cell, Keep) else cell


def filled(record: ProductRecord | VariantRecord, words: Mapping[str, str]) -> Cells:
    """The cells of plain fields: word of the column to name of the field."""
    return {word: text_of(record, name) for word, name in words.items()}


def text_of(record: ProductRecord | VariantRecord, name: str) -> str:
    """One field as the text of a cell; empty for what is empty."""
    value = getattr(record, name)
    return "" if value is None or value is KEEP else FIELDS[name].kind.write(value)
