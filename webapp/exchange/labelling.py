"""Categories, attributes and collections that a file speaks of: made where missing, or listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import brands, collection_products, collections, tags
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import Attribute, AttributeType, Collection
from webapp.exchange.finding import folded
from webapp.exchange.records import Attribute as AttributeRecord
from webapp.exchange.records import ProductRecord
from webapp.exchange.terms import Terms, code_of
from webapp.kit.actors import Actor
from webapp.runtime.markup import plain_line

MOST_LISTED = 500
"""Names of each kind that a dry run lists; of more it tells the number."""


@dataclass(slots=True)
class Coming:
    """What a dry run found to be new, by kind, in the order in which it appears."""

    names: dict[str, dict[str, None]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)

    def note(self, kind: str, key: str, name: str) -> None:
        """Note a new thing once."""
        if key in self.known.setdefault(kind, set()):
            return
        self.known[kind].add(key)
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if self.counts[kind] <= MOST_LISTED:
            self.names.setdefault(kind, {})[name[:300]] = None

    def as_json(self) -> dict[str, object]:
        return {
            "names": {kind: list(names) for kind, names in self.names.items()},
            "counts": self.counts,
        }


class Labels:
    """The shop's labels during one import; looked up once, then kept in step."""

    def __init__(self, session: Session) -> None:
        self.categories = catalogue.known_category_paths(session)
        self.attributes = {
            row.code: row
            for row in session.scalars(select(Attribute).order_by(col(Attribute.id)))
            if row.code
        }
        self.terms = Terms((row.code, row.name) for row in self.attributes.values())
        self.collections: dict[str, int] = {
            folded(title): key
            for key, title in session.execute(
                select(collections.c.id, collections.c.title).order_by(collections.c.id.desc())
            )
        }
        self.foreseen: dict[str, Attribute] = {}
        """Attributes as they would be, where a dry run would make them or add to their choices."""
        session.expunge_all()

    def make(self, session: Session, actor: Actor, records: Sequence[ProductRecord]) -> None:
        """Make what these records need and the shop does not have."""
        missing = [path for path in _paths(records) if _folded(path) not in self.categories]
        if missing:
            self.categories = catalogue.ensure_category_paths(session, actor, missing)
        for each in _attributes(records):
            self._make_attribute(session, actor, each)
        for title in _collections(records):
            if folded(title) not in self.collections:
                made = catalogue.create_collection(session, actor, title=title)
                self.collections[folded(title)] = made.id or 0

    def list_missing(
        self, session: Session, records: Sequence[ProductRecord], coming: Coming
    ) -> None:
        """Note in ``coming`` what ``make`` and the saving of brands and tags would make."""
        self._list_made(records, coming)
        self._list_saved(session, records, coming)

    def foresee(self, records: Sequence[ProductRecord], coming: Coming) -> Mapping[str, Attribute]:
        """The attributes by code as ``make`` would leave them, for a dry run to read values by."""
        for each in _attributes(records):
            code, value = self.terms.code(each.name), plain_line(each.value or "")
            row = self.foreseen.get(code) or self.attributes.get(code)
            kind = AttributeType(each.kind)
            if row is None:
                row = Attribute(
                    id=-1 - len(self.foreseen), code=code, name=plain_line(each.name), type=kind
                )
            elif not _adds(row, kind, value):
                continue
            elif code in self.attributes:
                coming.note("choices", f"{code}:{value.casefold()}", f"{row.name}: {value}")
            choices = [*row.choices, value] if kind is AttributeType.choice else []
            self.foreseen[code] = Attribute(
                id=row.id, code=code, name=row.name, type=row.type, choices=choices
            )
        return self.foreseen

    def lacks_any(self, records: Sequence[ProductRecord]) -> bool:
        """Whether ``make`` would make something for these."""
        coming = Coming()
        self._list_made(records, coming)
        return bool(coming.counts)

    def new_categories(self, record: ProductRecord) -> list[str]:
        """The categories of this product that ``make`` would make, each with its way from above."""
        return [
            " > ".join(path) for path in _paths([record]) if _folded(path) not in self.categories
        ]

    def _list_made(self, records: Sequence[ProductRecord], coming: Coming) -> None:
        for path in _paths(records):
            for depth in range(1, len(path) + 1):
                if _folded(path[:depth]) not in self.categories:
                    key = "/".join(_folded(path[:depth]))
                    coming.note("categories", key, " > ".join(path[:depth]))
        for each in _attributes(records):
            code = self.terms.code(each.name)
            if code not in self.attributes:
                coming.note("attributes", code, plain_line(each.name))
        for title in _collections(records):
            if folded(title) not in self.collections:
                coming.note("collections", folded(title), plain_line(title))

    def _list_saved(
        self, session: Session, records: Sequence[ProductRecord], coming: Coming
    ) -> None:
        for kind, table, names in (
            ("brands", brands, [r.brand for r in records if isinstance(r.brand, str)]),
            ("tags", tags, [t for r in records if isinstance(r.tags, tuple) for t in r.tags]),
        ):
            by_slug = {code_of(name): plain_line(name) for name in names if plain_line(name)}
            query = select(table.c.slug)
            there = {row.slug for row in in_chunks(session, query, table.c.slug, sorted(by_slug))}
            for slug, name in by_slug.items():
                if slug not in there:
                    coming.note(kind, slug, name)

    def _make_attribute(self, session: Session, actor: Actor, each: AttributeRecord) -> None:
        code = self.terms.code(each.name)
        row = self.attributes.get(code)
        value = plain_line(each.value or "")
        if row is None:
            kind = AttributeType(each.kind)
            choices = [value] if kind is AttributeType.choice else []
            self.attributes[code] = catalogue.create_attribute(
                session,
                actor,
                code=each.name,
                name=each.name,
                type=kind,
                unit=each.unit,
                choices=choices,
            )
            self.terms.add(code, each.name)
        elif _adds(row, AttributeType(each.kind), value):
            self._offer(session, actor, row, value)

    def _offer(self, session: Session, actor: Actor, row: Attribute, value: str) -> None:
        """Our own export says which values are choices: one more joins the list."""
        current = session.get(Attribute, row.id)
        if current is None or value.casefold() in {each.casefold() for each in current.choices}:
            return
        choices = [*current.choices, value]
        self.attributes[row.code] = catalogue.update_attribute(
            session, actor, current, choices=choices
        )


