"""What people are told about their account, and the links they are mailed."""

from datetime import timedelta
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from webapp.accounts import queries
from webapp.accounts.links import LinkPurpose, path_of
from webapp.accounts.models import MailedLink, Person
from webapp.kit.errors import NotFound
from webapp.runtime.links import links_of
from webapp.runtime.mail import MailKind, Mails

mails = Mails("accounts")

NEEDS = "staff:write"
"""Such a message opens an account to whoever reads it."""
KEPT = timedelta(days=30)

_kind = partial(mails.kind, needs=NEEDS, keeps=KEPT)


def newest_person(session: Session) -> dict[str, Any] | None:
    """The facts of the newest account, for a preview."""
    found = session.exec(select(Person.public_id).order_by(col(Person.id).desc()).limit(1)).first()
    return {"person": found} if found else None


def newest_link(purpose: LinkPurpose) -> Any:
    def find(session: Session) -> dict[str, Any] | None:
        found = session.exec(
            select(MailedLink.public_id)
            .where(MailedLink.purpose == purpose)
            .order_by(col(MailedLink.id).desc())
            .limit(1)
        ).first()
        return {"link": found} if found else None

    return find


@_kind(
    "verify",
    title="Confirm the address",
    when="When somebody has made an account, or asks for the link again.",
    sample=newest_link(LinkPurpose.verify),
    is_urgent=True,
)
def verify(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "reset",
    title="Choose a new password",
    when="When somebody says that they lost their password.",
    sample=newest_link(LinkPurpose.reset),
    is_urgent=True,
)
def reset(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "sign_in",
    title="Sign in by link",
    when="When somebody asks for a link instead of typing a password.",
    sample=newest_link(LinkPurpose.sign_in),
    is_urgent=True,
)
def sign_in(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "staff_invited",
    title="Invitation to the staff",
    when="When somebody is added to the staff and is to choose their own password.",
    sample=newest_link(LinkPurpose.invite),
    is_urgent=True,
)
def staff_invited(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "staff_reset",
    title="Choose a new password for the back office",
    when="When somebody who works here has forgotten their password.",
    sample=newest_link(LinkPurpose.staff_reset),
    is_urgent=True,
)
def staff_reset(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "welcome",
    title="An account was made for you",
    when="When a customer is added by staff or a script and is to choose their password.",
    sample=newest_link(LinkPurpose.welcome),
    is_urgent=True,
)
def welcome(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "registered_again",
    title="There is an account already",
    when="When somebody asks for an account with an address that has one.",
    sample=newest_person,
)
def registered_again(session: Session, *, person: str) -> dict[str, Any]:
    return _person(session, person)


@_kind(
    "new_device",
    title="Signed in on a new device",
    when="When somebody signs in with a browser that was not seen before.",
    sample=newest_person,
)
def new_device(session: Session, *, person: str, browser: str = "") -> dict[str, Any]:
    return {**_person(session, person), "browser": browser}


@_kind(
    "password_changed",
    title="The password was changed",
    when="When somebody's password was changed, however it was done.",
    sample=newest_person,
)
def password_changed(session: Session, *, person: str) -> dict[str, Any]:
    return _person(session, person)


@_kind(
    "stay",
    title="The account is about to be erased",
    when="When somebody asks for their account to be erased: how to stop it.",
    sample=newest_link(LinkPurpose.stay),
    is_urgent=True,
)
def stay(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "old_email",
    title="Another address for the account",
    when="When somebody wants another address for their account: asks the mailbox it has.",
    sample=newest_link(LinkPurpose.old_email),
    is_urgent=True,
)
def old_email(session: Session, *, link: str) -> dict[str, Any]:
    return _link(session, link)


@_kind(
    "new_email",
    title="Confirm the new address",
    when="When somebody wants another address for their account: asks the new mailbox.",
    sample=newest_link(LinkPurpose.new_email),
    is_urgent=True,
)
def new_email(session: Session, *, link: str) -> dict[str, Any]:
    return {**_link(session, link), "name": ""}


