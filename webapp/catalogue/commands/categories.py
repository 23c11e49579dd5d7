"""The shelves: making, renaming, moving and removing categories."""

from collections.abc import Iterable, Sequence
from typing import Any, TypedDict, Unpack

from sqlalchemy import delete, func, select, update
from sqlmodel import Session, col

from webapp.catalogue.columns import categories, former_addresses, product_categories, products
from webapp.catalogue.commands import checking
from webapp.catalogue.commands.refreshing import refresh
from webapp.catalogue.commands.saving import record_moves
from webapp.catalogue.errors import CategoryInItself, CategoryNotEmpty, SlugTaken
from webapp.catalogue.events import CategoryCreated, CategoryDeleted, CategoryUpdated
from webapp.catalogue.models import Category
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.slugs import slugify, unique_slug
from webapp.runtime.events import emit

DEEPEST = 8
"""Levels; deeper trees help nobody to find anything, and a path has to fit its column."""

NamedPath = tuple[str, ...]


class CategoryFields(TypedDict, total=False):
    name: str
    slug: str
    """A wish. Empty: made of the name. One that a sibling has is refused."""
    parent_id: int | None
    description: str
    """HTML or plain text; cleaned when stored."""
    image_id: int | None
    position: int
    is_visible: bool
    seo_title: str
    seo_description: str


def create_category(session: Session, actor: Actor, **fields: Unpack[CategoryFields]) -> Category:
    """A new category, after its siblings unless ``position`` says otherwise."""
    actor.must("catalogue:write")
    category = Category(name="", slug="", path="")
    category.position = _last_position(session, fields.get("parent_id"))
    _assign(session, category, {"name": "", "parent_id": None, **fields})
    session.add(category)
    session.flush()
    _forget_address(session, category.path)
    fact = CategoryCreated(category=category.public_id, path=category.path)
    emit(session, fact, actor=actor)
    return category


def update_category(
    session: Session, actor: Actor, category: Category, **fields: Unpack[CategoryFields]
) -> Category:
    """Change what is named. A new slug or parent moves everything below; old paths lead on.

    Refuses with ``CategoryInItself`` to stand below itself and with ``SlugTaken``.
    """
    actor.must("catalogue:write")
    before = {name: getattr(category, name) for name in fields}
    old_path, old_name = category.path, category.name
    _assign(session, category, dict(fields))
    changed = {
        name: [value, getattr(category, name)]
        for name, value in before.items()
        if getattr(category, name) != value
    }
    if not changed:
        return category
    category.updated_at = now()
    session.add(category)
    session.flush()
    if category.path != old_path:
        _move_below(session, category, old_path)
    if category.path != old_path or category.name != old_name:
        refresh(session, _products_below(session, category.path))
    fact = CategoryUpdated(category=category.public_id, path=category.path, changed=changed)
    emit(session, fact, actor=actor)
    return category


def delete_category(session: Session, actor: Actor, category: Category) -> None:
    """Take the shelf away; its products stay in the shop. Refuses while others stand below it."""
    actor.must("catalogue:write")
    below = session.scalar(select(func.count()).where(categories.c.parent_id == category.id))
    if below:
        raise CategoryNotEmpty("Move or delete the categories below it first.", below=below)
    affected = _products_below(session, category.path)
    session.execute(
        delete(product_categories).where(product_categories.c.category_id == category.id)
    )
    another = (
        select(func.min(product_categories.c.category_id))
        .where(product_categories.c.product_id == products.c.id)
        .correlate(products)
        .scalar_subquery()
    )
    session.execute(
        update(products).where(products.c.category_id == category.id).values(category_id=another),
        execution_options={"synchronize_session": False},
    )
    fact = CategoryDeleted(category=category.public_id, path=category.path)
    session.execute(
        delete(former_addresses).where(
            former_addresses.c.kind == "category", former_addresses.c.target_id == category.id
        )
    )
    session.delete(category)
    session.flush()
    session.expire_all()
    refresh(session, affected)
    emit(session, fact, actor=actor)


def move_category(
    session: Session, actor: Actor, category: Category, *, parent_id: int | None
) -> Category:
    """Put it below another category, or at the root; what is below comes along."""
    return update_category(session, actor, category, parent_id=parent_id)


def order_categories(session: Session, actor: Actor, ordered: Sequence[int]) -> None:
    """Give these siblings the positions 0, 1, 2 ... in the order given."""
    actor.must("catalogue:write")
    for position, category_id in enumerate(ordered):
        category = session.get(Category, category_id)
        if category is not None:
            update_category(session, actor, category, position=position)


def ensure_path(session: Session, actor: Actor, names: Sequence[str]) -> Category:
    """The category of these names from the root ("Kitchen", "Mugs"), made where it is missing."""
    if not names:
        raise Invalid("A category has a name.", field="category")
    known = ensure_category_paths(session, actor, [names])
    found = session.get(Category, known[folded(names)])
    assert found is not None
    return found