def _adds(row: Attribute, kind: AttributeType, value: str) -> bool:
    """Whether the value is to join what there is to choose from."""
    if row.type is not AttributeType.choice or kind is not AttributeType.choice:
        return False
    return value.casefold() not in {each.casefold() for each in row.choices}


def join_collections(
    session: Session,
    actor: Actor,
    labels: Labels,
    wanted: Mapping[int, tuple[str, ...]],
    *,
    dry: bool,
) -> set[int]:
    """Put products into the collections named, and take them out of others; which ones changed.

    ``wanted`` are titles by product key.
    """
    if not wanted:
        return set()
    titles = {key: title for title, key in labels.collections.items()}
    members: dict[int, list[int]] = {}
    rows = session.execute(
        select(collection_products.c.collection_id, collection_products.c.product_id).order_by(
            collection_products.c.position, collection_products.c.product_id
        )
    )
    for collection, product in rows:
        members.setdefault(collection, []).append(product)
    after = {collection: list(found) for collection, found in members.items()}
    changed: set[int] = set()
    for product, names in wanted.items():
        chosen = {labels.collections.get(folded(name), 0) for name in names} - {0}
        for collection in {*after, *chosen}:
            inside = product in after.get(collection, ())
            if collection in chosen and not inside:
                after.setdefault(collection, []).append(product)
                changed.add(product)
            elif inside and collection not in chosen and collection in titles:
                after[collection].remove(product)
                changed.add(product)
    for collection, found in after.items():
        if not dry and collection and found != members.get(collection, []):
            row = session.get(Collection, collection)
            if row is not None:
                catalogue.set_collection_products(session, actor, row, found)
    return changed


def _paths(records: Iterable[ProductRecord]) -> list[tuple[str, ...]]:
    found: dict[tuple[str, ...], None] = {}
    for record in records:
        if isinstance(record.categories, tuple):
            found |= dict.fromkeys(record.categories)
    return list(found)


def _attributes(records: Iterable[ProductRecord]) -> list[AttributeRecord]:
    return [
        each
        for record in records
        for each in record.attributes
        if each.value and code_of(each.name)
    ]


def _collections(records: Iterable[ProductRecord]) -> list[str]:
    found: dict[str, None] = {}
    for record in records:
        if isinstance(record.collections, tuple):
            found |= dict.fromkeys(title for title in record.collections if folded(title))
    return list(found)


def _folded(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(folded(name) for name in path)
