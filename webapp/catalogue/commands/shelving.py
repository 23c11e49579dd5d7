"""What follows for products when the category tree changes, in a few statements for any number."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, literal, select, update
from sqlmodel import Session

from webapp.catalogue.columns import (
    categories,
    facets,
    product_categories,
    product_facets,
    product_texts,
    products,
)
from webapp.catalogue.commands.refreshing import category_words, learn_terms, refresh_texts
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.models import ProductStatus


def subtree(path: str) -> ColumnElement[bool]:
    """The category of this path and all below it. Slugs hold no sign that LIKE would read."""
    return (categories.c.path == path) | categories.c.path.startswith(path + "/")


def refresh_shelves(session: Session, paths: set[str]) -> None:
    """Which products the facets of these categories hold, made anew."""
    rows = session.execute(
        select(categories.c.id, categories.c.path, categories.c.name).where(
            categories.c.path.in_(sorted(paths))
        )
    ).all()
    for category_id, path, name in rows:
        facet_id = _facet_of(session, category_id, name)
        session.execute(delete(product_facets).where(product_facets.c.facet_id == facet_id))
        held = (
            select(product_categories.c.product_id)
            .join(products, products.c.id == product_categories.c.product_id)
            .where(
                product_categories.c.category_id.in_(select(categories.c.id).where(subtree(path))),
                products.c.status == ProductStatus.active,
            )
            .distinct()
            .subquery()
        )
        session.execute(
            insert(product_facets).from_select(
                ["facet_id", "product_id"], select(literal(facet_id), held.c.product_id)
            )
        )


def _facet_of(session: Session, category_id: int, name: str) -> int:
    found = session.execute(
        select(facets.c.id).where(
            facets.c.kind == FacetKind.category,
            facets.c.name == "",
            facets.c.value == str(category_id),
        )
    ).scalar()
    if found is not None:
        return int(found)
    row = {"kind": FacetKind.category, "name": "", "value": str(category_id), "name_label": ""}
    made = session.execute(insert(facets).values(**row, label=name[:200]).returning(facets.c.id))
    return int(made.scalar_one())


def refresh_words(session: Session, path: str | None, product_ids: Sequence[int] = ()) -> None:
    """The category names that search knows products by: of all in a subtree, and of some others."""
    for start in range(0, len(product_ids), 500):
        refresh_texts(session, product_ids[start : start + 500])
    if path is None:
        return
    rows = session.execute(select(categories.c.id, categories.c.path).where(subtree(path))).all()
    names = category_words(session, {row.path for row in rows})
    for row in rows:
        session.execute(
            update(product_texts)
            .where(
                product_texts.c.product_id.in_(
                    select(products.c.id).where(products.c.category_id == row.id)
                ),
                product_texts.c.category != names[row.path],
            )
            .values(category=names[row.path])
        )
    learn_terms(session, names.values())
