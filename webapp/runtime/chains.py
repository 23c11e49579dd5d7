"""Whether the events are still what was recorded: nothing altered, removed, slipped in or cut off.

Every row holds the hash of the one before it in its subject, and a table of heads says which row
is the last of each subject, so that the end of a chain is held as firmly as its middle. Rows are
read as the database keeps them, byte by byte: what was tampered with need not be readable.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from sqlalchemy import LargeBinary, and_, cast, exists, select, text
from sqlmodel import Session, col

from webapp.runtime.events import BEGINNING, EventHead, EventRecord, Subject, hash_of

AT_ONCE = 500

_TEXTS = (
    "id", "name", "subject_kind", "subject_id", "actor_kind", "actor_id", "actor_name", "at",
    "payload", "request_id", "prev_hash", "hash",
)  # fmt: skip


def verify_chain(session: Session, subject: Subject) -> list[str]:
    """What is wrong with the recorded history of one subject, in sentences; empty when sound."""
    return [fault for _, fault in _all_faults(session, subject)]


def verify_all_chains(session: Session) -> Iterator[tuple[Subject, str]]:
    """Every fault in every subject's history, without holding more than a page of rows."""
    yield from _all_faults(session, None)


def file_faults(session: Session) -> list[str]:
    """Where the embedded database's file contradicts itself about events: a row that its indexes
    do not know was written past them. A server database looks after its own pages."""
    if session.get_bind().dialect.name != "sqlite":
        return []
    found = []
    for table in ("events", "event_heads"):
        told = session.execute(text(f"PRAGMA integrity_check({table})")).scalars()
        found += [f"the database file: {line}" for line in told if line != "ok"]
    return found


def _all_faults(session: Session, subject: Subject | None) -> Iterator[tuple[Subject, str]]:
    # Closed by hand: whoever has heard enough leaves in the middle.
    with closing(session.execute(_rows(session, subject))) as kept:
        rows = (_Row(row) for row in kept)
        for about, chain in groupby(rows, lambda row: row.subject):
            for fault in _faults(chain):
                yield about, fault
    with closing(session.execute(_empty_heads(subject))) as heads:
        for kind, identifier in heads:
            yield (kind, identifier), "all of its events are missing"


def _rows(session: Session, subject: Subject | None) -> Any:
    """Events beside their heads, subject by subject; texts as bytes where the engine allows."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    table, head = EventRecord, EventHead

    def kept(name: str) -> Any:
        column = col(getattr(table, name))
        return cast(column, LargeBinary).label(name) if is_sqlite else column

    query = (
        select(
            col(table.seq),
            col(table.subject_version),
            *(kept(name) for name in _TEXTS),
            col(head.version).label("head_version"),
            col(head.hash).label("head_hash"),
            col(head.seq).label("head_seq"),
        )
        .outerjoin(
            head,
            and_(
                col(head.subject_kind) == col(table.subject_kind),
                col(head.subject_id) == col(table.subject_id),
            ),
        )
        .order_by(col(table.subject_kind), col(table.subject_id), col(table.subject_version))
        .execution_options(yield_per=AT_ONCE)
    )
    if subject is None:
        return query
    return query.where(col(table.subject_kind) == subject[0], col(table.subject_id) == subject[1])


def _empty_heads(subject: Subject | None) -> Any:
    head, table = EventHead, EventRecord
    query = (
        select(col(head.subject_kind), col(head.subject_id))
        .where(
            ~exists().where(
                col(table.subject_kind) == col(head.subject_kind),
                col(table.subject_id) == col(head.subject_id),
            )
        )
        .execution_options(yield_per=AT_ONCE)
    )
    if subject is None:
        return query
    return query.where(col(head.subject_kind) == subject[0], col(head.subject_id) == subject[1])


class _Row:
    """One event as it lies there. ``said`` is None where it is nothing that was ever recorded."""

    def __init__(self, row: Any) -> None:
        self.kept = row
        self.subject = (_shown(row.subject_kind), _shown(row.subject_id))
        self.prev_hash, self.hash = _shown(row.prev_hash), _shown(row.hash)
        try:
            self.said: SimpleNamespace | None = _said(row)
        except (TypeError, ValueError):
            self.said = None

    @property
    def is_as_recorded(self) -> bool:
        return self.said is not None and hash_of(self.said) == self.hash


def _said(row: Any) -> SimpleNamespace:
    """The row as it was hashed. Raises ``ValueError`` or ``TypeError`` for what no one wrote."""
    told = {name: _read(getattr(row, name)) for name in _TEXTS}
    if isinstance(told["at"], str):
        told["at"] = _moment(told["at"])
    if isinstance(told["payload"], str):
        told["payload"] = _facts(told["payload"])
    if not isinstance(row.subject_version, int):
        raise TypeError("a version is a whole number")
    return SimpleNamespace(**told, subject_version=row.subject_version)


def _read(value: Any) -> Any:
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _shown(value: Any) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


def _moment(kept: str) -> datetime:
    at = datetime.fromisoformat(kept)
    if at.tzinfo is not None or at.isoformat(" ", "microseconds") != kept:
        raise ValueError("written in another way")
    return at.replace(tzinfo=UTC)


def _facts(kept: str) -> Any:
    facts = json.loads(kept)
    # A key given twice or a blank more means the same and is a changed byte none the less.
    if json.dumps(facts) != kept:
        raise ValueError("written in another way")
    return facts


def _faults(chain: Iterable[_Row]) -> Iterator[str]:
    before, version, seq = BEGINNING, 0, 0
    last: Any = None
    for row in chain:
        last = row.kept
        version += 1
        if last.subject_version != version:
            yield f"event {last.seq}: number {version} of its subject is missing before it"
            version = last.subject_version if isinstance(last.subject_version, int) else version
        elif row.prev_hash != before:
            yield f"event {last.seq}: does not follow from the one before it"
        if not row.is_as_recorded:
            yield f"event {last.seq}: was changed after it was recorded"
        if last.seq <= seq:
            yield f"event {last.seq}: stands before the one that it follows"
        before, seq = row.hash, last.seq
    if last is None:
        return
    if last.head_version is None:
        yield f"event {last.seq}: nothing says that it is the last one"
    elif last.head_version > version:
        yield f"the end is missing: {last.head_version} events were recorded, {version} are there"
    elif (last.head_version, last.head_hash, last.head_seq) != (version, before, seq):
        yield f"event {last.seq}: is not the one that was noted as the last"