def category_by_public_id(session: Session, public_id: str) -> Category:
    """Raises ``NotFound``."""
    found = session.scalars(
        select(Category).where(col(Category.public_id) == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such category, or not any more.")
    return found


def known_category_paths(session: Session) -> dict[NamedPath, int]:
    """Every category's id by the names from the root to it, folded to small letters."""
    rows = session.execute(select(categories.c.path, categories.c.name, categories.c.id)).all()
    names = {path: name for path, name, _ in rows}
    found: dict[NamedPath, int] = {}
    for path, _, category_id in rows:
        parts = path.split("/")
        line = [names["/".join(parts[: depth + 1])] for depth in range(len(parts))]
        found.setdefault(folded(line), category_id)
    return found


def ensure_category_paths(
    session: Session, actor: Actor, paths: Iterable[Sequence[str]]
) -> dict[NamedPath, int]:
    """The ids of categories given by names from the root ("Kitchen", "Mugs"); missing ones are
    made. Names are compared without regard to case. Keys as ``folded`` gives them."""
    known = known_category_paths(session)
    for path in paths:
        parent: int | None = None
        for depth in range(1, len(path) + 1):
            key = folded(path[:depth])
            if key not in known:
                made = create_category(
                    session, actor, name=path[depth - 1], parent_id=parent, slug=""
                )
                assert made.id is not None
                known[key] = made.id
            parent = known[key]
    return known


def folded(path: Sequence[str]) -> NamedPath:
    """A path of names as it is compared."""
    return tuple(" ".join(name.split()).casefold() for name in path)


def _assign(session: Session, category: Category, fields: dict[str, Any]) -> None:
    if "name" in fields:
        category.name = checking.line("categories", "name", fields["name"], required=True)
    if "description" in fields:
        category.description = checking.html("categories", "description", fields["description"])
    for name in ("seo_title", "seo_description"):
        if name in fields:
            setattr(category, name, checking.line("categories", name, fields[name]))
    if "image_id" in fields:
        category.image_id = fields["image_id"]
    if "position" in fields:
        category.position = checking.whole("position", fields["position"])
    if "is_visible" in fields:
        category.is_visible = checking.yes_or_no("is_visible", fields["is_visible"])
    if "slug" in fields or "parent_id" in fields or not category.slug:
        _place(session, category, fields)


def _place(session: Session, category: Category, fields: dict[str, Any]) -> None:
    """Set slug, parent and path together: a slug is free or taken among its siblings."""
    parent_id = fields.get("parent_id", category.parent_id)
    parent = session.get(Category, parent_id) if parent_id is not None else None
    if parent_id is not None and parent is None:
        raise Invalid("The category above is not there any more.", field="parent_id")
    if parent is not None and category.id is not None:
        inside = f"{parent.path}/".startswith(f"{category.path}/")
        if inside:
            raise CategoryInItself("Choose another place: this is the category itself or below it.")
    if parent is not None and parent.path.count("/") + 2 > DEEPEST:
        raise Invalid(f"Categories may be {DEEPEST} levels deep.", field="parent_id")
    with session.no_autoflush:
        siblings = select(categories.c.slug).where(
            categories.c.parent_id.is_(None)
            if parent_id is None
            else categories.c.parent_id == parent_id,
            categories.c.id != (category.id or 0),
        )
        taken = set(session.scalars(siblings))
    wish = str(fields.get("slug") or "").strip()
    if wish:
        slug = slugify(wish)
        if slug in taken:
            raise SlugTaken("Another category here has this address.", field="slug", slug=slug)
    elif category.slug and "slug" not in fields and category.slug not in taken:
        slug = category.slug
    else:
        slug = unique_slug(slugify(category.name, fallback="category"), taken.__contains__)
    category.slug = slug
    category.parent_id = parent_id
    category.path = f"{parent.path}/{slug}" if parent is not None else slug


def _move_below(session: Session, category: Category, old_path: str) -> None:
    moved = [{"address": old_path, "target_id": category.id}]
    below = session.execute(
        select(categories.c.id, categories.c.path).where(
            categories.c.path.startswith(f"{old_path}/", autoescape=True)
        )
    ).all()
    for category_id, path in below:
        session.execute(
            update(categories)
            .where(categories.c.id == category_id)
            .values(path=category.path + path[len(old_path) :]),
            execution_options={"synchronize_session": False},
        )
        moved.append({"address": path, "target_id": category_id})
    for row in below:
        held = session.get(Category, row.id)
        if held is not None:
            session.refresh(held)
    record_moves(session, "category", moved)
    _forget_address(session, category.path)


def _forget_address(session: Session, path: str) -> None:
    """A path that is in use again leads to its new owner, not to where it once led."""
    session.execute(
        delete(former_addresses).where(
            former_addresses.c.kind == "category", former_addresses.c.address == path
        )
    )


def _products_below(session: Session, path: str) -> list[int]:
    inside = (categories.c.path == path) | categories.c.path.startswith(f"{path}/", autoescape=True)
    found = session.scalars(
        select(product_categories.c.product_id)
        .join(categories, categories.c.id == product_categories.c.category_id)
        .where(inside)
        .distinct()
    )
    return list(found)


def _last_position(session: Session, parent_id: int | None) -> int:
    last = session.scalar(
        select(func.max(categories.c.position)).where(
            categories.c.parent_id.is_(None)
            if parent_id is None
            else categories.c.parent_id == parent_id
        )
    )
    return 0 if last is None else int(last) + 1