@_kind(
    "address_in_use",
    title="Somebody wanted this address for their account",
    when="When somebody wants an address for their account that another account has.",
    sample=newest_link(LinkPurpose.new_email),
)
def address_in_use(session: Session, *, link: str) -> dict[str, Any]:
    return {"email": _link(session, link)["new_email"]}


@_kind(
    "email_changed",
    title="The address was changed",
    when="When the address of an account was changed: tells both mailboxes.",
    sample=newest_person,
)
def email_changed(session: Session, *, person: str) -> dict[str, Any]:
    return _person(session, person)


@_kind(
    "merged",
    title="Two accounts are one",
    when="When staff have merged two accounts of one customer: tells both mailboxes.",
    sample=newest_person,
)
def merged(session: Session, *, person: str) -> dict[str, Any]:
    return _person(session, person)


@_kind(
    "export_ready",
    title="Your data is ready",
    when="When the copy of all that is kept about somebody has been made.",
    sample=newest_person,
)
def export_ready(session: Session, *, person: str) -> dict[str, Any]:
    return _person(session, person)


@_kind(
    "new_key",
    title="A key for scripts was made",
    when="When an API key was made that acts for somebody.",
    sample=newest_person,
)
def new_key(
    session: Session, *, person: str, title: str = "Warehouse", prefix: str = "vk_8Jk2mQx4"
) -> dict[str, Any]:
    return {**_person(session, person), "title": title, "prefix": prefix}


@_kind(
    "second_factor_changed",
    title="What is shown beside the password was changed",
    when="When an app or a passkey was added or removed, or recovery codes were made anew.",
    sample=newest_person,
)
def second_factor_changed(
    session: Session, *, person: str, what: str = "authenticator_added", passkey: str = ""
) -> dict[str, Any]:
    """``what``: ``authenticator_added``, ``authenticator_removed``, ``passkey_added``,
    ``passkey_removed``, ``passkey_doubted``, ``codes_renewed`` or ``reset``."""
    return {**_person(session, person), "what": what, "passkey": passkey}


@_kind(
    "recovery_code_used",
    title="A recovery code was used",
    when="When somebody signs in with a recovery code.",
    sample=newest_person,
)
def recovery_code_used(session: Session, *, person: str, left: int = 9) -> dict[str, Any]:
    return {**_person(session, person), "left": left}


@_kind(
    "new_program",
    title="A program was let in",
    when="When somebody's password is used by a program that was not seen before.",
    sample=newest_person,
)
def new_program(session: Session, *, person: str, program: str = "") -> dict[str, Any]:
    return {**_person(session, person), "program": program}


@_kind(
    "token_reused",
    title="A program's token came twice",
    when="When what renews a program's access was used a second time, so that it was shut out.",
    sample=newest_person,
)
def token_reused(session: Session, *, person: str, program: str = "") -> dict[str, Any]:
    return {**_person(session, person), "program": program}


OF_PURPOSE: dict[LinkPurpose, MailKind] = {
    LinkPurpose.verify: verify,
    LinkPurpose.reset: reset,
    LinkPurpose.sign_in: sign_in,
    LinkPurpose.invite: staff_invited,
    LinkPurpose.staff_reset: staff_reset,
    LinkPurpose.welcome: welcome,
    LinkPurpose.stay: stay,
    LinkPurpose.old_email: old_email,
    LinkPurpose.new_email: new_email,
}


def _link(session: Session, public_id: str) -> dict[str, Any]:
    row = session.exec(
        select(MailedLink, Person)
        .join(Person, col(Person.id) == col(MailedLink.person_id))
        .where(MailedLink.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("A newer link was asked for.")
    link, person = row
    return {
        # Until the mailbox is shown to be theirs, somebody else may have chosen the name.
        "name": person.name if person.is_verified else "",
        "email": person.email,
        "new_email": link.new_email,
        "path": path_of(links_of(session).secret, link.purpose, public_id),
        "until": link.expires_at,
    }


def _person(session: Session, public_id: str) -> dict[str, Any]:
    person = queries.by_public_id(session, public_id)
    security = "/admin/security" if person.role else "/account/security"
    return {"name": person.name, "email": person.email, "security": security}
