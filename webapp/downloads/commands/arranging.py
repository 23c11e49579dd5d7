"""The files of a product: which there are, what they are called, in which order they stand."""

from typing import Any

from sqlmodel import Session, col, func, select

from webapp.catalogue.models import Product, Variant
from webapp.downloads.commands.keeping import KeptFile
from webapp.downloads.errors import BadFile, TooManyFiles
from webapp.downloads.events import AssetDeleted, AssetUpdated
from webapp.downloads.models import DigitalAsset, Entitlement
from webapp.kit.actors import Actor
from webapp.runtime.events import emit

MOST_FILES = 50
"""Of one product."""
LONGEST_NAME = 200


def add_asset(
    session: Session,
    actor: Actor,
    product: Product,
    kept: KeptFile,
    *,
    name: str = "",
    variant: str = "",
) -> DigitalAsset:
    """Sell a kept file with the product, or with one of its variants (by id). Who bought before
    does not get it by that. Refuses with ``TooManyFiles`` or ``BadFile``."""
    actor.must("catalogue:write")
    if variant and not _has_variant(session, product, variant):
        raise BadFile("The product has no such version any more.", field="variant")
    there, last = session.execute(
        select(func.count(), func.max(DigitalAsset.position)).where(
            DigitalAsset.product_ref == product.public_id, ~col(DigitalAsset.is_archived)
        )
    ).one()
    if there >= MOST_FILES:
        raise TooManyFiles(f"A product has at most {MOST_FILES} files.")
    asset = DigitalAsset(
        product_ref=product.public_id,
        variant_ref=variant,
        name=_name(name or _spoken(kept.file_name)),
        file_name=kept.file_name,
        sha256=kept.sha256,
        size_bytes=kept.size_bytes,
        content_type=kept.content_type,
        storage_key=kept.storage_key,
        position=0 if last is None else last + 1,
    )
    session.add(asset)
    session.flush()
    _tell(session, actor, asset, {"file_name": [None, asset.file_name]})
    return asset


def rename_asset(session: Session, actor: Actor, asset: DigitalAsset, name: str) -> None:
    """Call it something else. The file itself keeps its name."""
    actor.must("catalogue:write")
    name = _name(name)
    if name == asset.name:
        return
    before, asset.name = asset.name, name
    session.add(asset)
    session.flush()
    _tell(session, actor, asset, {"name": [before, name]})


def raise_asset(session: Session, actor: Actor, asset: DigitalAsset) -> None:
    """Put it before the one that stands above it. The first stays where it is."""
    actor.must("catalogue:write")
    row = session.exec(
        select(DigitalAsset)
        .where(DigitalAsset.product_ref == asset.product_ref, ~col(DigitalAsset.is_archived))
        .order_by(col(DigitalAsset.position), col(DigitalAsset.id))
        .with_for_update()
    ).all()
    order = [one for one in row if one.id != asset.id]
    place = next((number for number, one in enumerate(row) if one.id == asset.id), 0)
    if place == 0:
        return
    order.insert(place - 1, asset)
    for number, one in enumerate(order):
        one.position = number
        session.add(one)
    session.flush()
    _tell(session, actor, asset, {"position": [place, place - 1]})


def remove_asset(session: Session, actor: Actor, asset: DigitalAsset) -> bool:
    """Take it off sale; True when it is gone for good. Whoever bought it keeps it."""
    actor.must("catalogue:write")
    is_bought = session.exec(
        select(Entitlement.id).where(Entitlement.asset_id == asset.id).limit(1)
    ).first()
    if is_bought is not None:
        if not asset.is_archived:
            asset.is_archived = True
            session.add(asset)
            session.flush()
            _tell(session, actor, asset, {"is_archived": [False, True]})
        return False
    _delete(session, actor, asset)
    return True


def forget_product(session: Session, product: str, *, actor: Actor) -> None:
    """The product of that id is deleted, which nobody has ever ordered: its files go with it."""
    for asset in session.exec(
        select(DigitalAsset).where(DigitalAsset.product_ref == product)
    ).all():
        _delete(session, actor, asset)


def _delete(session: Session, actor: Actor, asset: DigitalAsset) -> None:
    fact = AssetDeleted(asset.public_id, title=asset.name, storage_key=asset.storage_key)
    session.delete(asset)
    session.flush()
    emit(session, fact, actor=actor)


def _has_variant(session: Session, product: Product, variant: str) -> bool:
    found = select(Variant.id).where(
        Variant.product_id == product.id, col(Variant.public_id) == variant
    )
    return session.exec(found).first() is not None


def _name(name: str) -> str:
    name = name.strip()
    if not name:
        raise BadFile("Give it a name.", field="name")
    if len(name) > LONGEST_NAME:
        raise BadFile(f"Use at most {LONGEST_NAME} characters.", field="name")
    return name


def _spoken(file_name: str) -> str:
    """``twelve_suppers.pdf`` as people would say it: Twelve suppers."""
    stem = file_name.rpartition(".")[0] or file_name
    words = stem.replace("_", " ").replace("-", " ").strip() or file_name
    return words[0].upper() + words[1:]


def _tell(
    session: Session, actor: Actor, asset: DigitalAsset, changed: dict[str, list[Any]]
) -> None:
    fact = AssetUpdated(asset.public_id, asset.product_ref, title=asset.name, changed=changed)
    emit(session, fact, actor=actor)
