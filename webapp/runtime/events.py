"""Facts: what happened, to what, by whom, when. The audit log, and the cause of all that follows.

``emit`` writes the fact into the append-only table ``events`` and tells the features above, all in
the transaction of the cause. The rows of one subject form a chain: each holds the hash of the one
before, and ``event_heads`` knows the last, so that ``chains.verify_chain`` finds what was altered,
removed, slipped in or cut off.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import SimpleNamespace
from typing import Any, ClassVar, TypeVar

from sqlalchemy import DDL, Index, UniqueConstraint, event, insert, text
from sqlmodel import Field, Session, SQLModel, col, select

from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.kit.ids import public_id
from webapp.kit.values import Value, names_of
from webapp.runtime.closing import Closer, Stated, remember
from webapp.runtime.columns import json_field, public_id_field, utc_field
from webapp.runtime.joining import Joined

_NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")

LONGEST_IDENTIFIER = 60

Subject = tuple[str, str]
"""What a fact is about: a kind and a public id, ``("order", "ord_...")``."""


class Event(Value):
    """A fact. Subclass it with a ``name`` and a ``subject``.

    The name is ``resource.action``, past tense, lower case. The fields are the payload; they hold
    no secret and no more of a person than the fact needs, because a fact is never deleted.
    """

    name: ClassVar[str] = ""
    tells: ClassVar[str] = ""
    """When it is stated, in a sentence for those outside; empty keeps it inside the house."""
    tells_who: ClassVar[bool] = False
    """Whether those outside need to know the person: their name, address, email."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if cls.name and not _NAME.fullmatch(cls.name):
            raise ValueError(f"An event is called 'resource.action', not {cls.name!r}.")

    @property
    def subject(self) -> Subject:
        raise NotImplementedError(f"{type(self).__name__} does not say what it is about")

    def payload(self) -> dict[str, Any]:
        """The facts as JSON values: the fields unless a subclass knows better."""
        return {name: plain(getattr(self, name)) for name in names_of(self)}


def known_names(kind: type[Event] = Event) -> set[str]:
    """The names of all events that the features of this process may state."""
    names = {kind.name} if kind.name else set()
    return names.union(*(known_names(each) for each in kind.__subclasses__()))


E = TypeVar("E", bound=Event)
Handler = Callable[[Session, E], None] | Callable[[Session, E, Actor], None]
"""What is called for a fact. One with a third parameter is told who caused it as well."""


class Handlers(Joined):
    """Who listens to what. Collected per feature like routes, joined once when the app is made."""

    def __init__(self) -> None:
        self._listeners: list[tuple[type[Event], Callable[..., None]]] = []
        self._closers: list[Closer] = []

    def on(self, kind: type[E]) -> Callable[[Handler[E]], Handler[E]]:
        """Call the function for every fact of this kind; a base class hears all of its kinds."""

        def listen(handler: Handler[E]) -> Handler[E]:
            self._listeners.append((kind, handler))
            return handler

        return listen

    def before_commit(self, closer: Closer) -> Closer:
        """Call the function once for each transaction, with all that it stated, at its end."""
        self._closers.append(closer)
        return closer

    def include(self, others: "Handlers") -> None:
        """Take over the listeners of a feature. Order of inclusion is order of calling."""
        self._listeners.extend(others._listeners)
        self._closers.extend(others._closers)

    @property
    def closers(self) -> list[Closer]:
        self._joined()
        return self._closers

    def of(self, fact: Event) -> list[Callable[..., None]]:
        self._joined()
        return [handler for kind, handler in self._listeners if isinstance(fact, kind)]

    def tell(self, session: Session, fact: Event, actor: Actor) -> None:
        """Call everybody who listens to this fact."""
        for handler in self.of(fact):
            if _is_told_who(handler):
                handler(session, fact, actor)
            else:
                handler(session, fact)

    def listing(self) -> list[tuple[str, str]]:
        """(event, handler) pairs by name, for ``bin/events`` and the curious."""
        return [
            (kind.name or kind.__name__, f"{handler.__module__}.{handler.__name__}")
            for kind, handler in self._listeners
        ] + [("*", f"{closer.__module__}.{closer.__name__}") for closer in self.closers]


@cache
def _is_told_who(handler: Callable[..., None]) -> bool:
    return len(inspect.signature(handler).parameters) > 2


