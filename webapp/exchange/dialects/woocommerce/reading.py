"""Reading WooCommerce's product CSV: a row for each product and each variation, tied by parent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webapp.exchange import values
from webapp.exchange.assembling import axes_of, customs, sku_key, uses, with_carried
from webapp.exchange.columns import Columns, columns_of
from webapp.exchange.dialect import Key, Outline
from webapp.exchange.dialects.woocommerce.labels import (
    KNOWN,
    NAME,
    OUR_HANDLE,
    PATTERNS,
    SEO_DESCRIPTIONS,
    SEO_TITLES,
    SKU_SOURCE,
)
from webapp.exchange.dialects.woocommerce.variants import kinds_of, unfolded, variant_of
from webapp.exchange.fields import Kind
from webapp.exchange.lines import Choices, Line
from webapp.exchange.reading import Row
from webapp.exchange.records import (
    KEEP,
    Attribute,
    Axis,
    Cell,
    Custom,
    External,
    Image,
    ProductRecord,
    Reference,
    Role,
    VariantRecord,
)
from webapp.kit.values import Value, replace

ANY = "Any"
"""The value of a variation that fits every value of an axis."""

_TYPES = frozenset(
    ("simple", "variable", "variation", "grouped", "external", "virtual", "downloadable")
)
_LIST = Kind(lambda text, _: values.words(text), str)
_TREE = Kind(lambda text, _: values.paths(text), str)


class WooCommerce(Value):
    """A file with this header."""

    columns: Columns
    choices: Choices
    source: str = NAME
    name: str = NAME

    @property
    def ignored(self) -> tuple[str, ...]:
        without = [
            self.columns.name(word)
            for word in self.columns.places
            if word.startswith(("attribute ", "download "))
            and word.endswith((" visible", " global", " default", " id"))
        ]
        return (*self.columns.unknown, *without)

    def outline(self, row: Row) -> Outline:
        line = self._line(row)
        number, sku = line.raw("id"), line.raw("sku")
        keys = sku_key(line)
        if number:
            keys = (*keys, Key(f"The ID “{number}”", line.named("id")))
        if "variation" in kinds_of(line):
            parent = line.raw("parent")
            if not parent:
                return Outline(refusal="A variation must name its parent.")
            return Outline(belongs=_name(parent), keys=keys)
        if not (number or sku or line.raw("name")):
            return Outline(refusal="The row has no ID, no SKU and no name.")
        names = [f"id {number}"] if number else []
        return Outline(names=(*names, *([f"sku {sku}"] if sku else [])), keys=keys)

    def product(self, rows: Sequence[Row]) -> ProductRecord:
        lines = [self._line(row) for row in rows]
        parent = next((line for line in lines if "variation" not in kinds_of(line)), None)
        variations = sorted((line for line in lines if line is not parent), key=self._place)
        roles = {line.number: Role.variant for line in lines}
        if parent is not None:
            roles[parent.number] = Role.product
        axes = self._axes(parent, variations)
        variants = self._variants(parent, variations, axes)
        record = ProductRecord(
            **(self._texts(parent, variants, axes) if parent else _orphan(variations[0])),
            axes=axes_of(variants, axes),
            variants=_shared_stock(variants, parent, variations),
            rows=uses(lines, roles),
        )
        record = with_carried(record, lines, "carried", "carried by variant")
        return replace(record, problems=tuple(p for line in lines for p in line.problems))

    def _line(self, row: Row) -> Line:
        return Line(row, self.columns.places, self.columns.header, self.choices)

    def _place(self, line: Line) -> tuple[int, int]:
        position = line.read("position", lambda t: values.whole(t, self.choices.style))
        return (position if isinstance(position, int) else 0, line.number)

    def _named_attributes(self, line: Line) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for number in range(1, 1000):
            if f"attribute {number} name" not in self.columns:
                break
            name = line.raw(f"attribute {number} name")
            if len(name) > 120:
                line.wrong(f"attribute {number} name", "A name has at most 120 characters.")
            elif name and name not in found:
                found[name] = values.words(line.raw(f"attribute {number} value"))
        return found

    def _axes(self, parent: Line | None, variations: Sequence[Line]) -> list[Axis]:
        """The attributes along which the variations differ, with the values the parent lists."""
        declared = self._named_attributes(parent) if parent else {}
        used: dict[str, None] = {}
        for line in variations:
            for name, chosen in self._named_attributes(line).items():
                if chosen:
                    used[name] = None
        order = [name for name in declared if name in used]
        order += [name for name in used if name not in declared]
        return [Axis(name, declared.get(name, ())) for name in order]

    def _variants(
        self, parent: Line | None, variations: Sequence[Line], axes: Sequence[Axis]
    ) -> tuple[VariantRecord, ...]:
        if parent is not None and not variations:
            types = kinds_of(parent)
            for odd in sorted(types - _TYPES):
                parent.noted("type", f"Products of the type “{odd[:40]}” become simple ones here.")
            if types & {"variable", "grouped"}:
                return ()
            return (variant_of(parent, parent, ()),)
        return tuple(variant_of(line, parent, self._options(line, axes)) for line in variations)

    def _options(self, line: Line, axes: Sequence[Axis]) -> tuple[tuple[str, str], ...]:
        chosen = self._named_attributes(line)
        found = []
        for axis in axes:
            value = next(iter(chosen.get(axis.name, ())), "")
            if len(value) > 200:
                line.wrong("", "The value of an option has at most 200 characters.")
            if not value:
                line.noted("", f"The variation fits any {axis.name}; it is called “{ANY}” here.")
            found.append((axis.name, value[:200] or ANY))
        return tuple(found)

    def _texts(
        self, line: Line, variants: Sequence[VariantRecord], axes: Sequence[Axis]
    ) -> dict[str, Any]:
        status, published = _standing(line)
        attributes = self._named_attributes(line)
        brand, rest = self._brand(line, attributes)
        taken = {axis.name for axis in axes}
        sku = line.raw("sku")
        return {
            "handle": sku.removeprefix(OUR_HANDLE) if sku.startswith(OUR_HANDLE) else None,
            "externals": _externals(line, sku if not _sells_itself(line, variants) else ""),
            "title": line.field("name", "title"),
            "body": _html(line, "body", "body"),
            "summary": _html(line, "summary", "summary"),
            "brand": brand,
            "categories": line.field("categories", "categories", _TREE),
            "tags": line.field("tags", "tags", _LIST),
            "status": status,
            "published": published,
            "featured": line.field("featured", "featured"),
            "seo_title": self._seo(line, SEO_TITLES, "seo_title"),
            "seo_description": self._seo(line, SEO_DESCRIPTIONS, "seo_description"),
            "maximum_quantity": line.read(
                "sold individually", lambda t: 1 if values.yes_no(t) else None
            ),
            "upsells": _references(line, "upsells"),
            "cross_sells": _references(line, "cross-sells"),
            "grouped": _references(line, "grouped"),
            "images": _images(line, variants),
            "attributes": tuple(
                Attribute(name, ", ".join(found))
                for name, found in rest.items()
                if name not in taken and found
            ),
            "custom": self._custom(line),
        }

    def _brand(
        self, line: Line, attributes: dict[str, tuple[str, ...]]
    ) -> tuple[Cell[str], dict[str, tuple[str, ...]]]:
        found = values.words(line.raw("brands"))
        if found:
            if len(found) > 1:
                line.noted("brands", f"A product has one brand here: “{found[0][:40]}” is taken.")
            return line.kept("brands", "brand", found[0]), attributes
        name = next((name for name in attributes if name.casefold() in ("brand", "brands")), None)
        if name is None:
            return (line.empty if line.has("brands") else KEEP), attributes
        rest = {other: found for other, found in attributes.items() if other != name}
        named = ", ".join(attributes[name])
        return (line.kept("", "brand", named) if named else line.empty), rest

    def _seo(self, line: Line, keys: Sequence[str], name: str) -> Any:
        there = [f"meta:{key}" for key in keys if line.has(f"meta:{key}")]
        filled = next((word for word in there if line.raw(word)), there[0] if there else "")
        return line.field(filled, name) if filled else KEEP

    def _custom(self, line: Line) -> tuple[Custom, ...]:
        seo = {f"meta:{key}" for key in (*SEO_TITLES, *SEO_DESCRIPTIONS)}
        metas = [
            (word, word.removeprefix("meta:").removeprefix("vitrine.") if word.startswith(
                "meta:vitrine.") else f"meta.{word.removeprefix('meta:')}")
            for word in self.columns.places
            if word.startswith("meta:") and word not in seo
        ]  # fmt: skip
        plain = [
            ("external url", "woocommerce.external_url"),
            ("button text", "woocommerce.button_text"),
            ("purchase note", "woocommerce.purchase_note"),
        ]
        return (*customs(line, [*metas, *plain]), *_facts(line))


def of(header: tuple[str, ...], choices: Choices) -> WooCommerce:
    """The dialect for this header."""
    return WooCommerce(columns_of(header, KNOWN, PATTERNS), choices)


def _name(reference: str) -> str:
    """What a row is called by a reference to it: ``id:45`` or a SKU."""
    return (
        f"id {reference[3:].strip()}" if reference[:3].casefold() == "id:" else f"sku {reference}"
    )


def _orphan(line: Line) -> dict[str, Any]:
    """The parent is not in this file: only who it is."""
    reference = line.raw("parent")
    kind, _, value = _name(reference).partition(" ")
    if value.startswith(OUR_HANDLE):
        return {"handle": value.removeprefix(OUR_HANDLE)}
    return {"externals": (External(NAME if kind == "id" else SKU_SOURCE, value),)}


def _sells_itself(line: Line, variants: Sequence[VariantRecord]) -> bool:
    """Whether the row of the product is its own variant, so that the SKU is the variant's."""
    return any(variant.row == line.number for variant in variants)


