"""Stock for those outside who are told of it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from webapp.inventory import queries
from webapp.runtime.portraits import Drawing, Portrait

variants = SQLModel.metadata.tables["variants"]
products = SQLModel.metadata.tables["products"]


def draw_stock(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    """What can be promised of variants, by their public ids; two statements."""
    rows = session.execute(
        select(
            variants.c.id,
            variants.c.public_id,
            variants.c.sku,
            products.c.public_id.label("product"),
            products.c.slug,
        )
        .join(products, products.c.id == variants.c.product_id)
        .where(variants.c.public_id.in_(ids))
    ).all()
    levels = queries.availability(session, [row.id for row in rows])
    return {
        row.public_id: {
            "id": row.public_id,
            "sku": row.sku or "",
            "product": row.product,
            "slug": row.slug,
            "available": levels[row.id].available,
            "policy": levels[row.id].policy.value,
            "is_sellable": levels[row.id].is_sellable,
            "low_threshold": levels[row.id].low_threshold,
        }
        for row in rows
    }


PORTRAITS = {"stock": Portrait(draw_stock)}
