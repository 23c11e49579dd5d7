"""From the editor's form to the catalogue's commands, and a refusal back to the input to blame."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from webapp.backoffice.measures import from_the_clock, grams, thousandths
from webapp.backoffice.product_forms import ProductForm, VariantForm
from webapp.backoffice.product_reading import Stored, custom_lines
from webapp.backoffice.rows import Rows
from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import OptionSave, ProductFields, ProductSave, VariantSave
from webapp.catalogue.gtin import is_valid_gtin
from webapp.catalogue.models import Option, Product, ProductStatus, Variant
from webapp.inventory import commands as inventory
from webapp.inventory.commands import PolicyFields, StockSave
from webapp.inventory.models import StockPolicy
from webapp.kit.actors import Actor
from webapp.kit.errors import ShopError
from webapp.kit.money import Money
from webapp.shop.queries import Shop
from webapp.web.submissions import Submission

LARGEST_AMOUNT = 2**31 - 1
"""Minor units that a price column holds."""

_COLOUR = re.compile(r"^(?P<value>.+?)\s+(?P<colour>#[0-9a-fA-F]{6})$")
_ESCAPED = re.compile(r"\\([\\n])")


@dataclass
class Draft:
    """What the form comes to, and which row of the form each part of it came from."""

    save: ProductSave
    rows: list[int]
    """The row of each variant of ``save``."""
    wishes: dict[int, VariantForm]
    removed: list[Variant] = field(default_factory=list)
    renamed: dict[int, str] = field(default_factory=dict)
    """The new name of an option, by its key."""
    attribute_rows: dict[str, int] = field(default_factory=dict)

    def row_of(self, place: int) -> int | None:
        """The row of the variant at that place of ``save``."""
        return self.rows[place] if 0 <= place < len(self.rows) else None


def drafted(form: Submission[ProductForm], held: Stored, shop: Shop) -> Draft | None:
    """The form as a save; None with reasons in ``form.errors`` where it cannot be one."""
    data = form.data
    if data is None:
        return None
    axes = _axes(form, data)
    variants = list(_variants(form, data, held, axes))
    draft = Draft(
        save=ProductSave(
            id=held.product.id if held.product else None,
            fields=_fields(form, data, held, shop),
            options=[axis for _, axis in axes],
            variants=[
                VariantSave(
                    id=row.id if row else None,
                    values=values,
                    fields=_variant_fields(wish, shop),
                )
                for _, wish, row, values in variants
            ],
        ),
        rows=[number for number, _, _, _ in variants],
        wishes={number: wish for number, wish, _, _ in variants},
        removed=_removed(form, data, held),
        renamed={
            held.axes[place].id: axis.name
            for place, axis in axes
            if place < len(held.axes) and held.axes[place].name.casefold() != axis.name.casefold()
        },
        attribute_rows={
            Rows(form, "attributes").value(number, "code"): number
            for number in Rows(form, "attributes").numbers()
        },
    )
    if not axes and len(draft.rows) > 1:
        form.refuse("variants", "Without options there is one version only. Remove the others.")
    _place_in_order(draft, held, axes)
    return None if form.errors else draft


def carry_out(session: Session, staff: Actor, draft: Draft) -> tuple[Product, dict[int, Variant]]:
    """Save product, versions and stock; gives the stored variant of each row. Raises refusals."""
    for option_id, name in draft.renamed.items():
        option = session.get(Option, option_id)
        product = session.get(Product, option.product_id) if option else None
        if option is not None and product is not None:
            # By itself, so that the versions on other pages of the editor keep their choices.
            catalogue.rename_option(session, staff, product, option, name=name)
    goes_first = any(variant.id is not None for variant in draft.save.variants)
    if goes_first:
        # Before the others are saved: its article number is free again for one of them.
        _remove(session, staff, draft)
    saved = catalogue.save_product(session, staff, draft.save)
    if not goes_first:
        _remove(session, staff, draft)
    # A new product that came without a row has one version all the same.
    by_row = dict(zip(draft.rows, saved.variants, strict=bool(draft.rows)))
    stock = [
        StockSave(
            variant_id=variant.id or 0,
            on_hand=_counted(draft.wishes[row]),
            fields=PolicyFields(
                policy=StockPolicy(draft.wishes[row].policy),
                is_tracked=draft.wishes[row].is_tracked,
                low_threshold=draft.wishes[row].low_threshold,
                safety=draft.wishes[row].safety,
            ),
        )
        for row, variant in by_row.items()
    ]
    inventory.save_stock(session, staff, stock, reason="Set in the product editor")
    return saved.product, by_row


def _remove(session: Session, staff: Actor, draft: Draft) -> None:
    for one in draft.removed:
        variant = session.get(Variant, one.id)
        if variant is not None:
            catalogue.remove_variant(session, staff, variant)


def blame(form: Submission[ProductForm], refusal: ShopError, draft: Draft) -> None:
    """Put a command's refusal under the input it is about, else on top of the form."""
    form.refuse(_input_of(form, refusal.facts, draft), refusal.detail)


