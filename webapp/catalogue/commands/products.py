"""Products one at a time: the verbs of the back office, and what follows from a status."""

from collections.abc import Sequence
from datetime import datetime
from typing import Unpack

from sqlalchemy import delete, select, text
from sqlmodel import Session, col

from webapp.catalogue.columns import (
    external_ids,
    former_addresses,
    product_images,
    products,
    variants,
)
from webapp.catalogue.commands.saving import save_product
from webapp.catalogue.drafts import (
    OptionSave,
    ProductFields,
    ProductSave,
    VariantFields,
    VariantSave,
)
from webapp.catalogue.errors import ProductWasSold
from webapp.catalogue.events import ProductDeleted
from webapp.catalogue.models import (
    Attribute,
    Brand,
    Option,
    OptionValue,
    Product,
    ProductAttribute,
    ProductCategory,
    ProductImage,
    ProductStatus,
    ProductTag,
    Tag,
    Variant,
    VariantValue,
)
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound
from webapp.runtime.events import emit


def create_product(
    session: Session,
    actor: Actor,
    *,
    options: list[OptionSave] | None = None,
    variants: list[VariantSave] | None = None,
    **fields: Unpack[ProductFields],
) -> Product:
    """A new product, a draft unless told; without ``variants`` it has one, free of charge.

    Money in minor units. Options not given are those that the variants name.
    """
    save = ProductSave(fields=fields, options=options, variants=tuple(variants or ()))
    return save_product(session, actor, save).product


def update_product(
    session: Session, actor: Actor, product: Product, **fields: Unpack[ProductFields]
) -> Product:
    """Change the named fields; a changed slug leaves a redirect behind."""
    return save_product(session, actor, ProductSave(id=key(product), fields=fields)).product


def publish(session: Session, actor: Actor, product: Product) -> Product:
    """Show it to shoppers now."""
    return update_product(session, actor, product, status=ProductStatus.active, publish_at=None)


def schedule(session: Session, actor: Actor, product: Product, *, at: datetime) -> Product:
    """Show it to shoppers from ``at`` on (aware; a moment that has passed means at once)."""
    return update_product(session, actor, product, status=ProductStatus.active, publish_at=at)


def withdraw(session: Session, actor: Actor, product: Product) -> Product:
    """Hide it from shoppers and work on it: a draft again."""
    return update_product(session, actor, product, status=ProductStatus.draft, publish_at=None)


def archive(session: Session, actor: Actor, product: Product) -> Product:
    """Put it away for good; it can be published again."""
    return update_product(session, actor, product, status=ProductStatus.archived, publish_at=None)


def duplicate(session: Session, actor: Actor, product: Product, *, title: str = "") -> Product:
    """A draft with everything of ``product`` but its article numbers, barcodes, slug and stock."""
    actor.must("catalogue:write")
    fields = _fields_of(session, product)
    fields["title"] = title or f"{product.title} (copy)"[:300]
    axes = list(
        session.scalars(
            select(Option)
            .where(col(Option.product_id) == product.id)
            .order_by(col(Option.position), col(Option.id))
        )
    )
    saves, sources = _variants_of(session, product)
    copy = save_product(
        session,
        actor,
        ProductSave(fields=fields, options=[_axis_of(session, axis) for axis in axes],
                    variants=saves),
        origin=product.public_id,
    )  # fmt: skip
    pairs = list(zip(sources, copy.variants, strict=True))
    _copy_images(session, product, copy.product, pairs)
    return copy.product


def delete_product(session: Session, actor: Actor, product: Product) -> None:
    """Remove it with its variants and pictures. Refuses one that was ever ordered: archive that."""
    actor.must("catalogue:write")
    refs = session.scalars(
        select(variants.c.public_id).where(variants.c.product_id == product.id)
    ).all()
    if was_ordered(session, refs):
        raise ProductWasSold(f"{product.title} was ordered before. Archive it instead.")
    gone = ProductDeleted(product=product.public_id, slug=product.slug, title=product.title)
    for kind, ids in (
        ("product", [product.id]),
        ("variant", session.scalars(
            select(variants.c.id).where(variants.c.product_id == product.id)).all()),
    ):  # fmt: skip
        session.execute(
            delete(external_ids).where(
                external_ids.c.kind == kind, external_ids.c.target_id.in_(ids)
            )
        )
    session.execute(
        delete(former_addresses).where(
            former_addresses.c.kind == "product", former_addresses.c.target_id == product.id
        )
    )
    # Variants point to pictures and pictures to the product: the database unties them itself.
    session.flush()
    session.execute(delete(products).where(products.c.id == product.id))
    session.expunge(product)
    emit(session, gone, actor=actor)


def product_by_public_id(session: Session, public_id: str) -> Product:
    """The product, for a command. Raises ``NotFound``."""
    product = session.scalars(
        select(Product).where(col(Product.public_id) == public_id)
    ).one_or_none()
    if product is None:
        raise NotFound("There is no such product, or not any more.", product=public_id)
    return product


