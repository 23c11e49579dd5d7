"""What only the storefront asks: a picture for a category that has none of its own."""

from collections.abc import Sequence

from sqlalchemy import String, cast, literal, select
from sqlmodel import Session

from webapp.catalogue.columns import (
    categories,
    facets,
    media_files,
    product_facets,
    product_images,
    products,
)
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.queries.cards import visible
from webapp.kit.clock import now
from webapp.media.queries import Image


def product_images_of(session: Session, category_ids: Sequence[int]) -> dict[int, Image]:
    """A picture of the newest pictured product in each of these categories, in one statement."""
    first = product_images.alias("first")
    shown = (
        select(first.c.id)
        .join(products, products.c.id == first.c.product_id)
        .join(product_facets, product_facets.c.product_id == products.c.id)
        .join(facets, facets.c.id == product_facets.c.facet_id)
        .where(
            facets.c.kind == FacetKind.category,
            facets.c.name == literal(""),
            facets.c.value == cast(categories.c.id, String),
            visible(now()),
        )
        .order_by(product_facets.c.product_id.desc(), first.c.position)
        .limit(1)
        .correlate(categories)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            categories.c.id,
            media_files.c.sha256,
            media_files.c.extension,
            media_files.c.width,
            media_files.c.height,
            media_files.c.colour,
        )
        .select_from(
            categories.join(product_images, product_images.c.id == shown).join(
                media_files, media_files.c.id == product_images.c.file_id
            )
        )
        .where(categories.c.id.in_(category_ids))
    )
    return {key: Image(*columns) for key, *columns in rows}
