"""Imports in the background. What reads files is loaded by the first import, not with the shop."""

from __future__ import annotations

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
