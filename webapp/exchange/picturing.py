"""The pictures that a file names for its products: what is there, what is still to come."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, SQLModel

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import media_files, product_images, variants
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import Product, ProductImage
from webapp.exchange.models import PictureState
from webapp.exchange.records import KEEP, Image, Keep, ProductRecord, VariantRecord
from webapp.kit.actors import Actor
from webapp.runtime.markup import plain_line

image_sources = SQLModel.metadata.tables["image_sources"]
_OWN = re.compile(r"(?:.*/)?([0-9a-f]{64})(?:/original)?\.[a-z0-9]{2,5}")


def digest_of(source: str) -> str:
    return sha256(source.encode()).hexdigest()


def own_hash(source: str) -> str:
    """The content hash in the name of a picture of ours; empty in any other name."""
    found = _OWN.fullmatch(source)
    return found[1] if found else ""


def own_name(sha: str, extension: str, site: str = "") -> str:
    """How a picture of ours is named in a file; ``site`` is the shop's public address."""
    return f"{site.rstrip('/')}/media/{sha}/original.{extension}" if site else f"{sha}.{extension}"


def words_of(image: Image) -> str:
    """The alternative text as it is kept: of a longer one its beginning."""
    return plain_line(image.alt)[:500]


@dataclass(slots=True)
class Picture:
    """A picture that a product has or waits for."""

    source: str
    alt: str
    position: int
    image_id: int | None = None
    source_id: int | None = None
    variant_ids: tuple[int, ...] = ()
    state: str = PictureState.here
    sha256: str = ""
    file_id: int = 0
    extension: str = ""


@dataclass(slots=True)
class Gallery:
    """The pictures of one product, and which picture (by key) each variant shows."""

    pictures: list[Picture] = field(default_factory=list)
    shown: dict[int, int] = field(default_factory=dict)

    def of(self, source: str) -> Picture | None:
        sha = own_hash(source)
        return next(
            (p for p in self.pictures if p.source == source or (sha and p.sha256 == sha)), None
        )

    def ordered(self) -> list[Picture]:
        return sorted(self.pictures, key=lambda p: (p.position, p.image_id or 0, p.source_id or 0))


def galleries(session: Session, product_ids: Sequence[int], site: str = "") -> dict[int, Gallery]:
    """What these products have and wait for. Pictures nobody named are called by their hash."""
    found: dict[int, Gallery] = defaultdict(Gallery)
    by_image: dict[int, Picture] = {}
    images = (
        select(
            product_images.c.product_id,
            product_images.c.id,
            product_images.c.alt,
            product_images.c.position,
            product_images.c.file_id,
            media_files.c.sha256,
            media_files.c.extension,
        )
        .join(media_files, media_files.c.id == product_images.c.file_id)
        .order_by(product_images.c.position, product_images.c.id)
    )
    for row in in_chunks(session, images, product_images.c.product_id, product_ids):
        name = own_name(row.sha256, row.extension, site)
        picture = Picture(
            name, row.alt, row.position, row.id, sha256=row.sha256, file_id=row.file_id,
            extension=row.extension,
        )  # fmt: skip
        found[row.product_id].pictures.append(picture)
        by_image[row.id] = picture
    c = image_sources.c
    named = select(
        c.id, c.product_id, c.source, c.alt, c.position, c.image_id, c.variant_ids, c.state
    ).order_by(c.id)
    for row in in_chunks(session, named, c.product_id, product_ids):
        if row.image_id is None:
            wanted = () if row.state == PictureState.here else tuple(row.variant_ids)
            picture = Picture(row.source, row.alt, row.position, None, row.id, wanted, row.state)
            found[row.product_id].pictures.append(picture)
        elif row.image_id in by_image and by_image[row.image_id].source_id is None:
            by_image[row.image_id].source = row.source
            by_image[row.image_id].source_id = row.id
        elif row.image_id in by_image:
            # Two names of one picture: it was the same file. Both are known, one is shown.
            twin = by_image[row.image_id]
            found[row.product_id].pictures.append(
                Picture(row.source, twin.alt, twin.position, twin.image_id, row.id, state="twin")
            )
    shown = select(variants.c.product_id, variants.c.id, variants.c.image_id).where(
        variants.c.image_id.is_not(None)
    )
    for row in in_chunks(session, shown, variants.c.product_id, product_ids):
        found[row.product_id].shown[row.id] = row.image_id
    return found


@dataclass(slots=True)
class Wanted:
    """What one product of the file says of its pictures."""

    images: tuple[Image, ...] | Keep | None
    shown: list[tuple[int, str | None]]
    """(key of a variant, source of what it shows or None for nothing)"""

    @property
    def says_nothing(self) -> bool:
        return self.images is KEEP and not self.shown


def wanted_of(record: ProductRecord, pairs: Sequence[tuple[VariantRecord, int]]) -> Wanted:
    """What the record says, with the keys of its variants."""
    images: Any = record.images
    shown = [(key, v.image) for v, key in pairs if not isinstance(v.image, Keep)]
    listed = {image.source for image in images} if isinstance(images, tuple) else set()
    extra = dict.fromkeys(source for _, source in shown if source and source not in listed)
    if extra:
        images = (*(images if isinstance(images, tuple) else ()), *(Image(s) for s in extra))
    return Wanted(images, shown)


