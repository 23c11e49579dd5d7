"""The files of a product that is sold as a download: upload, rename, arrange, take off sale."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import Response

from webapp.accounts.guards import Staff, StaffBeside
from webapp.backoffice.blaming import blame
from webapp.backoffice.product_forms import FileNameForm, FilesForm
from webapp.catalogue.commands import product_by_public_id
from webapp.catalogue.models import Product, Variant
from webapp.downloads import commands, queries
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, Refused
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.web.attachments import attachment
from webapp.web.deps import App, Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/products/{public_id}/files")

PAGE = "backoffice/products/files.html"
MOST_TOLD = 201
"""Waiting orders are counted so far."""

FilesAsked = Annotated[Submission[FilesForm], Depends(submitted(FilesForm))]
NameAsked = Annotated[Submission[FileNameForm], Depends(submitted(FileNameForm))]


@pages.get("", name="backoffice.product_files")
def files(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """What buyers of the product get, and what else was sold."""
    staff.must("catalogue:read")
    return view(request, PAGE, _context(request, db, public_id, Submission()))


@pages.post("")
def add_files(
    request: Request,
    form: FilesAsked,
    data: Data,
    app: App,
    staff: StaffBeside,
    public_id: str,
) -> Response:
    """Keep the files, then sell them with the product: all of them or none."""
    staff.must("catalogue:write")
    with data.reading() as session:
        product_by_public_id(session, public_id)
    if form.data:
        try:
            _sell(form.data, data, app.storage, staff, public_id)
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {"name": "uploads"}, otherwise="uploads")
    if form.errors:
        with data.reading() as session:
            request.state.db = session
            try:
                context = _context(request, session, public_id, form)
                return view(request, PAGE, context, status=422)
            finally:
                del request.state.db
    many = form.data is not None and len(form.data.uploads) > 1
    return _back(request, public_id, "The files are added." if many else "The file is added.")


@pages.post("/waiting", name="backoffice.give_files")
def give_files(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Give the files to those who paid before there were any."""
    staff.must("catalogue:write")
    variants = _variants(db, product_by_public_id(db, public_id))
    count = commands.grant_waiting(db, staff, list(variants))
    orders = "1 order has" if count == 1 else f"{count} orders have"
    return _back(request, public_id, f"{orders} the files now." if count else "No file fits.")


@pages.get("/{asset}/file", name="backoffice.product_file")
def one_file(
    request: Request, db: Db, app: App, staff: Staff, public_id: str, asset: str
) -> Response:
    """The file as buyers get it; counted for nobody."""
    staff.must("catalogue:write")
    found = queries.asset(db, public_id, asset)
    return attachment(
        request,
        app.storage,
        found.storage_key,
        file_name=found.file_name,
        content_type=found.content_type,
        sha256=found.sha256,
    )


@pages.post("/{asset}/buyers", name="backoffice.offer_file")
def offer_file(request: Request, db: Db, staff: Staff, public_id: str, asset: str) -> Response:
    """Give it to those as well who bought the product before."""
    staff.must("catalogue:write")
    commands.offer(db, staff, queries.asset(db, public_id, asset))
    return _back(request, public_id, "Earlier buyers get it now: each gets a message.")


@pages.post("/{asset}/name", name="backoffice.rename_file")
def rename_file(
    request: Request, form: NameAsked, db: Db, staff: Staff, public_id: str, asset: str
) -> Response:
    """Call it something else. What is wrong with the name stands beside it."""
    staff.must("catalogue:write")
    found = queries.asset(db, public_id, asset)
    if form.data:
        try:
            commands.rename_asset(db, staff, found, form.data.name)
        except Invalid as refusal:
            blame(form, refusal, {})
    if form.errors:
        context = _context(request, db, public_id, Submission(), renaming={asset: form})
        return view(request, PAGE, context, status=422)
    return _back(request, public_id, "Saved.")


@pages.post("/{asset}/place", name="backoffice.raise_file")
def raise_file(request: Request, db: Db, staff: Staff, public_id: str, asset: str) -> Response:
    """Change places with the one before it."""
    commands.raise_asset(db, staff, queries.asset(db, public_id, asset))
    return _back(request, public_id)


@pages.post("/{asset}/removal", name="backoffice.remove_file")
def remove_file(request: Request, db: Db, staff: Staff, public_id: str, asset: str) -> Response:
    """Take it off sale. Whoever bought it keeps it."""
    found = queries.asset(db, public_id, asset)
    name = found.name
    is_gone = commands.remove_asset(db, staff, found)
    kept = "is deleted" if is_gone else "is sold no more; whoever bought it keeps it"
    return _back(request, public_id, f"{name} {kept}.")


def _sell(asked: FilesForm, data: Database, storage: Storage, staff: Actor, public_id: str) -> None:
    """Put the files away, then give each a row."""
    with commands.all_or_none(data, storage) as kept:
        for one in asked.uploads:
            kept.append(commands.keep(storage, one.file, file_name=one.name, kind=one.kind))
        with data.writing() as session:
            product = product_by_public_id(session, public_id)
            for each in kept:
                asset = commands.add_asset(session, staff, product, each, variant=asked.variant)
                if asked.give:
                    commands.offer(session, staff, asset)


def _context(
    request: Request,
    session: Session,
    public_id: str,
    form: Submission[FilesForm],
    *,
    renaming: Mapping[str, Submission[FileNameForm]] | None = None,
) -> dict[str, object]:
    product = product_by_public_id(session, public_id)
    titles = _variants(session, product)
    return {
        "product": product,
        "files": queries.assets_of(session, public_id, titles),
        "versions": list(titles.items()) if len(titles) > 1 else [],
        "waiting": len(queries.awaiting(session, list(titles), MOST_TOLD)),
        "most_waiting": MOST_TOLD - 1,
        "most_bytes": request.app.state.settings.max_upload_bytes,
        "form": form,
        "renaming": renaming or {},
        "untouched": Submission[FileNameForm](),
    }


def _variants(session: Session, product: Product) -> dict[str, str]:
    """What tells the variants apart, by their ids, in their order."""
    rows = session.execute(
        select(col(Variant.public_id), col(Variant.title), col(Variant.sku))
        .where(col(Variant.product_id) == product.id)
        .order_by(col(Variant.position), col(Variant.id))
    )
    return {key: title or sku or key for key, title, sku in rows}


def _back(request: Request, public_id: str, notice: str | None = None) -> Response:
    to = request.app.state.url_for("backoffice.product_files", public_id=public_id)
    return redirect(request, to, notice=notice)
