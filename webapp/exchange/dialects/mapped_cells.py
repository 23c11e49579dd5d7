"""The cells of a mapped row as values: several columns for one target, units, lists."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from webapp.exchange import values
from webapp.exchange.assembling import customs, images_of
from webapp.exchange.fields import FIELDS, PRODUCT_FIELDS, VARIANT_FIELDS, Field, Kind
from webapp.exchange.lines import Line, within
from webapp.exchange.mapping import Mapping, normal
from webapp.exchange.records import KEEP, Attribute, Cell, Custom, Image, Reference
from webapp.exchange.values import BadCell
from webapp.kit.values import Value

_LISTS = frozenset(("title", "images", "categories"))
"""Read by methods of their own."""
_STATUS = {
    "active": "active", "published": "active", "enabled": "active", "live": "active",
    "online": "active", "aktiv": "active", "actif": "active", "activo": "active",
    "draft": "draft", "inactive": "draft", "disabled": "draft", "hidden": "draft",
    "offline": "draft", "pending": "draft", "entwurf": "draft", "inaktiv": "draft",
    "archived": "archived", "discontinued": "archived", "deleted": "archived",
}  # fmt: skip


class MappedCells(Value):
    """Where each target is kept in a row. Words of columns are target, or target and place."""

    mapping: Mapping
    places: AnyMapping[str, int]
    words: AnyMapping[str, tuple[str, ...]]
    """By target, the words of its columns in the order in which they are asked."""
    header: tuple[str, ...]
    product_fields: tuple[Field, ...]
    """The plain fields that have a column, so that only these are asked for in every row."""
    variant_fields: tuple[Field, ...]

    @classmethod
    def of(cls, header: tuple[str, ...], mapping: Mapping) -> MappedCells:
        places: dict[str, int] = {}
        words: dict[str, tuple[str, ...]] = {}
        names = sorted(
            (name for name in header if name in mapping.columns),
            key=lambda name: (_tongue(name, mapping.languages), header.index(name)),
        )
        for name in names:
            target = mapping.columns[name].to
            word = target if target not in places else f"{target} {header.index(name)}"
            places[word] = header.index(name)
            words[target] = (*words.get(target, ()), word)
        return cls(
            mapping,
            places,
            words,
            header,
            tuple(
                each for each in PRODUCT_FIELDS if each.name in words and each.name not in _LISTS
            ),
            tuple(each for each in VARIANT_FIELDS if each.name in words and each.name != "image"),
        )

    def has_target(self, *targets: str) -> bool:
        return any(target in self.words for target in targets)

    def column(self, target: str) -> str:
        """The file's own name of the first column of a target."""
        words = self.words.get(target)
        return self.header[self.places[words[0]]] if words else ""

    def raw(self, line: Line, target: str) -> str:
        """The first filled cell of a target."""
        return next((t for word in self.words.get(target, ()) if (t := line.raw(word))), "")

    def _word(self, line: Line, target: str) -> str:
        words = self.words.get(target, ())
        return next((word for word in words if line.raw(word)), words[0] if words else "")

    def value_of(self, line: Line, name: str) -> Any:
        return self.value(line, FIELDS[name])

    def value(self, line: Line, field: Field) -> Any:
        """The cell of a plain field, read as leniently as a foreign file needs."""
        word = self._word(line, field.name)
        if not word:
            return KEEP
        return line.field(word, field.name, self._kind(field))

    def html(self, line: Line, name: str) -> Any:
        word = self._word(line, name)
        return line.html(word, name) if word else KEEP

    def _kind(self, field: Field) -> Kind | None:
        separator = self.mapping.separator
        if field.name == "status":
            return Kind(lambda text, _: _status(text), str)
        if field.name == "policy":
            return Kind(lambda text, _: _policy(text), str)
        if field.name in ("tags", "collections"):
            return Kind(lambda text, _: values.words(text, separator), str)
        if field.name in ("related", "upsells", "cross_sells", "grouped"):
            return Kind(
                lambda text, _: tuple(Reference("sku", w) for w in values.words(text, separator)),
                str,
            )
        return None

    def categories(self, line: Line) -> Cell[tuple[tuple[str, ...], ...]]:
        """The paths of all category columns together."""
        words = [*self.words.get("categories", ()), *self.words.get("category", ())]
        there = [word for word in words if line.has(word)]
        if not there:
            return KEEP
        found: dict[tuple[str, ...], None] = {}
        for word in there:
            paths = line.read(word, lambda text: within("categories", self._paths(text)))
            found |= dict.fromkeys(paths if isinstance(paths, tuple) else ())
        return tuple(found) or line.empty

    def _paths(self, text: str) -> tuple[tuple[str, ...], ...]:
        step = self.mapping.step
        if len(step) != 1 or step not in ">/|»":
            text, step = text.replace(step, ">"), ">"
        if step == self.mapping.separator:
            path = values.words(text, step)
            return (path,) if path else ()
        return values.paths(text, self.mapping.separator, step)

    def images(self, lines: Sequence[Line]) -> Cell[tuple[Image, ...]]:
        """The pictures of all rows and all picture columns, in their order."""
        found: list[tuple[float, Image]] = []
        said = False
        for line in lines:
            alt = self.raw(line, "image_alt")[:500]
            for word in (*self.words.get("images", ()), *self.words.get("image", ())):
                said = said or line.has(word)
                for source in _sources(line.raw(word), self.mapping.separator):
                    if len(source) > 2000:
                        line.wrong(word, "An address has at most 2,000 characters.")
                    else:
                        found.append((len(found), Image(source, alt)))
        return (images_of(found) or lines[0].empty) if said else KEEP

    def first_image(self, line: Line) -> Cell[str]:
        """The picture of the row itself, for the variant it describes."""
        words = [*self.words.get("images", ()), *self.words.get("image", ())]
        if not any(line.has(word) for word in words):
            return KEEP
        found = (_sources(line.raw(word), self.mapping.separator) for word in words)
        return next((sources[0] for sources in found if sources), line.empty)

    def options(self, line: Line) -> tuple[tuple[str, str], ...]:
        """The choices of the row: option columns, pairs of name and value, or all in one cell."""
        found: list[tuple[str, str]] = []
        for word in self.words.get("option", ()):
            found.append((self._name(word), line.raw(word)))
        numbers = (n for n in range(1, 11) if f"option_value:{n}" in self.words)
        for number in numbers:
            name = self.raw(line, f"option_name:{number}")
            found.append((name or f"Option {number}", self.raw(line, f"option_value:{number}")))
        for text in values.words(self.raw(line, "options"), self.mapping.separator):
            name, mark, value = text.partition(":")
            if not mark:
                line.wrong(self._word(line, "options"), "Write options as “Colour:Blue, Size:XL”.")
            found.append((name.strip(), value.strip()))
        kept: dict[str, str] = {}
        for name, value in found:
            if len(name) > 120 or len(value) > 200:
                line.wrong("", "An option has at most 200 characters.")
            elif name and value:
                kept.setdefault(name, value)
        return tuple(kept.items())

    def _name(self, word: str) -> str:
        column = self.header[self.places[word]]
        return self.mapping.columns[column].name.strip() or column

    def sizes(self, line: Line) -> dict[str, Any]:
        """Weight in g and lengths in mm, in the unit of the column, the row, or the file."""
        found: dict[str, Any] = {}
        weight = self.raw(line, "weight_unit") or self.mapping.weight_unit
        length = self.raw(line, "length_unit") or self.mapping.length_unit
        for target, name, units, unit in (
            ("weight", "weight_g", values.GRAMS, weight),
            ("length", "length_mm", values.MILLIMETRES, length),
            ("width", "width_mm", values.MILLIMETRES, length),
            ("height", "height_mm", values.MILLIMETRES, length),
        ):
            word = self._word(line, target)
            if not word:
                continue
            column = self.header[self.places[word]]
            own = self.mapping.columns[column].unit or unit
            found[name] = line.read(word, partial(_measured, line, own, units))
        return found

    def attributes(self, line: Line) -> tuple[Attribute, ...]:
        found = []
        for word in self.words.get("attribute", ()):
            use = self.mapping.columns[self.header[self.places[word]]]
            value = line.read(word, partial(_attribute, line, use.kind))
            if value is not KEEP:
                found.append(Attribute(use.name.strip(), value, use.kind, use.unit))
        return tuple(found)

    def custom(self, line: Line) -> tuple[Custom, ...]:
        pairs = []
        for word in self.words.get("custom", ()):
            name = self._name(word)
            pairs.append((word, name if "." in name else f"custom.{name}"))
        return customs(line, pairs)


