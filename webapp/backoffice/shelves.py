"""The category tree as lists for forms and for its own page, hidden ones among it."""

from collections import defaultdict

from sqlalchemy import func, select
from sqlmodel import Session, col

from webapp.catalogue.models import Category, ProductCategory
from webapp.kit.values import Value


class Shelf(Value):
    """A category in the order in which a tree is read."""

    id: int
    public_id: str
    name: str
    path: str
    depth: int
    parent_id: int | None
    is_visible: bool
    product_count: int
    is_first: bool
    is_last: bool
    """Among those with the same parent."""

    @property
    def label(self) -> str:
        """For an option of a select: where it stands shows."""
        return "\u2003" * self.depth + self.name


def shelves(session: Session) -> list[Shelf]:
    """Every category, those below right after the one above; two statements."""
    shelved = col(ProductCategory.category_id)
    counts = dict(session.execute(select(shelved, func.count()).group_by(shelved)).all())
    below: dict[int | None, list[Category]] = defaultdict(list)
    for category in session.scalars(
        select(Category).order_by(col(Category.position), col(Category.name), col(Category.id))
    ):
        below[category.parent_id].append(category)
    found: list[Shelf] = []
    waiting = [(category, 0) for category in reversed(below[None])]
    while waiting:
        category, depth = waiting.pop()
        beside = below[category.parent_id]
        found.append(
            Shelf(
                id=category.id or 0,
                public_id=category.public_id,
                name=category.name,
                path=category.path,
                depth=depth,
                parent_id=category.parent_id,
                is_visible=category.is_visible,
                product_count=counts.get(category.id or 0, 0),
                is_first=beside[0] is category,
                is_last=beside[-1] is category,
            )
        )
        waiting += [(child, depth + 1) for child in reversed(below[category.id])]
    return found


def choices(session: Session) -> list[tuple[int, str]]:
    """Pairs for a select."""
    return [(shelf.id, shelf.label) for shelf in shelves(session)]
