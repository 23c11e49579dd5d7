"""The category tree, and one category with its surroundings."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlmodel import Session

from webapp.catalogue import words
from webapp.catalogue.columns import categories, collections, former_addresses, media_files
from webapp.catalogue.errors import Moved
from webapp.catalogue.queries.cards import image
from webapp.catalogue.values import CategoryNode, CategoryPage, CollectionPage
from webapp.kit.errors import NotFound
from webapp.media.queries import Image

_NODE = (
    categories.c.id,
    categories.c.parent_id,
    categories.c.slug,
    categories.c.path,
    categories.c.name,
)
_IMAGE = (
    media_files.c.sha256,
    media_files.c.extension,
    media_files.c.width,
    media_files.c.height,
    media_files.c.colour,
)

_MENU = (
    select(*_NODE)
    .where(categories.c.is_visible.is_(True))
    .order_by(categories.c.position, categories.c.name, categories.c.id)
)


def menu(session: Session) -> tuple[CategoryNode, ...]:
    """The visible categories as a tree, in the merchant's order, in one statement.

    What stands below a hidden category is hidden with it.
    """
    rows = session.execute(_MENU).all()
    below: dict[int | None, list[tuple[int, str, str, str]]] = defaultdict(list)
    for key, parent_id, slug, path, name in rows:
        below[parent_id].append((key, slug, path, name))

    def grown(parent_id: int | None) -> tuple[CategoryNode, ...]:
        return tuple(CategoryNode(*row, grown(row[0])) for row in below[parent_id])

    return grown(None)


def category_by_path(session: Session, path: str) -> CategoryPage:
    """A visible category with its ancestors and children, in one statement.

    Raises ``Moved`` for a former path, ``NotFound`` otherwise.
    """
    wanted = words.askable(path).strip("/")
    parts = wanted.split("/")
    above = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    child = categories.alias("parent")
    rows = session.execute(
        select(*_NODE, categories.c.public_id, categories.c.description, categories.c.seo_title,
               categories.c.seo_description, categories.c.is_visible, *_IMAGE,
               categories.c.name.label("alt"))
        .select_from(
            categories.outerjoin(child, child.c.id == categories.c.parent_id)
            .outerjoin(media_files, media_files.c.id == categories.c.image_id)
        )
        .where(or_(categories.c.path.in_(above), child.c.path == wanted))
        .order_by(categories.c.position, categories.c.name, categories.c.id)
    ).all()  # fmt: skip
    by_path = {row.path: row for row in rows}
    here = by_path.get(wanted)
    if here is None or not all(by_path[step].is_visible for step in above if step in by_path):
        raise _moved_or_gone(session, "category", wanted)
    ancestors = tuple(
        CategoryNode(row.id, row.slug, row.path, row.name)
        for row in (by_path[step] for step in above[:-1] if step in by_path)
    )
    children = tuple(
        CategoryNode(row.id, row.slug, row.path, row.name)
        for row in rows
        if row.parent_id == here.id and row.is_visible
    )
    return CategoryPage(
        id=here.id,
        public_id=here.public_id,
        path=here.path,
        name=here.name,
        description=here.description,
        image=image(here),
        seo_title=here.seo_title,
        seo_description=here.seo_description,
        ancestors=ancestors,
        children=children,
    )


def category_images(session: Session, category_ids: Sequence[int]) -> dict[int, Image]:
    """The pictures of these categories, where they have one; for a page that shows the tree."""
    rows = session.execute(
        select(categories.c.id, categories.c.name.label("alt"), *_IMAGE)
        .join(media_files, media_files.c.id == categories.c.image_id)
        .where(categories.c.id.in_(list(category_ids)))
    )
    return {row.id: found for row in rows if (found := image(row)) is not None}


def collection_by_slug(session: Session, slug: str) -> CollectionPage:
    """A collection. Raises ``Moved`` for a former slug, ``NotFound`` otherwise."""
    asked = words.askable(slug)
    row = session.execute(
        select(collections.c.id, collections.c.public_id, collections.c.slug, collections.c.title,
               collections.c.description, collections.c.title.label("alt"), *_IMAGE)
        .outerjoin(media_files, media_files.c.id == collections.c.image_id)
        .where(collections.c.slug == asked)
    ).one_or_none()  # fmt: skip
    if row is None:
        raise _moved_or_gone(session, "collection", asked)
    return CollectionPage(
        id=row.id,
        public_id=row.public_id,
        slug=row.slug,
        title=row.title,
        description=row.description,
        image=image(row),
    )


def _moved_or_gone(session: Session, kind: str, address: str) -> NotFound:
    table, column = {
        "category": (categories, categories.c.path),
        "collection": (collections, collections.c.slug),
    }[kind]
    to = session.execute(
        select(column)
        .join(former_addresses, former_addresses.c.target_id == table.c.id)
        .where(
            former_addresses.c.kind == kind,
            former_addresses.c.address == address,
            column != address,
        )
    ).scalar()
    if to is not None:
        return Moved(f"This {kind} has another address now.", to=to)
    return NotFound(f"There is no such {kind}, or not any more.")
