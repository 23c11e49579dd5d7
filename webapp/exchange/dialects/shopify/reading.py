"""Reading Shopify's product CSV, both generations of its header.

Rows with one handle form one product; product cells stand on its first row; each variant has a
row; further rows with only a handle and a picture add pictures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webapp.exchange import values
from webapp.exchange.assembling import axes_of, customs, images_of, sku_key, uses, with_carried
from webapp.exchange.columns import Columns, columns_of
from webapp.exchange.dialect import Outline
from webapp.exchange.dialects.shopify.labels import KNOWN, METAFIELD, NAME, OPTIONS
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.fields import Kind, quantity
from webapp.exchange.lines import Choices, Line
from webapp.exchange.reading import Row
from webapp.exchange.records import (
    KEEP,
    Axis,
    Cell,
    Custom,
    Image,
    ProductRecord,
    Role,
    UnitPrice,
    VariantRecord,
)
from webapp.exchange.values import BadCell
from webapp.kit.values import Value, replace

_SPEAKS_OF_VARIANT = (
    "option1 value", "option2 value", "option3 value", "sku", "price", "barcode", "quantity",
    "compare", "cost",
)  # fmt: skip
_WITHOUT_EFFECT = (
    "fulfilment", "weight unit", "option1 linked", "option2 linked", "option3 linked",
)  # fmt: skip
_TAGS = Kind(lambda text, _: values.words(text, ","), str)


class Shopify(Value):
    """A file with one of the two headers."""

    columns: Columns
    choices: Choices
    source: str = NAME
    name: str = NAME

    @property
    def ignored(self) -> tuple[str, ...]:
        without = (self.columns.name(word) for word in _WITHOUT_EFFECT)
        return (*self.columns.unknown, *(name for name in without if name))

    def outline(self, row: Row) -> Outline:
        line = self._line(row)
        handle, title = line.raw("handle").lower(), line.raw("title")
        if not handle and not title:
            return Outline(refusal="The row has neither a handle nor a title.")
        return Outline(belongs=f"handle {handle}" if handle else "", keys=sku_key(line))

    def product(self, rows: Sequence[Row]) -> ProductRecord:
        lines = [self._line(row) for row in rows]
        first = next((line for line in lines if line.raw("title")), lines[0])
        roles = {line.number: self._role(line, first) for line in lines}
        names = [first.raw(f"{option} name") for option in OPTIONS]
        bearing = [line for line in lines if roles[line.number] is not Role.image]
        if not self._has_variants():
            bearing = []
        variants = tuple(self._variant(line, names) for line in bearing)
        record = ProductRecord(
            handle=first.raw("handle").lower() or None,
            **self._texts(first),
            images=self._images(lines),
            axes=axes_of(variants, [Axis(name) for name in names if name]),
            variants=variants,
            rows=uses(lines, roles),
        )
        record = with_carried(record, lines, "carried", "carried by variant")
        problems = tuple(problem for line in lines for problem in line.problems)
        return replace(record, problems=problems)

    def _line(self, row: Row) -> Line:
        return Line(row, self.columns.places, self.columns.header, self.choices)

    def _has_variants(self) -> bool:
        return any(word in self.columns for word in _SPEAKS_OF_VARIANT)

    def _role(self, line: Line, first: Line) -> Role:
        if line is first:
            return Role.product
        if any(line.raw(word) for word in _SPEAKS_OF_VARIANT):
            return Role.variant
        return Role.image

    def _texts(self, line: Line) -> dict[str, Any]:
        return {
            "title": line.field("title", "title"),
            "body": line.html("body", "body"),
            "brand": line.field("vendor", "brand"),
            "categories": self._categories(line),
            "tags": line.field("tags", "tags", _TAGS),
            "status": self._status(line),
            "published": line.field("published", "published"),
            "gift_card": line.field("gift card", "gift_card"),
            "seo_title": line.field("seo title", "seo_title"),
            "seo_description": line.field("seo description", "seo_description"),
            "custom": self._custom(line),
        }

    def _status(self, line: Line) -> Cell[str]:
        if line.raw("status").lower() == "unlisted":
            line.noted("status", "Unlisted products become drafts here.")
            return "draft"
        return line.read("status", lambda t: values.one_of(t, ("active", "draft", "archived")))

    def _categories(self, line: Line) -> Cell[tuple[tuple[str, ...], ...]]:
        for word in ("category", "type"):
            text = line.raw(word)
            if text:
                path = tuple(part.strip() for part in text.split(" > ") if part.strip())
                if any(len(part) > 120 for part in path):
                    line.wrong(word, "The name of a category has at most 120 characters.")
                    return KEEP
                return (path,)
        return line.empty if line.has("category") or line.has("type") else KEEP

    def _custom(self, line: Line) -> tuple[Custom, ...]:
        found = [
            (word, word.removeprefix("meta:product:").replace("google:", "google.", 1))
            for word in self.columns.places
            if word.startswith(("meta:product:", "google:"))
        ]
        if "category" in self.columns and line.raw("category"):
            # The category decides the shelf; the merchant's own word for the kind is kept beside.
            found.append(("type", "shopify.type"))
        return customs(line, found)

    def _images(self, lines: Sequence[Line]) -> Cell[tuple[Image, ...]]:
        if not any(line.has("image") for line in lines):
            return KEEP
        found = []
        for place, line in enumerate(lines):
            source = line.raw("image")
            if not source:
                continue
            if len(source) > 2000:
                line.wrong("image", "An address has at most 2,000 characters.")
                continue
            position = line.read("image position", lambda t: values.whole(t, self.choices.style))
            order = position if isinstance(position, int) else 1_000_000
            found.append((order + place / 1_000_000, Image(source, line.raw("image alt")[:500])))
        return images_of(found) or lines[0].empty

    def _variant(self, line: Line, names: Sequence[str]) -> VariantRecord:
        quantity = line.field("quantity", "quantity")
        return VariantRecord(
            row=line.number,
            sku=line.field("sku", "sku"),
            options=self._options(line, names),
            barcode=line.field("barcode", "barcode"),
            price=line.field("price", "price"),
            compare_at=line.field("compare", "compare_at"),
            cost=line.field("cost", "cost"),
            taxable=line.field("taxable", "taxable"),
            tax_class=line.field("tax code", "tax_class"),
            tracked=bool(line.raw("tracker")) if line.has("tracker") else KEEP,
            quantity=quantity,
            policy=line.read("policy", _policy),
            weight_g=line.field("grams", "weight_g"),
            requires_shipping=line.field("shipping", "requires_shipping"),
            unit_price=self._unit_price(line),
            image=line.field("variant image", "image"),
            custom=customs(
                line,
                [
                    (word, word.removeprefix("meta:variant:"))
                    for word in self.columns.places
                    if word.startswith("meta:variant:")
                ],
            ),
        )

    def _options(self, line: Line, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for option, name in zip(OPTIONS, names, strict=True):
            value = line.raw(f"{option} value")
            if len(value) > 200 or len(name) > 120:
                line.wrong(f"{option} value", "An option has at most 200 characters.")
            elif value and not name:
                line.wrong(f"{option} value", f"The value “{value[:40]}” has no option name.")
            elif name and not value and line.has(f"{option} value"):
                line.wrong(f"{option} value", f"The value of the option “{name[:40]}” is missing.")
            elif name and value:
                found.append((name, value))
        if found == [("Title", "Default Title")]:
            return ()
        return tuple(found)

    def _unit_price(self, line: Line) -> Cell[UnitPrice]:
        words = ("unit total", "unit total unit", "unit base", "unit base unit")
        if not line.has(words[0]):
            return KEEP
        texts = [line.raw(word) for word in words]
        if not any(texts):
            return line.empty
        if not all(texts):
            line.wrong(words[0], "The price per unit needs all of its four columns.")
            return KEEP
        return line.read(words[0], lambda _: _unit_price(texts, line))


def of(header: tuple[str, ...], choices: Choices) -> Shopify:
    """The dialect for this header. Refuses a header that names an option without its value."""
    columns = columns_of(
        header, KNOWN, [(METAFIELD, lambda found: f"meta:{found[1]}:{found[2]}.{found[3]}")]
    )
    for option in OPTIONS:
        there = [f"{option} {part}" in columns for part in ("name", "value")]
        if any(there) and not all(there):
            have, lack = ("name", "value") if there[0] else ("value", "name")
            raise NotUnderstood(
                f"The file has the column {option.title()} {have} but not {option.title()} {lack}."
            )
    return Shopify(columns, choices)


def _policy(text: str) -> str:
    word = text.strip().casefold()
    if word in ("deny", "continue"):
        return word
    return "continue" if values.yes_no(text) else "deny"


def _unit_price(texts: Sequence[str], line: Line) -> UnitPrice:
    total, unit, base, base_unit = texts
    style = line.choices.style
    if len(unit) > 12 or len(base_unit) > 12:
        raise BadCell("A unit has at most 12 letters.")
    return UnitPrice(quantity(total, style), unit, quantity(base, style), base_unit)