def _externals(line: Line, sku: str) -> tuple[External, ...]:
    found = []
    if line.raw("id"):
        found.append(External(NAME, line.raw("id")))
    if sku and not sku.startswith(OUR_HANDLE):
        found.append(External(SKU_SOURCE, sku))
    return tuple(found)


def _html(line: Line, word: str, name: str) -> Any:
    value = line.html(word, name)
    return unfolded(value) if isinstance(value, str) else value


def _standing(line: Line) -> tuple[Cell[str], Cell[bool]]:
    if not line.has("published"):
        return KEEP, KEEP
    text = line.raw("published").casefold()
    if text in ("-1", "2"):
        return "draft", False
    shown = line.read("published", values.yes_no)
    if not isinstance(shown, bool):
        return KEEP, KEEP
    return "active", shown


def _references(line: Line, word: str) -> Cell[tuple[Reference, ...]]:
    if not line.has(word):
        return KEEP
    found = []
    for text in values.words(line.raw(word)):
        kind, _, value = _name(text).partition(" ")
        if value.startswith(OUR_HANDLE):
            found.append(Reference("handle", value.removeprefix(OUR_HANDLE)))
        else:
            found.append(Reference(NAME if kind == "id" else "sku", value))
    return tuple(found) or line.empty


def _images(line: Line, variants: Sequence[VariantRecord]) -> Cell[tuple[Image, ...]]:
    """The product's images, and those that only its variations show."""
    if not line.has("images"):
        return KEEP
    sources = list(values.words(line.raw("images")))
    sources += [variant.image for variant in variants if isinstance(variant.image, str)]
    kept = [source for source in dict.fromkeys(sources) if len(source) <= 2000]
    if len(kept) < len(set(sources)):
        line.wrong("images", "An address has at most 2,000 characters.")
    return tuple(Image(source) for source in kept) or line.empty


