"""One thing that can be bought, as it stands in the catalogue now: price, limits, stock."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import Session, col, select

from webapp.catalogue.models import Product, ProductImage, ProductStatus, Variant, VariantValue
from webapp.inventory import queries as inventory
from webapp.inventory.queries import Availability
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.media.models import MediaFile
from webapp.media.queries import Image
from webapp.pricing.queries import NOT_TAXED
from webapp.runtime.db import once

LARGEST_QUANTITY = 9999
"""Units of one thing in one cart, whatever the stock."""


class Goods(Value, kw_only=True):
    """A variant with its product. ``left`` is how many can be sold now; None: any number."""

    variant_id: int
    variant: str
    product: str
    product_id: int
    slug: str
    title: str
    variant_title: str
    sku: str
    barcode: str
    price_minor: int
    tax_class: str
    requires_shipping: bool
    is_digital: bool
    weight_g: int | None
    minimum: int
    maximum: int
    is_for_sale: bool
    image_id: int | None
    left: int | None
    image: Image | None = None

    @property
    def name(self) -> str:
        return f"{self.title} ({self.variant_title})" if self.variant_title else self.title


_COLUMNS = (
    Variant.id,
    Variant.public_id,
    Product.public_id,
    Product.id,
    Product.slug,
    Product.title,
    Variant.title,
    Variant.sku,
    Variant.barcode,
    Variant.price_minor,
    Product.tax_class,
    Product.is_taxable,
    Variant.requires_shipping,
    Variant.is_digital,
    Variant.weight_g,
    Product.minimum_quantity,
    Product.maximum_quantity,
    Product.status,
    Product.publish_at,
    Variant.is_archived,
    Variant.image_id,
)


def by_variant(
    session: Session, variant_ids: Sequence[int], *, with_images: bool = False
) -> dict[int, Goods]:
    """The goods by the key of their variant: two statements, and one more for the pictures."""
    if not variant_ids:
        return {}
    found = once(
        session,
        ("goods", *variant_ids, with_images),
        lambda: tuple(_found(session, col(Variant.id).in_(variant_ids), with_images)),
    )
    return {goods.variant_id: goods for goods in found}


def by_public_id(session: Session, variant: str) -> Goods | None:
    """One variant by the id that pages carry."""
    return next(iter(_found(session, col(Variant.public_id) == variant)), None)


def by_skus(session: Session, skus: Sequence[str]) -> dict[str, Goods]:
    """Variants by what the merchant calls them."""
    if not skus:
        return {}
    return {goods.sku: goods for goods in _found(session, col(Variant.sku).in_(skus), True)}


def by_choices(session: Session, product: str, values: Sequence[int]) -> Goods | None:
    """The variant of ``product`` (slug or public id) that makes exactly these choices.

    ``values`` are option value keys; none at all means the product's only variant.
    """
    rows = session.execute(
        select(Variant.id, VariantValue.value_id)
        .join(Product, col(Product.id) == col(Variant.product_id))
        .outerjoin(VariantValue, col(VariantValue.variant_id) == col(Variant.id))
        .where(
            or_(col(Product.slug) == product, col(Product.public_id) == product),
            col(Variant.is_archived).is_(False),
        )
    ).all()
    choices: dict[int, set[int]] = {}
    for variant_id, value_id in rows:
        made = choices.setdefault(variant_id, set())
        if value_id is not None:
            made.add(value_id)
    wanted = set(values)
    found = [variant_id for variant_id, made in choices.items() if made == wanted]
    if len(found) != 1:
        return None
    return by_variant(session, found).get(found[0])


def _found(session: Session, which: ColumnElement[bool], with_images: bool = False) -> list[Goods]:
    rows = session.execute(
        select(*_COLUMNS)  # type: ignore[call-overload]
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(which)
    ).all()
    stock = inventory.availability(session, [row[0] for row in rows])
    images = _images(session, rows) if with_images and rows else {}
    return [_goods(row, stock, images) for row in rows]


def _goods(row: Any, stock: Mapping[int, Availability], images: Mapping[int, Image]) -> Goods:
    (
        variant_id,
        variant,
        product,
        product_id,
        slug,
        title,
        variant_title,
        sku,
        barcode,
        price_minor,
        tax_class,
        is_taxable,
        requires_shipping,
        is_digital,
        weight_g,
        minimum,
        maximum,
        status,
        publish_at,
        is_archived,
        image_id,
    ) = row
    is_published = status is ProductStatus.active and (publish_at is None or publish_at <= now())
    return Goods(
        variant_id=variant_id,
        variant=variant,
        product=product,
        product_id=product_id,
        slug=slug,
        title=title,
        variant_title=variant_title,
        sku=sku or "",
        barcode=barcode,
        price_minor=price_minor,
        tax_class=tax_class if is_taxable else NOT_TAXED,
        requires_shipping=requires_shipping,
        is_digital=is_digital,
        weight_g=weight_g,
        minimum=max(minimum, 1),
        maximum=min(maximum or LARGEST_QUANTITY, LARGEST_QUANTITY),
        is_for_sale=is_published and not is_archived,
        image_id=image_id,
        left=stock[variant_id].most,
        image=images.get(variant_id),
    )


def _images(session: Session, rows: Sequence[Any]) -> dict[int, Image]:
    """The picture of each variant: its own, else the first of its product."""
    pictures = session.execute(
        select(  # type: ignore[call-overload]
            ProductImage.id,
            ProductImage.product_id,
            ProductImage.alt,
            MediaFile.sha256,
            MediaFile.extension,
            MediaFile.width,
            MediaFile.height,
            MediaFile.colour,
        )
        .join(MediaFile, col(MediaFile.id) == col(ProductImage.file_id))
        .where(col(ProductImage.product_id).in_({row[3] for row in rows}))
        .order_by(col(ProductImage.position), col(ProductImage.id))
    ).all()
    own: dict[int, Image] = {}
    first: dict[int, Image] = {}
    for image_id, product_id, alt, *columns in pictures:
        own[image_id] = Image(*columns).described(alt)
        first.setdefault(product_id, own[image_id])
    found = {row[0]: own.get(row[20]) or first.get(row[3]) for row in rows}
    return {variant_id: image for variant_id, image in found.items() if image is not None}
