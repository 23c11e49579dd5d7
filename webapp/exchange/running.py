"""An import from its first row to its last, in batches: transactions that can be gone on from.

The same steps serve the job of the back office and the command line; what differs is ``Run``.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, SQLModel

from webapp.exchange.carrying import carry
from webapp.exchange.grouping import LeftRow, products
from webapp.exchange.journey import Absent, Journey
from webapp.exchange.labelling import Coming
from webapp.exchange.linking import link
from webapp.exchange.models import ImportState, RowState
from webapp.exchange.opening import Opened
from webapp.exchange.outcomes import Outcome
from webapp.exchange.records import KEEP, ProductRecord
from webapp.exchange.replacing import archive_products, list_products, next_to_archive
from webapp.exchange.surprises import as_left, forget_batch, is_of_a_row
from webapp.exchange.tallying import COUNTED_AS, Tally, tally

imports = SQLModel.metadata.tables["imports"]
import_rows = SQLModel.metadata.tables["import_rows"]

PRODUCTS_AT_ONCE = 250
ROWS_AT_ONCE = 1_500
DETAILED = 5_000
"""Rows whose changes are written down one by one; of further ones only mistakes and notes."""
Item = ProductRecord | LeftRow


class Run(Protocol):
    """Where an import runs: what ``JobContext`` offers to a job."""

    cursor: dict[str, Any]

    def reading(self) -> AbstractContextManager[Session]: ...

    def writing(self) -> AbstractContextManager[Session]: ...

    def progress(self, current: int, total: int = 0, note: str = "") -> None: ...

    def checkpoint(self, cursor: Mapping[str, Any]) -> None: ...


class Stopped(Exception):
    """Somebody cancelled the import. What was imported so far stays."""


class MustNotFail(Exception):
    """A row failed where all had to be right: nothing of the file is imported."""


@dataclass(slots=True)
class _Progress:
    """Where the import stands between two batches."""

    done: int = 0
    """Products and left rows that are through."""
    rows: int = 0
    links: bool = False
    """Some product points to others."""
    detailed: int = 0
    before: dict[str, Any] = field(default_factory=dict)

    def cursor(self) -> dict[str, Any]:
        return {
            "phase": "rows", "done": self.done, "rows": self.rows, "links": self.links,
            "detailed": self.detailed,
        }  # fmt: skip


def bring_in(
    run: Run, file: Opened, journey: Journey, *, only: frozenset[int] | None = None
) -> Tally:
    """Read the file to its end and save it, or with ``journey.dry`` tell what would happen.

    ``only`` names rows: products without any of them are passed over and keep their outcome.
    Raises ``Stopped``, ``MustNotFail``, and what reading refuses the file for.
    """
    if journey.policy.on_error == "all" and not journey.dry:
        return _all_or_nothing(run, file, journey, only)
    at = _begin(run, journey, only)
    for batch in _batches(_after(products(file.read, file.understood), at.done)):
        run.progress(at.rows, file.total, "Rows")
        at = _bring(run, journey, batch, at, only)
    if at.links and not journey.dry:
        _link(run, file, journey, at, only)
    if journey.policy.on_absent == "products":
        _replace(run, journey)
    return _finish_counts(run, journey)


def _begin(run: Run, journey: Journey, only: frozenset[int] | None) -> _Progress:
    cursor = run.cursor
    if cursor.get("phase") in ("rows", "links"):
        at = _Progress(cursor["done"], cursor["rows"], cursor["links"], cursor["detailed"])
        with run.reading() as session:
            journey.seen = _seen(session, journey)
        return at
    with run.writing() as session:
        if only is None:
            session.execute(delete(import_rows).where(import_rows.c.import_id == journey.import_id))
        else:
            journey.seen = _seen(session, journey)
    return _Progress()


def _seen(session: Session, journey: Journey) -> dict[str, int]:
    """Which row described each product: of a run that was interrupted, or is made good."""
    query = (
        select(import_rows.c.target, func.min(import_rows.c.number))
        .where(import_rows.c.import_id == journey.import_id, import_rows.c.target != "")
        .group_by(import_rows.c.target)
    )
    return {row.target: row[1] for row in session.execute(query)}


def _after(items: Iterator[Item], done: int) -> Iterator[Item]:
    return itertools.islice(items, done, None)


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    rows = 0
    for item in items:
        batch.append(item)
        rows += len(item.rows) if isinstance(item, ProductRecord) else 1
        if len(batch) >= PRODUCTS_AT_ONCE or rows >= ROWS_AT_ONCE:
            yield batch
            batch, rows = [], 0
    if batch:
        yield batch


def _bring(
    run: Run, journey: Journey, batch: list[Item], at: _Progress, only: frozenset[int] | None
) -> _Progress:
    """The batch in a transaction. Where one product of it ends that, each in one of its own."""
    after = replace(at)
    try:
        with run.writing() as session:
            _stop_if_cancelled(session, journey)
            _take(session, journey, batch, after, only)
            run.checkpoint(after.cursor())
    except Exception as surprise:
        if not is_of_a_row(surprise):
            raise
        forget_batch(journey, {number for item in batch for number in _numbers(item)})
        if len(batch) > 1:
            for item in batch:
                at = _bring(run, journey, [item], at, only)
            return at
        after = replace(at)
        with run.writing() as session:
            left: list[Item] = [
                as_left(batch[0], number, surprise) for number in sorted(_numbers(batch[0]))
            ]
            _take(session, journey, left, after, only)
            after.done = at.done + 1
            run.checkpoint(after.cursor())
    return after


def _take(
    session: Session,
    journey: Journey,
    batch: list[Item],
    at: _Progress,
    only: frozenset[int] | None,
) -> None:
    at.done += len(batch)
    wanted = [item for item in batch if only is None or _numbers(item) & only]
    records = [item for item in wanted if isinstance(item, ProductRecord)]
    outcomes = carry(session, journey, records) if records else []
    rows = [row for outcome in outcomes for row in _rows_of(outcome, at)]
    rows += [_left_row(item) for item in wanted if isinstance(item, LeftRow)]
    at.links = at.links or any(outcome.points for outcome in outcomes)
    at.rows += sum(len(_numbers(item)) for item in batch)
    if not rows:
        return
    for row in rows:
        row["import_id"] = journey.import_id
    if only is not None:
        numbers = [row["number"] for row in rows]
        session.execute(
            delete(import_rows).where(
                import_rows.c.import_id == journey.import_id, import_rows.c.number.in_(numbers)
            )
        )
    session.execute(insert(import_rows), rows)
    if only is None:
        counts: dict[str, int] = {}
        for row in rows:
            counts[COUNTED_AS[row["state"]]] = counts.get(COUNTED_AS[row["state"]], 0) + 1
        session.execute(
            update(imports)
            .where(imports.c.id == journey.import_id)
            .values(
                rows=imports.c.rows + len(rows),
                **{name: imports.c[name] + count for name, count in counts.items()},
            )
        )


def _numbers(item: Item) -> set[int]:
    if isinstance(item, ProductRecord):
        return {use.number for use in item.rows}
    return {item.number}


def _rows_of(outcome: Outcome, at: _Progress) -> Iterator[dict[str, Any]]:
    for use in outcome.record.rows:
        state = outcome.state_of(use.number)
        messages = [*outcome.refused.get(use.number, ()), *outcome.messages.get(use.number, ())]
        if at.detailed >= DETAILED:
            messages = [each for each in messages if each["level"] != "change"]
        elif messages:
            at.detailed += 1
        failed = state is RowState.failed
        yield {
            "number": use.number,
            "state": state,
            "raw": list(use.cells) if failed else [],
            "messages": messages[:60],
            "target": "" if failed else outcome.target,
            "label": outcome.record.label[:300],
        }


def _left_row(row: LeftRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": RowState.failed if row.is_refused else RowState.skipped,
        "raw": list(row.cells) if row.is_refused else [],
        "messages": [
            {"column": "", "text": row.sentence, "old": "", "new": "",
             "level": "error" if row.is_refused else "note"}
        ],
        "target": "",
        "label": "",
    }  # fmt: skip


def _points(record: ProductRecord) -> bool:
    """Whether the record says anything about other products."""
    return any(
        getattr(record, name) is not KEEP
        for name in ("related", "upsells", "cross_sells", "grouped")
    )


def _link(
    run: Run, file: Opened, journey: Journey, at: _Progress, only: frozenset[int] | None
) -> None:
    """The second pass: pointers to other products, now that all of them are there."""
    done = run.cursor.get("linked", 0) if run.cursor.get("phase") == "links" else 0
    rows = 0
    for batch in _batches(_after(products(file.read, file.understood), done)):
        run.progress(rows, file.total, "Links between products")
        rows += sum(len(_numbers(item)) for item in batch)
        done += len(batch)
        with run.writing() as session:
            _stop_if_cancelled(session, journey)
            records = [
                item
                for item in batch
                if isinstance(item, ProductRecord)
                and _points(item)
                and (only is None or _numbers(item) & only)
            ]
            if records:
                link(session, journey, records)
            run.checkpoint({**at.cursor(), "phase": "links", "linked": done})


def _replace(run: Run, journey: Journey) -> None:
    """Products that no row means: listed, or archived where that was agreed to."""
    if journey.dry:
        with run.reading() as session:
            list_products(session, journey)
        return
    while True:
        with run.writing() as session:
            _stop_if_cancelled(session, journey)
            keys = next_to_archive(session, journey)
            if keys:
                archive_products(session, journey, keys)
        if not keys:
            return


def _all_or_nothing(run: Run, file: Opened, journey: Journey, only: frozenset[int] | None) -> Tally:
    """First see that every row is right, then save all of them in one transaction."""
    trial = replace(
        journey, dry=True, labels=None, coming=Coming(), promised=set(), seen={}, absent=Absent()
    )
    found = bring_in(run, file, trial, only=only)
    if found.failed:
        _nothing_done(run, journey)
        raise MustNotFail(f"{found.failed} rows cannot be imported, so none was.")
    try:
        with run.writing() as session:
            _stop_if_cancelled(session, journey)
            session.execute(delete(import_rows).where(import_rows.c.import_id == journey.import_id))
            _save_all(session, run, file, journey)
    except MustNotFail:
        _nothing_done(run, journey)
        raise
    return _finish_counts(run, journey)


def _save_all(session: Session, run: Run, file: Opened, journey: Journey) -> None:
    at = _Progress()
    for batch in _batches(products(file.read, file.understood)):
        run.progress(at.rows, file.total, "Rows")
        _take(session, journey, batch, at, None)
        failed = session.execute(
            select(import_rows.c.number)
            .where(
                import_rows.c.import_id == journey.import_id,
                import_rows.c.state == RowState.failed,
            )
            .limit(1)
        ).first()
        if failed is not None:
            raise MustNotFail(f"Row {failed.number} could not be imported, so none was.")
    for batch in _batches(products(file.read, file.understood)) if at.links else ():
        records = [i for i in batch if isinstance(i, ProductRecord) and _points(i)]
        if records:
            link(session, journey, records)
    while journey.policy.on_absent == "products" and (keys := next_to_archive(session, journey)):
        archive_products(session, journey, keys)


def _nothing_done(run: Run, journey: Journey) -> None:
    with run.writing() as session:
        session.execute(
            update(import_rows)
            .where(
                import_rows.c.import_id == journey.import_id,
                import_rows.c.state != RowState.failed,
            )
            .values(state=RowState.skipped)
        )
    _finish_counts(run, journey)


def _finish_counts(run: Run, journey: Journey) -> Tally:
    with run.writing() as session:
        found = tally(session, journey.import_id)
        session.execute(
            update(imports).where(imports.c.id == journey.import_id).values(**found.as_dict())
        )
    return found


def _stop_if_cancelled(session: Session, journey: Journey) -> None:
    state = session.execute(
        select(imports.c.state).where(imports.c.id == journey.import_id)
    ).scalar_one()
    if state == ImportState.cancelled:
        raise Stopped
