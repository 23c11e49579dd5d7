"""A product as its editor shows it: every field as text, and what stands around the fields."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from webapp.backoffice import shelves
from webapp.backoffice.measures import UNITS, from_thousandths, in_unit, on_the_clock
from webapp.backoffice.product_forms import ProductForm
from webapp.catalogue.models import (
    Attribute,
    Brand,
    Option,
    OptionValue,
    Product,
    ProductAttribute,
    ProductCategory,
    ProductImage,
    ProductRelation,
    ProductTag,
    RelationKind,
    Tag,
    Variant,
    VariantValue,
)
from webapp.inventory.queries import Stock, stock_of
from webapp.kit.values import Value
from webapp.media.models import MediaFile
from webapp.media.queries import IMAGE_COLUMNS, Image
from webapp.pricing.models import TaxRate
from webapp.shop.queries import Shop
from webapp.web.submissions import Submission

AT_ONCE = 50
"""Variants on one page of the editor: each has some twenty inputs."""


class Axis(Value):
    """An option as it is stored."""

    id: int
    name: str
    values: tuple[tuple[int, str, str], ...]
    """Key, value, colour."""


@dataclass
class Stored:
    """A product with all that hangs on it, as entities; empty for one that is new."""

    product: Product | None = None
    axes: list[Axis] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    """Those that are sold; archived ones are in ``archived``."""
    archived: list[Variant] = field(default_factory=list)
    choices: dict[int, dict[int, str]] = field(default_factory=dict)
    """Value by option id, by variant id."""

    def chosen(self, variant: Variant) -> list[str]:
        """The variant's values in the order of the axes."""
        made = self.choices.get(variant.id or 0, {})
        return [made.get(axis.id, "") for axis in self.axes]


def stored(session: Session, product: Product | None) -> Stored:
    """Read a product's options and variants: four statements."""
    if product is None:
        return Stored()
    values: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    rows = session.execute(
        select(
            col(OptionValue.option_id),
            col(OptionValue.id),
            col(OptionValue.value),
            col(OptionValue.swatch),
        )
        .join(Option, col(Option.id) == col(OptionValue.option_id))
        .where(col(Option.product_id) == product.id)
        .order_by(col(OptionValue.position), col(OptionValue.id))
    )
    for option_id, key, value, swatch in rows:
        values[option_id].append((key, value, swatch))
    options = session.execute(
        select(col(Option.id), col(Option.name))
        .where(col(Option.product_id) == product.id)
        .order_by(col(Option.position), col(Option.id))
    )
    axes = [Axis(key, name, tuple(values[key])) for key, name in options]
    variants = session.scalars(
        select(Variant)
        .where(col(Variant.product_id) == product.id)
        .order_by(col(Variant.position), col(Variant.id))
    ).all()
    choices: dict[int, dict[int, str]] = defaultdict(dict)
    for variant_id, option_id, value in session.execute(
        select(col(VariantValue.variant_id), col(VariantValue.option_id), col(OptionValue.value))
        .join(OptionValue, col(OptionValue.id) == col(VariantValue.value_id))
        .join(Variant, col(Variant.id) == col(VariantValue.variant_id))
        .where(col(Variant.product_id) == product.id)
    ):
        choices[variant_id][option_id] = value
    return Stored(
        product=product,
        axes=axes,
        variants=[variant for variant in variants if not variant.is_archived],
        archived=[variant for variant in variants if variant.is_archived],
        choices=choices,
    )


def shown(session: Session, shop: Shop, held: Stored, first: int = 0) -> Submission[ProductForm]:
    """The editor's form, filled with what is stored; ``first`` variant of the page."""
    product = held.product
    if product is None:
        return Submission.showing({**_blank(), "attributes": _attribute_rows(session, None)})
    files = _files_of(session, product)
    page = held.variants[first : first + AT_ONCE]
    stock = stock_of(session, [variant.id or 0 for variant in page])
    return Submission.showing(
        {
            **{
                name: getattr(product, name)
                for name in ProductForm.model_fields
                if name in Product.model_fields and name not in {"custom", "publish_at"}
            },
            "seen": product.updated_at.isoformat(),
            "publish_at": on_the_clock(product.publish_at, shop.time_zone),
            "brand": _brand(session, product),
            "category": product.category_id,
            "categories": _categories(session, product),
            "tags": ", ".join(_tags(session, product)),
            "custom": custom_lines(product.custom),
            "related": "\n".join(_related(session, product)),
            "options": [
                {"name": axis.name, "values": "\n".join(_with_colour(one) for one in axis.values)}
                for axis in held.axes
            ],
            "pictures": [{"file": public_id, "alt": alt} for _, public_id, alt in files],
            "attributes": _attribute_rows(session, product),
            "variants": [
                _variant_row(held, variant, stock.get(variant.id or 0), shop, files)
                for variant in page
            ],
        }
    )


def _blank() -> dict[str, object]:
    """A product that can be saved once it has a title and a price."""
    return {
        "status": "draft",
        "is_taxable": True,
        "tax_class": "standard",
        "minimum_quantity": 1,
        "variants": [{"requires_shipping": True, "is_tracked": True, "policy": "deny"}],
    }


