"""Products as Shopify's JSON has them: ``products.json``, its Admin API, and a theme's ``.js``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from webapp.exchange.lines import Choices
from webapp.exchange.records import KEEP, Axis, Cell, External, Image, ProductRecord, VariantRecord
from webapp.exchange.values import GRAMS
from webapp.kit.money import Money

_STATUSES = ("draft", "active", "archived")


def records(document: Any, choices: Choices) -> list[ProductRecord]:
    """The products; none where the document is of another kind."""
    found = document
    if isinstance(document, dict):
        found = document.get("products", [document.get("product")])
    if not isinstance(found, list) or not found or not all(map(_is_product, found)):
        return []
    return [_product(each, choices) for each in found]


def _is_product(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("variants"), list)
        and {"handle", "title"} <= value.keys()
        and all(isinstance(each, dict) and "price" in each for each in value["variants"])
    )


def _product(told: dict[str, Any], choices: Choices) -> ProductRecord:
    names = _option_names(told)
    images = _images(told)
    by_id = {
        image.get("id"): _source(image)
        for image in told.get("images") or ()
        if isinstance(image, dict)
    }
    variants = tuple(_variant(each, names, by_id, choices) for each in told["variants"])
    kind = _text(told.get("product_type") or told.get("type"))
    tags = told.get("tags") or ()
    status = told.get("status")
    return ProductRecord(
        handle=_text(told["handle"]) or None,
        externals=_externals(told),
        title=_text(told["title"]),
        body=_text(told.get("body_html") or told.get("description")) or KEEP,
        brand=_text(told.get("vendor")) or KEEP,
        categories=((kind,),) if kind else KEEP,
        tags=tuple(_words(tags)) or KEEP,
        status=status if status in _STATUSES else KEEP,
        published=told["published_at"] is not None if "published_at" in told else KEEP,
        images=images or KEEP,
        axes=_axes(names, variants),
        variants=variants,
    )


def _variant(
    told: dict[str, Any], names: Sequence[str], images: dict[Any, str], choices: Choices
) -> VariantRecord:
    chosen = [_text(told.get(f"option{number}")) for number in range(1, len(names) + 1)]
    policy = told.get("inventory_policy")
    quantity = told.get("inventory_quantity")
    manager = told.get("inventory_management")
    return VariantRecord(
        sku=_text(told.get("sku")) or KEEP,
        externals=_externals(told),
        options=tuple((name, value) for name, value in zip(names, chosen, strict=True) if value),
        barcode=_text(told.get("barcode")) or KEEP,
        price=_amount(told["price"], choices),
        compare_at=_amount(told.get("compare_at_price"), choices),
        taxable=_flag(told.get("taxable")),
        tracked=manager is not None if "inventory_management" in told else KEEP,
        quantity=quantity if isinstance(quantity, int) else KEEP,
        policy=policy if policy in ("deny", "continue") else KEEP,
        weight_g=_grams(told),
        requires_shipping=_flag(told.get("requires_shipping")),
        image=images.get(told.get("image_id")) or KEEP,
    )


def _externals(told: dict[str, Any]) -> tuple[External, ...]:
    key = _text(told.get("id"))
    return (External("shopify", key),) if key else ()


def _option_names(told: dict[str, Any]) -> list[str]:
    """The axes; none where all there is to choose is the one ``Default Title``."""
    names = [
        _text(each.get("name") if isinstance(each, dict) else each)
        for each in told.get("options") or ()
    ]
    values = [_text(each.get("option1")) for each in told["variants"]]
    if names in ([], ["Title"]) and values in ([""], ["Default Title"]):
        return []
    return names


def _axes(names: Sequence[str], variants: Sequence[VariantRecord]) -> tuple[Axis, ...]:
    values: dict[str, dict[str, None]] = {name: {} for name in names}
    for variant in variants:
        for name, value in variant.options:
            values[name][value] = None
    return tuple(Axis(name, tuple(found)) for name, found in values.items() if found)


def _images(told: dict[str, Any]) -> tuple[Image, ...]:
    found = [
        Image(_source(each), _text(each.get("alt")) if isinstance(each, dict) else "")
        for each in told.get("images") or ()
    ]
    return tuple(image for image in found if image.source)


def _source(image: Any) -> str:
    """Addresses in a theme's answer begin with ``//``."""
    address = _text(image.get("src") if isinstance(image, dict) else image)
    return f"https:{address}" if address.startswith("//") else address


def _words(tags: Any) -> list[str]:
    parts = tags.split(",") if isinstance(tags, str) else tags
    return [text for text in map(_text, parts) if text]


def _amount(value: Any, choices: Choices) -> Cell[str]:
    """Text is an amount as people write it; a whole number is in minor units, as themes have it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Money(value, choices.currency).decimal_string()
    return _text(value) or KEEP


def _grams(told: dict[str, Any]) -> Cell[int]:
    if isinstance(told.get("grams"), int):
        return int(told["grams"])
    factor = GRAMS.get(_text(told.get("weight_unit")) or "g")
    try:
        weight = Fraction(_text(told.get("weight")))
    except (ValueError, ZeroDivisionError):
        return KEEP
    return round(weight * factor) if factor else KEEP


def _flag(value: Any) -> Cell[bool]:
    return value if isinstance(value, bool) else KEEP


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, bool | dict | list) else str(value).strip()