def changes_of(wanted: Wanted, gallery: Gallery) -> list[str]:
    """What would change, in words; nothing where all is as wanted."""
    found: list[str] = []
    if wanted.images is None and gallery.pictures:
        return ["All pictures are taken off."]
    if isinstance(wanted.images, tuple):
        places: list[int] = []
        order = [id(p) for p in gallery.ordered()]
        for image in wanted.images:
            there = gallery.of(image.source)
            if there is None:
                found.append(f"A picture comes: {image.source}")
                continue
            if there.state != "twin":
                places.append(order.index(id(there)))
            if image.alt and words_of(image) != there.alt:
                found.append(f"The text of a picture becomes “{image.alt[:100]}”.")
        if places != sorted(places):
            found.append("The pictures get another order.")
    for key, source in wanted.shown:
        picture = gallery.of(source) if source else None
        now = gallery.shown.get(key)
        pending = [p for p in gallery.pictures if p.image_id is None and key in p.variant_ids]
        if source is None and (now is not None or pending):
            found.append("A variant shows no picture of its own any more.")
        elif picture is not None and (
            picture.image_id != now if picture.image_id else key not in picture.variant_ids
        ):
            found.append("A variant shows another picture.")
    return found


def save(
    session: Session,
    actor: Actor,
    product: Product,
    wanted: Wanted,
    gallery: Gallery,
    *,
    import_id: int,
    row: int,
) -> None:
    """Write the changes; pictures that are not there yet wait for ``fetching``."""
    if wanted.images is None:
        _clear(session, actor, product, gallery)
    elif isinstance(wanted.images, tuple):
        _name(session, actor, product, wanted.images, gallery, import_id, row)
    if wanted.shown:
        assert product.id is not None
        _show(session, actor, product, wanted.shown, galleries(session, [product.id])[product.id])


def retry_waiting(session: Session, product_ids: Sequence[int], import_id: int) -> None:
    """Pictures that did not come last time are asked for again, on behalf of this import."""
    for start in range(0, len(product_ids), 500):
        session.execute(
            update(image_sources)
            .where(
                image_sources.c.product_id.in_(product_ids[start : start + 500]),
                image_sources.c.state != PictureState.here,
            )
            .values(state=PictureState.waiting, import_id=import_id, problem="")
        )


def _clear(session: Session, actor: Actor, product: Product, gallery: Gallery) -> None:
    session.execute(delete(image_sources).where(image_sources.c.product_id == product.id))
    for picture in gallery.pictures:
        image = session.get(ProductImage, picture.image_id) if picture.image_id else None
        if image is not None and picture.state != "twin":
            catalogue.remove_image(session, actor, image)


def _name(
    session: Session,
    actor: Actor,
    product: Product,
    images: Sequence[Image],
    gallery: Gallery,
    import_id: int,
    row: int,
) -> None:
    new: list[dict[str, Any]] = []
    positions: dict[int, int] = {}
    for place, image in enumerate(images):
        there = gallery.of(image.source)
        alt = words_of(image)
        if there is None:
            new.append(
                {"product_id": product.id, "digest": digest_of(image.source),
                 "source": image.source, "alt": alt, "position": place, "image_id": None,
                 "variant_ids": [], "state": PictureState.waiting, "problem": "",
                 "import_id": import_id, "row": row}
            )  # fmt: skip
        elif there.state == "twin":
            continue
        elif there.image_id is not None:
            positions[there.image_id] = place
            picture = session.get(ProductImage, there.image_id)
            if picture is not None and alt and picture.alt != alt:
                catalogue.describe_image(session, actor, picture, alt=alt)
        else:
            values: dict[str, Any] = {"position": place}
            if alt:
                values["alt"] = alt
            session.execute(
                update(image_sources).where(image_sources.c.id == there.source_id).values(**values)
            )
    if new:
        session.execute(insert(image_sources), new)
    _put_in_order(session, positions, gallery, len(images))


def _put_in_order(
    session: Session, positions: Mapping[int, int], gallery: Gallery, following: int
) -> None:
    """Places as the file has them, with room for what is still to come; others stand behind."""
    for picture in gallery.ordered():
        if picture.image_id is None or picture.state == "twin":
            continue
        place = positions.get(picture.image_id)
        if place is None:
            place, following = following, following + 1
        if place != picture.position:
            session.execute(
                update(product_images)
                .where(product_images.c.id == picture.image_id)
                .values(position=place)
            )


def _show(
    session: Session,
    actor: Actor,
    product: Product,
    shown: Sequence[tuple[int, str | None]],
    gallery: Gallery,
) -> None:
    now: dict[int, int | None] = {}
    pending: dict[int, set[int]] = {
        p.source_id: set(p.variant_ids)
        for p in gallery.pictures
        if p.image_id is None and p.source_id is not None
    }
    before = {key: set(keys) for key, keys in pending.items()}
    for variant, source in shown:
        for keys in pending.values():
            keys.discard(variant)
        picture = gallery.of(source) if source else None
        if picture is None:
            if gallery.shown.get(variant) is not None:
                now[variant] = None
        elif picture.image_id is not None:
            if gallery.shown.get(variant) != picture.image_id:
                now[variant] = picture.image_id
        elif picture.source_id is not None:
            pending[picture.source_id].add(variant)
    for source_id, keys in pending.items():
        if keys != before[source_id]:
            session.execute(
                update(image_sources)
                .where(image_sources.c.id == source_id)
                .values(variant_ids=sorted(keys))
            )
    if now:
        catalogue.show_for_variants(session, actor, product, now)
