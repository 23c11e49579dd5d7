"""Files that are sold, and orders of them."""

import io
from typing import Any

from sqlmodel import Session

from tests.factories.cart import make_goods
from webapp.cart.goods import Goods
from webapp.catalogue.commands import product_by_public_id
from webapp.downloads import commands
from webapp.downloads.models import DigitalAsset
from webapp.kit.actors import SYSTEM
from webapp.runtime.storage import MemoryStorage, Storage

PDF = b"%PDF-1.4\nA supper for each month.\n%%EOF\n"


def make_download(
    db: Session, title: str = "Twelve suppers", *, price: int = 900, **more: Any
) -> Goods:
    """Something to buy that is not sent."""
    variant = {"is_digital": True, "requires_shipping": False} | more.pop("variant", {})
    return make_goods(db, title, price=price, on_hand=None, variant=variant, **more)


def make_file(
    db: Session,
    goods: Goods,
    name: str = "",
    *,
    storage: Storage | None = None,
    file_name: str = "twelve-suppers.pdf",
    content: bytes = PDF,
    kind: str = "application/pdf",
    variant: str = "",
) -> DigitalAsset:
    """What buyers of it get. Without a storage its bytes are nowhere."""
    kept = commands.keep(
        storage or MemoryStorage(), io.BytesIO(content), file_name=file_name, kind=kind
    )
    product = product_by_public_id(db, goods.product)
    asset = commands.add_asset(db, SYSTEM, product, kept, name=name, variant=variant)
    db.commit()
    return asset
