"""Customers: how an account begins, how its mailbox is shown to be theirs, a lost password."""

from typing import Any

from sqlalchemy import insert, literal
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
    ConsentSaid,
    CustomerCreated,
    CustomerVerified,
    PasswordChanged,
    PersonEvent,
    RegisteredAgain,
)
from webapp.accounts.links import HANDED, LinkPurpose
from webapp.accounts.models import Consent, Person
from webapp.accounts.queries import actor_of
from webapp.accounts.words import MARKETING
from webapp.kit.actors import SHOPPER, SYSTEM
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.columns import UtcDateTime
from webapp.runtime.events import emit, emit_all
from webapp.runtime.upserting import upsert


class Registration(Value, kw_only=True):
    """What a customer begins with. The password comes hashed: hashing is too slow here."""

    email: str
    password_hash: str
    name: str = ""
    username: str | None = None
    locale: str = ""
    news: str = ""
    """The words beside the box that was ticked to hear from the shop; empty: it was not."""


def register(session: Session, wanted: Registration) -> Person | None:
    """A new customer, who is mailed a link that shows the mailbox is theirs.

    None where the address has an account: its owner is told by mail, and whoever asked is told
    nothing, nor can they tell by the clock. So both cost the same statements, and what differs is
    left to a job. Raises ``NameTaken`` for a user name, which is no secret.
    """
    email = normalised_email(wanted.email)
    username = normalised_username(wanted.username) if wanted.username else None
    if username and session.exec(select(Person.id).where(Person.username == username)).first():
        raise NameTaken("Somebody has this name already. Choose another one.", field="username")
    made = Person(
        email=email,
        username=username,
        name=wanted.name,
        password_hash=wanted.password_hash,
        locale=wanted.locale,
    )
    adding = upsert(session, Person).values(made.model_dump(exclude={"id"}))
    session.execute(adding.on_conflict_do_nothing(index_elements=["email"]))
    person = session.exec(select(Person).where(Person.email == email)).one()
    is_new = person.public_id == made.public_id
    if wanted.news:
        _say_yes(session, made.public_id, email, wanted.news)
    if not is_new:
        emit_all(session, [RegisteredAgain(person.public_id)], actor=SHOPPER)
        return None
    facts: list[PersonEvent] = [CustomerCreated(person.public_id, has_registered=True)]
    if wanted.news:
        facts.append(ConsentSaid(person.public_id, True, "register"))
    emit_all(session, facts, actor=actor_of(person.public_id, "", None))
    return person


def _say_yes(session: Session, made: str, email: str, wording: str) -> None:
    """What somebody agreed to who has just been added as ``made``; nothing where nobody was: who
    has an account is not spoken for by whoever types their address."""
    values = {
        "email": literal(email),
        "purpose": literal(MARKETING),
        "is_given": literal(True),
        "source": literal("register"),
        "wording": literal(wording),
        "at": literal(now(), UtcDateTime()),
    }
    theirs: Any = select(col(Person.id), *values.values()).where(Person.public_id == made)
    session.execute(insert(Consent).from_select(["person_id", *values], theirs))


def answer_registration(session: Session, public_id: str, *, is_new: bool) -> bool:
    """Mail a new customer the link that shows the mailbox is theirs; gives whether somebody who had
    an account before is to be told of it instead."""
    person = session.exec(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        return False
    if is_new and not person.is_verified:
        promise_link(session, person, LinkPurpose.verify)
    return not is_new


def verify(session: Session, link: str | None) -> Person:
    """The mailbox is theirs. Whoever calls this has seen that the account is as well: its password
    or a browser signed in to it; else the owner of the mailbox would lend their name to an account
    that somebody else has made. Raises ``LinkSpent``.
    """
    _, person = spend_link(session, link, LinkPurpose.verify)
    prove_mailbox(session, person)
    return person


def reset_password(
    session: Session,
    link: str | None,
    password_hash: str,
    *,
    purpose: LinkPurpose = LinkPurpose.reset,
) -> Person:
    """A new password by a link (one of ``OF_CUSTOMER``), which shows the mailbox is theirs as well
    where it was mailed; every browser is signed out. Raises ``LinkSpent``."""
    _, person = spend_link(session, link, purpose)
    person.password_hash = password_hash
    session.add(person)
    drop_password_links(session, person)
    sign_out_everywhere(session, person, SYSTEM)
    actor = actor_of(person.public_id, person.name, person.role)
    how = {LinkPurpose.welcome: "invitation", LinkPurpose.handed_customer: "handed"}
    emit(session, PasswordChanged(person.public_id, how=how.get(purpose, "reset")), actor=actor)
    if purpose not in HANDED:
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
