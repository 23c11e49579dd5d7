"""A product of a file as what the catalogue and the stock are asked to save."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from webapp.catalogue.drafts import (
    OptionSave,
    ProductFields,
    ProductSave,
    VariantFields,
    VariantSave,
)
from webapp.catalogue.models import ProductStatus
from webapp.exchange.fields import DOWNLOADS
from webapp.exchange.finding import FoundProduct, FoundVariant, folded
from webapp.exchange.records import (
    KEEP,
    Custom,
    External,
    Keep,
    Level,
    Problem,
    ProductRecord,
    UnitPrice,
    VariantRecord,
)
from webapp.exchange.terms import Terms
from webapp.exchange.values import written_moment
from webapp.inventory.commands import PolicyFields
from webapp.inventory.models import StockPolicy
from webapp.kit import values
from webapp.kit.clock import now
from webapp.kit.money import Money
from webapp.kit.text import plain
from webapp.kit.values import Value, replace
from webapp.runtime.markup import plain_line, plain_text

OUR_KEYS = "vitrine."
"""Namespace of what a file says and the shop has no field for yet; exports write it back."""
SALE_PRICE = f"{OUR_KEYS}sale_price"
SALE_STARTS = f"{OUR_KEYS}sale_starts"
SALE_ENDS = f"{OUR_KEYS}sale_ends"
SHIPPING_CLASS = f"{OUR_KEYS}shipping_class"
DOWNLOAD_FILES = f"{OUR_KEYS}downloads"
DOWNLOAD_LIMIT = f"{OUR_KEYS}download_limit"
DOWNLOAD_DAYS = f"{OUR_KEYS}download_days"

MOST_STOCK = 1_000_000_000


@dataclass(slots=True)
class StockWish:
    """What the file says of one variant's stock."""

    on_hand: int | None = None
    fields: PolicyFields = field(default_factory=PolicyFields)


@dataclass(slots=True)
class Draft:
    """What saving one product of the file asks for. The three lists run side by side."""

    save: ProductSave
    rows: list[int] = field(default_factory=list)
    records: list[VariantRecord] = field(default_factory=list)
    stock: list[StockWish] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Ground(Value):
    """What drafting needs to know of the shop. ``None`` categories: not made yet (a dry run)."""

    currency: str
    new_status: str
    categories: Mapping[tuple[str, ...], int]
    attributes: frozenset[str]
    """Codes."""
    variants: Mapping[External, int] = values.field(default_factory=dict)
    """Keys of variants by what other systems call them."""
    terms: Terms = values.field(default_factory=Terms)


def draft(record: ProductRecord, found: FoundProduct | None, slug: str, ground: Ground) -> Draft:
    """What to save. Problems of level error are about rows that cannot be saved at all."""
    made = Draft(ProductSave(id=found.id if found else None, fields={}))
    fields = _texts(record, found)
    fields.update(_facts(record))
    fields.update(_taxes(record, made))
    _shelve(record, fields, ground)
    attributes = {
        code: each.value or ""
        for each in record.attributes
        if (code := ground.terms.code(each.name)) in ground.attributes
    }
    if attributes:
        fields["attributes"] = attributes
    custom = merged(found.custom if found else {}, record.custom)
    if custom is not None:
        fields["custom"] = custom
    if slug:
        fields["slug"] = slug
    saves = [_variant(variant, record, found, made, ground) for variant in record.variants]
    _decide_status(record, found, fields, made, ground)
    made.save = replace(
        made.save,
        fields=fields,
        options=_options(record, found),
        variants=tuple(saves),
    )
    if not saves and found is None:
        # What is sold is always a variant; this one waits for its price.
        made.save = replace(made.save, variants=(VariantSave(),))
        made.rows.append(_first_row(record))
        made.records.append(VariantRecord(row=_first_row(record)))
        made.stock.append(StockWish(fields={"is_tracked": False}))
    return made


