"""The mapping page: each column with samples and a proposal, and the way back from the form."""

from __future__ import annotations

import itertools
from typing import Any

from webapp.exchange.forms import PARTS, MappingForm
from webapp.exchange.mapping import Mapping, Use
from webapp.exchange.reading import Layout, Source, rows
from webapp.exchange.targets import BY_CODE, TARGETS
from webapp.kit.values import Value, replace
from webapp.web.submissions import Submission

MOST_COLUMNS = 500
SELECTS = 60
"""Columns up to which each gets a select; beyond, a page of selects would be megabytes."""
_SAMPLES = 200


class ColumnLine(Value):
    """A column as the page shows it."""

    place: int
    name: str
    samples: tuple[str, ...]


def lines_of(source: Source, layout: Layout) -> list[ColumnLine]:
    """The columns with up to three different values of each."""
    found: list[dict[str, None]] = [{} for _ in layout.header]
    for row in itertools.islice(rows(source, layout), _SAMPLES):
        for place, cell in enumerate(row.cells[: len(found)]):
            text = " ".join(cell[:200].split())[:60]
            if text and len(found[place]) < 3:
                found[place][text] = None
    return [
        ColumnLine(place, name, tuple(found[place]))
        for place, name in enumerate(layout.header[:MOST_COLUMNS])
    ]


def options() -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of a column, by group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for target in TARGETS:
        groups.setdefault(target.group, []).append((target.code, target.label))
    return list(groups.items())


def label(code: str) -> str:
    target = BY_CODE.get(code)
    return target.label if target else ""


def shown(mapping: Mapping, layout: Layout) -> Submission[MappingForm]:
    """The form filled with a mapping."""
    wide = len(layout.header) > SELECTS
    columns = []
    for place, name in enumerate(layout.header[:MOST_COLUMNS]):
        use = mapping.columns.get(name, Use(""))
        to = label(use.to) if wide else use.to
        columns.append(
            {"place": place, "to": to, "name": use.name, "kind": use.kind, "unit": use.unit}
        )
    words = {mark: word for word, mark in PARTS.items()}
    values: dict[str, Any] = {
        "columns": columns,
        "title": mapping.title,
        "by_row": mapping.by_row,
        "separator": words.get(mapping.separator, "comma"),
        "step": mapping.step,
        "weight_unit": mapping.weight_unit,
        "length_unit": mapping.length_unit,
        "decimal_comma": mapping.decimal_comma,
        "currency": mapping.currency,
        "language": mapping.languages[0] if mapping.languages else "",
    }
    return Submission.showing(values)


def mapping_of(form: Submission[MappingForm], layout: Layout, before: Mapping) -> Mapping | None:
    """The mapping that was sent; a choice that is none is said under its column."""
    data = form.data
    if data is None:
        return None
    by_label = {target.label.casefold(): target.code for target in TARGETS}
    columns: dict[str, Use] = {}
    for number, column in enumerate(data.columns):
        if not column.to or column.place >= len(layout.header):
            continue
        code = column.to if column.to in BY_CODE else by_label.get(column.to.casefold(), "")
        if not code:
            form.refuse(f"columns-{number}-to", "Choose one of the list.")
            continue
        if BY_CODE[code].named and not column.name:
            form.refuse(f"columns-{number}-name", f"{BY_CODE[code].named} is missing.")
        columns[layout.header[column.place]] = Use(code, column.name, column.kind, column.unit)
    languages = tuple(dict.fromkeys([data.language.lower(), *before.languages]))
    return replace(
        before,
        columns=columns,
        title=data.title,
        by_row=data.by_row,
        separator=PARTS[data.separator],
        step=data.step or ">",
        weight_unit=data.weight_unit,
        length_unit=data.length_unit,
        decimal_comma=data.decimal_comma,
        currency=data.currency.upper(),
        languages=tuple(each for each in languages if each),
    )
