"""What somebody wants a product to be: the input of ``commands.save_products`` and its kin.

A key that is absent leaves its field as it is; a key that is present sets it, also to nothing.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict

from webapp.catalogue.models import Product, ProductStatus, Variant
from webapp.kit.values import Value, field


class ProductFields(TypedDict, total=False):
    """Columns of a product as people give them; ``brand`` and ``tags`` by name, made if missing."""

    title: str
    slug: str
    """A wish. Empty: made of the title. One that another product has is refused."""
    summary: str
    body: str
    """HTML or plain text; cleaned when stored."""
    brand: str
    category_id: int | None
    """The main category. The one before it is left, unless ``category_ids`` names it."""
    category_ids: Sequence[int]
    """Every category; the main one is always among them."""
    tags: Sequence[str]
    """All of them: those not named are taken off."""
    attributes: Mapping[str, str]
    """Text by attribute code; empty takes the attribute off, codes not named stay."""
    status: ProductStatus
    publish_at: datetime | None
    is_featured: bool
    is_gift_card: bool
    tax_class: str
    is_taxable: bool
    hs_code: str
    origin_country: str
    minimum_quantity: int
    maximum_quantity: int | None
    seo_title: str
    seo_description: str
    custom: dict[str, Any]


class VariantFields(TypedDict, total=False):
    """Columns of a variant. Money in minor units, weight in grams, lengths in millimetres."""

    sku: str | None
    barcode: str
    price_minor: int
    compare_at_minor: int | None
    cost_minor: int | None
    weight_g: int | None
    length_mm: int | None
    width_mm: int | None
    height_mm: int | None
    requires_shipping: bool
    is_digital: bool
    unit_amount: int | None
    unit: str
    unit_base_amount: int | None
    unit_base: str
    is_archived: bool
    position: int
    custom: dict[str, Any]


class OptionSave(Value, kw_only=True):
    """An axis by name, with the order of its values; values that variants use are added."""

    name: str
    values: Sequence[str] = ()
    swatches: Mapping[str, str] = field(default_factory=dict)
    """``#rrggbb`` by value."""


class VariantSave(Value, kw_only=True):
    """One variant. Which: ``id``, else the one with these ``values``, else a new one."""

    id: int | None = None
    values: Mapping[str, str] | None = None
    """The value by the option's name. ``None``: as it is (new, without options: no choice)."""
    fields: VariantFields = field(default_factory=VariantFields)
    external: tuple[str, str] | None = None
    """(source, id) in another system, remembered."""


class ProductSave(Value, kw_only=True):
    """One product and some of its variants; variants that are not named stay as they are."""

    id: int | None = None
    """``None`` makes a new one."""
    fields: ProductFields
    options: Sequence[OptionSave] | None = None
    """All axes in order; ``None`` leaves them (new: those that the variants name)."""
    variants: Sequence[VariantSave] = ()
    external: tuple[str, str] | None = None


SaveState = Literal["created", "changed", "unchanged"]
Changes = dict[str, list[Any]]
"""A field's value before and after."""


class Saved(Value):
    """What became of a ``ProductSave``; ``variants`` in the order in which they were given."""

    product: Product
    state: SaveState
    variants: tuple[Variant, ...]
    changed: Changes
    variant_changes: tuple[Changes, ...]
    """For each given variant. A new one has its fields with ``None`` before."""


class Planned(Value):
    """What would become of a ``ProductSave``; nothing was written."""

    state: SaveState
    slug: str
    changed: Changes
    variant_states: tuple[SaveState, ...]
    variant_changes: tuple[Changes, ...]