def variant_of(
    variant: VariantRecord, found: FoundProduct | None, externals: Mapping[External, int]
) -> FoundVariant | None:
    """The shop's variant: by SKU, else by its choices, else by what another system calls it."""
    if found is None:
        return None
    sku = plain_line(variant.sku) if isinstance(variant.sku, str) else ""
    chosen = {folded(name): folded(value) for name, value in variant.options}
    by_sku = [each for each in found.variants if sku and each.sku == sku]
    by_choice = [each for each in found.variants if each.options == chosen]
    keys = {externals[pair] for pair in variant.externals if pair in externals}
    by_external = [each for each in found.variants if each.id in keys]
    return next(iter([*by_sku, *by_choice, *by_external]), None)


def merged(before: Mapping[str, Any], changes: Iterable[Custom]) -> dict[str, Any] | None:
    """Free-form fields with ``changes`` made; None where they change nothing."""
    after = dict(before)
    for change in changes:
        key = plain_line(change.key)
        value = plain_text(change.value) if change.value else ""
        if value:
            after[key] = value
        else:
            after.pop(key, None)
    return None if after == before else after


def _texts(record: ProductRecord, found: FoundProduct | None) -> ProductFields:
    fields: ProductFields = {}
    if isinstance(record.title, str):
        fields["title"] = record.title
    if record.body is not KEEP:
        fields["body"] = record.body or ""
    if record.summary is not KEEP:
        fields["summary"] = _summary(record.summary or "", found)
    if record.brand is not KEEP:
        fields["brand"] = record.brand or ""
    if record.seo_title is not KEEP:
        fields["seo_title"] = record.seo_title or ""
    if record.seo_description is not KEEP:
        fields["seo_description"] = record.seo_description or ""
    if record.hs_code is not KEEP:
        fields["hs_code"] = record.hs_code or ""
    if record.origin_country is not KEEP:
        fields["origin_country"] = record.origin_country or ""
    if record.tags is not KEEP:
        fields["tags"] = record.tags or ()
    return fields


def _summary(text: str, found: FoundProduct | None) -> str:
    """Summaries are plain text here; other shops write HTML into them."""
    if found is not None and plain_text(text) == found.summary:
        return found.summary
    return plain(text) if "</" in text or "<br" in text or "<p>" in text else text


def _facts(record: ProductRecord) -> ProductFields:
    fields: ProductFields = {}
    if not isinstance(record.publish_at, Keep):
        fields["publish_at"] = record.publish_at
    if record.featured is not KEEP:
        fields["is_featured"] = bool(record.featured)
    if record.gift_card is not KEEP:
        fields["is_gift_card"] = bool(record.gift_card)
    if not isinstance(record.minimum_quantity, Keep):
        fields["minimum_quantity"] = record.minimum_quantity or 1
    if not isinstance(record.maximum_quantity, Keep):
        fields["maximum_quantity"] = record.maximum_quantity or None
    return fields


def _taxes(record: ProductRecord, made: Draft) -> ProductFields:
    """Tax is told of each variant there and of the product here: the first one counts."""
    fields: ProductFields = {}
    taxable = [(v.row, v.taxable) for v in record.variants if isinstance(v.taxable, bool)]
    classes = [
        (v.row, v.tax_class or "standard")
        for v in record.variants
        if not isinstance(v.tax_class, Keep)
    ]
    if taxable:
        fields["is_taxable"] = taxable[0][1]
    if classes:
        fields["tax_class"] = classes[0][1]
    for told in (taxable, classes):
        for row, value in told[1:]:
            if value != told[0][1]:
                sentence = "All variants of a product are taxed alike here: as the first one."
                made.problems.append(Problem(row, "", sentence, Level.note))
    return fields


def _shelve(record: ProductRecord, fields: ProductFields, ground: Ground) -> None:
    if isinstance(record.categories, Keep):
        return
    keys = [
        ground.categories[path]
        for names in record.categories or ()
        if (path := tuple(folded(name) for name in names)) in ground.categories
    ]
    fields["category_id"] = keys[0] if keys else None
    fields["category_ids"] = keys


