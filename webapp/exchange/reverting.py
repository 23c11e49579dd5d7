"""An import taken back: first what would happen, then the doing, in batches that can be gone on
from after a crash, because every product notes what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlmodel import Session

from webapp.catalogue.columns import products
from webapp.catalogue.commands.knowing import in_chunks
from webapp.exchange import commands, keeping, queries
from webapp.exchange.keeping import Before, Kept, befores
from webapp.exchange.models import BeforeState, CatalogueImport
from webapp.exchange.repicturing import repictured, taken_off
from webapp.exchange.restoring import Unwilling, Way, removable, remove, restore
from webapp.exchange.running import Run
from webapp.exchange.unlabelling import forget_made
from webapp.kit.errors import ShopError
from webapp.shop import queries as shop

AT_ONCE = 100
MOST_LISTED = 200
EDITED = "Somebody changed it since."
GONE = "It was deleted since."


@dataclass(slots=True)
class Outlook:
    """What taking an import back would do, by number of products."""

    back: int = 0
    deleted: int = 0
    archived: int = 0
    left: int = 0
    listed: list[tuple[str, str]] = field(default_factory=list)
    """Titles and reasons of those that are left, the first of them."""

    @property
    def products(self) -> int:
        return self.back + self.deleted + self.archived + self.left

    def as_dict(self) -> dict[str, int]:
        """The counts by name, ``products`` first."""
        names = ("products", "back", "deleted", "archived", "left")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class _Batch:
    """Some products of an import that wait to go back: what they were and are, by key."""

    rows: dict[int, Any]
    gone: list[Any]
    now: dict[int, Kept]
    before: dict[int, Before]
    edited: set[int]

    @property
    def new(self) -> list[int]:
        return [key for key, row in self.rows.items() if row.is_new]


def outlook(
    reading: Callable[[], AbstractContextManager[Session]], way: Way, *, force: bool = False
) -> Outlook:
    """What would happen now."""
    found = Outlook()
    after = ""
    with reading() as session:
        currency = shop.current(session).currency
        while rows := _rows(session, way, None, (BeforeState.kept, BeforeState.again,
                                                 BeforeState.left), after):  # fmt: skip
            after = rows[-1].product
            _foresee(session, way, _read(session, way, rows, currency), found, force)
    return found


def take_back(run: Run, way: Way, *, force: bool) -> None:
    """Take back what still waits. What is refused once is tried again at the end: another
    product may have had its address or article number."""
    with run.reading() as session:
        currency = shop.current(session).currency
        query = select(func.count()).where(befores.c.import_id == way.import_id)
        total = session.scalars(query).one()
        waiting = query.where(befores.c.state.in_([BeforeState.kept, BeforeState.again]))
        done = total - session.scalars(waiting).one()
    for is_new, state in (
        (False, BeforeState.kept), (True, BeforeState.kept), (None, BeforeState.again)
    ):  # fmt: skip
        while True:
            run.progress(done, total, "Products")
            with run.writing() as session:
                rows = _rows(session, way, is_new, (state,))
                if rows:
                    _take(session, way, _read(session, way, rows, currency), force, state)
            if not rows:
                break
            done += len(rows)


def end(session: Session, one: CatalogueImport, way: Way) -> dict[str, int]:
    """The labels that the import made go where nothing uses them; what it all came to."""
    forget_made(session, way)
    counts = queries.reverted_counts(session, one)
    commands.finish_reverting(session, one, counts)
    return counts


def way_of(one: CatalogueImport) -> Way:
    """Who takes it back, as ``mark_reverting`` wrote it down."""
    actor = commands.actor_of_json(one.undo.get("by", {}))
    return Way(actor, one.id or 0, one.public_id)


def _rows(
    session: Session,
    way: Way,
    is_new: bool | None,
    states: Sequence[BeforeState],
    after: str = "",
) -> Sequence[Any]:
    query = (
        select(befores)
        .where(
            befores.c.import_id == way.import_id,
            befores.c.state.in_(states),
            befores.c.product > after,
        )
        .order_by(befores.c.product)
        .limit(AT_ONCE)
    )
    if is_new is not None:
        query = query.where(befores.c.is_new == is_new)
    return session.execute(query).all()


def _read(session: Session, way: Way, rows: Sequence[Any], currency: str) -> _Batch:
    query = select(products.c.public_id, products.c.id)
    keys = dict(in_chunks(session, query, products.c.public_id, [row.product for row in rows]))
    there = {keys[row.product]: row for row in rows if row.product in keys}
    now = keeping.whole(session, list(there), currency)
    before = {key: keeping.unpacked(row.document) for key, row in there.items() if not row.is_new}
    had = {key: keeping.files_of(one.images) for key, one in before.items()}
    digests = keeping.digests(session, way.import_id, now, had)
    edited = {key for key, row in there.items() if digests[key] != row.after}
    edited |= repictured(session, way.import_id, {key: had.get(key, set()) for key in there})
    edited |= taken_off(session, {key: row.pictures for key, row in there.items() if row.pictures})
    return _Batch(there, [row for row in rows if row.product not in keys], now, before, edited)


def _foresee(session: Session, way: Way, batch: _Batch, found: Outlook, force: bool) -> None:
    held = set() if force else batch.edited
    new = set(batch.new) - held
    free = removable(session, way, sorted(new))
    found.deleted += len(free) + sum(1 for row in batch.gone if row.is_new)
    found.archived += len(new - free)
    found.back += len(batch.before.keys() - held)
    told = [(batch.rows[key].title, EDITED) for key in held]
    told += [(row.title, GONE) for row in batch.gone if not row.is_new]
    found.left += len(told)
    found.listed = sorted([*found.listed, *told])[:MOST_LISTED]


def _take(session: Session, way: Way, batch: _Batch, force: bool, state: BeforeState) -> None:
    became: dict[str, tuple[BeforeState, str]] = {}
    for row in batch.gone:
        became[row.product] = (BeforeState.deleted, "") if row.is_new else (BeforeState.left, GONE)
    held = set() if force else batch.edited
    for key in held:
        became[batch.rows[key].product] = (BeforeState.left, EDITED)
    new = [key for key in batch.new if key not in held]
    old = [key for key in batch.before if key not in held]

    def put_back(keys: Sequence[int]) -> dict[int, str]:
        some = {key: batch.now[key] for key in keys}
        return restore(session, way, {key: batch.before[key] for key in keys}, some)

    def put_away(keys: Sequence[int]) -> dict[int, str]:
        return remove(session, way, {key: batch.now[key] for key in keys})

    refused = BeforeState.left if state is BeforeState.again else BeforeState.again
    for keys, doing in ((old, put_back), (new, put_away)):
        notes, refusals = _willing(session, keys, doing)
        for key in keys:
            row = batch.rows[key]
            if key in refusals:
                became[row.product] = (refused, refusals[key])
            elif not row.is_new:
                became[row.product] = (BeforeState.back, notes.get(key, ""))
            elif key in notes:
                became[row.product] = (BeforeState.archived, notes[key])
            else:
                became[row.product] = (BeforeState.deleted, "")
    _write(session, way, became)
    session.flush()
    session.expunge_all()


def _willing(
    session: Session, keys: Sequence[int], doing: Callable[[Sequence[int]], dict[int, str]]
) -> tuple[dict[int, str], dict[int, str]]:
    """Do it to as many as let themselves: their notes, and why the others do not."""
    refusals: dict[int, str] = {}
    left = list(keys)
    while left:
        try:
            with session.begin_nested():
                return doing(left), refusals
        except Unwilling as unwilling:
            some: Mapping[int, str] = unwilling.refusals
        except ShopError as refusal:
            some = dict.fromkeys(left, refusal.detail)
        session.expire_all()
        if len(some) == len(left) > 1:
            # It is not said which of them it is.
            notes: dict[int, str] = {}
            for key in left:
                told, refused = _willing(session, [key], doing)
                notes |= told
                refusals |= refused
            return notes, refusals
        refusals |= some
        left = [key for key in left if key not in some]
    return {}, refusals


def _write(session: Session, way: Way, became: Mapping[str, tuple[BeforeState, str]]) -> None:
    if not became:
        return
    session.execute(
        update(befores)
        .where(befores.c.import_id == way.import_id, befores.c.product == bindparam("which"))
        .values(state=bindparam("became"), note=bindparam("told")),
        [
            {"which": product, "became": state, "told": note[:500]}
            for product, (state, note) in became.items()
        ],
    )
