"""What people are mailed when something happens to their account, and what is done for them
behind it."""

from typing import Any

from sqlmodel import Session

from webapp.accounts import commands, jobs, mails, queries
from webapp.accounts.commands.linking import LASTS
from webapp.accounts.events import (
    CustomerErased,
    ExportAsked,
    ExportReady,
    KeyMade,
    LinkPromised,
    PasswordChanged,
    PersonEvent,
    RegisteredAgain,
    SignedIn,
)
from webapp.accounts.links import LinkPurpose
from webapp.kit.clock import now
from webapp.runtime.events import Handlers
from webapp.runtime.mail import MailKind, post

handlers = Handlers()


@handlers.on(LinkPromised)
def mail_the_link(session: Session, event: LinkPromised) -> None:
    purpose = LinkPurpose(event.purpose)
    link = queries.link_by(session, event.link)
    post(
        session,
        mails.OF_PURPOSE[purpose],
        to=link.email,
        about=("link", event.link),
        useful_for=LASTS[purpose],
        link=event.link,
    )


@handlers.on(RegisteredAgain)
def say_there_is_an_account(session: Session, event: RegisteredAgain) -> None:
    """Once a day, however often somebody tries."""
    _tell(session, mails.registered_again, event, version=f"{now():%Y-%m-%d}")


@handlers.on(SignedIn)
def tell_of_a_new_device(session: Session, event: SignedIn) -> None:
    if event.is_new_device:
        browser = queries.device_name(session, event.sign_in)
        _tell(session, mails.new_device, event, version=event.sign_in, browser=browser)


@handlers.on(KeyMade)
def tell_of_the_new_key(session: Session, event: KeyMade) -> None:
    person = queries.by_public_id(session, event.person)
    post(
        session,
        mails.new_key,
        to=person.email,
        name=person.name,
        about=event.subject,
        locale=person.locale,
        person=event.person,
        title=event.title,
        prefix=event.prefix,
    )


@handlers.on(PasswordChanged)
def tell_of_the_new_password(session: Session, event: PasswordChanged) -> None:
    _tell(session, mails.password_changed, event, version=f"{now():%Y-%m-%dT%H:%M:%S.%f}")


@handlers.on(ExportAsked)
def make_the_copy(session: Session, event: ExportAsked) -> None:
    job = jobs.make_export.later(session, export=event.export, asked_by=event.person)
    commands.note_export_job(session, event.export, job)


@handlers.on(ExportReady)
def say_the_copy_is_ready(session: Session, event: ExportReady) -> None:
    _tell(session, mails.export_ready, event, version=event.export)


@handlers.on(CustomerErased)
def delete_their_files(session: Session, event: CustomerErased) -> None:
    if event.files:
        jobs.forget_files.later(session, keys=list(event.files))


def _tell(
    session: Session, kind: MailKind, event: PersonEvent, *, version: str, **facts: Any
) -> None:
    person = queries.by_public_id(session, event.person)
    post(
        session,
        kind,
        to=person.email,
        name=person.name,
        about=event.subject,
        version=version,
        locale=person.locale,
        person=event.person,
        **facts,
    )
