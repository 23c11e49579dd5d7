"""What the jobs of an import do: checking, running and fetching pictures, each resumable."""

from __future__ import annotations

import tempfile

from sqlmodel import Session

from webapp.exchange import commands, queries, reverting
from webapp.exchange.exporting import Exported
from webapp.exchange.journey import Journey
from webapp.exchange.models import CatalogueImport, ImportState
from webapp.exchange.pictures import (
    Box,
    awaited,
    bring_local,
    fetched,
    nothing_to_fetch,
    settle,
)
from webapp.exchange.running import MustNotFail, Stopped, bring_in
from webapp.exchange.tallying import Tally
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import ShopError
from webapp.runtime.jobs import GiveUp, Job, JobContext

_HALF_WAY = "Something went wrong on the way back. What is not back yet can be tried again."


class PicturesMissing(Exception):
    """Some pictures did not come; the next try may bring them."""


def check(context: JobContext, import_id: str) -> dict[str, int] | None:
    """The dry run of an import. One that is not to be checked any more is left alone."""
    one = _one(context, import_id)
    if one.state is not ImportState.checking:
        return None
    tally, journey = _carry(context, one, dry=True)
    if tally is None or journey is None:
        return None
    with context.writing() as session:
        one = queries.import_by_id(session, import_id)
        if one.state is ImportState.checking:
            one.found = {**one.found, **journey.found()}
            commands.finish(session, one, ImportState.checked)
    return tally.as_dict()


def run(
    context: JobContext, import_id: str, *, only_failed: bool, pictures: Job
) -> dict[str, int] | None:
    """Carry out an import from where it stands, and promise the ``pictures`` it still awaits."""
    one = _one(context, import_id)
    if one.state is not ImportState.running:
        return None
    tally, _ = _carry(context, one, dry=False, only_failed=only_failed)
    if tally is None:
        return None
    with context.writing() as session:
        one = queries.import_by_id(session, import_id)
        if one.state is ImportState.running:
            failed = ImportState.completed_with_errors
            commands.finish(session, one, failed if tally.failed else ImportState.completed)
        if not nothing_to_fetch(session, one.id or 0):
            pictures.later(session, import_id=import_id, unique=f"exchange:pictures:{import_id}")
    return tally.as_dict()


def revert(context: JobContext, import_id: str) -> dict[str, int] | None:
    """Take an import back from where that stands."""
    one = _one(context, import_id)
    if one.state is not ImportState.reverting:
        return None
    way = reverting.way_of(one)
    try:
        reverting.take_back(context, way, force=bool(one.undo.get("force")))
        with context.writing() as session:
            return reverting.end(session, queries.import_by_id(session, import_id), way)
    except Exception:
        if context.is_last_attempt:
            with context.writing() as session:
                again = queries.import_by_id(session, import_id)
                commands.give_up_reverting(session, again, problem=_HALF_WAY)
        raise


def revert_later(
    session: Session, actor: Actor, one: CatalogueImport, job: Job, *, force: bool
) -> None:
    """Promise the ``job`` that takes the import back. Doing it twice is doing it once."""
    busy = queries.under_way(session)
    if busy is not None and busy.id != one.id:
        raise commands.NotNow(f"{busy.file_name} is under way. Wait until it is done.")
    if commands.mark_reverting(session, actor, one, force=force):
        one.job_id = job.later(
            session,
            import_id=one.public_id,
            unique=f"exchange:revert:{one.public_id}",
            asked_by=actor.id or "",
        )


def fetch(context: JobContext, import_id: str) -> dict[str, int]:
    """Bring the pictures that the file named. What does not come is tried again later."""
    one = _one(context, import_id)
    actor, key = commands.actor_of(one), one.id or 0
    if one.images_key:
        bring_local(context.database, context.storage, actor, key, _box(context, one))
    after = done = left = 0
    while True:
        with context.reading() as session:
            some = awaited(session, key, after, 50)
        if not some:
            break
        for source in some:
            after = source.id or 0
            settled = settle(
                context.writing,
                context.storage,
                actor,
                source,
                lambda address: fetched(context.outbound, address),
                is_last=context.is_last_attempt,
            )
            done += settled
            left += not settled
            context.progress(done + left, 0, "Pictures")
    if left:
        raise PicturesMissing(f"{left} pictures did not come.")
    return {"done": done}


def export(context: JobContext, dialect: str) -> dict[str, int | str]:
    """Write the whole catalogue as a file beside the job."""
    exported = Exported(context.database, dialect, site=context.settings.public_url)
    name = f"catalogue-{dialect}.csv"
    with tempfile.TemporaryFile() as file:
        for number, chunk in enumerate(exported.chunks()):
            file.write(chunk)
            context.progress(number + 1, note="Writing")
        file.seek(0)
        size = context.storage.put(file, context.file_key(name))
    with context.writing() as session:
        commands.note_export(session, SYSTEM, dialect=dialect, rows=exported.rows)
    return {"file": name, "bytes": size, "rows": exported.rows}


def begin(session: Session, actor: Actor, import_id: str, job: Job) -> str:
    """Promise the ``job`` that carries an import out; its public id. One import at a time."""
    one = queries.import_by_id(session, import_id)
    busy = queries.under_way(session)
    if busy is not None and busy.id != one.id:
        raise commands.NotNow(f"{busy.file_name} is being imported. Wait until it is done.")
    commands.mark_running(session, actor, one)
    one.job_id = job.later(
        session,
        import_id=one.public_id,
        unique=f"exchange:run:{one.public_id}",
        asked_by=actor.id or "",
    )
    return one.job_id


def _one(context: JobContext, import_id: str) -> CatalogueImport:
    with context.reading() as session:
        one = queries.import_by_id(session, import_id)
        session.expunge(one)
    return one


def _box(context: JobContext, one: CatalogueImport) -> Box:
    path = context.storage.path(one.images_key)
    return Box.of(path if path is not None else context.storage.open(one.images_key))


def _carry(
    context: JobContext, one: CatalogueImport, *, dry: bool, only_failed: bool = False
) -> tuple[Tally | None, Journey | None]:
    only = None
    try:
        file = commands.open_import(one, context.storage)
        journey = commands.journey_of(one, file, site=context.settings.public_url, dry=dry)
        if only_failed:
            with context.reading() as session:
                only = queries.failed_numbers(session, one)
        return bring_in(context, file, journey, only=only), journey
    except Stopped:
        return None, None
    except (ShopError, MustNotFail) as refusal:
        told = refusal.detail if isinstance(refusal, ShopError) else str(refusal)
        _give_up(context, one, told)
        raise GiveUp(told) from refusal
    except Exception:
        if context.is_last_attempt:
            _give_up(context, one, "Something went wrong. What was imported so far is kept.")
        raise


def _give_up(context: JobContext, one: CatalogueImport, told: str) -> None:
    with context.writing() as session:
        again = queries.import_by_id(session, one.public_id)
        if again.state in (ImportState.checking, ImportState.running):
            commands.finish(session, again, ImportState.failed, problem=told)