def _input_of(form: Submission[ProductForm], facts: Mapping[str, Any], draft: Draft) -> str:
    name = str(facts.get("field", ""))
    if "variant" in facts:
        for place, variant in enumerate(draft.save.variants):
            row = draft.row_of(place)
            if variant.id == facts["variant"] and row is not None:
                return f"variants-{row}-{name or 'on_hand'}"
    if "committed" in facts:
        short = [row for row, wish in draft.wishes.items() if wish.on_hand == facts["on_hand"]]
        return f"variants-{short[0]}-on_hand" if short else "variants"
    if name == "sku":
        rows = [
            number for number, wish in draft.wishes.items() if _one_line(wish.sku) == facts["sku"]
        ]
        return f"variants-{rows[-1]}-sku" if rows else "variants"
    if name.startswith("variants."):
        row = draft.row_of(int(name.partition(".")[2]))
        return "variants" if row is None else f"variants-{row}"
    if name.startswith("attributes."):
        number = draft.attribute_rows.get(name.partition(".")[2])
        return "" if number is None else f"attributes-{number}-value"
    name = {"category_id": "category", "swatch": "options"}.get(name, name)
    return name if name in ProductForm.model_fields else ""


def _fields(
    form: Submission[ProductForm], data: ProductForm, held: Stored, shop: Shop
) -> ProductFields:
    fields = ProductFields(
        title=data.title,
        slug=data.slug,
        summary=data.summary,
        body=data.body,
        brand=data.brand,
        category_id=data.category,
        category_ids=data.categories,
        tags=_tags(form, data.tags),
        attributes={row.code: row.value for row in data.attributes},
        status=ProductStatus(data.status),
        publish_at=from_the_clock(data.publish_at, shop.time_zone),
        is_featured=data.is_featured,
        is_gift_card=data.is_gift_card,
        tax_class=data.tax_class,
        is_taxable=data.is_taxable,
        hs_code=data.hs_code,
        origin_country=data.origin_country,
        minimum_quantity=data.minimum_quantity,
        maximum_quantity=data.maximum_quantity,
        seo_title=data.seo_title,
        seo_description=data.seo_description,
    )
    custom = _custom(form, data.custom, held.product.custom if held.product else {})
    if custom is not None:
        fields["custom"] = custom
    return fields


def _tags(form: Submission[ProductForm], typed: str) -> list[str]:
    tags = split(typed)
    if any(len(tag) > 120 for tag in tags):
        form.refuse("tags", "Keep each tag to 120 characters; part them by commas.")
    return tags


def _custom(
    form: Submission[ProductForm], typed: str, before: Mapping[str, Any]
) -> dict[str, Any] | None:
    """``name: value`` lines. A line that was not touched keeps its value, whatever kind it has."""
    kept = {custom_lines({name: value}): (name, value) for name, value in before.items()}
    custom: dict[str, Any] = {}
    for number, line in enumerate(typed.splitlines(), 1):
        if not line.strip():
            continue
        if line.strip() in kept:
            name, value = kept[line.strip()]
            custom[name] = value
            continue
        name, colon, text = line.partition(":")
        if not colon or not name.strip():
            form.refuse("custom", f"Write “name: value” on each line; line {number} is different.")
            return None
        unescaped = _ESCAPED.sub(lambda mark: "\n" if mark[1] == "n" else "\\", text.strip())
        custom[name.strip()] = unescaped
    return custom


def _axes(form: Submission[ProductForm], data: ProductForm) -> list[tuple[int, OptionSave]]:
    axes = []
    seen: set[str] = set()
    for number, option in zip(Rows(form, "options").filled(), data.options, strict=True):
        if option.name.casefold() in seen:
            form.refuse(f"options-{number}-name", "There is another option of this name.")
        seen.add(option.name.casefold())
        values, swatches = values_of(option.values)
        if not values:
            form.refuse(f"options-{number}-values", "Give at least one value.")
        if any(len(value) > 200 for value in values):
            form.refuse(f"options-{number}-values", "Keep each value to 200 characters.")
        axes.append((number, OptionSave(name=option.name, values=values, swatches=swatches)))
    return axes


def values_of(typed: str) -> tuple[list[str], dict[str, str]]:
    """The values of an option and their colours, each once, in the order in which they stand."""
    values: dict[str, str] = {}
    swatches: dict[str, str] = {}
    for part in split(typed):
        found = _COLOUR.match(part)
        value = found["value"] if found else part
        value = values.setdefault(value.casefold(), value)
        if found:
            swatches[value] = found["colour"].lower()
    return list(values.values()), swatches


