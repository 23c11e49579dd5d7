"""Products, categories, collections and pictures, made by the shop's own commands."""

from collections.abc import Sequence
from itertools import count
from typing import Any

from sqlmodel import Session

from webapp.catalogue import commands
from webapp.catalogue.drafts import VariantSave
from webapp.catalogue.models import Category, Collection, Product, ProductStatus
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM
from webapp.media.models import MediaFile

_numbers = count(1)


def make_category(
    db: Session, name: str = "Furniture", *, parent: Category | None = None, **fields: Any
) -> Category:
    if parent is not None:
        fields["parent_id"] = parent.id
    category = commands.create_category(db, SYSTEM, name=name, **fields)
    db.commit()
    return category


def make_product(
    db: Session,
    title: str = "Oak stool",
    *,
    price: int = 1999,
    on_hand: int = 5,
    sizes: Sequence[str] = (),
    variants: Sequence[VariantSave] = (),
    **fields: Any,
) -> Product:
    """A published product of which there are five; with ``sizes`` one variant for each."""
    saves = list(variants)
    if not saves:
        saves = [
            VariantSave(values={"Size": size}, fields={"price_minor": price}) for size in sizes
        ]
    if not saves:
        saves = [VariantSave(fields={"price_minor": price})]
    product = commands.create_product(
        db, SYSTEM, title=title, variants=saves, **{"status": ProductStatus.active, **fields}
    )
    if on_hand:
        for variant, _ in commands.choices_of(db, product):
            assert variant.id is not None
            inventory.receive(db, SYSTEM, variant.id, on_hand)
    db.commit()
    return product


def variants_of(db: Session, product: Product) -> list[Any]:
    """The live variants, in order."""
    return [variant for variant, _ in commands.choices_of(db, product)]


def make_collection(
    db: Session, title: str = "New this autumn", *, products: Sequence[Product] = (), **fields: Any
) -> Collection:
    ids = [product.id for product in products if product.id is not None]
    collection = commands.create_collection(db, SYSTEM, title=title, product_ids=ids, **fields)
    db.commit()
    return collection


def make_file(db: Session, **fields: Any) -> MediaFile:
    """The record of a stored picture; there are no bytes behind it."""
    number = next(_numbers)
    file = MediaFile(
        **{
            "sha256": f"{number:064x}",
            "source_sha256": f"{number:064x}",
            "mime": "image/webp",
            "extension": "webp",
            "width": 1200,
            "height": 900,
            "size_bytes": 1000,
            "original_name": f"picture-{number}.webp",
            "storage_key": f"media/{number}",
        }
        | fields
    )
    db.add(file)
    db.commit()
    return file
