"""The category tree: paths of everything below are kept in step, former paths lead on."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlmodel import Session, col

from webapp.catalogue.columns import (
    categories,
    facets,
    former_addresses,
    product_categories,
    products,
)
from webapp.catalogue.commands import checking
from webapp.catalogue.commands.knowing import wished_slug
from webapp.catalogue.commands.saving import record_moves
from webapp.catalogue.commands.shelving import refresh_shelves, refresh_words, subtree
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.drafts import Changes
from webapp.catalogue.errors import CategoryInItself, CategoryNotEmpty, SlugTaken
from webapp.catalogue.events import CategoryCreated, CategoryDeleted, CategoryUpdated
from webapp.catalogue.models import Category
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.slugs import slugify, unique_slug
from webapp.runtime.events import emit
from webapp.runtime.markup import plain_line

DEEPEST = 8
"""Levels; deeper trees help nobody to find anything, and a path has to fit its column."""

NamedPath = tuple[str, ...]


class CategoryFields(TypedDict, total=False):
    """Columns of a category as people give them; absent keys stay as they are."""

    name: str
    slug: str
    """A wish. Empty: made of the name. One that a sister has is refused."""
    parent_id: int | None
    description: str
    """HTML or plain text; cleaned when stored."""
    image_id: int | None
    position: int
    is_visible: bool
    seo_title: str
    seo_description: str


def create_category(session: Session, actor: Actor, **fields: Unpack[CategoryFields]) -> Category:
    """A new category, after its sisters unless ``position`` says otherwise."""
    actor.must("catalogue:write")
    parent = _parent(session, fields.get("parent_id"))
    if parent is not None and _depth(parent.path) + 1 > DEEPEST:
        raise Invalid(f"Categories go {DEEPEST} levels deep at most.", field="parent_id")
    columns = _checked(fields)
    name = checking.line("categories", "name", fields.get("name"), required=True)
    parent_id = parent.id if parent else None
    slug = _free_slug(session, parent_id, fields.get("slug", ""), name, None)
    if "position" not in columns:
        columns["position"] = _last_position(session, parent_id) + 1
    category = Category(
        **{**columns, "name": name, "slug": slug, "parent_id": parent_id},
        path=_path(parent, slug),
    )
    session.add(category)
    session.flush()
    changed: Changes = {"name": [None, name]}
    if parent is not None:
        changed["parent"] = [None, parent.path]
    fact = CategoryCreated(category=category.public_id, path=category.path, changed=changed)
    emit(session, fact, actor=actor)
    return category


def update_category(
    session: Session, actor: Actor, category: Category, **fields: Unpack[CategoryFields]
) -> Category:
    """Change what is named. A new slug or parent moves everything below; old paths lead on.

    Refuses to stand below itself (``CategoryInItself``) or beside a sister of the same slug.
    """
    actor.must("catalogue:write")
    columns = _checked(fields)
    if "name" in fields:
        columns["name"] = checking.line("categories", "name", fields["name"], required=True)
    parent_id = fields.get("parent_id", category.parent_id)
    parent = _parent(session, parent_id)
    if parent_id != category.parent_id:
        _check_place(session, category, parent)
        columns["parent_id"] = parent_id
    if fields.get("slug") or "parent_id" in columns:
        wish = fields.get("slug") or category.slug
        columns["slug"] = _free_slug(session, parent_id, wish, category.name, category.id)
    changed: Changes = {
        name: [getattr(category, name), value]
        for name, value in columns.items()
        if getattr(category, name) != value
    }
    if not changed:
        return category
    for name, (_, value) in changed.items():
        setattr(category, name, value)
    category.updated_at = now()
    session.flush()
    before, path = category.path, _path(parent, category.slug)
    if path != before:
        _repath(session, before, path)
        changed["path"] = [before, path]
    if "parent_id" in changed:
        refresh_shelves(session, {*_above(before), *_above(path)})
    if changed.keys() & {"name", "path"}:
        refresh_words(session, path)
    fact = CategoryUpdated(category=category.public_id, path=category.path, changed=changed)
    emit(session, fact, actor=actor)
    return category


def move_category(
    session: Session, actor: Actor, category: Category, *, parent_id: int | None
) -> Category:
    """Put it below another category, or at the root; what is below comes along."""
    return update_category(session, actor, category, parent_id=parent_id)


def order_categories(session: Session, actor: Actor, ordered: Sequence[int]) -> None:
    """Give these categories, by key, the positions of their order in the list."""
    actor.must("catalogue:write")
    for position, category_id in enumerate(ordered):
        category = session.get(Category, category_id)
        if category is None:
            raise NotFound("There is no such category, or not any more.", category=category_id)
        update_category(session, actor, category, position=position)


def delete_category(
    session: Session, actor: Actor, category: Category, *, move_to: Category | None = None
) -> None:
    """Take the shelf away; its products stay on their other shelves, or go to ``move_to``.

    Refuses (``CategoryNotEmpty``) while there are categories below. With ``move_to`` its
    address leads there from now on.
    """
    actor.must("catalogue:write")
    if move_to is not None and move_to.id == category.id:
        raise CategoryInItself("Choose another category.", field="move_to")
    below = session.scalar(select(func.count()).where(categories.c.parent_id == category.id))
    if below:
        raise CategoryNotEmpty("Move or delete the categories below it first.", below=below)
    gone = CategoryDeleted(
        category=category.public_id,
        path=category.path,
        changed={"name": [category.name, None]},
        moved_to=move_to.path if move_to else "",
    )
    paths = _above(category.path)
    if move_to is not None:
        paths += [*_above(move_to.path), move_to.path]
        _hand_over(session, category, move_to)
    touched = _main_shelf_gone(session, category, move_to)
    session.execute(
        delete(former_addresses).where(
            former_addresses.c.kind == "category", former_addresses.c.target_id == category.id
        )
    )
    session.execute(
        delete(facets).where(
            facets.c.kind == FacetKind.category, facets.c.value == str(category.id)
        )
    )
    session.delete(category)
    session.flush()
    refresh_shelves(session, set(paths))
    refresh_words(session, None, touched)
    session.expire_all()
    emit(session, gone, actor=actor)


def ensure_path(session: Session, actor: Actor, names: Sequence[str]) -> Category:
    """The category of these names from the root ("Kitchen", "Mugs"), made where it is missing."""
    if not names:
        raise Invalid("A category has a name.", field="category")
    known = ensure_category_paths(session, actor, [names])
    found = session.get(Category, known[folded(names)])
    if found is None:
        raise NotFound("There is no such category, or not any more.")
    return found


def category_by_public_id(session: Session, public_id: str) -> Category:
    """The category, for a command. Raises ``NotFound``."""
    found = session.scalars(
        select(Category).where(col(Category.public_id) == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such category, or not any more.")
    return found


def known_category_paths(session: Session) -> dict[NamedPath, int]:
    """Every category's key by the names from the root to it, as ``folded`` gives them."""
    rows = session.execute(select(categories.c.path, categories.c.name, categories.c.id)).all()
    names = {row.path: row.name for row in rows}
    found: dict[NamedPath, int] = {}
    for row in rows:
        line = [names[step] for step in (*_above(row.path), row.path)]
        found.setdefault(folded(line), row.id)
    return found


