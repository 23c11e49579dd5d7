"""Background work about people."""

import json
import tempfile
import zipfile
from datetime import timedelta
from typing import IO

from webapp.accounts import commands, mails, profiles, queries
from webapp.accounts.links import LinkPurpose
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.runtime.jobs import JobContext, Jobs
from webapp.runtime.mail import post
from webapp.runtime.personal import Whose, personal_of

jobs = Jobs("accounts")


@jobs.job()
def mail_link(context: JobContext, email: str, purpose: str) -> None:
    """Mail a link to whoever has an account with this address.

    A job because whoever asks for it must not see, by words or by time, whether there is one.
    """
    with context.writing() as session:
        commands.ask_for_link(session, email, LinkPurpose(purpose))


@jobs.job()
def answer_registration(context: JobContext, person: str, is_new: bool) -> None:
    """Write to the mailbox that an account was asked for with: a link to whoever is new; to others
    that they have one, once a day however often somebody tries."""
    with context.writing() as session:
        if commands.answer_registration(session, person, is_new=is_new):
            there = queries.by_public_id(session, person)
            post(
                session,
                mails.registered_again,
                to=there.email,
                name=there.name,
                about=("person", person),
                version=f"{now():%Y-%m-%d}",
                locale=there.locale,
                person=person,
            )


@jobs.job(every=timedelta(hours=1))
def tidy(context: JobContext) -> dict[str, int]:
    """Forget the sign-ins and grants that are over and the links that are old."""
    with context.writing() as session:
        swept = {
            "sign_ins": commands.forget_ended(session),
            "grants": commands.forget_old_grants(session),
            "links": commands.forget_old_links(session),
            "failures": commands.forget_failures(session),
        }
        files = commands.forget_old_exports(session)
    for key in files:
        context.storage.delete(key)
    return {**swept, "copies": len(files)}


@jobs.job(every=timedelta(hours=1))
def erase_due(context: JobContext) -> dict[str, int]:
    """Erase the accounts whose owners have had their three days to think it over."""
    with context.reading() as session:
        due = profiles.to_be_erased(session)
    erased = 0
    for person in due:
        with context.writing() as session:
            erased += commands.erase(session, person)
        context.progress(erased, len(due), "Erasing")
    return {"erased": erased}


@jobs.job()
def forget_files(context: JobContext, keys: list[str]) -> None:
    """Delete files that belong to nobody any more."""
    for key in keys:
        context.storage.delete(key)


@jobs.job(slow=True, retries=3)
def make_export(context: JobContext, export: str) -> dict[str, int] | None:
    """Write all that the shop keeps about somebody into one ZIP: JSON by subject, and files."""
    try:
        return _export(context, export)
    except Exception:
        if context.is_last_attempt:
            with context.writing() as session:
                commands.settle_export(session, export, storage_key="", size_bytes=0)
        raise


def _export(context: JobContext, export: str) -> dict[str, int] | None:
    with context.reading() as session:
        whose = profiles.whose_export(session, export)
    if whose is None:
        return None
    key = f"exports/{export}.zip"
    with tempfile.TemporaryFile() as file:
        _fill(context, whose, file)
        file.seek(0)
        size = context.storage.put(file, key)
    with context.writing() as session:
        is_known = commands.settle_export(session, export, storage_key=key, size_bytes=size)
    if not is_known:
        context.storage.delete(key)
        return None
    return {"bytes": size}


def _fill(context: JobContext, whose: Whose, file: IO[bytes]) -> None:
    with context.reading() as session:
        parts = personal_of(session).parts
        files = list(personal_of(session).files(session, whose))
    total = len(parts) + len(files)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as copy:
        for done, (name, give) in enumerate(parts):
            context.progress(done, total, f"Writing {name}")
            with context.reading() as session:
                kept = give(session, whose)
            copy.writestr(f"{name}.json", json.dumps(kept, ensure_ascii=False, indent=2))
        for done, (name, key) in enumerate(files, len(parts)):
            context.progress(done, total, f"Copying {name}")
            try:
                with context.storage.open(key) as kept_file:
                    copy.writestr(name, kept_file.read())
            except NotFound:
                continue  # removed meanwhile
    context.progress(total, total, "Done")
