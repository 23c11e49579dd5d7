"""Writing WooCommerce's product CSV. What it has no column for is carried in a Meta column.

A product with several variants is written as ``variable`` with the SKU ``vitrine:<handle>``
unless it has one from a shop of that kind: its variations need something to point to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from webapp.exchange.dialects.woocommerce.labels import (
    CARRIED,
    CARRIED_BY_VARIANT,
    LABELS,
    NAME,
    OUR_HANDLE,
    SEO_DESCRIPTIONS,
    SEO_TITLES,
    SKU_SOURCE,
)
from webapp.exchange.dialects.woocommerce.reading import WooCommerce, of
from webapp.exchange.dialects.woocommerce.variants import folded_lines
from webapp.exchange.lines import Choices
from webapp.exchange.records import Cell, External, ProductRecord, Reference, VariantRecord
from webapp.exchange.shape import Shape
from webapp.exchange.sheet import Cells, filled, known
from webapp.exchange.values import written_paths, written_words

_SEO = {"seo title": f"Meta: {SEO_TITLES[0]}", "seo description": f"Meta: {SEO_DESCRIPTIONS[0]}"}
_FACTS = {
    "woocommerce.external_url": "external url",
    "woocommerce.button_text": "button text",
    "woocommerce.purchase_note": "purchase note",
    "woocommerce.visibility": "visibility",
    "woocommerce.reviews": "reviews",
    "woocommerce.position": "position",
}


def words_of(shape: Shape) -> dict[str, str]:
    """The columns for what ``shape`` has seen: our word to the label."""
    words = dict(LABELS)
    for number in range(1, shape.downloads + 1):
        words |= {f"download {number} {part}": f"Download {number} {part.replace('url', 'URL')}"
                  for part in ("name", "url")}  # fmt: skip
    for number in range(1, shape.attributes + 1):
        for part, label in (("name", "name"), ("value", "value(s)"), ("visible", "visible"),
                            ("global", "global")):  # fmt: skip
            words[f"attribute {number} {part}"] = f"Attribute {number} {label}"
    words |= _SEO
    words |= {_meta(key): f"Meta: {_meta_label(key)}" for key in sorted(shape.custom) if _meta(key)}
    return {**words, "carried": CARRIED, "carried by variant": CARRIED_BY_VARIANT}


def reader(header: tuple[str, ...], choices: Choices) -> WooCommerce:
    return of(header, choices)


def cells_of(record: ProductRecord, choices: Choices) -> list[Cells]:
    """The rows of one product, as our word to the text of the cell."""
    custom = {each.key: each.value or "" for each in record.custom}
    kind = custom.get("woocommerce.type", "")
    single = len(record.variants) == 1 and not record.variants[0].options
    head = _product(record, custom)
    if single:
        variant = record.variants[0]
        head |= _variant(variant, choices) | {"type": _typed(variant, kind or "simple")}
        head |= {"id": _number(record.externals), "sku": known(variant.sku) or ""}
        return [head | _attributes(record, None)]
    grouped = kind == "grouped" or (not record.variants and bool(record.grouped))
    sku = _parent_sku(record)
    head |= {"id": _number(record.externals), "sku": sku, "in stock": "1", "stock": "",
             "type": "grouped" if grouped else "variable"}  # fmt: skip
    rows = [head | _attributes(record, None)]
    for position, variant in enumerate(record.variants, start=1):
        rows.append(_variation(record, variant, sku or f"id:{head['id']}", position, choices))
    return rows


def _variation(
    record: ProductRecord, variant: VariantRecord, parent: str, position: int, choices: Choices
) -> Cells:
    choice = ", ".join(value for _, value in variant.options)
    description = {each.key: each.value or "" for each in variant.custom}
    return {
        **_variant(variant, choices),
        "id": _number(variant.externals),
        "type": _typed(variant, "variation"),
        "sku": known(variant.sku) or "",
        "name": f"{known(record.title) or ''} - {choice}",
        "published": "-1" if variant.archived else "1",
        "visibility": "visible",
        "body": folded_lines(description.get("woocommerce.description", "")),
        "images": written_words(_one(variant.image)),
        "parent": parent,
        "position": str(position),
        **_attributes(record, variant),
    }


def _parent_sku(record: ProductRecord) -> str:
    own = [external.id for external in record.externals if external.source == SKU_SOURCE]
    return own[0] if own else f"{OUR_HANDLE}{record.handle}" if record.handle else ""


def _product(record: ProductRecord, custom: dict[str, str]) -> Cells:
    return {
        **filled(record, {"name": "title", "seo title": "seo_title",
                          "seo description": "seo_description"}),
        "published": _published(record),
        "featured": "1" if record.featured else "0",
        "visibility": "visible",
        "reviews": "1",
        "position": "0",
        "summary": folded_lines(known(record.summary) or ""),
        "body": folded_lines(known(record.body) or ""),
        "sold individually": "1" if record.maximum_quantity == 1 else "0",
        "categories": written_paths(known(record.categories) or ()),
        "tags": written_words(known(record.tags) or ()),
        "brands": written_words(_one(record.brand)),
        "images": written_words([image.source for image in known(record.images) or ()]),
        "upsells": _references(record.upsells),
        "cross-sells": _references(record.cross_sells),
        "grouped": _references(record.grouped),
        **{word: custom[key] for key, word in _FACTS.items() if custom.get(key)},
        **{_meta(key): value for key, value in custom.items() if _meta(key)},
    }  # fmt: skip


def _published(record: ProductRecord) -> str:
    if record.status == "active":
        return "0" if record.published is False else "1"
    return "-1"


def _variant(variant: VariantRecord, choices: Choices) -> Cells:
    price, former = known(variant.price) or "", known(variant.compare_at) or ""
    sells_for_less = price and former and Decimal(former) > Decimal(price)
    return {
        **filled(variant, {"gtin": "barcode", "cost": "cost", "low stock": "low_threshold",
                           "shipping class": "shipping_class", "tax class": "tax_class",
                           "download limit": "download_limit",
                           "download days": "download_days"}),
        "regular": former if sells_for_less else price,
        "sale": price if sells_for_less else "",
        "sale starts": _day(variant.sale_starts, choices),
        "sale ends": _day(variant.sale_ends, choices),
        "tax status": "none" if variant.taxable is False else "taxable",
        **_stock(variant),
        **_sizes(variant),
        **_downloads(variant),
    }  # fmt: skip


def _day(at: Cell[datetime], choices: Choices) -> str:
    """The day in the shop's time; a time within it is carried."""
    moment = known(at)
    if moment is None:
        return ""
    return moment.astimezone(ZoneInfo(choices.timezone)).date().isoformat()


