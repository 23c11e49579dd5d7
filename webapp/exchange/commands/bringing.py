"""The verbs of bringing a file in: take, say what its columns mean, check, start, stop, retry."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping as AnyMapping
from typing import Any, BinaryIO

from sqlalchemy import update
from sqlmodel import Session

from webapp.exchange import queries
from webapp.exchange.dialects import recognised
from webapp.exchange.errors import NotUnderstood, Unreadable
from webapp.exchange.events import (
    ExportCompleted,
    ImportCancelled,
    ImportChecked,
    ImportCompleted,
    ImportEnded,
    ImportFailed,
    ImportStarted,
    ImportUpdated,
    ImportUploaded,
)
from webapp.exchange.guesses import SAMPLE, Guess, guess
from webapp.exchange.journey import Absent, Journey
from webapp.exchange.lines import Choices
from webapp.exchange.mapping import Mapping, fingerprint, problems_of
from webapp.exchange.models import CatalogueImport, ImportMapping, ImportState
from webapp.exchange.opening import Opened, opened, source_of, with_blank
from webapp.exchange.policy import Policy
from webapp.exchange.reading import Layout, Source, inspect, rows
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.kit.errors import Refused
from webapp.kit.ids import public_id
from webapp.kit.values import asdict, names_of, replace
from webapp.runtime.events import emit
from webapp.runtime.markup import plain_line
from webapp.runtime.storage import Storage
from webapp.shop import queries as shop

NEEDED = ("imports:write", "catalogue:write", "stock:write", "media:write")
"""An import changes products, stock and pictures, so whoever starts one may do each."""


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class NotNow(Refused):
    """The import is in another state than the verb needs."""

    title = "Not possible right now"


class NotAgreed(NotNow):
    """The import would archive something, and nobody agreed to the list."""


def keep_file(storage: Storage, file: BinaryIO | bytes, *, kind: str = "csv") -> str:
    """Store what was uploaded, outside of any transaction; gives its key."""
    key = f"imports/{public_id('file')}.{kind}"
    storage.put(file, key)
    return key


def keep_source(storage: Storage, source: Source) -> str:
    """Store a file of this machine, or bytes; gives its key."""
    if isinstance(source, bytes):
        return keep_file(storage, source)
    with source.open("rb") as stream:
        return keep_file(storage, stream)


def choices_of(session: Session, *, decimal_comma: bool = False, blank: str = "clear") -> Choices:
    """How a file is read in this shop: its currency and its time zone."""
    told = shop.current(session)
    choices = Choices(told.currency, decimal_comma=decimal_comma, timezone=told.time_zone)
    return with_blank(choices, blank)


def begin(
    session: Session,
    actor: Actor,
    *,
    file_name: str,
    storage_key: str,
    layout: Layout,
    choices: Choices,
    images_key: str = "",
) -> CatalogueImport:
    """Note a file that lies in the storage. Its state says whether its columns are understood.

    ``layout`` is what ``reading.inspect`` found, outside of the transaction.
    """
    actor.must("imports:write")
    made = CatalogueImport(
        file_name=plain_line(file_name)[:255],
        storage_key=storage_key,
        images_key=images_key,
        reading={**layout.as_json(), "choices": asdict(choices)},
        policy={**Policy().as_json(), "by": by_of(actor)},
        started_by=actor.name[:120],
    )
    _recognise(session, made, layout, choices)
    session.add(made)
    session.flush()
    emit(session, ImportUploaded(made.public_id, made.file_name), actor=actor)
    return made


def reread(
    session: Session, actor: Actor, one: CatalogueImport, *, layout: Layout, choices: Choices
) -> None:
    """Read the file in another way: with another delimiter, encoding or decimal comma."""
    actor.must("imports:write")
    _must_be_still(one)
    before = _decided(one)
    one.reading = {**layout.as_json(), "choices": asdict(choices)}
    one.mapping, one.found = {}, {}
    _recognise(session, one, layout, choices)
    session.flush()
    _tell(session, actor, one, before)


def choose_mapping(session: Session, actor: Actor, one: CatalogueImport, mapping: Mapping) -> None:
    """Say what the columns mean; remembered for the next file of this header.

    Refuses with ``NotUnderstood`` a mapping that cannot be used, naming what is wrong.
    """
    actor.must("imports:write")
    _must_be_still(one)
    layout = layout_of(one)
    problems = problems_of(mapping, layout.header)
    if problems:
        raise NotUnderstood(" ".join(problems), problems=problems)
    before = _decided(one)
    one.mapping = mapping.as_json()
    one.found = {name: told for name, told in one.found.items() if name != "absent"}
    one.dialect, one.source = "mapped", mapping.source[:40]
    one.state = ImportState.uploaded
    kept = session.get(ImportMapping, fingerprint(layout.header))
    if kept is None:
        kept = ImportMapping(fingerprint=fingerprint(layout.header))
        session.add(kept)
    kept.name = one.file_name[:120]
    kept.mapping, kept.updated_at = mapping.as_json(), now()
    session.flush()
    _tell(session, actor, one, before)


def choose_policy(session: Session, actor: Actor, one: CatalogueImport, policy: Policy) -> None:
    """Decide what to do on a match, on none, on an error and with blank cells."""
    actor.must("imports:write")
    before = _decided(one)
    one.policy = {**policy.as_json(), "by": by_of(actor)}
    session.flush()
    _tell(session, actor, one, before)


def mark_checking(session: Session, actor: Actor, one: CatalogueImport) -> None:
    """The dry run begins."""
    actor.must("imports:write")
    _must_be_still(one)
    if one.state is ImportState.mapping:
        raise NotNow("Say first what the columns of this file mean.")
    _restart(session, one, ImportState.checking)
    emit(session, ImportStarted(one.public_id, one.file_name, dry=True), actor=actor)


def must_list(one: CatalogueImport) -> bool:
    """Whether the file is to be checked first, to list what the import would archive."""
    mode = Policy.from_json(one.policy).on_absent
    return mode != "keep" and absent_of(one).mode != mode


def mark_running(
    session: Session, actor: Actor, one: CatalogueImport, *, agreed: bool = False
) -> None:
    """The import begins. ``agreed``: somebody saw the list of what it archives, and agrees.

    Refuses with ``NotAgreed`` where there is such a list and nobody did.
    """
    for permission in NEEDED:
        actor.must(permission)
    _must_be_still(one)
    if one.state is ImportState.mapping:
        raise NotNow("Say first what the columns of this file mean.")
    if must_list(one):
        raise NotNow("Check the file first: that lists what would be archived.")
    if Policy.from_json(one.policy).on_absent != "keep" and absent_of(one).ids and not agreed:
        raise NotAgreed("Look through what would be archived, and say that you agree.")
    one.policy = {**one.policy, "by": by_of(actor)}
    one.started_by = actor.name[:120]
    _restart(session, one, ImportState.running)
    emit(session, ImportStarted(one.public_id, one.file_name), actor=actor)


def mark_retrying(session: Session, actor: Actor, one: CatalogueImport) -> None:
    """The rows that failed are tried again; the others keep what became of them."""
    for permission in NEEDED:
        actor.must(permission)
    if one.state not in queries.ENDED:
        raise NotNow("The import has not ended yet.")
    if not one.failed:
        raise NotNow("No row of this import failed.")
    one.policy = {**one.policy, "by": by_of(actor)}
    one.state, one.problem, one.finished_at = ImportState.running, "", None
    session.flush()
    emit(session, ImportStarted(one.public_id, one.file_name, again=True), actor=actor)


def cancel(session: Session, actor: Actor, one: CatalogueImport) -> None:
    """Stop at the next batch. What was imported stays; the same file may be run again."""
    actor.must("imports:write")
    if one.state in (*queries.ENDED, ImportState.reverting, ImportState.reverted):
        raise NotNow("The import has ended already.")
    finish(session, one, ImportState.cancelled, actor=actor)


def finish(
    session: Session,
    one: CatalogueImport,
    state: ImportState,
    *,
    problem: str = "",
    actor: Actor | None = None,
) -> None:
    """Write down how it ended; that is the doing of whoever started it unless told."""
    one.state, one.problem = state, problem[:2000]
    if state in queries.ENDED:
        one.finished_at = now()
    session.flush()
    emit(session, _ending(one), actor=actor or actor_of(one))


def note_export(session: Session, actor: Actor, *, dialect: str, rows: int) -> None:
    """The catalogue has left as a file."""
    actor.must("imports:write")
    emit(session, ExportCompleted(public_id("exp"), dialect, rows), actor=actor)


def guessed(source: Source, layout: Layout, choices: Choices, *, language: str = "en") -> Guess:
    """A proposal for a header that nobody knows."""
    sample = list(itertools.islice(rows(source, layout), SAMPLE))
    return guess(
        layout.header,
        sample,
        # Two files of different headers must not mistake each other's numbers for their own.
        source=f"file-{fingerprint(layout.header)[:8]}",
        language=language,
        currency=choices.currency,
    )


def inspected(source: Source, *, delimiter: str = "", encoding: str = "") -> Layout:
    """How the file is to be read. Refuses with ``Unreadable`` what is no table."""
    try:
        layout = inspect(source, delimiter=delimiter, encoding=encoding)
    except UnicodeError as bad:
        raise Unreadable("The file is not written in this encoding.", field="encoding") from bad
    if any(_CONTROL.search(name) for name in layout.header):
        raise Unreadable("This is not a text file. Save your table as CSV and choose that file.")
    return layout


def open_import(one: CatalogueImport, storage: Storage) -> Opened:
    """The file of an import as it is to be read now."""
    choices = with_blank(Choices(**one.reading["choices"]), str(one.policy.get("blank", "clear")))
    source = source_of(storage, one.storage_key)
    return opened(source, layout_of(one), choices, one.mapping or None)


def absent_of(one: CatalogueImport) -> Absent:
    """What the last check found the shop to have and the file not."""
    return Absent.from_json(one.found.get("absent", {}))


def journey_of(one: CatalogueImport, file: Opened, *, site: str, dry: bool) -> Journey:
    """What an import needs on its way."""
    policy = Policy.from_json(one.policy)
    return Journey(
        actor=actor_of(one),
        policy=policy,
        source=file.understood.source,
        currency=file.choices.currency,
        import_id=one.id or 0,
        reference=one.public_id,
        site=site,
        dry=dry,
        absent=Absent(policy.on_absent),
        agreed=absent_of(one).ids if policy.on_absent != "keep" else frozenset(),
    )


def layout_of(one: CatalogueImport) -> Layout:
    """How the file was found to be written."""
    names = names_of(Layout)
    return Layout.from_json({name: one.reading[name] for name in names if name in one.reading})


def by_of(actor: Actor) -> dict[str, Any]:
    """Who decided, kept with the import, so that its job may do what they may and no more."""
    return {
        "kind": actor.kind,
        "id": actor.id,
        "name": actor.name,
        "permissions": sorted(actor.permissions & set(NEEDED)),
    }


def actor_of(one: CatalogueImport) -> Actor:
    """The person on whose behalf the job works."""
    return actor_of_json(one.policy.get("by", {}))


def actor_of_json(by: AnyMapping[str, Any]) -> Actor:
    """Who ``by_of`` wrote down."""
    if by.get("kind") == "system":
        return replace(SYSTEM)
    return Actor("staff", by.get("id"), by.get("name", ""), frozenset(by.get("permissions", ())))


def _ending(one: CatalogueImport) -> ImportEnded:
    told: dict[str, Any] = {
        "import_": one.public_id,
        "file_name": one.file_name,
        "rows": one.rows,
        "created": one.created,
        "changed_rows": one.changed,
        "unchanged": one.unchanged,
        "skipped": one.skipped,
        "failed": one.failed,
    }
    match one.state:
        case ImportState.checked:
            return ImportChecked(**told)
        case ImportState.cancelled:
            return ImportCancelled(**told)
        case ImportState.failed:
            return ImportFailed(**told, problem=one.problem)
    return ImportCompleted(**told)


def _decided(one: CatalogueImport) -> dict[str, Any]:
    """What people decide about a file, as its history tells it."""
    reading = {name: one.reading.get(name) for name in ("delimiter", "encoding")}
    policy = {name: value for name, value in one.policy.items() if name != "by"}
    columns = {name: use["to"] for name, use in one.mapping.get("columns", {}).items()}
    return {**reading, "columns": columns, **policy}


def _tell(
    session: Session, actor: Actor, one: CatalogueImport, before: AnyMapping[str, Any]
) -> None:
    changed = {
        name: [before.get(name), value]
        for name, value in _decided(one).items()
        if before.get(name) != value
    }
    if changed:
        emit(session, ImportUpdated(one.public_id, one.file_name, changed), actor=actor)


def _recognise(session: Session, one: CatalogueImport, layout: Layout, choices: Choices) -> None:
    dialect = recognised(layout.header, choices)
    if dialect is not None:
        one.dialect, one.source = dialect.name, dialect.source
        one.found = {"ignored": list(dialect.ignored)}
        one.state = ImportState.uploaded
        return
    one.dialect, one.source, one.state = "", "", ImportState.mapping
    kept = queries.kept_mapping(session, layout.header)
    if kept is not None and not problems_of(kept, layout.header):
        one.mapping = kept.as_json()
        one.dialect, one.source = "mapped", kept.source[:40]


def _must_be_still(one: CatalogueImport) -> None:
    if one.state in (ImportState.checking, ImportState.running):
        raise NotNow("The import is under way. Cancel it first.")
    if one.state in (ImportState.reverting, ImportState.reverted):
        raise NotNow("The import was taken back. Upload the file again for another one.")
    if one.state in (ImportState.completed, ImportState.completed_with_errors):
        raise NotNow("The import has ended. Upload the file again for another one.")


def _restart(session: Session, one: CatalogueImport, state: ImportState) -> None:
    one.state, one.problem, one.finished_at = state, "", None
    session.flush()
    session.execute(
        update(CatalogueImport)
        .where(CatalogueImport.id == one.id)  # type: ignore[arg-type]
        .values(rows=0, created=0, changed=0, unchanged=0, skipped=0, failed=0)
    )
    session.refresh(one)
