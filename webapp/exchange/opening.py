"""A stored file together with what is known about reading it, ready to be read as products."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from webapp.exchange.dialect import Dialect
from webapp.exchange.dialects import mapped, recognised
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.lines import Choices
from webapp.exchange.mapping import Mapping
from webapp.exchange.reading import Layout, Row, Source, rows
from webapp.kit.values import replace
from webapp.runtime.storage import Storage


@dataclass(slots=True)
class Opened:
    """``dialect`` is None while nobody has said what the columns mean."""

    source: Source
    layout: Layout
    choices: Choices
    dialect: Dialect | None
    total: int = 0
    """Rows of data; known once the file was read to its end."""

    def read(self) -> Iterator[Row]:
        """The rows from the first; counts them in passing."""
        number = 0
        for row in rows(self.source, self.layout):
            number = row.number
            yield row
        self.total = number

    @property
    def understood(self) -> Dialect:
        """The dialect. Refuses with ``NotUnderstood`` a file that still needs a mapping."""
        if self.dialect is None:
            raise NotUnderstood("Say first what the columns of this file mean.")
        return self.dialect


def opened(
    source: Source, layout: Layout, choices: Choices, mapping: dict[str, Any] | None = None
) -> Opened:
    """Open a file by its known header, or through ``mapping`` where there is one."""
    if mapping:
        return Opened(
            source,
            layout,
            choices,
            mapped.of(layout.header, Mapping.from_json(mapping), choices),
        )
    return Opened(source, layout, choices, recognised(layout.header, choices))


def source_of(storage: Storage, key: str) -> Source:
    """The stored file, as a path where the storage has one."""
    path = storage.path(key)
    if path is not None:
        return path
    with storage.open(key) as stream:
        return stream.read()


def with_blank(choices: Choices, blank: str) -> Choices:
    """The same choices with another meaning of an empty cell."""
    return replace(choices, blank="keep" if blank == "keep" else "clear")