def _variant_row(
    held: Stored,
    variant: Variant,
    stock: Stock | None,
    shop: Shop,
    files: Sequence[tuple[int, str, str]],
) -> dict[str, object]:
    pictures = {image_id: public_id for image_id, public_id, _ in files}
    on_hand = stock.on_hand if stock else 0
    return {
        "id": variant.public_id,
        **{f"choice-{place}": value for place, value in enumerate(held.chosen(variant))},
        "sku": variant.sku,
        "barcode": variant.barcode,
        "price": shop.money(variant.price_minor),
        "compare_at": _money(shop, variant.compare_at_minor),
        "cost": _money(shop, variant.cost_minor),
        "weight": in_unit(variant.weight_g, shop.weight_unit),
        "length": variant.length_mm,
        "width": variant.width_mm,
        "height": variant.height_mm,
        "unit_amount": from_thousandths(variant.unit_amount),
        "unit": variant.unit,
        "unit_base_amount": from_thousandths(variant.unit_base_amount),
        "unit_base": variant.unit_base,
        "requires_shipping": variant.requires_shipping,
        "is_digital": variant.is_digital,
        "is_tracked": stock.is_tracked if stock else True,
        "on_hand": on_hand,
        "on_hand_shown": on_hand,
        "policy": stock.policy if stock else "deny",
        "low_threshold": stock.low_threshold if stock else None,
        "safety": stock.safety if stock else 0,
        "picture": pictures.get(variant.image_id or 0, ""),
    }


def custom_lines(custom: dict[str, Any]) -> str:
    """Custom fields as ``key: value`` lines; what is no text is written as JSON."""
    lines = []
    for name, value in custom.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        lines.append(f"{name}: {text}".replace("\\", "\\\\").replace("\n", "\\n"))
    return "\n".join(lines)


def pictures_of(session: Session, public_ids: Sequence[str]) -> dict[str, Image]:
    """The pictures of the form's rows, by the public id of their file."""
    if not public_ids:
        return {}
    rows = session.execute(
        select(MediaFile.public_id, *IMAGE_COLUMNS).where(  # type: ignore[call-overload]
            col(MediaFile.public_id).in_(public_ids)
        )
    )
    return {row[0]: Image(*row[1:]) for row in rows}


def surroundings(session: Session) -> dict[str, object]:
    """What the editor offers to choose from."""
    classes = session.scalars(select(col(TaxRate.tax_class)).distinct()).all()
    attributes = session.scalars(
        select(Attribute).order_by(col(Attribute.position), col(Attribute.name))
    ).all()
    return {
        "categories": shelves.choices(session),
        "brands": session.scalars(select(col(Brand.name)).order_by(col(Brand.name))).all(),
        "tax_classes": sorted({"standard", *classes}),
        "attribute_kinds": {attribute.code: attribute for attribute in attributes},
        "units": [("", "–"), *((unit, unit) for unit in UNITS)],
    }


def _files_of(session: Session, product: Product) -> list[tuple[int, str, str]]:
    """(image key, file's public id, alt) in order."""
    rows = session.execute(
        select(col(ProductImage.id), col(MediaFile.public_id), col(ProductImage.alt))
        .join(MediaFile, col(MediaFile.id) == col(ProductImage.file_id))
        .where(col(ProductImage.product_id) == product.id)
        .order_by(col(ProductImage.position), col(ProductImage.id))
    )
    return [(key, public_id, alt) for key, public_id, alt in rows]


def _brand(session: Session, product: Product) -> str:
    if product.brand_id is None:
        return ""
    return session.scalar(select(col(Brand.name)).where(col(Brand.id) == product.brand_id)) or ""


def _categories(session: Session, product: Product) -> list[int]:
    rows = session.scalars(
        select(col(ProductCategory.category_id)).where(
            col(ProductCategory.product_id) == product.id
        )
    )
    return [category for category in rows if category != product.category_id]


def _tags(session: Session, product: Product) -> Sequence[str]:
    return session.scalars(
        select(col(Tag.name))
        .join(ProductTag, col(ProductTag.tag_id) == col(Tag.id))
        .where(col(ProductTag.product_id) == product.id)
        .order_by(func.lower(col(Tag.name)))
    ).all()


def _related(session: Session, product: Product) -> Sequence[str]:
    return session.scalars(
        select(col(Product.slug))
        .join(ProductRelation, col(ProductRelation.other_id) == col(Product.id))
        .where(
            col(ProductRelation.product_id) == product.id,
            col(ProductRelation.kind) == RelationKind.related,
        )
        .order_by(col(ProductRelation.position), col(Product.id))
    ).all()


def _attribute_rows(session: Session, product: Product | None) -> list[dict[str, object]]:
    """A row for every attribute there is; empty where the product has none."""
    told: dict[int, str] = {}
    if product is not None:
        values = select(col(ProductAttribute.attribute_id), col(ProductAttribute.text)).where(
            col(ProductAttribute.product_id) == product.id
        )
        told = dict(session.execute(values).all())
    kinds = session.execute(
        select(col(Attribute.id), col(Attribute.code)).order_by(
            col(Attribute.position), col(Attribute.name)
        )
    )
    return [{"code": code, "value": told.get(key)} for key, code in kinds]


def _with_colour(value: tuple[int, str, str]) -> str:
    return f"{value[1]} {value[2]}".strip()


def _money(shop: Shop, minor: int | None) -> object:
    return None if minor is None else shop.money(minor)