def was_ordered(session: Session, variant_refs: Sequence[str]) -> bool:
    """Whether an order holds any of these variants, by public id."""
    # Orders belong to a feature above this one, so they are asked by name and not by model.
    for start in range(0, len(variant_refs), 500):
        some = {f"r{place}": ref for place, ref in enumerate(variant_refs[start : start + 500])}
        names = ", ".join(f":{name}" for name in some)
        query = text(f"SELECT 1 FROM order_lines WHERE variant_ref IN ({names}) LIMIT 1")  # noqa: S608
        if session.execute(query, some).first():
            return True
    return False


def key(row: Product | Variant) -> int:
    """The integer key of a stored row."""
    if row.id is None:
        raise Invalid("This has not been stored yet.")
    return row.id


def _fields_of(session: Session, product: Product) -> ProductFields:
    brand = session.get(Brand, product.brand_id) if product.brand_id else None
    shelves = select(col(ProductCategory.category_id)).where(
        col(ProductCategory.product_id) == product.id
    )
    tagged = (
        select(col(Tag.name))
        .join(ProductTag, col(ProductTag.tag_id) == col(Tag.id))
        .where(col(ProductTag.product_id) == product.id)
    )
    told = (
        select(col(Attribute.code), col(ProductAttribute.text))
        .join(ProductAttribute, col(ProductAttribute.attribute_id) == col(Attribute.id))
        .where(col(ProductAttribute.product_id) == product.id)
    )
    return {
        "title": product.title,
        "summary": product.summary,
        "body": product.body,
        "brand": brand.name if brand else "",
        "category_id": product.category_id,
        "category_ids": session.scalars(shelves).all(),
        "tags": session.scalars(tagged).all(),
        "attributes": dict(session.execute(told).all()),
        "is_gift_card": product.is_gift_card,
        "tax_class": product.tax_class,
        "is_taxable": product.is_taxable,
        "hs_code": product.hs_code,
        "origin_country": product.origin_country,
        "minimum_quantity": product.minimum_quantity,
        "maximum_quantity": product.maximum_quantity,
        "seo_title": product.seo_title,
        "seo_description": product.seo_description,
        "custom": product.custom,
    }


def _axis_of(session: Session, axis: Option) -> OptionSave:
    values = session.scalars(
        select(OptionValue)
        .where(col(OptionValue.option_id) == axis.id)
        .order_by(col(OptionValue.position), col(OptionValue.id))
    ).all()
    return OptionSave(
        name=axis.name,
        values=[value.value for value in values],
        swatches={value.value: value.swatch for value in values if value.swatch},
    )


def choices_of(session: Session, product: Product) -> list[tuple[Variant, dict[str, str]]]:
    """The live variants in order, each with its value by option name."""
    rows = session.scalars(
        select(Variant)
        .where(col(Variant.product_id) == product.id, col(Variant.is_archived).is_(False))
        .order_by(col(Variant.position), col(Variant.id))
    ).all()
    chosen: dict[int, dict[str, str]] = {key(row): {} for row in rows}
    for variant_id, name, value in session.execute(
        select(col(VariantValue.variant_id), col(Option.name), col(OptionValue.value))
        .join(Option, col(Option.id) == col(VariantValue.option_id))
        .join(OptionValue, col(OptionValue.id) == col(VariantValue.value_id))
        .where(col(Option.product_id) == product.id)
    ):
        if variant_id in chosen:
            chosen[variant_id][name] = value
    return [(row, chosen[key(row)]) for row in rows]


def _variants_of(session: Session, product: Product) -> tuple[list[VariantSave], list[Variant]]:
    found = choices_of(session, product)
    saves = [
        VariantSave(
            values=chosen,
            fields=VariantFields(
                price_minor=row.price_minor,
                compare_at_minor=row.compare_at_minor,
                cost_minor=row.cost_minor,
                weight_g=row.weight_g,
                length_mm=row.length_mm,
                width_mm=row.width_mm,
                height_mm=row.height_mm,
                requires_shipping=row.requires_shipping,
                is_digital=row.is_digital,
                unit_amount=row.unit_amount,
                unit=row.unit,
                unit_base_amount=row.unit_base_amount,
                unit_base=row.unit_base,
                custom=row.custom,
            ),
        )
        for row, chosen in found
    ]
    return saves, [row for row, _ in found]


def _copy_images(
    session: Session, product: Product, copy: Product, pairs: list[tuple[Variant, Variant]]
) -> None:
    images = session.scalars(
        select(ProductImage)
        .where(col(ProductImage.product_id) == product.id)
        .order_by(product_images.c.position, product_images.c.id)
    ).all()
    copies = {}
    for image in images:
        made = ProductImage(
            product_id=key(copy), file_id=image.file_id, position=image.position, alt=image.alt
        )
        session.add(made)
        copies[image.id] = made
    session.flush()
    for source, variant in pairs:
        if source.image_id is not None and source.image_id in copies:
            variant.image_id = copies[source.image_id].id
    session.flush()
