"""Catalogue files on the command line: ``vitrine import`` and ``vitrine export``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlmodel import Session

from webapp.exchange import commands, queries, reverting
from webapp.exchange.documents import as_table
from webapp.exchange.errors import NotUnderstood
from webapp.exchange.exporting import Exported
from webapp.exchange.jobs import fetch_images
from webapp.exchange.journey import Absent
from webapp.exchange.mapping import Mapping as ColumnMapping
from webapp.exchange.models import CatalogueImport, ImportState
from webapp.exchange.opening import Opened
from webapp.exchange.pictures import Box, bring_local, nothing_to_fetch
from webapp.exchange.policy import Policy
from webapp.exchange.reading import Source
from webapp.exchange.refusing import reasons, refused_csv
from webapp.exchange.restoring import Way
from webapp.exchange.running import MustNotFail, bring_in
from webapp.exchange.tallying import Tally
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import ShopError
from webapp.kit.values import Value, replace
from webapp.runtime.db import Database
from webapp.runtime.jobs import Means

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class Done(Value):
    """What came of it. ``line`` is what the command prints last."""

    counts: dict[str, int]
    line: str


@dataclass
class Direct:
    """Runs an import here and now, on the database itself."""

    database: Database
    bar: Bar
    cursor: dict[str, Any] = field(default_factory=dict)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        with self.database.writing() as session:
            yield session

    def progress(self, current: int, total: int = 0, note: str = "") -> None:
        self.bar.show(current, total, note)

    def checkpoint(self, cursor: Mapping[str, Any]) -> None:
        self.cursor = dict(cursor)


class Bar:
    """A progress bar where somebody watches, else nothing."""

    def __init__(self, *, quiet: bool) -> None:
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        if not quiet and sys.stderr.isatty():
            # Late: the server never draws one, and rich is a megabyte it need not carry.
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._task = self._bar.add_task("Reading", total=None)
            self._bar.start()

    def show(self, current: int, total: int, note: str) -> None:
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, description=note, completed=current, total=total or None)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()


def import_file(
    database: Database,
    means: Means,
    file: Path,
    *,
    dry_run: bool = False,
    images: Path | None = None,
    mapping: Path | None = None,
    guess: bool = False,
    delimiter: str | None = None,
    encoding: str | None = None,
    decimal_comma: bool = False,
    rejects: Path | None = None,
    quiet: bool = False,
    policy: Policy | None = None,
    agree: Callable[[str], bool] = lambda _: False,
) -> Done:
    """Bring a file in, or with ``dry_run`` tell what would happen.

    Where the policy archives what the file does not have, that is listed first and ``agree`` is
    asked; if not, nothing is imported.

    Refuses with ``NotUnderstood`` a header that nobody knows, unless ``mapping`` or ``guess``
    says what it means; the proposal is printed so that it can be edited and given back.
    """
    policy = policy or Policy()
    with_box = Box.of(images) if images else Box()
    with database.reading() as session:
        choices = commands.choices_of(session, decimal_comma=decimal_comma, blank=policy.blank)
    source: Source = as_table(file, choices) or file
    layout = commands.inspected(source, delimiter=delimiter or "", encoding=encoding or "")
    key = commands.keep_source(means.storage, source)
    with database.writing() as session:
        one = commands.begin(
            session, SYSTEM, file_name=file.name, storage_key=key, layout=layout, choices=choices
        )
        commands.choose_policy(session, SYSTEM, one, policy)
        _understand(session, one, source, mapping, guess, decimal_comma)
        looks_first = dry_run or policy.on_absent != "keep"
        mark = commands.mark_checking if looks_first else commands.mark_running
        mark(session, SYSTEM, one)
    if looks_first and not dry_run:
        one = _agreed(database, means, one, agree)
    bar = Bar(quiet=quiet)
    try:
        tally = _run(Direct(database, bar), means, one, commands.open_import(one, means.storage),
                     dry=dry_run)  # fmt: skip
        if not dry_run:
            bring_local(database, means.storage, SYSTEM, one.id or 0, with_box)
            _promise_fetching(database, one)
    finally:
        bar.close()
    with database.reading() as session:
        one = queries.import_by_id(session, one.public_id)
        _report(session, one, rejects, quiet=quiet, dry=dry_run)
    counts = tally.as_dict()
    return Done(counts, ", ".join(f"{name} {count}" for name, count in counts.items()))


def _agreed(
    database: Database, means: Means, one: CatalogueImport, agree: Callable[[str], bool]
) -> CatalogueImport:
    """The import, begun, once somebody agreed to what it archives. Refuses with ``NotAgreed``."""
    bar = Bar(quiet=True)
    _run(Direct(database, bar), means, one, commands.open_import(one, means.storage), dry=True)
    with database.reading() as session:
        absent = commands.absent_of(queries.import_by_id(session, one.public_id))
    is_agreed = not absent.ids or agree(_list_of(absent))
    with database.writing() as session:
        one = queries.import_by_id(session, one.public_id)
        commands.mark_running(session, SYSTEM, one, agreed=is_agreed)
    return one


def _list_of(absent: Absent) -> str:
    lines = [f"  version  {name}" for name in absent.variants.values()]
    lines += [f"  product  {name}" for name in absent.products.values()]
    return "\n".join(["The file does not have these; they would be archived:", *lines])


def revert_import(
    database: Database,
    public_id: str,
    *,
    dry_run: bool = False,
    force: bool = False,
    quiet: bool = False,
) -> Done:
    """Take an import back, or with ``dry_run`` tell what that would do; ``last`` is the latest.

    ``force`` also takes back what somebody changed since.
    """
    with database.reading() as session:
        one = queries.last_import(session) if public_id == "last" else None
        one = one or queries.import_by_id(session, public_id)
        session.expunge(one)
    if dry_run:
        found = reverting.outlook(
            database.reading, Way(SYSTEM, one.id or 0, one.public_id), force=force
        )
        return _reverted(found.as_dict(), found.listed, quiet=quiet)
    with database.writing() as session:
        one = queries.import_by_id(session, one.public_id)
        # One that was interrupted is gone on with.
        if one.state is not ImportState.reverting and not commands.mark_reverting(
            session, SYSTEM, one, force=force
        ):
            return _reverted(queries.reverted_counts(session, one), [], quiet=quiet)
    bar = Bar(quiet=quiet)
    try:
        way = reverting.way_of(one)
        reverting.take_back(Direct(database, bar), way, force=bool(one.undo.get("force")))
        with database.writing() as session:
            one = queries.import_by_id(session, one.public_id)
            counts = reverting.end(session, one, way)
    finally:
        bar.close()
    with database.reading() as session:
        return _reverted(counts, queries.noted(session, one), quiet=quiet)


def _reverted(counts: dict[str, int], listed: Sequence[tuple[str, str]], *, quiet: bool) -> Done:
    for title, reason in () if quiet else listed:
        sys.stderr.write(f"{title}: {reason}\n")
    return Done(counts, ", ".join(f"{name} {count}" for name, count in counts.items()))


def export_file(
    database: Database, file: Path | None, *, dialect: str = "vitrine", site: str = ""
) -> int:
    """Write the catalogue as a file, or to standard output; gives the number of rows."""
    exported = Exported(database, dialect, site=site)
    if file is None:
        _write(exported, sys.stdout.buffer)
    else:
        _write_whole(exported, file)
    with database.writing() as session:
        commands.note_export(session, SYSTEM, dialect=dialect, rows=exported.rows)
    return exported.rows


def _write_whole(exported: Exported, file: Path) -> None:
    """A file that is there is complete."""
    coming = file.with_name(f".{file.name}.coming")
    try:
        with coming.open("wb") as stream:
            _write(exported, stream)
        coming.replace(file)
    finally:
        coming.unlink(missing_ok=True)


def _understand(
    session: Session,
    one: CatalogueImport,
    source: Source,
    mapping: Path | None,
    guess: bool,
    decimal_comma: bool,
) -> None:
    if mapping is not None:
        commands.choose_mapping(session, SYSTEM, one, _mapping_in(mapping))
        return
    if one.dialect and one.state is ImportState.uploaded:
        return
    if one.mapping:
        commands.choose_mapping(session, SYSTEM, one, ColumnMapping.from_json(one.mapping))
        return
    layout = commands.layout_of(one)
    proposed = commands.guessed(source, layout, commands.choices_of(session))
    chosen = proposed.mapping
    if decimal_comma:
        chosen = replace(chosen, decimal_comma=True)
    if not guess:
        sys.stdout.write(json.dumps(chosen.as_json(), ensure_ascii=False, indent=2) + "\n")
        raise NotUnderstood(
            "We do not know this header. Above is what we guess its columns mean: save it, correct "
            "it and give it with --mapping FILE, or take it as it is with --guess."
            + "".join(f"\n- {doubt}" for doubt in proposed.doubts)
        )
    commands.choose_mapping(session, SYSTEM, one, chosen)


def _mapping_in(file: Path) -> ColumnMapping:
    try:
        told = json.loads(file.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError):
        raise NotUnderstood(f"{file.name} is not a mapping in JSON.") from None
    return ColumnMapping.from_json(told)


def _run(run: Direct, means: Means, one: CatalogueImport, file: Opened, *, dry: bool) -> Tally:
    journey = commands.journey_of(one, file, site=means.settings.public_url, dry=dry)
    try:
        tally = bring_in(run, file, journey)
    except BaseException as error:
        told = error.detail if isinstance(error, ShopError) else str(error) or "It was stopped."
        with run.writing() as session:
            again = queries.import_by_id(session, one.public_id)
            state = ImportState.failed if isinstance(error, Exception) else ImportState.cancelled
            commands.finish(session, again, state, problem=told)
            counts = Tally(
                again.created, again.changed, again.unchanged, again.skipped, again.failed
            )
        if isinstance(error, MustNotFail):
            sys.stderr.write(f"{error}\n")
            return counts
        raise
    with run.writing() as session:
        again = queries.import_by_id(session, one.public_id)
        if dry:
            again.found = {**again.found, **journey.found()}
            commands.finish(session, again, ImportState.checked)
        else:
            ended = ImportState.completed_with_errors if tally.failed else ImportState.completed
            commands.finish(session, again, ended)
    return tally


def _promise_fetching(database: Database, one: CatalogueImport) -> None:
    with database.writing() as session:
        if not nothing_to_fetch(session, one.id or 0):
            fetch_images.later(
                session, import_id=one.public_id, unique=f"exchange:pictures:{one.public_id}"
            )


def _report(
    session: Session, one: CatalogueImport, rejects: Path | None, *, quiet: bool, dry: bool
) -> None:
    if rejects is not None:
        with rejects.open("wb") as stream:
            header = commands.layout_of(one).header
            stream.writelines(refused_csv(header, queries.refused_rows(session, one)))
    if quiet:
        return
    for warning in one.reading.get("warnings", ()):
        sys.stderr.write(f"{warning}\n")
    ignored = one.found.get("ignored", ())
    if ignored:
        sys.stderr.write(f"Columns that are not used: {', '.join(ignored)}.\n")
    for kind, names in one.found.get("names", {}).items() if dry else ():
        sys.stderr.write(f"New {kind}: {', '.join(names[:20])}{' …' if len(names) > 20 else ''}\n")
    absent = commands.absent_of(one)
    if absent.problem:
        sys.stderr.write(f"{absent.problem}\n")
    if dry and absent.ids:
        sys.stderr.write(f"{_list_of(absent)}\n")
    failed = queries.rows_of(session, one, state="failed")
    for row in failed.items[:20]:
        sys.stderr.write(f"Row {row.number}: {reasons(row.messages)}\n")
    if one.failed > 20:
        sys.stderr.write(f"... and {one.failed - 20} more rows.\n")
    if not dry and one.created + one.changed:
        sys.stderr.write(f"To take it back: vitrine import revert {one.public_id}\n")
    awaited = queries.pictures(session, one)["waiting"]
    if awaited and not dry:
        sys.stderr.write(f"{awaited} pictures are fetched while the shop runs.\n")


def _write(exported: Exported, stream: BinaryIO) -> None:
    for chunk in exported.chunks():
        stream.write(chunk)
    stream.flush()
