"""From what somebody wants to what would be written: every rule of a product, nothing written yet.

The same plan is shown by a dry run and carried out by ``saving``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session

from webapp.catalogue import words
from webapp.catalogue.commands import checking
from webapp.catalogue.commands.axes import Shape, plan_shape
from webapp.catalogue.commands.knowing import Known, free_slug, label_slug, wished_slug
from webapp.catalogue.commands.typed import TypedValue, typed_value
from webapp.catalogue.drafts import Changes, ProductFields, ProductSave, SaveState
from webapp.catalogue.errors import SlugTaken
from webapp.catalogue.models import Product, ProductStatus
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.slugs import slugify

_LINES = ("seo_title", "hs_code", "tax_class")
_TEXTS = ("summary", "seo_description")
_FLAGS = ("is_featured", "is_gift_card", "is_taxable")


@dataclass
class Plan:
    """What saving one product comes to."""

    save: ProductSave
    product: Product | None
    columns: dict[str, Any] = field(default_factory=dict)
    """Columns of the product that change."""
    brand: str | None = None
    """The brand's name; ``None`` leaves it, empty takes it off."""
    categories: list[int] | None = None
    tags: list[str] | None = None
    attributes: dict[int, TypedValue | None] = field(default_factory=dict)
    shape: Shape = field(default_factory=lambda: Shape([], [], [], None))
    changed: Changes = field(default_factory=dict)

    @property
    def state(self) -> SaveState:
        if self.save.id is None:
            return "created"
        touched = self.changed or any(one.state != "unchanged" for one in self.shape.variants)
        return "changed" if touched else "unchanged"

    @property
    def slug(self) -> str:
        return str(self.columns.get("slug") or (self.product.slug if self.product else ""))


def plan(session: Session, known: Known, save: ProductSave) -> Plan:
    """Check one save against all rules. Raises the first refusal; then nothing was promised."""
    product = None
    if save.id is not None:
        product = known.products.get(save.id)
        if product is None:
            raise NotFound("There is no such product, or not any more.", id=save.id)
    made = Plan(save=save, product=product)
    _plan_columns(made, save.fields)
    _plan_publication(made, save.fields)
    _plan_brand(known, made, save.fields)
    _plan_categories(known, made, save.fields)
    _plan_tags(known, made, save.fields)
    _plan_attributes(known, made, save.fields)
    made.shape = plan_shape(known, save, product)
    if made.shape.axes_changed is not None:
        made.changed["options"] = made.shape.axes_changed
    _plan_slug(session, known, made, save.fields)
    _promise(known, made)
    return made


def _plan_columns(made: Plan, fields: ProductFields) -> None:
    wanted: dict[str, Any] = {}
    if "title" in fields or made.product is None:
        wanted["title"] = checking.line("products", "title", fields.get("title"), required=True)
    given: Mapping[str, Any] = fields
    for name in _LINES:
        if name in given:
            wanted[name] = checking.line("products", name, given[name])
    for name in _TEXTS:
        if name in given:
            wanted[name] = checking.lines("products", name, given[name])
    for name in _FLAGS:
        if name in given:
            wanted[name] = checking.yes_or_no(name, given[name])
    if "body" in fields:
        wanted["body"] = checking.html("products", "body", fields["body"])
    if "origin_country" in fields:
        wanted["origin_country"] = checking.country("origin_country", fields["origin_country"])
    if "custom" in fields:
        wanted["custom"] = checking.custom(fields["custom"])
    _check_quantities(made, fields, wanted)
    for name, value in wanted.items():
        _set(made, name, value)
    if "title" in made.columns:
        made.columns["sort_title"] = words.fold(made.columns["title"])[:120]


def _check_quantities(made: Plan, fields: ProductFields, wanted: dict[str, Any]) -> None:
    if "minimum_quantity" in fields:
        least = checking.whole("minimum_quantity", fields["minimum_quantity"], least=1, most=10_000)
        wanted["minimum_quantity"] = least
    if "maximum_quantity" in fields:
        wanted["maximum_quantity"] = checking.optional(
            checking.whole, "maximum_quantity", fields["maximum_quantity"], least=1, most=1_000_000
        )
    least = wanted.get("minimum_quantity", made.product.minimum_quantity if made.product else 1)
    most = wanted.get("maximum_quantity", made.product.maximum_quantity if made.product else None)
    if most is not None and most < least:
        raise Invalid(
            f"The largest quantity cannot be below the smallest, {least}.", field="maximum_quantity"
        )


def _set(made: Plan, name: str, value: Any) -> None:
    """Note that a column gets another value; a new product states only what is not empty."""
    if made.product is not None:
        before = getattr(made.product, name)
        if before != value:
            made.columns[name] = value
            made.changed[name] = [before, value]
        return
    made.columns[name] = value
    if value not in (None, "", False, {}):
        made.changed[name] = [None, value]


