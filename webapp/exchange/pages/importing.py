"""The back office's pages of catalogue files: upload, map, check, import, take out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response, StreamingResponse

from webapp.accounts.guards import Staff, StaffBeside
from webapp.exchange import commands, queries
from webapp.exchange.documents import as_table
from webapp.exchange.exporting import Exported
from webapp.exchange.forms import PolicyForm, UploadForm
from webapp.exchange.jobs import run_import
from webapp.exchange.models import CatalogueImport, ImportState
from webapp.exchange.opening import source_of
from webapp.exchange.pages.sharing import address, check_later, detached
from webapp.exchange.pictures import Box
from webapp.exchange.policy import Policy
from webapp.exchange.refusing import refused_csv
from webapp.exchange.replacing import archived
from webapp.exchange.writing import DIALECTS
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.runtime import jobs as queue
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.tasks.values import STATES
from webapp.web.deps import App, Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view, wants_fragment

pages = APIRouter(prefix="/admin/exchange")

DESK = "exchange/import.html#import_desk"
TABS = (
    ("", "All"),
    ("new", "New"),
    ("update", "Changed"),
    ("unchanged", "Unchanged"),
    ("skipped", "Left out"),
    ("failed", "Refused"),
)
UNDER_WAY = (ImportState.checking, ImportState.running, ImportState.reverting)

Uploaded = Annotated[Submission[UploadForm], Depends(submitted(UploadForm))]
Decided = Annotated[Submission[PolicyForm], Depends(submitted(PolicyForm))]
Cursor = Annotated[str | None, Query(max_length=2000)]


@pages.get("", name="exchange.imports")
def imports(request: Request, db: Db, staff: Staff, cursor: Cursor = None) -> Response:
    """Upload a file, take the catalogue out, and see what was imported before."""
    staff.must("imports:write")
    return view(request, "exchange/imports.html", _list(request, db, cursor, Submission()))


@pages.post("", name="exchange.upload")
def upload(request: Request, form: Uploaded, data: Data, app: App, staff: StaffBeside) -> Response:
    """Keep the file and find out how to read it."""
    staff.must("imports:write")
    one = _take_in(form, data, app.storage, staff) if form.data else None
    if one is None:
        with data.reading() as session:
            context = _list(request, session, None, form)
            return view(request, "exchange/imports.html", context, status=422)
    return redirect(request, address(request, "exchange.import_", one))


@pages.get("/exports/{dialect}.csv", name="exchange.export")
def export(request: Request, data: Data, staff: StaffBeside, dialect: str) -> Response:
    """The whole catalogue as a file, streamed."""
    staff.must("imports:write")
    if dialect not in DIALECTS:
        raise NotFound("We do not write such a file.")
    exported = Exported(data, dialect, site=request.app.state.settings.public_url)
    return _download(_noted(data, staff, exported), f"catalogue-{dialect}.csv")


@pages.get("/{public_id}", name="exchange.import_")
def import_(
    request: Request,
    db: Db,
    staff: Staff,
    public_id: str,
    state: str = "",
    cursor: Cursor = None,
) -> Response:
    """Where the import stands, and what becomes of each row."""
    staff.must("imports:write")
    one = queries.import_by_id(db, public_id)
    if one.state is ImportState.mapping:
        return redirect(request, address(request, "exchange.mapping", public_id))
    context = _desk(request, db, one, state, cursor)
    if wants_fragment(request):
        return view(request, DESK, context)
    return view(request, "exchange/import.html", context)


@pages.post("/{public_id}/check", name="exchange.check")
def check(request: Request, form: Decided, db: Db, staff: Staff, public_id: str) -> Response:
    """Look again what would happen, perhaps under other rules."""
    one = queries.import_by_id(db, public_id)
    if form.data:
        commands.choose_policy(db, staff, one, _policy(form.data))
    check_later(db, staff, one)
    return redirect(request, address(request, "exchange.import_", public_id))


@pages.post("/{public_id}/start", name="exchange.start")
def start(request: Request, form: Decided, db: Db, staff: Staff, public_id: str) -> Response:
    """Carry the import out, in the background."""
    one = queries.import_by_id(db, public_id)
    busy = queries.under_way(db)
    if busy is not None and busy.id != one.id:
        raise commands.NotNow(f"{busy.file_name} is being imported. Wait until it is done.")
    if form.data:
        commands.choose_policy(db, staff, one, _policy(form.data))
    if commands.must_list(one):
        check_later(db, staff, one)
        return redirect(request, address(request, "exchange.import_", public_id))
    try:
        commands.mark_running(db, staff, one, agreed=form.data is not None and form.data.agreed)
    except commands.NotAgreed as refusal:
        form.refuse("agreed", refusal.detail)
        return view(request, DESK, _desk(request, db, one, "", None, form), status=422)
    one.job_id = run_import.later(
        db, import_id=public_id, unique=f"exchange:run:{public_id}", asked_by=staff.id or ""
    )
    return redirect(request, address(request, "exchange.import_", public_id))


@pages.post("/{public_id}/retry", name="exchange.retry")
def retry(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Try the refused rows once more."""
    one = queries.import_by_id(db, public_id)
    commands.mark_retrying(db, staff, one)
    one.job_id = run_import.later(
        db,
        import_id=public_id,
        only_failed=True,
        unique=f"exchange:run:{public_id}",
        asked_by=staff.id or "",
    )
    return redirect(request, address(request, "exchange.import_", public_id))


