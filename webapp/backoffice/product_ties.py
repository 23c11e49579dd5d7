"""What a product points to: its pictures in their order, and the products it goes well with."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.backoffice.product_saving import Draft, split
from webapp.backoffice.rows import Rows
from webapp.catalogue import commands as catalogue
from webapp.catalogue.models import Product, RelationKind, Variant
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.media.models import MediaFile
from webapp.web.submissions import Submission

MOST_RELATED = 24


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
    images = catalogue.set_images(
        session,
        staff,
        product,
        [(keys[file], alt) for file, alt in wanted.items() if file in keys],
    )
    by_file = {image.file_id: image.id for image in images}
    for row, variant in variants.items():
        image_id = by_file.get(keys.get(draft.wishes[row].picture, 0))
        if variant.image_id != image_id:
            catalogue.set_variant_image(session, staff, variant, image_id)


def save_related(session: Session, staff: Actor, product: Product, typed: str) -> None:
    """Products by slug or SKU, as they stand in the form. Refuses one that is not there."""
    refs = split(typed.replace(",", "\n"))
    if len(refs) > MOST_RELATED:
        raise Invalid(f"Name at most {MOST_RELATED} products.", field="related")
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
    others = [key for key in dict.fromkeys(found[ref] for ref in refs) if key != product.id]
    catalogue.set_relations(session, staff, product, RelationKind.related, others)