def ensure_category_paths(
    session: Session, actor: Actor, paths: Iterable[Sequence[str]]
) -> dict[NamedPath, int]:
    """The keys of categories given by names from the root; missing ones are made.

    For imports: all paths of a batch at once. Names are compared without regard to case; the
    result has every category there is, by its path as ``folded`` gives it.
    """
    actor.must("catalogue:write")
    known = known_category_paths(session)
    for path in paths:
        parent: int | None = None
        for depth in range(1, len(path) + 1):
            key = folded(path[:depth])
            if key not in known:
                made = create_category(session, actor, name=path[depth - 1], parent_id=parent)
                if made.id is None:
                    raise ValueError("a stored category has a key")
                known[key] = made.id
            parent = known[key]
    return known


def folded(path: Sequence[str]) -> NamedPath:
    """A path of names as it is compared."""
    return tuple(plain_line(name).casefold() for name in path)


def _checked(fields: CategoryFields) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "description" in fields:
        columns["description"] = checking.html("categories", "description", fields["description"])
    if "seo_title" in fields:
        columns["seo_title"] = checking.line("categories", "seo_title", fields["seo_title"])
    if "seo_description" in fields:
        columns["seo_description"] = checking.lines(
            "categories", "seo_description", fields["seo_description"]
        )
    if "is_visible" in fields:
        columns["is_visible"] = checking.yes_or_no("is_visible", fields["is_visible"])
    if "position" in fields:
        columns["position"] = checking.whole("position", fields["position"])
    if "image_id" in fields:
        columns["image_id"] = fields["image_id"]
    return columns