class EventRecord(SQLModel, table=True):
    """One fact, for good. The database itself refuses to change or delete it."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("subject_kind", "subject_id", "subject_version"),
        Index("ix_events_name", "name", "seq"),
        # What staff look for in the history, newest first.
        Index("ix_events_at", "at", "seq"),
        Index("ix_events_kind", "subject_kind", "at", "seq"),
        Index("ix_events_name_at", "name", "at", "seq"),
        Index("ix_events_actor", "actor_kind", "actor_id", "at", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, primary_key=True)
    id: str = public_id_field("evt")
    name: str = Field(max_length=60)
    subject_kind: str = Field(max_length=40)
    subject_id: str = Field(max_length=LONGEST_IDENTIFIER)
    subject_version: int
    """1, 2, 3 ... within the subject: a missing row shows, and a receiver can drop stale news."""
    actor_kind: str = Field(max_length=20)
    actor_id: str | None = Field(default=None, max_length=60)
    actor_name: str = Field(default="", max_length=200)
    at: datetime = utc_field(default_factory=now)
    payload: dict[str, Any] = json_field()
    request_id: str = Field(default="", max_length=64)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class EventHead(SQLModel, table=True):
    """The last fact of each subject. The database itself keeps it, and lets it only advance."""

    __tablename__ = "event_heads"
    __table_args__ = {"sqlite_with_rowid": False}

    subject_kind: str = Field(primary_key=True, max_length=40)
    subject_id: str = Field(primary_key=True, max_length=LONGEST_IDENTIFIER)
    version: int
    hash: str = Field(max_length=64)
    seq: int


EVENT_TRIGGERS: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events "
        "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER events_move_their_head AFTER INSERT ON events "
        "BEGIN INSERT INTO event_heads (subject_kind, subject_id, version, hash, seq) VALUES "
        "(new.subject_kind, new.subject_id, new.subject_version, new.hash, new.seq) "
        "ON CONFLICT (subject_kind, subject_id) DO UPDATE SET "
        "version = excluded.version, hash = excluded.hash, seq = excluded.seq; END",
        "CREATE TRIGGER event_heads_only_advance BEFORE UPDATE ON event_heads "
        "WHEN new.version <= old.version "
        "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER event_heads_are_not_deleted BEFORE DELETE ON event_heads "
        "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_to_alter_events() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$",
        "CREATE TRIGGER events_are_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_alter_events()",
        "CREATE FUNCTION move_the_head_of_events() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO event_heads (subject_kind, subject_id, version, hash, seq) VALUES "
        "(NEW.subject_kind, NEW.subject_id, NEW.subject_version, NEW.hash, NEW.seq) "
        "ON CONFLICT (subject_kind, subject_id) DO UPDATE SET "
        "version = excluded.version, hash = excluded.hash, seq = excluded.seq; "
        "RETURN NEW; END $$",
        "CREATE TRIGGER events_move_their_head AFTER INSERT ON events "
        "FOR EACH ROW EXECUTE FUNCTION move_the_head_of_events()",
        "CREATE TRIGGER event_heads_only_advance BEFORE UPDATE ON event_heads "
        "FOR EACH ROW WHEN (NEW.version <= OLD.version) "
        "EXECUTE FUNCTION refuse_to_alter_events()",
        "CREATE TRIGGER event_heads_are_not_deleted BEFORE DELETE OR TRUNCATE ON event_heads "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_alter_events()",
    ),
}
"""Statements, by database, that make the table append-only and keep the heads. The migrations run
them as well."""

for _dialect, _statements in EVENT_TRIGGERS.items():
    for _statement in _statements:
        event.listen(
            SQLModel.metadata.tables["event_heads"],
            "after_create",
            DDL(_statement).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )

BEGINNING = "0" * 64
"""What the first fact of a subject has in place of its predecessor's hash."""


def emit(session: Session, fact: Event, actor: Actor = SYSTEM) -> EventRecord:
    """State a fact: record it and tell the features that listen, in this transaction.

    A listener that raises undoes the cause as well. ``session.info["request_id"]``, where the web
    floor has put one, ties the fact to the access log.
    """
    if not fact.name:
        raise TypeError(f"{type(fact).__name__} has no name and cannot be stated")
    kind, identifier = _subject_of(fact)
    last = _last_of(session, kind, identifier)
    record = EventRecord(
        name=fact.name,
        subject_kind=kind,
        subject_id=identifier,
        subject_version=last[0] + 1,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        at=now(),
        payload=fact.payload(),
        request_id=session.info.get("request_id") or "",
        prev_hash=last[1],
        hash="",
    )
    record.hash = hash_of(record)
    session.add(record)
    session.flush()

    handlers: Handlers | None = session.info.get("handlers")
    if handlers:
        remember(session, [_stated(fact, record)], handlers.closers)
        handlers.tell(session, fact, actor)
    return record


def emit_all(session: Session, facts: Sequence[Event], actor: Actor = SYSTEM) -> None:
    """State many facts in their order, with one look-up and one insert for them all.

    Listeners hear each after all have been recorded.
    """
    if not facts:
        return
    session.flush()
    ends = _last_of_all(session, sorted({_subject_of(fact) for fact in facts}))
    at = now()
    rows = []
    for fact in facts:
        if not fact.name:
            raise TypeError(f"{type(fact).__name__} has no name and cannot be stated")
        kind, identifier = subject = _subject_of(fact)
        version, before = ends.get(subject, (0, BEGINNING))
        # Not an entity: making one costs more than all the rest of this.
        row = {
            "id": public_id("evt"),
            "name": fact.name,
            "subject_kind": kind,
            "subject_id": identifier,
            "subject_version": version + 1,
            "actor_kind": actor.kind,
            "actor_id": actor.id,
            "actor_name": actor.name,
            "at": at,
            "payload": fact.payload(),
            "request_id": session.info.get("request_id") or "",
            "prev_hash": before,
        }
        digest = hash_of(SimpleNamespace(**row))
        ends[subject] = (version + 1, digest)
        rows.append({**row, "hash": digest})
    session.execute(insert(EventRecord), rows)

    handlers: Handlers | None = session.info.get("handlers")
    if handlers:
        told = [
            _stated(fact, SimpleNamespace(**row)) for fact, row in zip(facts, rows, strict=True)
        ]
        remember(session, told, handlers.closers)
        for fact in facts:
            handlers.tell(session, fact, actor)


