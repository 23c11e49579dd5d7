"""Imports in the background. What reads files is loaded by the first import, not with the shop."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.runtime.jobs import JobContext, Jobs

jobs = Jobs("exchange")


@jobs.job(slow=True, retries=3)
def check_file(context: JobContext, import_id: str) -> dict[str, int] | None:
    """The dry run of an import. One that is not to be checked any more is left alone."""
    from webapp.exchange import working

    return working.check(context, import_id)


@jobs.job(slow=True, retries=3)
def run_import(
    context: JobContext, import_id: str, only_failed: bool = False
) -> dict[str, int] | None:
    """Carry out an import from where it stands; ``only_failed`` tries refused rows again."""
    from webapp.exchange import working

    return working.run(context, import_id, only_failed=only_failed, pictures=fetch_images)


@jobs.job(slow=True, retries=4)
def fetch_images(context: JobContext, import_id: str) -> dict[str, int]:
    """Bring the pictures that the file named. What does not come is tried again later."""
    from webapp.exchange import working

    return working.fetch(context, import_id)


@jobs.job(slow=True, retries=3)
def revert_import(context: JobContext, import_id: str) -> dict[str, int] | None:
    """Take an import back. One that is not to be taken back any more is left alone."""
    from webapp.exchange import working

    return working.revert(context, import_id)


@jobs.job(every=timedelta(days=1))
def forget_befores(context: JobContext) -> dict[str, int]:
    """Forget how the catalogue was before imports that nobody will take back any more."""
    from webapp.exchange import commands

    with context.writing() as session:
        return {"forgotten": commands.forget_befores(session, now() - commands.KEPT_FOR)}


@jobs.job(slow=True, retries=2)
def write_export(context: JobContext, dialect: str) -> dict[str, int | str]:
    """Write the whole catalogue as a file that is kept for a week beside its job."""
    from webapp.exchange import working

    return working.export(context, dialect)


class ExportAsked(BaseModel):
    """For which shop software."""

    model_config = ConfigDict(extra="forbid")

    dialect: Literal["vitrine", "shopify", "woocommerce"] = "vitrine"


@jobs.open_to_scripts("export", write_export, schema=ExportAsked, permission="imports:write")
def start_export(session: Session, actor: Actor, asked: ExportAsked) -> str:
    """Write the whole catalogue as a CSV file; `GET /api/v1/tasks/{id}/file` gives it when done."""
    return write_export.later(session, dialect=asked.dialect, asked_by=actor.id or "")


class ImportAsked(BaseModel):
    """Which uploaded file."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    import_id: str = Field(
        alias="import",
        max_length=40,
        description="Public id of an uploaded file whose columns are understood.",
        examples=["imp_..."],
    )


@jobs.open_to_scripts("import", run_import, schema=ImportAsked, permission="imports:write")
def start_import(session: Session, actor: Actor, asked: ImportAsked) -> str:
    """Carry out the import of an uploaded file, under the rules that were chosen for it."""
    from webapp.exchange import working

    return working.begin(session, actor, asked.import_id, run_import)
