"""The pictures of a product as they were: those that an import brought go, those it took come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import media_files, product_images, variants
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import Product, ProductImage
from webapp.exchange.keeping import Before, image_sources
from webapp.exchange.models import PictureState
from webapp.exchange.picturing import digest_of
from webapp.kit.actors import Actor


def restore_pictures(session: Session, actor: Actor, product: Product, before: Before) -> None:
    """Files, words, order, the names that files gave them, and which version shows which."""
    _restore_sources(session, product, before)
    _restore_images(session, actor, product, before)
    _tie(session, product, before)
    _show(session, actor, product, before)


def repictured(session: Session, import_id: int, had: Mapping[int, set[int]]) -> set[int]:
    """Those of these products where somebody described a picture that the import brought
    otherwise, put it elsewhere, or made a version show another one.

    ``had``: the files of the pictures that each had before; what became of those is told by the
    digest of the product.
    """
    c, image = image_sources.c, product_images.c
    query = (
        select(
            c.product_id, c.image_id, c.alt, c.position, c.variant_ids,
            image.file_id, image.alt.label("words"), image.position.label("place"),
        )
        .join(product_images, image.id == c.image_id)
        .where(c.import_id == import_id)
    )  # fmt: skip
    edited: set[int] = set()
    told: dict[int, list[Any]] = defaultdict(list)
    for row in in_chunks(session, query, c.product_id, sorted(had)):
        if row.file_id not in had[row.product_id]:
            told[row.image_id].append(row)
    seen = select(variants.c.id, variants.c.image_id)
    wanted = sorted({key for rows in told.values() for row in rows for key in row.variant_ids})
    shown = dict(in_chunks(session, seen, variants.c.id, wanted))
    for key, rows in told.items():
        # A picture that the file named twice has what either name said.
        one = rows[0]
        is_as_told = (
            one.words in {row.alt for row in rows}
            and one.place in {row.position for row in rows}
            and all(shown.get(each, key) == key for row in rows for each in row.variant_ids)
        )
        if not is_as_told:
            edited.add(one.product_id)
    return edited


def taken_off(session: Session, named: Mapping[int, Sequence[str]]) -> set[int]:
    """Those of these products that lack a picture that the import named: its source went with it.

    ``named``: digests of the names, by product.
    """
    there: dict[int, set[str]] = defaultdict(set)
    query = select(image_sources.c.product_id, image_sources.c.digest)
    for key, digest in in_chunks(session, query, image_sources.c.product_id, sorted(named)):
        there[key].add(digest)
    return {key for key, digests in named.items() if not there[key].issuperset(digests)}


def _restore_sources(session: Session, product: Product, before: Before) -> None:
    """The names come first: a picture that came for a name which was there already stays."""
    c = image_sources.c
    wanted = {each["source"]: each for each in before.sources}
    there = {
        row.source: row
        for row in session.execute(select(image_sources).where(c.product_id == product.id))
    }
    for source, row in there.items():
        if source not in wanted:
            session.execute(delete(image_sources).where(c.id == row.id))
        elif row.image_id is None:
            told = wanted[source]
            values = {"alt": told["alt"], "position": told["position"],
                      "variant_ids": told["variants"]}  # fmt: skip
            session.execute(update(image_sources).where(c.id == row.id).values(**values))
    missing = [each for source, each in wanted.items() if source not in there]
    if missing:
        rows = [
            {"product_id": product.id, "digest": digest_of(each["source"]),
             "source": each["source"], "alt": each["alt"], "position": each["position"],
             "image_id": None, "variant_ids": each["variants"],
             "state": PictureState(each["state"]), "problem": "", "import_id": None, "row": 0}
            for each in missing
        ]  # fmt: skip
        session.execute(insert(image_sources), rows)


def _restore_images(session: Session, actor: Actor, product: Product, before: Before) -> None:
    wanted = {file: (alt, place) for file, alt, place in before.images}
    named = set(
        session.scalars(
            select(image_sources.c.image_id).where(
                image_sources.c.product_id == product.id, image_sources.c.image_id.is_not(None)
            )
        )
    )
    there = _images(session, product)
    for file, image in there.items():
        if file in wanted:
            alt, place = wanted[file]
            catalogue.describe_image(session, actor, image, alt=alt)
            image.position = place
        elif image.id not in named:
            catalogue.remove_image(session, actor, image)
    session.flush()
    missing = [file for file in wanted if file not in there]
    kept = set(session.scalars(select(media_files.c.id).where(media_files.c.id.in_(missing))))
    for file in missing:
        if file in kept:
            alt, place = wanted[file]
            catalogue.attach_image(session, actor, product, file, alt=alt, position=place)


def _tie(session: Session, product: Product, before: Before) -> None:
    """Each name to the picture that it meant."""
    there = _images(session, product)
    for each in before.sources:
        image = there.get(each["file"])
        if image is not None:
            session.execute(
                update(image_sources)
                .where(
                    image_sources.c.product_id == product.id,
                    image_sources.c.digest == digest_of(each["source"]),
                    image_sources.c.image_id.is_(None),
                )
                .values(image_id=image.id, state=PictureState.here)
            )


def _show(session: Session, actor: Actor, product: Product, before: Before) -> None:
    there = _images(session, product)
    rows = session.execute(
        select(variants.c.id, variants.c.public_id, variants.c.image_id).where(
            variants.c.product_id == product.id
        )
    ).all()
    shown: dict[int, int | None] = {}
    for row in rows:
        image = there.get(before.shown.get(row.public_id, 0))
        wanted = image.id if image is not None else None
        if row.public_id in before.variants and row.image_id != wanted:
            shown[row.id] = wanted
    if shown:
        catalogue.show_for_variants(session, actor, product, shown)


def _images(session: Session, product: Product) -> dict[int, ProductImage]:
    """By file."""
    query = select(ProductImage).where(col(ProductImage.product_id) == product.id)
    return {image.file_id: image for image in session.scalars(query)}