@pages.post("/{public_id}/cancel", name="exchange.cancel")
def cancel(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Stop it. What was imported stays."""
    one = queries.import_by_id(db, public_id)
    commands.cancel(db, staff, one)
    with contextlib.suppress(Refused, NotFound):
        queue.cancel(db, one.job_id, staff)
    return redirect(request, address(request, "exchange.import_", public_id))


@pages.get("/{public_id}/refused.csv", name="exchange.refused")
def refused(request: Request, data: Data, staff: StaffBeside, public_id: str) -> Response:
    """The refused rows with their reasons, to be mended and uploaded again."""
    staff.must("imports:write")
    one = detached(data, public_id)
    return _download(_refused(data, one), f"refused-{public_id}.csv")


def _take_in(
    form: Submission[UploadForm], data: Database, storage: Storage, staff: Actor
) -> str | None:
    """The public id of the new import, or None with the reason in the form."""
    assert form.data is not None
    sent, pictures = form.data.file, form.data.pictures
    if pictures is not None:
        try:
            Box.of(pictures.file)
        except Invalid as refusal:
            form.refuse("pictures", refusal.detail)
            return None
    sent.file.seek(0)
    key = commands.keep_file(storage, sent.file)
    try:
        with data.reading() as session:
            choices = commands.choices_of(session)
        table = as_table(source_of(storage, key), choices)
        if table is not None:
            storage.delete(key)
            key = commands.keep_file(storage, table)
        layout = commands.inspected(source_of(storage, key))
        images_key = ""
        if pictures is not None:
            pictures.file.seek(0)
            images_key = commands.keep_file(storage, pictures.file, kind="zip")
        with data.writing() as session:
            one = commands.begin(
                session,
                staff,
                file_name=sent.name,
                storage_key=key,
                layout=layout,
                choices=choices,
                images_key=images_key,
            )
            if one.state is ImportState.uploaded:
                check_later(session, staff, one)
            return one.public_id
    except Invalid as refusal:
        storage.delete(key)
        form.refuse("file", refusal.detail)
        return None


def _policy(data: PolicyForm) -> Policy:
    return Policy(**data.model_dump(exclude={"agreed"}))


def _list(
    request: Request, session: Session, cursor: str | None, form: Submission[UploadForm]
) -> dict[str, object]:
    page = queries.imports(session, cursor)
    path: str = request.app.state.url_for("exchange.imports")
    following = f"{path}?{urlencode({'cursor': page.next_cursor})}" if page.next_cursor else None
    return {"form": form, "page": page, "next_url": following, "words": WORDS}


def _desk(
    request: Request,
    session: Session,
    one: CatalogueImport,
    state: str,
    cursor: str | None,
    form: Submission[PolicyForm] | None = None,
) -> dict[str, object]:
    page = queries.rows_of(session, one, state=state, cursor=cursor)
    path = address(request, "exchange.import_", one.public_id)
    following = None
    if page.next_cursor:
        following = f"{path}?{urlencode({'state': state, 'cursor': page.next_cursor})}"
    return {
        "one": one,
        "job": _job(session, one),
        "states": STATES,
        "is_under_way": one.state in UNDER_WAY,
        "may_start": one.state
        in (ImportState.uploaded, ImportState.checked, ImportState.failed, ImportState.cancelled),
        "policy": form or Submission.showing(one.policy),
        "to_revert": queries.to_revert(session, one) if queries.may_revert(one) else 0,
        "noted": queries.noted(session, one) if one.state is ImportState.reverted else [],
        "absent": commands.absent_of(one),
        "archived": archived(session, one),
        "page": page,
        "tabs": [
            (name, f"{path}?{urlencode({'state': word})}" if word else path, word == state)
            for word, name in TABS
        ],
        "next_url": following,
        "pictures": queries.pictures(session, one),
        "words": WORDS,
        "warnings": commands.layout_of(one).warnings,
    }


def _job(session: Session, one: CatalogueImport) -> queue.JobView | None:
    try:
        return queue.job_of(session, one.job_id)
    except NotFound:
        return None


def _refused(data: Database, one: CatalogueImport) -> Iterator[bytes]:
    with data.reading() as session:
        yield from refused_csv(commands.layout_of(one).header, queries.refused_rows(session, one))


def _noted(data: Database, staff: Actor, exported: Exported) -> Iterator[bytes]:
    """The file, and word of it once all of it has gone out."""
    yield from exported.chunks()
    with data.writing() as session:
        commands.note_export(session, staff, dialect=exported.dialect, rows=exported.rows)


def _download(chunks: Iterator[bytes], name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(chunks, media_type="text/csv; charset=utf-8", headers=headers)


WORDS = {
    "uploaded": ("Uploaded", None),
    "mapping": ("Columns to map", "warn"),
    "checking": ("Being checked", "accent"),
    "checked": ("Checked", "accent"),
    "running": ("Running", "accent"),
    "completed": ("Done", "good"),
    "completed_with_errors": ("Done, rows refused", "warn"),
    "failed": ("Failed", "bad"),
    "cancelled": ("Cancelled", None),
    "reverting": ("Being taken back", "accent"),
    "reverted": ("Taken back", None),
    "new": ("New", "good"),
    "update": ("Changed", "accent"),
    "unchanged": ("Unchanged", None),
    "skipped": ("Left out", None),
}
"""States of imports and rows for people, with the tone of their pill."""