def _stock(variant: VariantRecord) -> Cells:
    sold_out = variant.tracked and not variant.quantity
    on_order = variant.policy in ("continue", "preorder")
    return {
        "stock": str(variant.quantity or 0) if variant.tracked else "",
        "in stock": "1" if not sold_out else "backorder" if on_order else "0",
        "backorders": "1" if on_order else "0",
    }


def _sizes(variant: VariantRecord) -> Cells:
    wanted: tuple[tuple[str, Cell[int], int], ...] = (
        ("weight", variant.weight_g, 1000),
        ("length", variant.length_mm, 10),
        ("width", variant.width_mm, 10),
        ("height", variant.height_mm, 10),
    )
    return {
        word: f"{(Decimal(value) / per).normalize():f}" if isinstance(value, int) else ""
        for word, value, per in wanted
    }


def _downloads(variant: VariantRecord) -> Cells:
    cells: Cells = {}
    for number, download in enumerate(known(variant.downloads) or (), start=1):
        cells[f"download {number} name"] = download.name
        cells[f"download {number} url"] = download.url
    return cells


def _attributes(record: ProductRecord, variant: VariantRecord | None) -> Cells:
    """Axes first, then attributes; on a variation only the value it has on each axis."""
    chosen = dict(variant.options) if variant else {}
    named: list[tuple[str, Sequence[str]]] = [
        (axis.name, [chosen[axis.name]] if axis.name in chosen else () if variant else axis.values)
        for axis in record.axes
    ]
    if variant is None:
        named += [(each.name, [each.value]) for each in record.attributes if each.value]
    cells: Cells = {}
    for number, (name, found) in enumerate(named, start=1):
        cells |= {
            f"attribute {number} name": name,
            f"attribute {number} value": written_words(found),
            f"attribute {number} visible": "" if variant else "1",
            f"attribute {number} global": "1",
        }
    return cells


def _typed(variant: VariantRecord, kind: str) -> str:
    words = [kind]
    if variant.digital:
        words.append("downloadable")
    if variant.requires_shipping is False:
        words.append("virtual")
    return ", ".join(words)


def _number(externals: Iterable[External]) -> str:
    return next((each.id for each in externals if each.source == NAME), "")


def _references(references: Cell[tuple[Reference, ...]]) -> str:
    found = []
    for each in known(references) or ():
        if each.by == "sku":
            found.append(each.value)
        elif each.by == "handle":
            found.append(f"{OUR_HANDLE}{each.value}")
        elif each.by == NAME:
            found.append(f"id:{each.value}")
    return written_words(found)


def _one(cell: Cell[str]) -> list[str]:
    text = known(cell)
    return [text] if text else []


def _meta(key: str) -> str:
    """Our word for the Meta column of a free-form field; empty where it cannot have one."""
    label = _meta_label(key)
    taken = label in SEO_TITLES or label in SEO_DESCRIPTIONS
    return "" if key.startswith("woocommerce.") or taken else f"meta:{label}"


def _meta_label(key: str) -> str:
    return key.removeprefix("meta.") if key.startswith("meta.") else f"vitrine.{key}"
