"""What a product points to: its pictures in their order, and the products it goes well with."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.backoffice.product_saving import Draft, split
from webapp.backoffice.rows import Rows
from webapp.catalogue import commands as catalogue
from webapp.catalogue.models import Product, ProductImage, Variant
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.media.models import MediaFile
from webapp.web.submissions import Submission


def save_pictures(
    session: Session,
    staff: Actor,
    product: Product,
    form: Submission[Any],
    draft: Draft,
    variants: Mapping[int, Variant],
) -> None:
    """The pictures of the form in its order, and which of them stands for which version."""
    rows = Rows(form, "pictures")
    wanted = {rows.value(number, "file"): rows.value(number, "alt") for number in rows.numbers()}
    stored = select(col(MediaFile.public_id), col(MediaFile.id)).where(
        col(MediaFile.public_id).in_(wanted)
    )
    keys: dict[str, int] = {file: key for file, key in session.execute(stored) if key}
    wished = [keys[file] for file in wanted if file in keys]
    words = {keys[file]: alt for file, alt in wanted.items() if file in keys}
    before = session.scalars(
        select(ProductImage)
        .where(col(ProductImage.product_id) == product.id)
        .order_by(col(ProductImage.position), col(ProductImage.id))
    ).all()
    there = {image.file_id: image for image in before}
    for file_id, image in there.items():
        if file_id not in words:
            catalogue.remove_image(session, staff, image)
    for file_id in wished:
        if file_id in there:
            catalogue.describe_image(session, staff, there[file_id], alt=words[file_id])
        else:
            there[file_id] = catalogue.attach_image(
                session, staff, product, file_id, alt=words[file_id]
            )
    catalogue.order_images(session, staff, product, [there[file].id or 0 for file in wished])
    shown: dict[int, int | None] = {}
    for row, variant in variants.items():
        file_id = keys.get(draft.wishes[row].picture, 0)
        image_id = there[file_id].id if file_id in words else None
        if variant.image_id != image_id:
            shown[variant.id or 0] = image_id
    catalogue.show_for_variants(session, staff, product, shown)


def save_related(session: Session, staff: Actor, product: Product, typed: str) -> None:
    """Products by slug or SKU, as they stand in the form. Refuses one that is not there."""
    refs = split(typed.replace(",", "\n"))
    found: dict[str, int] = {}
    for slug, key in session.execute(
        select(col(Product.slug), col(Product.id)).where(col(Product.slug).in_(refs))
    ):
        found[slug] = key
    for sku, key in session.execute(
        select(col(Variant.sku), col(Variant.product_id)).where(col(Variant.sku).in_(refs))
    ):
        found.setdefault(sku, key)
    for ref in refs:
        if ref not in found:
            raise Invalid(f"No product has the address or SKU “{ref}”.", field="related")
    others = [found[ref] for ref in refs]
    catalogue.relate(session, staff, product, others)
