"""A dump of Saleor's tables, as Django's ``dumpdata`` writes it: rows that point to each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from webapp.exchange.lines import Choices
from webapp.exchange.records import (
    KEEP,
    Attribute,
    Axis,
    Cell,
    External,
    Image,
    ProductRecord,
    VariantRecord,
)

Fields = dict[str, Any]
_KINDS = {"numeric": "number", "dropdown": "choice", "swatch": "choice"}
"""What takes several values at once is a text that names them."""


def records(document: Any, choices: Choices) -> list[ProductRecord]:
    """The products; none where the document is of another kind.

    Prices are those of the first channel in the shop's currency; a variant without any has none.
    """
    dump = _Dump.of(document)
    return [_product(dump, key, told, choices) for key, told in dump.all("product.product")]


@dataclass(slots=True)
class _Dump:
    """Rows by model and key; keys as text, whatever a dump has for them."""

    rows: dict[str, dict[str, Fields]] = field(default_factory=lambda: defaultdict(dict))
    found: dict[tuple[str, str], dict[str, list[tuple[str, Fields]]]] = field(default_factory=dict)
    """Rows by the value of a member, for each member that was asked for."""

    @classmethod
    def of(cls, document: Any) -> _Dump:
        dump = cls()
        for each in document if isinstance(document, list) else ():
            if not (isinstance(each, dict) and isinstance(each.get("fields"), dict)):
                return cls()
            dump.rows[str(each.get("model"))][str(each.get("pk"))] = each["fields"]
        return dump

    def all(self, model: str) -> list[tuple[str, Fields]]:
        return list(self.rows.get(model, {}).items())

    def one(self, model: str, key: Any) -> Fields:
        return self.rows.get(model, {}).get(str(key), {})

    def where(self, model: str, name: str, value: Any) -> list[tuple[str, Fields]]:
        """Rows whose member has this value, in the order in which staff put them."""
        if (model, name) not in self.found:
            index: dict[str, list[tuple[str, Fields]]] = defaultdict(list)
            for row in self.all(model):
                index[str(row[1].get(name))].append(row)
            self.found[model, name] = index
        rows = self.found[model, name].get(str(value), [])
        return sorted(rows, key=_place)


def _place(row: tuple[str, Fields]) -> int:
    order = row[1].get("sort_order")
    return order if isinstance(order, int) else 0


def _product(dump: _Dump, key: Any, told: Fields, choices: Choices) -> ProductRecord:
    rows = dump.where("product.productvariant", "product", key)
    options = _options(dump, rows)
    listings = dump.where("product.productchannellisting", "product", key)
    here = [each for _, each in listings if each.get("currency") == choices.currency]
    kind = dump.one("product.producttype", told.get("product_type"))
    variants = tuple(
        _variant(dump, key_of, each, chosen, kind, choices)
        for (key_of, each), chosen in zip(rows, options, strict=True)
    )
    path = _path(dump, told.get("category"))
    return ProductRecord(
        handle=str(told.get("slug") or "") or None,
        externals=(External("saleor", str(key)),),
        title=str(told.get("name") or ""),
        body=_html(told.get("description")) or KEEP,
        categories=(path,) if path else KEEP,
        collections=_collections(dump, key) or KEEP,
        status="active" if any(each.get("is_published") for each in here) else "draft",
        seo_title=told.get("seo_title") or KEEP,
        seo_description=told.get("seo_description") or KEEP,
        images=tuple(
            Image(str(each.get("image") or each.get("external_url")), str(each.get("alt") or ""))
            for _, each in dump.where("product.productmedia", "product", key)
            if each.get("type") == "IMAGE" and (each.get("image") or each.get("external_url"))
        )
        or KEEP,
        axes=_axes(options),
        attributes=_attributes(dump, key),
        variants=variants,
    )


def _variant(
    dump: _Dump,
    key: Any,
    told: Fields,
    options: tuple[tuple[str, str], ...],
    kind: Fields,
    choices: Choices,
) -> VariantRecord:
    listings = dump.where("product.productvariantchannellisting", "variant", key)
    here = [each for _, each in listings if each.get("currency") == choices.currency]
    prices = [each["price_amount"] for each in here if each.get("price_amount") is not None]
    costs = [each["cost_price_amount"] for each in here if each.get("cost_price_amount")]
    stock = [
        each.get("quantity") or 0
        for _, each in dump.where("warehouse.stock", "product_variant", key)
    ]
    is_sent = kind.get("is_shipping_required")
    return VariantRecord(
        sku=str(told["sku"]) if told.get("sku") else KEEP,
        externals=(External("saleor", str(key)),),
        options=options,
        price=_amount(prices[0]) if prices else KEEP,
        cost=_amount(costs[0]) if costs else KEEP,
        tracked=bool(told.get("track_inventory")),
        quantity=sum(stock) if stock else KEEP,
        weight_g=_grams(told.get("weight") or kind.get("weight")),
        requires_shipping=bool(is_sent) if is_sent is not None else KEEP,
    )


def _amount(value: Any) -> str:
    """``10.000`` is kept with three decimals for every currency."""
    whole, _, part = str(value).partition(".")
    part = part.rstrip("0")
    return f"{whole}.{part:0<2}" if part else whole


def _grams(value: Any) -> Cell[int]:
    """``1000.0:g``; the unit is what the shop was set to when it was written."""
    amount, _, unit = str(value or "").partition(":")
    factor = {"g": 1, "kg": 1000}.get(unit)
    try:
        grams = round(float(amount) * factor) if factor else 0
    except (ValueError, OverflowError):
        return KEEP
    return grams or KEEP


def _options(dump: _Dump, rows: Sequence[tuple[Any, Fields]]) -> list[tuple[tuple[str, str], ...]]:
    """What each variant is chosen by: its attributes where they tell all apart, else its name."""
    if len(rows) < 2:
        return [() for _ in rows]
    chosen = [_chosen(dump, key) for key, _ in rows]
    names = {tuple(name for name, _ in each) for each in chosen}
    if len(names) == 1 and names != {()} and len(set(chosen)) == len(chosen):
        return chosen
    called = [str(told.get("name") or told.get("sku") or key) for key, told in rows]
    return [
        (("Name", name if called.count(name) == 1 else f"{name} {number}"),)
        for number, name in enumerate(called, start=1)
    ]


def _chosen(dump: _Dump, variant: Any) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for key, each in dump.where("attribute.assignedvariantattribute", "variant", variant):
        place = dump.one("attribute.attributevariant", each.get("assignment"))
        name = str(dump.one("attribute.attribute", place.get("attribute")).get("name") or "")
        values = [
            str(dump.one("attribute.attributevalue", value.get("value")).get("name") or "")
            for _, value in dump.where("attribute.assignedvariantattributevalue", "assignment", key)
        ]
        if name and any(values):
            found[name] = ", ".join(filter(None, values))
    return tuple(found.items())


def _axes(options: Sequence[tuple[tuple[str, str], ...]]) -> tuple[Axis, ...]:
    values: dict[str, dict[str, None]] = {}
    for name, value in (pair for each in options for pair in each):
        values.setdefault(name, {})[value] = None
    return tuple(Axis(name, tuple(found)) for name, found in values.items())


def _attributes(dump: _Dump, product: Any) -> tuple[Attribute, ...]:
    found: dict[str, tuple[str, list[str]]] = {}
    for _, each in dump.where("attribute.assignedproductattributevalue", "product", product):
        value = dump.one("attribute.attributevalue", each.get("value"))
        of = dump.one("attribute.attribute", value.get("attribute"))
        name, text = str(of.get("name") or ""), str(value.get("name") or "")
        if name and text:
            found.setdefault(name, (_KINDS.get(str(of.get("input_type")), "text"), []))[1].append(
                text
            )
    return tuple(Attribute(name, ", ".join(texts), kind) for name, (kind, texts) in found.items())


def _collections(dump: _Dump, product: Any) -> tuple[str, ...]:
    names = (
        dump.one("product.collection", each.get("collection")).get("name")
        for _, each in dump.where("product.collectionproduct", "product", product)
    )
    return tuple(str(name) for name in names if name)


def _path(dump: _Dump, category: Any) -> tuple[str, ...]:
    """The names from the root; a ring of parents ends where it began."""
    path: dict[str, str] = {}
    while category is not None and str(category) not in path:
        told = dump.one("product.category", category)
        path[str(category)] = str(told.get("name") or "")
        category = told.get("parent")
    return tuple(name for name in reversed(path.values()) if name)


def _html(description: Any) -> str:
    """The blocks of Editor.js; their texts are HTML already, and are cleaned when stored."""
    blocks = description.get("blocks", ()) if isinstance(description, dict) else ()
    return "\n".join(filter(None, (_block(each) for each in blocks if isinstance(each, dict))))


def _block(block: Fields) -> str:
    told = block.get("data") or {}
    write = _BLOCKS.get(str(block.get("type")), _paragraph)
    return write(told) if isinstance(told, dict) else ""


def _paragraph(told: Fields) -> str:
    text = told.get("text")
    return f"<p>{text}</p>" if isinstance(text, str) and text else ""


def _heading(told: Fields) -> str:
    level = told.get("level") if told.get("level") in (2, 3, 4) else 2
    return f"<h{level}>{told.get('text', '')}</h{level}>"


def _list(told: Fields) -> str:
    tag = "ol" if told.get("style") == "ordered" else "ul"
    items = "".join(f"<li>{each}</li>" for each in told.get("items") or () if isinstance(each, str))
    return f"<{tag}>{items}</{tag}>" if items else ""


def _quotation(told: Fields) -> str:
    return f"<blockquote>{_paragraph(told)}{escape(str(told.get('caption') or ''))}</blockquote>"


_BLOCKS: dict[str, Callable[[Fields], str]] = {
    "paragraph": _paragraph, "header": _heading, "list": _list, "quote": _quotation,
}  # fmt: skip
