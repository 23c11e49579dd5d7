"""Options and variants of one product: every variant makes exactly one choice on every axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.catalogue.commands import checking
from webapp.catalogue.commands.knowing import Known
from webapp.catalogue.drafts import Changes, OptionSave, ProductSave, SaveState, VariantSave
from webapp.catalogue.errors import (
    LastVariant,
    SkuTaken,
    TooManyVariants,
    VariantIncomplete,
    VariantsAlike,
)
from webapp.catalogue.models import Option, OptionValue, Product, Variant
from webapp.kit.errors import Invalid, NotFound

MOST_VARIANTS = 2_000
_LINES = ("barcode", "unit", "unit_base")
_SIZES = ("weight_g", "length_mm", "width_mm", "height_mm", "unit_amount", "unit_base_amount")
_PRICES = ("compare_at_minor", "cost_minor")
_FLAGS = ("requires_shipping", "is_digital", "is_archived")


@dataclass
class AxisValue:
    value: str
    swatch: str = ""
    row: OptionValue | None = None
    is_listed: bool = True
    """Kept even if no variant has it."""


@dataclass
class Axis:
    """An option as it will be; ``values`` by their folded text, in order."""

    name: str
    row: Option | None
    values: dict[str, AxisValue] = field(default_factory=dict)

    def choose(self, text: str) -> str:
        """The value as it is written on this axis; a new one is added."""
        value = checking.line("option_values", "value", text, required=True)
        return self.values.setdefault(value.casefold(), AxisValue(value)).value

    def told(self) -> list[Any]:
        return [self.name, [[value.value, value.swatch] for value in self.values.values()]]


@dataclass
class VariantPlan:
    """A variant as it will be."""

    row: Variant | None
    choices: list[str]
    """A value for each axis, in the order of the axes; empty where none is made."""
    columns: dict[str, Any] = field(default_factory=dict)
    changed: Changes = field(default_factory=dict)
    external: tuple[str, str] | None = None
    is_new: bool = False

    @property
    def state(self) -> SaveState:
        if self.is_new:
            return "created"
        return "changed" if self.changed else "unchanged"

    @property
    def title(self) -> str:
        return " / ".join(self.choices)[:400]

    @property
    def is_archived(self) -> bool:
        return bool(self.columns.get("is_archived", self.row.is_archived if self.row else False))

    def folded(self) -> tuple[str, ...]:
        return tuple(choice.casefold() for choice in self.choices)


@dataclass
class Shape:
    """Axes and variants of a product as they will be; ``given`` follows the order of the save."""

    axes: list[Axis]
    variants: list[VariantPlan]
    given: list[VariantPlan]
    axes_changed: list[Any] | None


def plan_shape(known: Known, save: ProductSave, product: Product | None) -> Shape:
    """Lay the save over what there is and check the whole of it."""
    rows = known.variants[product.id] if product and product.id else []
    options = known.options[product.id] if product and product.id else []
    axes = _plan_axes(known, save, options)
    variants = [_as_it_is(known, row, axes) for row in rows]
    # A simple product that gets its first options: its one variant becomes the first of them.
    adopted = variants[0] if axes and not options and len(variants) == 1 else None
    given: list[VariantPlan] = []
    for number, wanted in enumerate(save.variants or (() if product else (VariantSave(),))):
        found = _matching(wanted, axes, variants, number)
        if found is None and adopted is not None and adopted not in given:
            found = adopted
        if found is not None and any(found is other for other in given):
            raise VariantsAlike("The same variant is given twice.", field=f"variants.{number}")
        planned = _plan_one(known, wanted, axes, found, number)
        if found is None:
            position = max((_position(variant) for variant in variants), default=-1) + 1
            planned.columns.setdefault("position", position)
            variants.append(planned)
        given.append(planned)
    _check_all(variants, axes)
    _title_all(variants)
    used = [{variant.folded()[place] for variant in variants} for place in range(len(axes))]
    for axis, choices in zip(axes, used, strict=True):
        axis.values = {
            key: value for key, value in axis.values.items() if value.is_listed or key in choices
        }
    return Shape(axes, variants, given, _axes_changed(known, axes, options))


def _plan_axes(known: Known, save: ProductSave, options: Sequence[Option]) -> list[Axis]:
    rows = {option.name.casefold(): option for option in options}
    wanted = save.options
    if wanted is None:
        names = [option.name for option in options]
        if save.id is None:
            names = list(dict.fromkeys(name for one in save.variants for name in one.values or ()))
        wanted = [OptionSave(name=name) for name in names]
    axes: dict[str, Axis] = {}
    for option in wanted:
        name = checking.line("options", "name", option.name, required=True)
        if name.casefold() in axes:
            raise Invalid(f"There are two options called {name}.", field="options")
        row = rows.get(name.casefold())
        axis = Axis(name=name if save.options is not None or row is None else row.name, row=row)
        for value in option.values:
            axis.choose(value)
        for kept in known.values[row.id] if row and row.id else []:
            listed = axis.values.setdefault(
                kept.value.casefold(), AxisValue(kept.value, is_listed=not option.values)
            )
            listed.row = kept
            listed.swatch = kept.swatch
        for value, colour in option.swatches.items():
            axis.choose(value)
            axis.values[value.strip().casefold()].swatch = checking.swatch(colour)
        axes[name.casefold()] = axis
    return list(axes.values())


def _as_it_is(known: Known, row: Variant, axes: Sequence[Axis]) -> VariantPlan:
    choices = []
    made = known.choices[row.id or 0]
    for axis in axes:
        value_id = made.get(axis.row.id or 0) if axis.row else None
        choices.append(
            next(
                (
                    value.value
                    for value in axis.values.values()
                    if value.row is not None and value.row.id == value_id
                ),
                "",
            )
        )
    return VariantPlan(row=row, choices=choices)


def _matching(
    wanted: VariantSave, axes: Sequence[Axis], variants: Sequence[VariantPlan], number: int
) -> VariantPlan | None:
    """The existing variant that is meant, if any."""
    if wanted.id is not None:
        for variant in variants:
            if variant.row is not None and variant.row.id == wanted.id:
                return variant
        raise NotFound("There is no such variant, or not any more.", field=f"variants.{number}")
    values = _by_axis(wanted.values or {}, axes, number)
    if len(values) != len(axes):
        return None
    folded = tuple(values[axis.name].strip().casefold() for axis in axes)
    return next((variant for variant in variants if variant.folded() == folded), None)


def _by_axis(values: Mapping[str, str], axes: Sequence[Axis], number: int) -> dict[str, str]:
    names = {axis.name.casefold(): axis.name for axis in axes}
    found = {}
    for name, value in values.items():
        if name.strip().casefold() not in names:
            raise VariantIncomplete(
                f"The product has no option called {name}.", field=f"variants.{number}"
            )
        found[names[name.strip().casefold()]] = value
    return found


def _plan_one(
    known: Known,
    wanted: VariantSave,
    axes: Sequence[Axis],
    found: VariantPlan | None,
    number: int,
) -> VariantPlan:
    made = found or VariantPlan(row=None, choices=["" for _ in axes], is_new=True)
    made.external = wanted.external
    values = _by_axis(wanted.values or {}, axes, number)
    for place, axis in enumerate(axes):
        if axis.name in values:
            made.choices[place] = axis.choose(values[axis.name])
    for name, value in _checked_fields(known, wanted, made, number).items():
        before = getattr(made.row, name) if made.row is not None else None
        if made.row is not None and before == value:
            continue
        made.columns[name] = value
        if made.row is not None or value not in (None, "", False, {}):
            made.changed[name] = [before, value]
    return made


def _checked_fields(
    known: Known, wanted: VariantSave, made: VariantPlan, number: int
) -> dict[str, Any]:
    given: Mapping[str, Any] = wanted.fields
    checked: dict[str, Any] = {}
    for name, value in given.items():
        if name in _LINES:
            checked[name] = checking.line("variants", name, value)
        elif name in _SIZES:
            checked[name] = checking.optional(checking.whole, name, value)
        elif name in _PRICES:
            checked[name] = checking.optional(checking.amount, name, value)
        elif name in _FLAGS:
            checked[name] = checking.yes_or_no(name, value)
        elif name == "price_minor":
            checked[name] = checking.amount(name, value)
        elif name == "position":
            checked[name] = checking.whole(name, value)
        elif name == "custom":
            checked[name] = checking.custom(value)
        elif name == "sku":
            checked[name] = _checked_sku(known, value, made)
        else:
            raise Invalid(f"A variant has no {name}.", field=f"variants.{number}")
    if made.row is not None and made.row.is_archived and wanted.id is None:
        # Named again by its values: it is back.
        checked.setdefault("is_archived", False)
    return checked


def _checked_sku(known: Known, value: object, made: VariantPlan) -> str | None:
    sku = checking.line("variants", "sku", value) or None
    holder = known.skus.get(sku) if sku else None
    if holder is not None and (made.row is None or holder[0] != made.row.id):
        raise SkuTaken(
            f"{holder[2]} has the article number {sku}.", field="sku", sku=sku, title=holder[2]
        )
    return sku


def _check_all(variants: Sequence[VariantPlan], axes: Sequence[Axis]) -> None:
    live = [variant for variant in variants if not variant.is_archived]
    if not live:
        raise LastVariant("A product keeps at least one variant. Archive the product instead.")
    if len(variants) > MOST_VARIANTS:
        raise TooManyVariants(
            f"A product has at most {MOST_VARIANTS} variants.", field="variants", most=MOST_VARIANTS
        )
    seen: dict[tuple[str, ...], VariantPlan] = {}
    skus: set[str] = set()
    for variant in live:
        for axis, choice in zip(axes, variant.choices, strict=True):
            if not choice:
                name = variant.title.strip(" /") or "A variant"
                raise VariantIncomplete(f"{name} needs a {axis.name}.", field="variants")
        if variant.folded() in seen:
            name = variant.title or "The product without options"
            raise VariantsAlike(f"{name} is there twice.", field="variants")
        seen[variant.folded()] = variant
        sku = variant.columns.get("sku")
        if sku and sku in skus:
            raise SkuTaken(f"Two variants have the article number {sku}.", field="sku", sku=sku)
        skus.add(sku or "")


def _title_all(variants: Sequence[VariantPlan]) -> None:
    for variant in variants:
        if variant.row is None:
            variant.columns["title"] = variant.title
        elif variant.row.title != variant.title and "" not in variant.choices:
            variant.columns["title"] = variant.title
            variant.changed["title"] = [variant.row.title, variant.title]


def _axes_changed(
    known: Known, axes: Sequence[Axis], options: Sequence[Option]
) -> list[Any] | None:
    before = [
        [option.name, [[value.value, value.swatch] for value in known.values[option.id or 0]]]
        for option in options
    ]
    after = [axis.told() for axis in axes]
    return None if before == after else [before, after]


def _position(variant: VariantPlan) -> int:
    return int(variant.columns.get("position", variant.row.position if variant.row else 0))
