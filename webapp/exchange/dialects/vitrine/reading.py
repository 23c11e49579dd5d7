"""Reading our own product CSV: product cells on the first row of a handle, a row per variant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webapp.exchange import values
from webapp.exchange.assembling import axes_of, customs, sku_key, uses
from webapp.exchange.columns import Columns, columns_of
from webapp.exchange.dialect import Outline
from webapp.exchange.dialects.vitrine.labels import ATTRIBUTE, KNOWN, NAME, PATTERNS
from webapp.exchange.fields import EXTERNALS, HTML, PRODUCT_FIELDS, VARIANT_FIELDS, Field
from webapp.exchange.lines import Choices, Line
from webapp.exchange.reading import Row
from webapp.exchange.records import (
    KEEP,
    Attribute,
    Axis,
    Custom,
    External,
    ProductRecord,
    Role,
    VariantRecord,
)
from webapp.kit.values import Value, replace


class Vitrine(Value):
    """A file of ours, or one written by hand after its pattern."""

    columns: Columns
    choices: Choices
    source: str = NAME
    name: str = NAME

    @property
    def ignored(self) -> tuple[str, ...]:
        return self.columns.unknown

    def outline(self, row: Row) -> Outline:
        line = self._line(row)
        handle = line.raw("handle").lower()
        name = handle or line.raw("externals")
        if not name and not line.raw("title"):
            return Outline(refusal="The row has no handle, no external id and no title.")
        return Outline(belongs=name, keys=sku_key(line))

    def product(self, rows: Sequence[Row]) -> ProductRecord:
        lines = [self._line(row) for row in rows]
        first = next((line for line in lines if line.raw("title")), lines[0])
        roles = {line.number: Role.variant for line in lines}
        roles[first.number] = Role.product
        bearing = [line for line in lines if line is not first or self._speaks_of_variant(line)]
        axes = self._axes(first)
        variants = tuple(self._variant(line, axes) for line in bearing)
        record = ProductRecord(
            handle=first.raw("handle").lower() or None,
            externals=_externals(first, "externals"),
            **{each.name: _value(first, each) for each in PRODUCT_FIELDS},
            axes=axes_of(variants, axes),
            attributes=self._attributes(first),
            custom=self._custom(first, "field:"),
            variants=variants,
            rows=uses(lines, roles),
        )
        return replace(record, problems=tuple(p for line in lines for p in line.problems))

    def _line(self, row: Row) -> Line:
        return Line(row, self.columns.places, self.columns.header, self.choices)

    def _speaks_of_variant(self, line: Line) -> bool:
        return any(
            line.raw(word)
            for word in self.columns.places
            if word in _OF_VARIANT
            or word.startswith("variant field:")
            or (word.startswith("option ") and word.endswith(" value"))
        )

    def _axes(self, first: Line) -> list[Axis]:
        numbers = sorted(
            int(word.split()[1])
            for word in self.columns.places
            if word.startswith("option ") and word.endswith(" value")
        )
        axes = []
        for number in numbers:
            declared = values.words(first.raw(f"option {number} values"), ";")
            axes.append(Axis(first.raw(f"option {number} name"), declared))
        return axes

    def _variant(self, line: Line, axes: Sequence[Axis]) -> VariantRecord:
        found: dict[str, Any] = {each.name: _value(line, each) for each in VARIANT_FIELDS}
        return VariantRecord(
            row=line.number,
            options=self._options(line, axes),
            externals=_externals(line, "variant externals"),
            custom=self._custom(line, "variant field:"),
            **found,
        )

    def _options(self, line: Line, axes: Sequence[Axis]) -> tuple[tuple[str, str], ...]:
        found = []
        places = [
            word for word in self.columns.places
            if word.startswith("option ") and word.endswith(" value")
        ]  # fmt: skip
        for word, axis in zip(sorted(places, key=lambda w: int(w.split()[1])), axes, strict=True):
            name = line.raw(word.replace(" value", " name")) or axis.name
            value = line.raw(word)
            if len(value) > 200 or len(name) > 120:
                line.wrong(word, "An option has at most 200 characters.")
            elif value and not name:
                line.wrong(word, f"The value “{value[:40]}” has no option name.")
            elif name and not value:
                line.wrong(word, f"The value of the option “{name[:40]}” is missing.")
            elif value:
                found.append((name, value))
        return tuple(found)

    def _attributes(self, line: Line) -> tuple[Attribute, ...]:
        found = []
        for word in self.columns.places:
            if not word.startswith("attribute:"):
                continue
            value = line.text(word)
            parts = ATTRIBUTE.fullmatch(word.removeprefix("attribute:"))
            if value is KEEP or parts is None:
                continue
            if value and len(value) > 2000:
                line.wrong(word, "The value of an attribute has at most 2,000 characters.")
                continue
            name, kind, unit = parts[1], parts[2] or "text", parts[3] or ""
            found.append(Attribute(name, value, kind, unit))
        return tuple(found)

    def _custom(self, line: Line, prefix: str) -> tuple[Custom, ...]:
        words = [word for word in self.columns.places if word.startswith(prefix)]
        return customs(line, [(word, _dotted(word.removeprefix(prefix))) for word in words])


_OF_VARIANT = frozenset({each.name for each in VARIANT_FIELDS} | {"variant externals"})


def of(header: tuple[str, ...], choices: Choices) -> Vitrine:
    """The dialect for this header."""
    return Vitrine(columns_of(header, KNOWN, PATTERNS), choices)


def _value(line: Line, each: Field) -> Any:
    read = line.html if each.kind is HTML else line.field
    return read(each.name, each.name)


def _externals(line: Line, word: str) -> tuple[External, ...]:
    found = line.read(word, lambda text: EXTERNALS.read(text, line.choices.style))
    return found if isinstance(found, tuple) else ()


def _dotted(key: str) -> str:
    return key if "." in key else f"custom.{key}"