def _tongue(name: str, languages: Sequence[str]) -> int:
    last = normal(name).split()[-1:] or [""]
    return languages.index(last[0]) if last[0] in languages else -1


def _sources(text: str, separator: str) -> tuple[str, ...]:
    # An address may hold a comma; only what is followed by another address is a separator.
    if text.count("://") == 1 and text.startswith("http"):
        return (text,) if " " not in text else values.words(text, separator)
    return values.words(text, separator)


def _status(text: str) -> str:
    word = text.strip().casefold()
    if word in _STATUS:
        return _STATUS[word]
    try:
        return "active" if values.yes_no(word) else "draft"
    except BadCell:
        raise BadCell(f"“{text[:40]}” is not one of active, draft, archived.") from None


def _policy(text: str) -> str:
    word = text.strip().casefold()
    if word in ("deny", "continue", "preorder"):
        return word
    return "continue" if values.yes_no(word) else "deny"


def _measured(line: Line, unit: str, units: dict[str, Fraction], text: str) -> int:
    return values.measure(text, line.choices.style, unit, units)


def _attribute(line: Line, kind: str, text: str) -> str:
    if len(text) > 2000:
        raise BadCell("The value of an attribute has at most 2,000 characters.")
    if kind == "number":
        value = values.number(text, line.choices.style)
        return f"{value.normalize():f}"
    if kind == "boolean":
        return "true" if values.yes_no(text) else "false"
    if kind == "date":
        return values.moment(text, line.choices.style).date().isoformat()
    return text
