"""Writing the newest Shopify header. What it has no column for is carried beside it.

Beyond three options, ``Option3`` holds the third and all further ones, names and values joined by
" / ", so that every variant stays distinct there; ours are restored from what is carried.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import zip_longest

from webapp.exchange.dialects.shopify.labels import (
    CARRIED,
    CARRIED_BY_VARIANT,
    FOLD,
    LABELS,
    OPTIONS,
)
from webapp.exchange.dialects.shopify.reading import Shopify, of
from webapp.exchange.fields import HTML
from webapp.exchange.lines import Choices
from webapp.exchange.records import Custom, ProductRecord, VariantRecord
from webapp.exchange.shape import Shape
from webapp.exchange.sheet import Cells, filled, known

_GOOGLE = {
    f"google.{word.removeprefix('google:')}": word for word in LABELS if word.startswith("google:")
}
_COLOUR = "shopify.color-pattern"


def words_of(shape: Shape) -> dict[str, str]:
    """The columns for what ``shape`` has seen: our word to the label."""
    extra = {
        f"meta:{of_}:{key}": f"{_label(key)} ({of_}.metafields.{key})"
        for of_, keys in (("product", shape.custom), ("variant", shape.variant_custom))
        for key in sorted(keys)
        if _is_metafield(key) and not (of_ == "product" and (key in _GOOGLE or key == _COLOUR))
    }
    own = {word: labels[0] for word, labels in LABELS.items()}
    return {**own, **extra, "carried": CARRIED, "carried by variant": CARRIED_BY_VARIANT}


def reader(header: tuple[str, ...], choices: Choices) -> Shopify:
    return of(header, choices)


def cells_of(record: ProductRecord, _: Choices) -> list[Cells]:
    """The rows of one product, as our word to the text of the cell."""
    rows: list[Cells] = []
    images = known(record.images) or ()
    for place, (variant, image) in enumerate(zip_longest(record.variants, images)):
        cells: Cells = {"handle": record.handle or ""}
        if place == 0:
            cells |= _product(record)
        if variant is not None:
            cells |= _variant(variant, record, first=place == 0)
        if image is not None:
            cells |= {
                "image": image.source, "image position": str(place + 1), "image alt": image.alt,
            }  # fmt: skip
        rows.append(cells)
    return rows or [{"handle": record.handle or "", **_product(record)}]


def _product(record: ProductRecord) -> Cells:
    categories = known(record.categories) or ()
    custom = {each.key: each.value or "" for each in record.custom}
    return {
        **filled(
            record,
            {"title": "title", "vendor": "brand", "status": "status", "seo title": "seo_title",
             "seo description": "seo_description", "published": "published",
             "gift card": "gift_card"},
        ),
        "body": HTML.write(known(record.body) or ""),
        "category": " > ".join(categories[0]) if categories else "",
        "type": custom.get("shopify.type", ""),
        "tags": ", ".join(known(record.tags) or ()),
        **{word: custom.get(key, "") for key, word in _GOOGLE.items()},
        **_metafields("product", record.custom),
    }  # fmt: skip


def _metafields(of_: str, custom: Iterable[Custom]) -> Cells:
    return {
        f"meta:{of_}:{each.key}": each.value or "" for each in custom if _is_metafield(each.key)
    }


def _variant(variant: VariantRecord, record: ProductRecord, *, first: bool) -> Cells:
    unit = known(variant.unit_price)
    policy = known(variant.policy)
    return {
        **filled(
            variant,
            {"sku": "sku", "barcode": "barcode", "price": "price", "compare": "compare_at",
             "cost": "cost", "taxable": "taxable", "tax code": "tax_class",
             "quantity": "quantity", "grams": "weight_g", "shipping": "requires_shipping",
             "variant image": "image"},
        ),
        **_options(variant, [axis.name for axis in record.axes], first=first),
        "tracker": "shopify" if variant.tracked else "",
        "policy": "continue" if policy == "preorder" else policy or "",
        "weight unit": "g" if variant.weight_g is not None else "",
        "fulfilment": "manual",
        **(
            {"unit total": unit.amount, "unit total unit": unit.unit,
             "unit base": unit.base_amount, "unit base unit": unit.base_unit}
            if unit else {}
        ),
        **_metafields("variant", variant.custom),
    }  # fmt: skip


def _options(variant: VariantRecord, names: Sequence[str], *, first: bool) -> Cells:
    if not variant.options:
        names, chosen = ["Title"], ["Default Title"]
    else:
        by_name = dict(variant.options)
        chosen = [by_name.get(name, "") for name in names]
    if len(names) > len(OPTIONS):
        head = len(OPTIONS) - 1
        names = [*names[:head], FOLD.join(names[head:])]
        chosen = [*chosen[:head], FOLD.join(chosen[head:])]
    cells = {f"{option} value": value for option, value in zip(OPTIONS, chosen, strict=False)}
    if first:
        cells |= {f"{option} name": name for option, name in zip(OPTIONS, names, strict=False)}
    return cells


def _is_metafield(key: str) -> bool:
    namespace, dot, rest = key.partition(".")
    return bool(dot and namespace and rest) and not set(key) & set("() ") and namespace != "google"


def _label(key: str) -> str:
    return key.partition(".")[2].replace("_", " ").replace("-", " ").capitalize()
