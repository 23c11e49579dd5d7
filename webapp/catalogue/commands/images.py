"""Pictures of a product: which, in what order, in which words, and which variant shows which."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from webapp.catalogue.columns import product_images, variants
from webapp.catalogue.commands import checking
from webapp.catalogue.commands.products import key
from webapp.catalogue.drafts import Changes
from webapp.catalogue.events import ProductUpdated
from webapp.catalogue.models import Product, ProductImage, Variant
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotFound
from webapp.runtime.events import emit

MOST_IMAGES = 250


def attach_image(
    session: Session,
    actor: Actor,
    product: Product,
    file_id: int,
    *,
    alt: str = "",
    position: int | None = None,
    variant_ids: Sequence[int] = (),
) -> ProductImage:
    """Add a picture, last unless told, and show it for these variants.

    The same file twice is one picture: then its words and variants are what is said now.
    """
    actor.must("catalogue:write")
    words = checking.line("product_images", "alt", alt)
    image = session.scalars(
        select(ProductImage).where(
            col(ProductImage.product_id) == product.id, col(ProductImage.file_id) == file_id
        )
    ).first()
    if image is None:
        count, last = session.execute(
            select(func.count(), func.max(product_images.c.position)).where(
                product_images.c.product_id == product.id
            )
        ).one()
        if count >= MOST_IMAGES:
            raise Invalid(f"A product has at most {MOST_IMAGES} pictures.", field="images")
        place = position if position is not None else (-1 if last is None else last) + 1
        image = ProductImage(
            product_id=key(product), file_id=file_id, alt=words, position=max(0, place)
        )
        session.add(image)
        changed: Changes = {"images": [None, words]}
    elif (alt and image.alt != words) or (position is not None and image.position != position):
        changed = {"images": [image.alt, words]}
        image.alt = words or image.alt
        image.position = image.position if position is None else max(0, position)
    else:
        changed = {}
    session.flush()
    shown = [_show(session, product, variant_id, image) for variant_id in variant_ids]
    _tell(session, actor, product, changed, shown)
    return image


def describe_image(session: Session, actor: Actor, image: ProductImage, *, alt: str) -> None:
    """Say in words what the picture shows."""
    actor.must("catalogue:write")
    words = checking.line("product_images", "alt", alt)
    if image.alt != words:
        before, image.alt = image.alt, words
        session.flush()
        _tell(session, actor, _product_of(session, image), {"images": [before, words]})


def order_images(session: Session, actor: Actor, product: Product, ordered: Sequence[int]) -> None:
    """Put the pictures in this order, by key; those not named follow in the order they had."""
    actor.must("catalogue:write")
    images = list(
        session.scalars(
            select(ProductImage)
            .where(col(ProductImage.product_id) == product.id)
            .order_by(col(ProductImage.position), col(ProductImage.id))
        )
    )
    unknown = set(ordered) - {image.id for image in images}
    if unknown:
        raise NotFound("There is no such picture, or not any more.", images=sorted(unknown))
    before = list(images)
    rank = {image_id: place for place, image_id in enumerate(ordered)}
    images.sort(key=lambda image: rank.get(image.id or 0, len(rank)))
    for place, image in enumerate(images):
        image.position = place
    session.flush()
    if before != images:
        told = [[_called(image) for image in order] for order in (before, images)]
        _tell(session, actor, product, {"images": told})


def remove_image(session: Session, actor: Actor, image: ProductImage) -> None:
    """Take the picture off the product; the file stays in the library."""
    actor.must("catalogue:write")
    product = _product_of(session, image)
    session.execute(update(variants).where(variants.c.image_id == image.id).values(image_id=None))
    session.execute(delete(product_images).where(product_images.c.id == image.id))
    _tell(session, actor, product, {"images": [image.alt, None]})
    session.expunge(image)


def show_for_variants(
    session: Session, actor: Actor, product: Product, images: dict[int, int | None]
) -> None:
    """Which picture each variant shows: image key (or ``None``) by variant key."""
    actor.must("catalogue:write")
    shown = []
    for variant_id, image_id in images.items():
        image = None
        if image_id is not None:
            image = session.get(ProductImage, image_id)
            if image is None or image.product_id != product.id:
                raise NotFound("There is no such picture, or not any more.", image=image_id)
        shown.append(_show(session, product, variant_id, image))
    _tell(session, actor, product, {}, shown)


def _show(
    session: Session, product: Product, variant_id: int, image: ProductImage | None
) -> tuple[str, Changes]:
    """The variant's public id, and what changed: nothing where it showed this picture already."""
    variant = session.get(Variant, variant_id)
    if variant is None or variant.product_id != product.id:
        raise NotFound("There is no such variant, or not any more.", variant=variant_id)
    before, variant.image_id = variant.image_id, image.id if image else None
    if before == variant.image_id:
        return variant.public_id, {}
    session.flush()
    shown = session.get(ProductImage, before) if before else None
    return variant.public_id, {"image": [_called(shown), _called(image)]}


def _called(image: ProductImage | None) -> str | None:
    """How a fact names a picture: by its words, else by its key."""
    return None if image is None else image.alt or f"picture {image.id}"


def _product_of(session: Session, image: ProductImage) -> Product:
    product = session.get(Product, image.product_id)
    if product is None:
        raise NotFound("There is no such product, or not any more.")
    return product


def _tell(
    session: Session,
    actor: Actor,
    product: Product,
    changed: Changes,
    shown: Sequence[tuple[str, Changes]] = (),
) -> None:
    """State what changed of the pictures and of what the variants show, if anything did."""
    variants = {variant: change for variant, change in shown if change}
    if not changed and not variants:
        return
    product.updated_at = now()
    session.flush()
    fact = ProductUpdated(
        product=product.public_id, slug=product.slug, changed=changed, variants=variants
    )
    emit(session, fact, actor=actor)
