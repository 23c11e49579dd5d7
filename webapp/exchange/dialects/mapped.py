"""Reading a file of unknown header through a mapping that a person has confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webapp.exchange.assembling import axes_of, uses
from webapp.exchange.dialect import Key, Outline
from webapp.exchange.dialects.mapped_cells import MappedCells
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.fields import HTML, VARIANT_FIELDS
from webapp.exchange.lines import Choices, Line
from webapp.exchange.mapping import Mapping, composed, problems_of
from webapp.exchange.reading import Row
from webapp.exchange.records import (
    KEEP,
    Axis,
    Cell,
    External,
    Problem,
    ProductRecord,
    Role,
    VariantRecord,
)
from webapp.exchange.targets import BY_CODE
from webapp.kit.slugs import slugify
from webapp.kit.values import Value, replace

NAME = "mapped"
_SAYS_VARIANT = frozenset({each.name for each in VARIANT_FIELDS}) | {
    "option", "options", "variant_id", "weight", "length", "width", "height",
}  # fmt: skip
_AMOUNTS = frozenset(("price", "compare_at", "cost"))


class Mapped(Value):
    """A file with a mapping. Rows with the same parent, address or number are one product."""

    header: tuple[str, ...]
    mapping: Mapping
    choices: Choices
    cells: MappedCells
    name: str = NAME

    @property
    def source(self) -> str:
        return self.mapping.source

    @property
    def ignored(self) -> tuple[str, ...]:
        named = set(self.mapping.columns)
        return tuple(
            name for name in self.header
            if name not in named and f"{{{name}}}" not in self.mapping.title
        )  # fmt: skip

    def outline(self, row: Row) -> Outline:
        line = self._line(row)
        tongue = self.cells.raw(line, "language").casefold()
        wanted = self.mapping.languages[:1]
        if tongue and wanted and tongue.split("-")[0].split("_")[0] != wanted[0]:
            return Outline(skipped=f"The row is in another language ({tongue[:20]}).")
        key, kind = self._key(line)
        itself = self.mapping.by_row or any(self.cells.raw(line, t) for t in ("sku", "barcode"))
        if not key and not itself:
            return Outline(refusal="The row does not say which product it is.")
        return Outline(belongs=f"{kind} {key}" if key else "", keys=self._unique(line))

    def product(self, rows: Sequence[Row]) -> ProductRecord:
        lines = [self._line(row) for row in rows]
        first = next((line for line in lines if self.cells.raw(line, "title")), lines[0])
        main, amounts = self._by_currency(lines)
        options = {line.number: self.cells.options(line) for line in main}
        bearing = self._bearing(main, first, options)
        roles = {line.number: Role.variant for line in lines}
        roles |= {line.number: Role.price for found in amounts.values() for line in found}
        roles[first.number] = Role.product
        variants = tuple(
            self._variant(line, options[line.number], amounts.get(line.number, []))
            for line in bearing
        )
        axes = [Axis(name) for name in dict.fromkeys(n for v in variants for n, _ in v.options)]
        variants = tuple(self._complete(variant, axes, lines) for variant in variants)
        texts = self._texts(first, lines)
        return ProductRecord(
            **texts,
            axes=axes_of(variants, axes),
            variants=variants,
            rows=uses(lines, roles),
            problems=tuple(problem for line in lines for problem in line.problems),
        )

    def _line(self, row: Row) -> Line:
        return Line(row, self.cells.places, self.header, self.choices)

    def _key(self, line: Line) -> tuple[str, str]:
        for target in ("parent", "handle", "id"):
            key = self.cells.raw(line, target)
            if key:
                return (key.casefold() if target == "handle" else key), target
        return "", ""

    def _unique(self, line: Line) -> tuple[Key, ...]:
        """SKUs are told apart by currency: a shop may write each variant once for each."""
        found = []
        sku, currency = self.cells.raw(line, "sku"), self.cells.raw(line, "currency")
        if sku:
            what = f"The SKU “{sku}”" + (f" in {currency[:10]}" if currency else "")
            found.append(Key(what, self.cells.column("sku"), of_variant=True))
        number = self.cells.raw(line, "variant_id")
        if number:
            what = f"The variant number “{number[:60]}”"
            found.append(Key(what, self.cells.column("variant_id"), of_variant=True))
        return tuple(found)

    def _bearing(
        self,
        lines: Sequence[Line],
        first: Line,
        options: dict[int, tuple[tuple[str, str], ...]],
    ) -> list[Line]:
        """The rows that are variants. Where any has options, one without is the product's own."""
        if not any(use.to.split(":")[0] in _SAYS_VARIANT | {"option_value"}
                   for use in self.mapping.columns.values()):  # fmt: skip
            return []
        if len(lines) == 1 or not any(options.values()):
            return list(lines)
        for line in lines:
            if line is not first and not options[line.number]:
                sentence = "The row says no option, so it is not clear which variant it is."
                line.problems.append(Problem(line.number, "", sentence))
        return [line for line in lines if options[line.number]]

    def _complete(
        self, variant: VariantRecord, axes: Sequence[Axis], lines: Sequence[Line]
    ) -> VariantRecord:
        """Options in the order of the axes; one that is missing is an error of the row."""
        if tuple(name for name, _ in variant.options) == tuple(axis.name for axis in axes):
            return variant
        chosen = dict(variant.options)
        for axis in axes:
            if axis.name not in chosen:
                line = next(line for line in lines if line.number == variant.row)
                sentence = f"The value of the option “{axis.name[:40]}” is missing."
                line.problems.append(Problem(line.number, "", sentence))
        ordered = tuple((axis.name, chosen[axis.name]) for axis in axes if axis.name in chosen)
        return replace(variant, options=ordered)

    def _variant(
        self, line: Line, options: tuple[tuple[str, str], ...], amounts: Sequence[Line]
    ) -> VariantRecord:
        mapped = self.cells
        found: dict[str, Any] = {
            each.name: mapped.value(line, each) for each in mapped.variant_fields
        }
        payer = next((each for each in (line, *amounts) if self._gives_amounts(each)), None)
        for each in mapped.variant_fields if payer is not line else ():
            if each.name in _AMOUNTS:
                found[each.name] = mapped.value(payer, each) if payer else KEEP
        if found.get("quantity", KEEP) is not KEEP and "tracked" not in found:
            found["tracked"] = True
        number = mapped.raw(line, "variant_id")
        return VariantRecord(
            row=line.number,
            options=options,
            externals=(External(self.source, number),) if number else (),
            image=mapped.first_image(line) if options else KEEP,
            **{**found, **mapped.sizes(line)},
        )

    def _gives_amounts(self, line: Line) -> bool:
        currency = self.cells.raw(line, "currency").upper()
        return not currency or not self.mapping.currency or currency == self.mapping.currency

    def _by_currency(self, lines: Sequence[Line]) -> tuple[list[Line], dict[int, list[Line]]]:
        """Rows that describe, and by their numbers further rows of the same SKU with amounts."""
        if not self.cells.has_target("currency"):
            return list(lines), {}
        main: dict[str, Line] = {}
        amounts: dict[int, list[Line]] = {}
        for line in lines:
            sku = self.cells.raw(line, "sku") or f"row {line.number}"
            describing = main.setdefault(sku, line)
            currencies = {self.cells.raw(each, "currency") for each in (describing, line)}
            if describing is not line and len(currencies) > 1:
                amounts.setdefault(describing.number, []).append(line)
            elif describing is not line:
                main[f"row {line.number}"] = line
        return list(main.values()), amounts

    def _texts(self, first: Line, lines: Sequence[Line]) -> dict[str, Any]:
        mapped = self.cells
        title = self._title(first)
        handle = mapped.raw(first, "handle")
        found: dict[str, Any] = {
            each.name: mapped.html(first, each.name)
            if each.kind is HTML
            else mapped.value(first, each)
            for each in mapped.product_fields
        }
        return {
            **found,
            "title": title,
            "handle": slugify(handle, "") or None if handle else None,
            "externals": self._externals(first),
            "categories": mapped.categories(first),
            "images": mapped.images(lines),
            "attributes": mapped.attributes(first),
            "custom": mapped.custom(first),
        }

    def _title(self, line: Line) -> Cell[str]:
        title: Cell[str] = self.cells.value_of(line, "title")
        if isinstance(title, str) or not self.mapping.title:
            return title
        cells = {
            name: line.row.cells[place].strip()
            for place, name in enumerate(self.header)
            if place < len(line.row.cells)
        }
        return composed(self.mapping.title, cells)[:300] or KEEP

    def _externals(self, line: Line) -> tuple[External, ...]:
        if self.mapping.by_row:
            return (External(self.source, f"row {line.number}"),)
        for target in ("id", "parent", "barcode"):
            key = self.cells.raw(line, target)
            if key and not (target == "barcode" and self.cells.has_target("handle", "sku")):
                return (External(self.source, key),)
        return ()


def of(header: tuple[str, ...], mapping: Mapping, choices: Choices) -> Mapped:
    """The dialect for this header. Refuses with ``NotUnderstood`` a mapping that does not fit."""
    problems = problems_of(mapping, header)
    if problems:
        raise NotUnderstood(" ".join(problems), problems=problems)
    known = {name: use for name, use in mapping.columns.items() if use.to in BY_CODE}
    style = replace(choices, decimal_comma=mapping.decimal_comma)
    return Mapped(header, mapping, style, MappedCells.of(header, replace(mapping, columns=known)))
