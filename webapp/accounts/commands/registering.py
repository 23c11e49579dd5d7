"""Customers: how an account begins, how its mailbox is shown to be theirs, a lost password."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from webapp.accounts.commands.checking import normalised_email, normalised_username
from webapp.accounts.commands.linking import (
    SPENT,
    drop_password_links,
    promise_link,
    spend_link,
)
from webapp.accounts.commands.signing_in import sign_out_everywhere
from webapp.accounts.errors import LinkSpent, NameTaken
from webapp.accounts.events import (
    CustomerCreated,
    CustomerVerified,
    PasswordChanged,
    RegisteredAgain,
)
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import Person
from webapp.accounts.queries import actor_of
from webapp.kit.actors import SHOPPER, SYSTEM
from webapp.kit.clock import now
from webapp.runtime.events import emit


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What a customer begins with. The password comes hashed: hashing is too slow here."""

    email: str
    password_hash: str
    name: str = ""
    username: str | None = None
    locale: str = ""


def register(session: Session, wanted: Registration) -> Person | None:
    """A new customer, who is mailed a link that shows the mailbox is theirs.

    None where the address has an account: its owner is told by mail, and whoever asked is told
    nothing. Raises ``NameTaken`` for a user name, which is no secret.
    """
    email = normalised_email(wanted.email)
    username = normalised_username(wanted.username) if wanted.username else None
    if username and session.exec(select(Person.id).where(Person.username == username)).first():
        raise NameTaken("Somebody has this name already. Choose another one.", field="username")
    there = session.exec(select(Person).where(Person.email == email)).one_or_none()
    if there is not None:
        emit(session, RegisteredAgain(there.public_id), actor=SHOPPER)
        return None
    person = Person(
        email=email,
        username=username,
        name=wanted.name,
        password_hash=wanted.password_hash,
        locale=wanted.locale,
    )
    session.add(person)
    session.flush()
    actor = actor_of(person.public_id, "", None)
    emit(session, CustomerCreated(person.public_id), actor=actor)
    promise_link(session, person, LinkPurpose.verify)
    return person


def verify(session: Session, link: str | None) -> Person:
    """The mailbox is theirs. Whoever calls this has seen that the account is as well: its password
    or a browser signed in to it; else the owner of the mailbox would lend their name to an account
    that somebody else has made. Raises ``LinkSpent``.
    """
    _, person = spend_link(session, link, LinkPurpose.verify)
    prove_mailbox(session, person)
    return person


def reset_password(session: Session, link: str | None, password_hash: str) -> Person:
    """A new password by a mailed link, which shows the mailbox is theirs as well; every browser is
    signed out. Raises ``LinkSpent``."""
    _, person = spend_link(session, link, LinkPurpose.reset)
    person.password_hash = password_hash
    session.add(person)
    drop_password_links(session, person)
    sign_out_everywhere(session, person, SYSTEM)
    actor = actor_of(person.public_id, person.name, person.role)
    emit(session, PasswordChanged(person.public_id, how="reset"), actor=actor)
    prove_mailbox(session, person)
    return person


def change_password(session: Session, person: Person, password_hash: str, *, keeping: str) -> None:
    """Another password of somebody who has just shown the old one; every browser but ``keeping``
    (the public id of its sign-in) is signed out."""
    person.password_hash = password_hash
    session.add(person)
    actor = actor_of(person.public_id, person.name, person.role)
    sign_out_everywhere(session, person, actor, but=keeping)
    emit(session, PasswordChanged(person.public_id, how="known"), actor=actor)


def come_in_by_link(session: Session, link: str | None) -> Person:
    """Signing in by a mailed link. On its first use the account becomes that of the mailbox: a
    password from before, which anybody may have chosen, is forgotten. Raises ``LinkSpent``."""
    _, person = spend_link(session, link, LinkPurpose.sign_in)
    if person.role is not None:
        raise LinkSpent(SPENT)
    if not person.is_verified:
        person.password_hash = ""
        sign_out_everywhere(session, person, SYSTEM)
        prove_mailbox(session, person)
    return person


def prove_mailbox(session: Session, person: Person) -> None:
    """Note that the address is theirs; once is enough."""
    if person.is_verified:
        return
    person.email_verified_at = now()
    session.add(person)
    session.flush()
    actor = actor_of(person.public_id, person.name, person.role)
    emit(session, CustomerVerified(person.public_id), actor=actor)


def ask_for_link(session: Session, email: str, purpose: LinkPurpose) -> None:
    """Mail a link to whoever has an account with this address; nothing happens for others.

    Staff come in by their own door, so no link signs them in.
    """
    person = session.exec(
        select(Person).where(Person.email == email, col(Person.is_active).is_(True))
    ).one_or_none()
    if person is None or (purpose is LinkPurpose.sign_in and person.role is not None):
        return
    if purpose is LinkPurpose.staff_reset and person.role is None:
        return
    if purpose is LinkPurpose.verify and person.is_verified:
        return
    promise_link(session, person, purpose)