def _parent(session: Session, parent_id: int | None) -> Category | None:
    if parent_id is None:
        return None
    parent = session.get(Category, parent_id)
    if parent is None:
        raise Invalid("The category above is not there any more.", field="parent_id")
    return parent


def _check_place(session: Session, category: Category, parent: Category | None) -> None:
    if parent is None:
        return
    if f"{parent.path}/".startswith(f"{category.path}/"):
        raise CategoryInItself(
            "Choose another place: this is the category itself or below it.", field="parent_id"
        )
    below = session.scalars(select(categories.c.path).where(subtree(category.path)))
    height = max(_depth(path) for path in below) - _depth(category.path) + 1
    if _depth(parent.path) + height > DEEPEST:
        raise Invalid(f"Categories go {DEEPEST} levels deep at most.", field="parent_id")


def _free_slug(
    session: Session, parent_id: int | None, wish: str, name: str, own_id: int | None
) -> str:
    query = select(categories.c.slug).where(
        _is_child_of(parent_id), categories.c.id != (own_id or 0)
    )
    taken = set(session.scalars(query))
    if wish:
        slug = wished_slug(wish)[:120]
        if slug in taken:
            raise SlugTaken("Another category here has this address.", field="slug", slug=slug)
        return slug
    return unique_slug(slugify(name, fallback="category"), taken.__contains__)


def _is_child_of(parent_id: int | None) -> ColumnElement[bool]:
    if parent_id is None:
        return categories.c.parent_id.is_(None)
    return categories.c.parent_id == parent_id


def _last_position(session: Session, parent_id: int | None) -> int:
    last = session.scalar(select(func.max(categories.c.position)).where(_is_child_of(parent_id)))
    return -1 if last is None else int(last)


def _path(parent: Category | None, slug: str) -> str:
    return f"{parent.path}/{slug}" if parent else slug


def _depth(path: str) -> int:
    return path.count("/") + 1


def _above(path: str) -> list[str]:
    """The paths of the categories above, from the root."""
    parts = path.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _repath(session: Session, before: str, path: str) -> None:
    """Give the category and all below it their new paths, and record the old ones."""
    moved = []
    for entity in session.scalars(select(Category).where(subtree(before))).all():
        moved.append({"address": entity.path, "target_id": entity.id})
        entity.path = path + entity.path[len(before) :]
    session.flush()
    record_moves(session, "category", moved)


def _hand_over(session: Session, category: Category, heir: Category) -> None:
    """Products and addresses of a category that goes away become its heir's."""
    there = select(product_categories.c.product_id).where(
        product_categories.c.category_id == heir.id
    )
    session.execute(
        update(product_categories)
        .where(
            product_categories.c.category_id == category.id,
            product_categories.c.product_id.not_in(there),
        )
        .values(category_id=heir.id)
    )
    session.execute(
        update(former_addresses)
        .where(former_addresses.c.kind == "category", former_addresses.c.target_id == category.id)
        .values(target_id=heir.id)
    )
    record_moves(session, "category", [{"address": category.path, "target_id": heir.id}])


def _main_shelf_gone(session: Session, category: Category, heir: Category | None) -> list[int]:
    """Give the products of this main category another: the heir, else one of their others."""
    touched = list(
        session.scalars(select(products.c.id).where(products.c.category_id == category.id))
    )
    other = (
        select(func.min(product_categories.c.category_id))
        .where(
            product_categories.c.product_id == products.c.id,
            product_categories.c.category_id != category.id,
        )
        .correlate(products)
        .scalar_subquery()
    )
    session.execute(
        update(products)
        .where(products.c.category_id == category.id)
        .values(category_id=heir.id if heir else other),
        execution_options={"synchronize_session": False},
    )
    session.execute(
        delete(product_categories).where(product_categories.c.category_id == category.id)
    )
    return touched