def _plan_publication(made: Plan, fields: ProductFields) -> None:
    product = made.product
    if "status" in fields:
        try:
            _set(made, "status", ProductStatus(fields["status"]))
        except ValueError as bad:
            raise Invalid("A product is draft, active or archived.", field="status") from bad
    if "publish_at" in fields:
        at = fields["publish_at"]
        if at is not None and at.tzinfo is None:
            raise Invalid("A moment needs its time zone.", field="publish_at")
        _set(made, "publish_at", at)
    status = made.columns.get("status", product.status if product else ProductStatus.draft)
    if status is not ProductStatus.active:
        return
    if "status" in made.columns or "publish_at" in made.columns:
        at = made.columns.get("publish_at", product.publish_at if product else None)
        before = product.published_at if product else None
        # A product that comes back after a pause is not new again.
        made.columns["published_at"] = at or (before if before and before <= now() else now())


def _plan_brand(known: Known, made: Plan, fields: ProductFields) -> None:
    if "brand" not in fields:
        return
    name = checking.line("brands", "name", fields["brand"])
    before = ""
    if made.product is not None and made.product.brand_id is not None:
        before = known.brand_names.get(made.product.brand_id, "")
    if label_slug(name) != label_slug(before) if name and before else name != before:
        made.brand = name
        made.changed["brand"] = [before or None, name]


def _plan_categories(known: Known, made: Plan, fields: ProductFields) -> None:
    if "category_id" not in fields and "category_ids" not in fields:
        return
    product = made.product
    before = list(known.categories[product.id]) if product and product.id else []
    main_before = product.category_id if product else None
    main = fields.get("category_id", main_before)
    if "category_ids" in fields:
        shelves = list(dict.fromkeys(fields["category_ids"]))
        if "category_id" not in fields and main not in shelves:
            main = shelves[0] if shelves else None
    else:
        shelves = [category for category in before if category != main_before]
    if main is not None and main not in shelves:
        shelves.insert(0, main)
    for category in shelves:
        if category not in known.category_paths:
            raise Invalid("There is no such category, or not any more.", field="category_id")
    if main != main_before:
        made.columns["category_id"] = main
        made.changed["category"] = [
            known.category_paths.get(main_before or 0), known.category_paths.get(main or 0)
        ]  # fmt: skip
    if set(shelves) != set(before):
        made.categories = shelves
        made.changed["categories"] = [
            sorted(known.category_paths[category] for category in before),
            sorted(known.category_paths[category] for category in shelves),
        ]


def _plan_tags(known: Known, made: Plan, fields: ProductFields) -> None:
    if "tags" not in fields:
        return
    wanted: dict[str, str] = {}
    for tag in fields["tags"]:
        name = checking.line("tags", "name", tag)
        if name:
            wanted.setdefault(label_slug(name), name)
    before_ids = known.tags[made.product.id] if made.product and made.product.id else set()
    before = {label_slug(known.tag_names[tag]): known.tag_names[tag] for tag in before_ids}
    if set(wanted) != set(before):
        made.tags = list(wanted.values())
        made.changed["tags"] = [sorted(before.values()), sorted(wanted.values())]


def _plan_attributes(known: Known, made: Plan, fields: ProductFields) -> None:
    before = known.attributes[made.product.id] if made.product and made.product.id else {}
    for code, text in fields.get("attributes", {}).items():
        attribute = known.attribute_kinds.get(code)
        if attribute is None or attribute.id is None:
            raise Invalid(f"There is no attribute {code}.", field=f"attributes.{code}")
        value = typed_value(attribute, text) if text and text.strip() else None
        told = before.get(attribute.id)
        if (value.text if value else None) != told:
            made.attributes[attribute.id] = value
            made.changed[f"attributes.{code}"] = [told, value.text if value else None]


def _plan_slug(session: Session, known: Known, made: Plan, fields: ProductFields) -> None:
    product = made.product
    wish = fields.get("slug")
    if wish:
        slug = wished_slug(wish)
        holder = known.slugs.get(slug)
        if holder is not None and (product is None or holder != product.id):
            raise SlugTaken("Another product has this address.", field="slug", slug=slug)
    elif product is None:
        slug = free_slug(session, known, slugify(made.columns["title"]))
    else:
        return
    _set(made, "slug", slug)


def _promise(known: Known, made: Plan) -> None:
    """What this plan takes is not free any more for the rest of the batch."""
    product_id = (made.product.id if made.product else None) or 0
    if "slug" in made.columns:
        known.slugs[made.columns["slug"]] = product_id
    title = made.columns.get("title") or (made.product.title if made.product else "")
    for variant in made.shape.variants:
        sku = variant.columns.get("sku")
        if sku:
            row_id = (variant.row.id if variant.row else None) or 0
            known.skus[sku] = (row_id, product_id, title)