def _subject_of(fact: Event) -> Subject:
    """What it is about, as the table holds it: brands and attributes go by their names, and of
    one that is too long its beginning and a digest stand for it."""
    kind, identifier = fact.subject
    if len(identifier) > LONGEST_IDENTIFIER:
        digest = hashlib.sha256(identifier.encode()).hexdigest()[:16]
        identifier = f"{identifier[: LONGEST_IDENTIFIER - 17]}~{digest}"
    return kind, identifier


class PastEvent(Value):
    """A recorded fact as a page or a script wants it."""

    seq: int
    id: str
    name: str
    at: datetime
    actor_kind: str
    actor_id: str | None
    actor_name: str
    payload: dict[str, Any]


def history(
    session: Session, subject_kind: str, subject_id: str, *, limit: int | None = None
) -> list[PastEvent]:
    """What happened to one thing, oldest first; with ``limit`` the latest that many."""
    columns = (
        EventRecord.seq,
        EventRecord.id,
        EventRecord.name,
        EventRecord.at,
        EventRecord.actor_kind,
        EventRecord.actor_id,
        EventRecord.actor_name,
        EventRecord.payload,
    )
    query = (
        select(*columns)  # type: ignore[call-overload]
        .where(EventRecord.subject_kind == subject_kind, EventRecord.subject_id == subject_id)
        .order_by(col(EventRecord.subject_version).desc())
        .limit(limit)
    )
    return [PastEvent(*row) for row in session.exec(query)][::-1]


def plain(value: Any) -> Any:
    """A value as JSON holds it. Floats are refused: they do not hash alike on every engine."""
    match value:
        case None | bool() | int() | str() if not isinstance(value, Enum):
            return value
        case Enum():
            return plain(value.value)
        case datetime():
            if value.tzinfo is None:
                raise ValueError("a fact cannot hold a naive datetime: which zone is it in?")
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case Mapping():
            return {str(key): plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
        case set() | frozenset():
            return sorted(plain(inner) for inner in value)
    if isinstance(value, Value):
        return {name: plain(getattr(value, name)) for name in names_of(value)}
    raise TypeError(f"a {type(value).__name__} cannot be recorded: {value!r}")


def _last_of(session: Session, kind: str, identifier: str) -> tuple[int, str]:
    """Version and hash of the subject's latest fact, which nobody else follows meanwhile."""
    _hold(session, kind, identifier)
    row = session.exec(
        select(EventHead.version, EventHead.hash).where(
            EventHead.subject_kind == kind, EventHead.subject_id == identifier
        )
    ).first()
    return (row[0], row[1]) if row else (0, BEGINNING)


def _hold(session: Session, kind: str, identifier: str) -> None:
    """On PostgreSQL the subject is held until the end of the transaction, so two writers cannot
    both follow the same predecessor. On SQLite there is one writer at a time."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 0))"),
            {"subject": f"{kind}:{identifier}"},
        )


def _last_of_all(session: Session, subjects: Sequence[Subject]) -> dict[Subject, tuple[int, str]]:
    """``_last_of`` for many subjects, in statements of bounded length."""
    if session.get_bind().dialect.name == "postgresql":
        for kind, identifier in subjects:
            _hold(session, kind, identifier)  # subjects are in order
    ends: dict[Subject, tuple[int, str]] = {}
    for start in range(0, len(subjects), 500):
        some = subjects[start : start + 500]
        rows = session.exec(
            select(
                EventHead.subject_kind, EventHead.subject_id, EventHead.version, EventHead.hash
            ).where(
                col(EventHead.subject_kind).in_({kind for kind, _ in some}),
                col(EventHead.subject_id).in_([identifier for _, identifier in some]),
            )
        )
        ends.update({(kind, key): (version, hash_) for kind, key, version, hash_ in rows})
    return ends


def _stated(fact: Event, record: EventRecord | SimpleNamespace) -> Stated:
    return Stated(
        fact=fact,
        id=record.id,
        subject_kind=record.subject_kind,
        subject_id=record.subject_id,
        subject_version=record.subject_version,
        at=record.at,
        payload=record.payload,
    )


def hash_of(record: EventRecord | SimpleNamespace) -> str:
    """SHA-256 over the predecessor's hash and the canonical JSON of everything the row says."""
    said = {
        "id": record.id,
        "name": record.name,
        "subject": [record.subject_kind, record.subject_id, record.subject_version],
        "actor": [record.actor_kind, record.actor_id, record.actor_name],
        "at": record.at.astimezone(UTC).isoformat(),
        "payload": record.payload,
        "request_id": record.request_id,
    }
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{record.prev_hash}{canonical}".encode("ascii")).hexdigest()
