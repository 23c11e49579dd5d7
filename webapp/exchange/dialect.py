"""What a dialect must be able to say about a file whose header it knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from webapp.exchange.reading import Row
from webapp.exchange.records import ProductRecord
from webapp.kit.values import Value


class Key(Value):
    """Something that only one row of a file may say."""

    what: str
    """In words: ``The SKU “A1”``."""
    column: str
    """The column to blame."""
    of_variant: bool = False
    """It counts only where the row turns out to be a variant."""


class Outline(Value):
    """What must be known about a row before the rows of one product can be put together."""

    belongs: str = ""
    """The name of the product this row is a part of; empty when it is one by itself."""
    names: tuple[str, ...] = ()
    """What other rows may call this row's product. A name belongs to one row of a file."""
    keys: tuple[Key, ...] = ()
    refusal: str = ""
    skipped: str = ""
    """Why the row is passed over without being wrong."""


class Dialect(Protocol):
    """The reading of one file's header. Built by a module of ``dialects`` or from a mapping."""

    @property
    def name(self) -> str:
        """``shopify``, ``woocommerce``, ``vitrine`` or ``mapped``."""
        ...

    @property
    def source(self) -> str:
        """The namespace of the file's own ids."""
        ...

    @property
    def ignored(self) -> tuple[str, ...]:
        """The columns that are not used, by the file's own names."""
        ...

    def outline(self, row: Row) -> Outline:
        """Cheap, for every row of the file; ``product`` follows when all are known."""
        ...

    def product(self, rows: Sequence[Row]) -> ProductRecord:
        """One product of all its rows in the order of the file. Never raises for bad cells."""
        ...
