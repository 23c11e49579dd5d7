"""The fields of the records, once: what people call them and how a cell of each is written.

Our own dialect has a column for each, the mapping page offers each, and the other dialects carry
through here what they have no column for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webapp.exchange import values
from webapp.exchange.records import (
    Axis,
    Download,
    External,
    Image,
    Reference,
    UnitPrice,
)
from webapp.exchange.values import BadCell, Style
from webapp.kit.values import Value, names_of


class Kind(Value):
    """How a value is read from the text of a cell, and written so that it reads the same."""

    read: Callable[[str, Style], Any]
    write: Callable[[Any], str]
    hint: str = ""


class Field(Value):
    name: str
    label: str
    kind: Kind
    of: str = "product"
    """``product`` or ``variant``: the record that has an attribute of this name."""
    group: str = "Basics"


def _choice(*choices: str) -> Kind:
    return Kind(lambda text, _: values.one_of(text, choices), str, f"one of {', '.join(choices)}")


def _pairs(make: Callable[[str, str], Any], first: str, second: str, *, whole: bool) -> Kind:
    """A list of pairs ``first > second``; without ``whole`` the second may be left out."""

    def read(text: str, _: Style) -> Any:
        found = []
        for path in values.paths(text, ";"):
            if len(path) > 2 or (whole and len(path) < 2):
                raise BadCell(f"Write each as “{first} > {second}”, parted by semicolons.")
            found.append(make(path[0], path[1] if len(path) > 1 else ""))
        return tuple(found)

    def write(value: Any) -> str:
        pairs = [[getattr(each, name) for name in names_of(each)] for each in value]
        return values.written_paths([[part for part in pair if part] for pair in pairs], ";")

    return Kind(read, write, f"{first} > {second}; …")


def _text_of_unit_price(value: UnitPrice) -> str:
    parts = (value.amount, value.unit, value.base_amount, value.base_unit)
    return values.written_paths([parts], ";", "/")


def _unit_price(text: str, style: Style) -> UnitPrice:
    found = values.paths(text, ";", "/")
    if len(found) != 1 or len(found[0]) != 4:
        raise BadCell("Write it as “250 / ml / 1 / l”.")
    amount, unit, base, base_unit = found[0]
    return UnitPrice(quantity(amount, style), unit[:12], quantity(base, style), base_unit[:12])


def quantity(text: str, style: Style) -> str:
    """A positive number with at most three decimals, as plain decimal text."""
    value = values.number(text, style)
    if value <= 0 or value > values.LARGEST_COUNT or round(value, 3) != value:
        raise BadCell(f"“{text[:40]}” is not a content like 250 or 0.75.")
    return f"{value.normalize():f}"


def _former_price(text: str, style: Style) -> str | None:
    amount = values.amount(text, style)
    # Shops write 0 where there is no former price.
    return amount if amount.strip("0.") else None


TEXT = Kind(lambda text, _: text.strip(), str)
HTML = Kind(lambda text, _: text, str, "HTML or plain text")
AMOUNT = Kind(values.amount, str, "an amount")
COMPARE_AT = Kind(_former_price, str, "an amount")
COUNT = Kind(values.count, str, "a whole number")
WHOLE = Kind(values.whole, str, "a whole number")
YES_NO = Kind(
    lambda text, _: values.yes_no(text), lambda v: "TRUE" if v else "FALSE", "TRUE or FALSE"
)
MOMENT = Kind(values.moment, values.written_moment, "a date or time like 2025-12-31")
GRAMS = Kind(lambda t, style: values.measure(t, style, "g", values.GRAMS), str, "grams")
MILLIMETRES = Kind(
    lambda t, style: values.measure(t, style, "mm", values.MILLIMETRES), str, "millimetres"
)
BARCODE = Kind(lambda text, _: values.barcode(text), str)
WORDS = Kind(
    lambda text, _: values.words(text, ";"), lambda v: values.written_words(v, ";"), "a; b; c"
)
PATHS = Kind(
    lambda text, _: values.paths(text, ";"),
    lambda v: values.written_paths(v, ";"),
    "Home > Lamps; Sale",
)
REFERENCES = _pairs(Reference, "sku", "ABC-1", whole=True)
DOWNLOADS = _pairs(Download, "Name", "https://…", whole=True)
EXTERNALS = _pairs(External, "source", "id", whole=True)
IMAGES = _pairs(Image, "https://…", "alternative text", whole=False)
UNIT_PRICE = Kind(_unit_price, _text_of_unit_price, "250 / ml / 1 / l")
AXES = Kind(
    lambda text, _: tuple(Axis(path[0], path[1:]) for path in values.paths(text, ";")),
    lambda v: values.written_paths([(axis.name, *axis.values) for axis in v], ";"),
    "Size > S > M > L; Colour > Red",
)
PAIRS = Kind(
    lambda text, _: tuple((path[0], path[-1]) for path in values.paths(text, ";")),
    lambda v: values.written_paths(v, ";"),
)

PRODUCT_FIELDS: tuple[Field, ...] = (
    Field("title", "Title", TEXT),
    Field("body", "Description", HTML),
    Field("summary", "Summary", HTML),
    Field("brand", "Brand", TEXT),
    Field("categories", "Categories", PATHS),
    Field("tags", "Tags", WORDS),
    Field("collections", "Collections", WORDS),
    Field("status", "Status", _choice("draft", "active", "archived"), group="Visibility"),
    Field("published", "Published", YES_NO, group="Visibility"),
    Field("publish_at", "Publish at", MOMENT, group="Visibility"),
    Field("featured", "Featured", YES_NO, group="Visibility"),
    Field("seo_title", "SEO title", TEXT, group="Visibility"),
    Field("seo_description", "SEO description", TEXT, group="Visibility"),
    Field("gift_card", "Gift card", YES_NO, group="Selling"),
    Field("minimum_quantity", "Minimum quantity", COUNT, group="Selling"),
    Field("maximum_quantity", "Maximum quantity", COUNT, group="Selling"),
    Field("hs_code", "HS code", TEXT, group="Shipping"),
    Field("origin_country", "Country of origin", TEXT, group="Shipping"),
    Field("related", "Related products", REFERENCES, group="Links"),
    Field("upsells", "Upsells", REFERENCES, group="Links"),
    Field("cross_sells", "Cross-sells", REFERENCES, group="Links"),
    Field("grouped", "Grouped products", REFERENCES, group="Links"),
    Field("images", "Images", IMAGES, group="Images"),
)

VARIANT_FIELDS: tuple[Field, ...] = tuple(
    Field(name, label, kind, "variant", group)
    for name, label, kind, group in (
        ("sku", "SKU", TEXT, "Basics"),
        ("barcode", "Barcode", BARCODE, "Basics"),
        ("price", "Price", AMOUNT, "Price"),
        ("compare_at", "Compare-at price", COMPARE_AT, "Price"),
        ("sale_starts", "Sale starts", MOMENT, "Price"),
        ("sale_ends", "Sale ends", MOMENT, "Price"),
        ("cost", "Cost", AMOUNT, "Price"),
        ("taxable", "Taxable", YES_NO, "Price"),
        ("tax_class", "Tax class", TEXT, "Price"),
        ("unit_price", "Content and unit", UNIT_PRICE, "Price"),
        ("tracked", "Stock tracked", YES_NO, "Stock"),
        ("quantity", "Stock", WHOLE, "Stock"),
        ("policy", "When sold out", _choice("deny", "continue", "preorder"), "Stock"),
        ("low_threshold", "Low stock at", COUNT, "Stock"),
        ("weight_g", "Weight (g)", GRAMS, "Shipping"),
        ("length_mm", "Length (mm)", MILLIMETRES, "Shipping"),
        ("width_mm", "Width (mm)", MILLIMETRES, "Shipping"),
        ("height_mm", "Height (mm)", MILLIMETRES, "Shipping"),
        ("requires_shipping", "Requires shipping", YES_NO, "Shipping"),
        ("shipping_class", "Shipping class", TEXT, "Shipping"),
        ("digital", "Digital", YES_NO, "Digital"),
        ("downloads", "Downloads", DOWNLOADS, "Digital"),
        ("download_limit", "Download limit", COUNT, "Digital"),
        ("download_days", "Download days", COUNT, "Digital"),
        ("image", "Variant image", TEXT, "Images"),
        ("archived", "Variant archived", YES_NO, "Visibility"),
    )
)

FIELDS: dict[str, Field] = {each.name: each for each in (*PRODUCT_FIELDS, *VARIANT_FIELDS)}

NEVER_CLEARED = frozenset({"title", "quantity", "sku"})
"""An empty cell leaves these alone: identity, title, and the stock."""