def _variant(
    variant: VariantRecord,
    record: ProductRecord,
    found: FoundProduct | None,
    made: Draft,
    ground: Ground,
) -> VariantSave:
    there = variant_of(variant, found, ground.variants)
    fields = _goods(variant)
    fields.update(_prices(variant, there, ground.currency))
    custom = merged(there.custom if there else {}, [*variant.custom, *_kept_aside(variant)])
    if custom is not None:
        fields["custom"] = custom
    made.rows.append(variant.row)
    made.records.append(variant)
    made.stock.append(_stock(variant, there is None, made))
    values = {plain_line(name): plain_line(value) for name, value in variant.options}
    return VariantSave(
        id=there.id if there else None,
        # Without options a variant keeps the choices it has.
        values=values if values or there is None else None,
        fields=fields,
    )


def _goods(variant: VariantRecord) -> VariantFields:
    fields: VariantFields = {}
    if isinstance(variant.sku, str):
        fields["sku"] = variant.sku
    if variant.barcode is not KEEP:
        fields["barcode"] = variant.barcode or ""
    for name in ("weight_g", "length_mm", "width_mm", "height_mm"):
        value = getattr(variant, name)
        if value is not KEEP:
            fields[name] = value
    if variant.requires_shipping is not KEEP:
        fields["requires_shipping"] = bool(variant.requires_shipping)
    if variant.digital is not KEEP:
        fields["is_digital"] = bool(variant.digital)
    if isinstance(variant.archived, bool):
        fields["is_archived"] = variant.archived
    if not isinstance(variant.unit_price, Keep):
        fields.update(_content(variant.unit_price))
    return fields


def _content(unit: UnitPrice | None) -> VariantFields:
    if unit is None:
        return {"unit_amount": None, "unit": "", "unit_base_amount": None, "unit_base": ""}
    return {
        "unit_amount": int(Decimal(unit.amount) * 1000),
        "unit": unit.unit,
        "unit_base_amount": int(Decimal(unit.base_amount) * 1000),
        "unit_base": unit.base_unit,
    }


def _prices(variant: VariantRecord, there: FoundVariant | None, currency: str) -> VariantFields:
    fields: VariantFields = {}
    price, compare_at = variant.price, variant.compare_at
    if isinstance(price, str) and isinstance(compare_at, str) and not on_sale(variant, now()):
        price, compare_at = compare_at, None
    if isinstance(price, str):
        fields["price_minor"] = Money.parse(price, currency).minor
    if isinstance(compare_at, str):
        fields["compare_at_minor"] = Money.parse(compare_at, currency).minor
    elif compare_at is None:
        fields["compare_at_minor"] = None
    if not isinstance(variant.cost, Keep):
        cost = variant.cost
        fields["cost_minor"] = Money.parse(cost, currency).minor if cost else None
    return fields


def on_sale(variant: VariantRecord, at: datetime) -> bool:
    """Whether ``price`` holds at this moment: before and after its window it does not."""
    starts, ends = variant.sale_starts, variant.sale_ends
    begun = not isinstance(starts, datetime) or starts <= at
    over = isinstance(ends, datetime) and ends < at
    return begun and not over