def _facts(line: Line) -> tuple[Custom, ...]:
    """What our catalogue has no field for, kept where it differs from the usual."""
    types = kinds_of(line) & {"grouped", "external"}
    found = []
    for word, key, usual in (
        ("visibility", "woocommerce.visibility", "visible"),
        ("tax status", "woocommerce.tax_status", ""),
        ("reviews", "woocommerce.reviews", "1"),
        ("position", "woocommerce.position", "0"),
    ):
        if line.has(word):
            text = line.raw(word).casefold()
            told = text == "shipping" if word == "tax status" else text != usual
            found.append(Custom(key, text[:200] if told and text else None))
    if line.raw("visibility").casefold() == "hidden":
        line.noted("visibility", "Hidden in the other shop's catalogue; here it can be seen.")
    if line.has("type"):
        found.append(Custom("woocommerce.type", next(iter(types), None)))
    return tuple(found)


def _shared_stock(
    variants: tuple[VariantRecord, ...], parent: Line | None, variations: Sequence[Line]
) -> tuple[VariantRecord, ...]:
    """Stock kept on the parent goes to the first variant that shares it, once."""
    if parent is None:
        return variants
    sharing = [
        place for place, line in enumerate(variations)
        if line.raw("stock").casefold() == "parent"
    ]  # fmt: skip
    if not sharing:
        return variants
    first = sharing[0]
    for place in sharing:
        variations[place].noted(
            "stock", "The stock was shared on the parent; it is given to the first variant."
        )
    quantity = parent.field("stock", "quantity")
    shared = replace(variants[first], quantity=quantity)
    return (*variants[:first], shared, *variants[first + 1 :])