def split(typed: str) -> list[str]:
    """The parts of a list: lines where there are several, else parted by commas."""
    parts = typed.splitlines() if "\n" in typed.strip() else typed.split(",")
    return [" ".join(part.split()) for part in parts if part.strip()]


def _variants(
    form: Submission[ProductForm],
    data: ProductForm,
    held: Stored,
    axes: Sequence[tuple[int, OptionSave]],
) -> Iterator[tuple[int, VariantForm, Variant | None, dict[str, str]]]:
    known = {row.public_id: row for row in (*held.variants, *held.archived)}
    rows = Rows(form, "variants")
    for number, wish in zip(rows.filled(), data.variants, strict=True):
        if wish.remove:
            continue
        variant = known.get(wish.id)
        if wish.id and variant is None:
            form.refuse("variants", "A version was removed by somebody else. Load the page again.")
            continue
        _check_variant(form, number, wish, variant)
        values = {}
        for place, axis in axes:
            choice = rows.value(number, f"choice-{place}")
            if not choice and len(axis.values) == 1:
                choice = axis.values[0]
            if not choice or len(choice) > 200:
                form.refuse(f"variants-{number}-choice-{place}", "Choose one of its values.")
            values[axis.name] = choice
        yield number, wish, variant, values


def _check_variant(
    form: Submission[ProductForm], number: int, wish: VariantForm, variant: Variant | None
) -> None:
    barcode = _one_line(wish.barcode)
    # What an import brought in wrong may stay until somebody corrects it.
    if barcode and not is_valid_gtin(barcode) and (variant is None or variant.barcode != barcode):
        form.refuse(
            f"variants-{number}-barcode",
            "This is no EAN, UPC or ISBN: its check digit does not fit. Look at it again.",
        )
    for name in ("price", "compare_at", "cost"):
        amount: Money | None = getattr(wish, name)
        if amount is not None and amount.minor > LARGEST_AMOUNT:
            form.refuse(f"variants-{number}-{name}", "This amount is larger than we can handle.")
    if (wish.unit_amount is None) != (not wish.unit):
        form.refuse(f"variants-{number}-unit_amount", "Give both the amount and its unit.")
    if (wish.unit_base_amount is None) != (not wish.unit_base):
        form.refuse(f"variants-{number}-unit_base_amount", "Give both the amount and its unit.")


def _variant_fields(wish: VariantForm, shop: Shop) -> Any:
    return {
        "sku": _one_line(wish.sku) or None,
        "barcode": _one_line(wish.barcode),
        "price_minor": wish.price.minor,
        "compare_at_minor": wish.compare_at.minor if wish.compare_at else None,
        "cost_minor": wish.cost.minor if wish.cost else None,
        "weight_g": grams(wish.weight, shop.weight_unit),
        "length_mm": wish.length,
        "width_mm": wish.width,
        "height_mm": wish.height,
        "requires_shipping": wish.requires_shipping,
        "is_digital": wish.is_digital,
        "unit_amount": thousandths(wish.unit_amount),
        "unit": wish.unit,
        "unit_base_amount": thousandths(wish.unit_base_amount),
        "unit_base": wish.unit_base,
        "is_archived": False,
    }


def _removed(form: Submission[ProductForm], data: ProductForm, held: Stored) -> list[Variant]:
    gone = {wish.id for wish in data.variants if wish.remove and wish.id}
    removed = [variant for variant in held.variants if variant.public_id in gone]
    if held.variants and len(removed) == len(held.variants) == len(data.variants):
        form.refuse("variants", "A product keeps one version at least. Archive the product.")
    return removed


def _place_in_order(draft: Draft, held: Stored, axes: Sequence[tuple[int, OptionSave]]) -> None:
    """Where every variant is on the page, they stand as the values of the options do."""
    stays = len(held.variants) - len(draft.removed)
    if not axes or stays > sum(1 for variant in draft.save.variants if variant.id):
        return
    places = [
        {value.casefold(): place for place, value in enumerate(axis.values)} for _, axis in axes
    ]

    def rank(variant: VariantSave) -> tuple[int, ...]:
        chosen = variant.values or {}
        return tuple(
            known.get(chosen.get(axis.name, "").casefold(), len(known))
            for (_, axis), known in zip(axes, places, strict=True)
        )

    for position, variant in enumerate(sorted(draft.save.variants, key=rank)):
        variant.fields["position"] = position


def _counted(wish: VariantForm) -> int | None:
    """The number on hand, where the merchant changed it."""
    if not wish.is_tracked or wish.on_hand is None or wish.on_hand == wish.on_hand_shown:
        return None
    return wish.on_hand


def _one_line(text: str) -> str:
    return " ".join(text.split())
