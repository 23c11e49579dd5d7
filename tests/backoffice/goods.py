"""Products as the back office's tests want them, made by commands."""

from typing import Any

from sqlmodel import Session, col, select

from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import VariantSave
from webapp.catalogue.models import AttributeType, Product, Variant
from webapp.inventory import commands as inventory
from webapp.inventory.queries import stock_of
from webapp.kit.actors import SYSTEM


def make_product(
    db: Session,
    title: str,
    *,
    price: int = 1999,
    on_hand: int = 0,
    sold: int = 0,
    sku: str | None = None,
    barcode: str = "",
    sizes: tuple[str, ...] = (),
    category: str = "",
    attribute: str = "",
    attribute_type: str = "text",
    into: Product | None = None,
    **fields: Any,
) -> Product:
    """A product; with ``sizes`` one version for each. ``into`` sells of one that is there."""
    if category:
        catalogue.create_category(db, SYSTEM, name=category)
    if attribute:
        kind = AttributeType(attribute_type)
        catalogue.create_attribute(db, SYSTEM, code=attribute, name=attribute, type=kind)
    product = into
    if product is None:
        columns = {"price_minor": price, "sku": sku, "barcode": barcode}
        saves = [VariantSave(values={"Size": size}, fields=columns) for size in sizes]
        product = catalogue.create_product(
            db, SYSTEM, title=title, variants=saves or [VariantSave(fields=columns)], **fields
        )
    db.commit()
    variants = variants_of(db, product)
    if on_hand:
        inventory.receive(db, SYSTEM, variants[0].id, on_hand)
    if sold:
        inventory.take(db, {variants[0].id: sold}, reference="ord_1", key="sell:ord_1")
    db.commit()
    return product


def product_of(db: Session, title: str) -> Product:
    """The one product of that title, as it is stored now."""
    db.rollback()
    db.expire_all()
    return db.exec(select(Product).where(Product.title == title)).one()


def variants_of(db: Session, product: Product) -> list[Variant]:
    """Its live versions in order."""
    db.rollback()
    db.expire_all()
    return list(
        db.exec(
            select(Variant)
            .where(Variant.product_id == product.id, col(Variant.is_archived).is_(False))
            .order_by(col(Variant.position), col(Variant.id))
        )
    )


def stock_in(db: Session, variant: Variant) -> int:
    """How many are on hand."""
    found = stock_of(db, [variant.id]).get(variant.id)
    return found.on_hand if found else 0
