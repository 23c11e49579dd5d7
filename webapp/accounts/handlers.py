"""What people are mailed when something happens to their account, and what is done for them
behind it."""

from typing import Any

from sqlmodel import Session

from webapp.accounts import commands, jobs, mails, queries
from webapp.accounts.commands.linking import LASTS
from webapp.accounts.events import (
    AuthenticatorAdded,
    AuthenticatorRemoved,
    AvatarChanged,
    CustomerCreated,
    CustomerErased,
    CustomersMerged,
    EmailChanged,
    ExportAsked,
    ExportReady,
    GrantEnded,
    GrantMade,
    KeyMade,
    LinkPromised,
    PasskeyAdded,
    PasskeyDoubted,
    PasskeyRemoved,
    PasswordChanged,
    PersonEvent,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    RegisteredAgain,
    SecondFactorOff,
    SignedIn,
)
from webapp.accounts.factors import passkey_name
from webapp.accounts.links import LinkPurpose
from webapp.kit.clock import now
from webapp.runtime.events import Handlers
from webapp.runtime.mail import MailKind, post

handlers = Handlers()


@handlers.on(LinkPromised)
def mail_the_link(session: Session, event: LinkPromised) -> None:
    purpose = LinkPurpose(event.purpose)
    link = queries.link_by(session, event.link)
    kind = mails.OF_PURPOSE[purpose]
    if purpose is LinkPurpose.new_email and queries.by_email(session, link.email) is not None:
        # Another account has the address: its owner is told, and is sent no link.
        kind = mails.address_in_use
    post(
        session,
        kind,
        to=link.email,
        about=("link", event.link),
        locale=queries.by_public_id(session, event.person).locale,
        useful_for=LASTS[purpose],
        link=event.link,
    )


@handlers.on(CustomerCreated)
def answer_who_registered(session: Session, event: CustomerCreated) -> None:
    if event.has_registered:
        jobs.answer_registration.later(session, person=event.person, is_new=True)


@handlers.on(RegisteredAgain)
def answer_who_is_registered(session: Session, event: RegisteredAgain) -> None:
    """With a job as well, so that nobody tells one from the other by the time it takes."""
    jobs.answer_registration.later(session, person=event.person, is_new=False)


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
    _tell(session, mails.password_changed, event, version=_moment())


@handlers.on(AuthenticatorAdded)
def tell_of_the_app(session: Session, event: AuthenticatorAdded) -> None:
    _tell_of_a_factor(session, event, "authenticator_added")


@handlers.on(AuthenticatorRemoved)
def tell_that_the_app_is_gone(session: Session, event: AuthenticatorRemoved) -> None:
    _tell_of_a_factor(session, event, "authenticator_removed")


@handlers.on(PasskeyAdded)
def tell_of_the_passkey(session: Session, event: PasskeyAdded) -> None:
    name = passkey_name(session, event.passkey)
    _tell_of_a_factor(session, event, "passkey_added", passkey=name)


@handlers.on(PasskeyRemoved)
def tell_that_the_passkey_is_gone(session: Session, event: PasskeyRemoved) -> None:
    _tell_of_a_factor(session, event, "passkey_removed")


@handlers.on(PasskeyDoubted)
def tell_of_a_copy(session: Session, event: PasskeyDoubted) -> None:
    name = passkey_name(session, event.passkey)
    _tell_of_a_factor(session, event, "passkey_doubted", passkey=name)


@handlers.on(RecoveryCodesMade)
def tell_of_new_codes(session: Session, event: RecoveryCodesMade) -> None:
    """Those that come with a first factor are told of with it."""
    if not event.first:
        _tell_of_a_factor(session, event, "codes_renewed")


@handlers.on(SecondFactorOff)
def tell_of_the_reset(session: Session, event: SecondFactorOff) -> None:
    """Of what they took away themselves they are told one by one."""
    if event.how == "reset":
        _tell_of_a_factor(session, event, "reset")


@handlers.on(RecoveryCodeUsed)
def tell_of_a_used_code(session: Session, event: RecoveryCodeUsed) -> None:
    _tell(session, mails.recovery_code_used, event, version=_moment(), left=event.left)


def _tell_of_a_factor(session: Session, event: PersonEvent, what: str, **facts: Any) -> None:
    kind = mails.second_factor_changed
    _tell(session, kind, event, version=f"{what} {_moment()}", what=what, **facts)


def _moment() -> str:
    return f"{now():%Y-%m-%dT%H:%M:%S.%f}"


@handlers.on(ExportAsked)
def make_the_copy(session: Session, event: ExportAsked) -> None:
    job = jobs.make_export.later(session, export=event.export, asked_by=event.person)
    commands.note_export_job(session, event.export, job)


@handlers.on(ExportReady)
def say_the_copy_is_ready(session: Session, event: ExportReady) -> None:
    _tell(session, mails.export_ready, event, version=event.export)


@handlers.on(EmailChanged)
def tell_both_mailboxes(session: Session, event: EmailChanged) -> None:
    person = queries.by_public_id(session, event.person)
    for address in (event.former, person.email):
        post(
            session,
            mails.email_changed,
            to=address,
            name=person.name,
            about=event.subject,
            version=f"{now():%Y-%m-%dT%H:%M:%S.%f} {'old' if address == event.former else 'new'}",
            locale=person.locale,
            person=event.person,
        )


@handlers.on(CustomersMerged)
def tell_both_mailboxes_of_the_merger(session: Session, event: CustomersMerged) -> None:
    """But not one of which nobody knows whose it is."""
    kept, gone = (queries.by_public_id(session, one) for one in (event.person, event.gone))
    for address in (one.email for one in (kept, gone) if one.is_verified):
        post(
            session,
            mails.merged,
            to=address,
            name=kept.name,
            about=event.subject,
            version=f"{event.gone} {'kept' if address == kept.email else 'gone'}",
            locale=kept.locale,
            person=event.person,
        )


@handlers.on(AvatarChanged)
def delete_the_former(session: Session, event: AvatarChanged) -> None:
    if event.dropped:
        jobs.forget_files.later(session, keys=[event.dropped])


@handlers.on(CustomerErased)
def delete_their_files(session: Session, event: CustomerErased) -> None:
    if event.files:
        jobs.forget_files.later(session, keys=list(event.files))


@handlers.on(GrantMade)
def tell_of_a_new_program(session: Session, event: GrantMade) -> None:
    if event.is_new_client:
        _tell(session, mails.new_program, event, version=event.grant, program=event.client)


@handlers.on(GrantEnded)
def tell_of_a_token_that_came_twice(session: Session, event: GrantEnded) -> None:
    if event.how == "reused":
        program = queries.client_of_grant(session, event.grant)
        _tell(session, mails.token_reused, event, version=event.grant, program=program)


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