def _kept_aside(variant: VariantRecord) -> list[Custom]:
    """What the shop has no field for yet, so that it is not lost."""
    kept: list[Custom] = []
    for key, value in ((SALE_STARTS, variant.sale_starts), (SALE_ENDS, variant.sale_ends)):
        if not isinstance(value, Keep):
            kept.append(Custom(key, written_moment(value) if value else None))
    if isinstance(variant.price, str):
        waits = isinstance(variant.compare_at, str) and not on_sale(variant, now())
        kept.append(Custom(SALE_PRICE, variant.price if waits else None))
    if not isinstance(variant.shipping_class, Keep):
        kept.append(Custom(SHIPPING_CLASS, variant.shipping_class))
    if not isinstance(variant.downloads, Keep):
        files = variant.downloads
        kept.append(Custom(DOWNLOAD_FILES, DOWNLOADS.write(files) if files else None))
    for key, count in (
        (DOWNLOAD_LIMIT, variant.download_limit), (DOWNLOAD_DAYS, variant.download_days)
    ):  # fmt: skip
        if not isinstance(count, Keep):
            kept.append(Custom(key, None if count is None else str(count)))
    return kept


def _stock(variant: VariantRecord, is_new: bool, made: Draft) -> StockWish:
    wish = StockWish()
    if isinstance(variant.tracked, bool):
        wish.fields["is_tracked"] = variant.tracked
    elif is_new and not isinstance(variant.quantity, int):
        # Nobody counts it, and nobody says it is sold out.
        wish.fields["is_tracked"] = False
    if isinstance(variant.policy, str):
        wish.fields["policy"] = StockPolicy(variant.policy)
    if not isinstance(variant.low_threshold, Keep):
        wish.fields["low_threshold"] = variant.low_threshold
    if isinstance(variant.quantity, int):
        wish.on_hand = variant.quantity
        if abs(variant.quantity) > MOST_STOCK:
            made.problems.append(
                Problem(variant.row, "", f"{variant.quantity:,} are more than we can count.")
            )
    return wish


def _options(record: ProductRecord, found: FoundProduct | None) -> list[OptionSave] | None:
    """The axes in the file's order. Axes the file does not speak of must not get lost."""
    if not record.axes:
        return None
    named = {folded(axis.name) for axis in record.axes}
    if found is not None and not set(found.axes) <= named:
        return None
    return [
        OptionSave(name=axis.name, values=[plain_line(value) for value in axis.values])
        for axis in record.axes
    ]


def _decide_status(
    record: ProductRecord,
    found: FoundProduct | None,
    fields: ProductFields,
    made: Draft,
    ground: Ground,
) -> None:
    """Nothing is sold for nothing because a file forgot its price: such a product is a draft."""
    told = record.standing
    wanted = ProductStatus(told) if isinstance(told, str) else None
    if found is None and wanted is None:
        wanted = ProductStatus(ground.new_status)
    unpriced = _unpriced(record, found, ground)
    is_active = found is not None and found.status is ProductStatus.active
    if unpriced and is_active and wanted in (None, ProductStatus.active):
        new = [row for row, is_new in unpriced if is_new]
        for row in new:
            sentence = "A new variant of a product that is on sale needs a price."
            made.problems.append(Problem(row, "", sentence))
    elif unpriced and wanted is ProductStatus.active:
        wanted = ProductStatus.draft if found is None else None
        sentence = "It has no price, so it is kept as a draft."
        made.problems.append(Problem(unpriced[0][0], "", sentence, Level.note))
    if wanted is not None:
        fields["status"] = wanted


def _unpriced(
    record: ProductRecord, found: FoundProduct | None, ground: Ground
) -> list[tuple[int, bool]]:
    """The rows of variants that have no price and get none, and whether each variant is new."""
    if not record.variants:
        free = found is None or all(not each.price_minor for each in found.variants)
        return [(_first_row(record), False)] if free else []
    rows = []
    for variant in record.variants:
        there = variant_of(variant, found, ground.variants)
        if not isinstance(variant.price, str) and (there is None or not there.price_minor):
            rows.append((variant.row, there is None))
    return rows


def _first_row(record: ProductRecord) -> int:
    return record.rows[0].number if record.rows else 0


def without_rows(record: ProductRecord, rows: Sequence[int]) -> ProductRecord:
    """The record without the variants of these rows."""
    left = tuple(variant for variant in record.variants if variant.row not in rows)
    return replace(record, variants=left)
