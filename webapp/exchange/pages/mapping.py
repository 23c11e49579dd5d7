"""The page on which staff say what the columns of an unknown file mean."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from webapp.accounts.guards import StaffBeside
from webapp.exchange import commands, queries
from webapp.exchange.forms import MARKS, MappingForm, ReadingForm
from webapp.exchange.mapping import Mapping
from webapp.exchange.models import CatalogueImport, ImportState
from webapp.exchange.opening import source_of
from webapp.exchange.pages.columns import SELECTS, label, lines_of, mapping_of, options, shown
from webapp.exchange.pages.sharing import address, check_later, detached
from webapp.kit.errors import Invalid
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.web.deps import App, Data
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/exchange")

MAPPING = "exchange/mapping.html"
Reread = Annotated[Submission[ReadingForm], Depends(submitted(ReadingForm))]
Mapped = Annotated[Submission[MappingForm], Depends(submitted(MappingForm))]


@pages.get("/{public_id}/mapping", name="exchange.mapping")
def mapping(request: Request, data: Data, app: App, staff: StaffBeside, public_id: str) -> Response:
    """What the columns mean: a proposal to correct."""
    staff.must("imports:write")
    one = detached(data, public_id)
    layout, source = commands.layout_of(one), source_of(app.storage, one.storage_key)
    proposed, doubts = _proposed(data, one, app.storage)
    context = _mapping_context(one, shown(proposed, layout))
    context |= {"lines": lines_of(source, layout), "doubts": doubts}
    with data.reading() as session:
        request.state.db = session
        return view(request, MAPPING, context)


@pages.post("/{public_id}/mapping")
def submit_mapping(
    request: Request, form: Mapped, data: Data, app: App, staff: StaffBeside, public_id: str
) -> Response:
    """Use the mapping, keep it for the next file of this header, and check the file."""
    staff.must("imports:write")
    one = detached(data, public_id)
    layout, source = commands.layout_of(one), source_of(app.storage, one.storage_key)
    proposed, doubts = _proposed(data, one, app.storage)
    chosen = mapping_of(form, layout, proposed)
    if chosen is not None and form.data is not None:
        try:
            with data.writing() as session:
                mine = queries.import_by_id(session, public_id)
                commands.choose_mapping(session, staff, mine, chosen)
                check_later(session, staff, mine)
            return redirect(request, address(request, "exchange.import_", public_id))
        except Invalid as refusal:
            form.refuse("", refusal.detail)
    context = _mapping_context(one, form)
    context |= {"lines": lines_of(source, layout), "doubts": doubts}
    with data.reading() as session:
        request.state.db = session
        return view(request, MAPPING, context, status=422)


@pages.post("/{public_id}/reading", name="exchange.reread")
def reread(
    request: Request, form: Reread, data: Data, app: App, staff: StaffBeside, public_id: str
) -> Response:
    """Read the file with another delimiter or encoding."""
    staff.must("imports:write")
    one = detached(data, public_id)
    to = address(request, "exchange.mapping", public_id)
    if form.data is None:
        return redirect(request, to, notice="Choose how the file is to be read.")
    source = source_of(app.storage, one.storage_key)
    try:
        layout = commands.inspected(
            source,
            delimiter=MARKS.get(form.data.delimiter, ""),
            encoding=form.data.encoding,
        )
    except Invalid as refusal:
        return redirect(request, to, notice=refusal.detail)
    with data.writing() as session:
        mine = queries.import_by_id(session, public_id)
        commands.reread(session, staff, mine, layout=layout, choices=commands.choices_of(session))
        understood = mine.state is ImportState.uploaded
        if understood:
            check_later(session, staff, mine)
    return redirect(request, address(request, "exchange.import_", public_id) if understood else to)


def _proposed(
    data: Database, one: CatalogueImport, storage: Storage
) -> tuple[Mapping, tuple[str, ...]]:
    if one.mapping:
        return Mapping.from_json(one.mapping), ()
    layout = commands.layout_of(one)
    with data.reading() as session:
        choices = commands.choices_of(session)
    guess = commands.guessed(source_of(storage, one.storage_key), layout, choices)
    return guess.mapping, guess.doubts


def _mapping_context(one: CatalogueImport, form: Submission[MappingForm]) -> dict[str, object]:
    layout = commands.layout_of(one)
    return {
        "one": one,
        "form": form,
        "options": options(),
        "wide": len(layout.header) > SELECTS,
        "label": label,
        "reading": Submission.showing(
            {
                "delimiter": next(
                    (word for word, mark in MARKS.items() if mark == layout.delimiter), ""
                ),
                "encoding": layout.encoding,
            }
        ),
        "warnings": layout.warnings,
    }
