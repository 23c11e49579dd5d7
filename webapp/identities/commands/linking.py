"""Whose account an introduction opens: the rules that keep everybody else out of it.

A provider's word makes a new account, or opens the one it was linked with. It never opens an
account that was there before: that takes its owner, signed in, on a page that says what is linked.
And nothing is linked with an account whose address nobody has confirmed: whoever registers with
the address of somebody else would keep a way in when that person comes (pre-hijacking).
"""

from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, delete, func, select

from webapp.accounts.commands import normalised_email, promise_link, prove_mailbox
from webapp.accounts.events import CustomerCreated
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import Person
from webapp.accounts.queries import Member, actor_of
from webapp.identities.errors import (
    AccountThere,
    IdentityTaken,
    LastWayIn,
    NotConfirmed,
    NotForStaff,
    TooManyIdentities,
    TripLost,
)
from webapp.identities.events import IdentityLinked, IdentityUnlinked
from webapp.identities.models import Identity, Provider, SpentTrip
from webapp.identities.queries import client_row
from webapp.identities.values import Introduction
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.runtime.events import emit
from webapp.runtime.secrets import hash_token

MOST_IDENTITIES = 10
TRIP_LASTS = timedelta(minutes=10)


def use_up(session: Session, state: str) -> None:
    """A trip came back; it cannot come back again. Raises ``TripLost``."""
    try:
        with session.begin_nested():
            session.add(SpentTrip(state_hash=hash_token(state), forget_at=now() + 2 * TRIP_LASTS))
    except IntegrityError:
        raise TripLost("It came back a second time. Start again.") from None


def forget_spent(session: Session) -> int:
    """Delete the marks of trips that are too old to come back anyway; gives their number."""
    number: int = session.exec(delete(SpentTrip).where(col(SpentTrip.forget_at) < now())).rowcount
    return number


def welcome(session: Session, introduced: Introduction) -> Person:
    """An account for somebody new, with no password, whose address the provider has verified.

    Raises ``AccountThere`` where the address has one.
    """
    provider = client_row(session, introduced.provider)
    if not introduced.email or not introduced.is_verified:
        raise NotConfirmed("We do not know yet that the address is yours.")
    if _there(session, introduced.email) is not None:
        raise AccountThere("Sign in to it, then the two can be linked.")
    person = Person(email=introduced.email, name=introduced.name)
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError:
        raise AccountThere("Sign in to it, then the two can be linked.") from None
    actor = actor_of(person.public_id, "", None)
    emit(session, CustomerCreated(person.public_id), actor=actor)
    prove_mailbox(session, person)
    _link(session, person, provider, introduced, actor, is_first=True)
    return person


def begin_account(session: Session, email: str, *, name: str = "") -> None:
    """Mail a link that signs in whoever reads this mailbox, to an account that is made where there
    is none. Nothing is linked: the browser that asked does that once it is in.

    Staff come in by their own door, and nothing is mailed to them.
    """
    address = normalised_email(email)
    person = _there(session, address)
    if person is None:
        person = Person(email=address, name=name)
        session.add(person)
        session.flush()
        actor = actor_of(person.public_id, "", None)
        emit(session, CustomerCreated(person.public_id), actor=actor)
    if person.is_active and person.role is None:
        promise_link(session, person, LinkPurpose.sign_in)


def link(session: Session, member: Member, introduced: Introduction) -> Identity:
    """The owner, who is signed in and has read what will be linked, says yes. Linking twice is
    linking once. Raises ``NotConfirmed``, ``IdentityTaken``, ``NotForStaff``."""
    provider = client_row(session, introduced.provider)
    person = _owner(session, member)
    if not person.is_verified:
        raise NotConfirmed("Open the link in our mail first; then the two can be linked.")
    if person.role is not None and not provider.for_staff:
        raise NotForStaff(f"{provider.name} is not a way in for staff of this shop.")
    there = session.exec(
        select(Identity).where(
            Identity.provider_id == provider.id, Identity.subject == introduced.subject
        )
    ).one_or_none()
    if there is not None and there.person_id == person.id:
        return there
    if there is not None:
        raise IdentityTaken("Another account here is linked with it. Unlink it there first.")
    number = session.exec(
        select(func.count()).select_from(Identity).where(Identity.person_id == person.id)
    ).one()
    if number >= MOST_IDENTITIES:
        raise TooManyIdentities(f"An account is linked with {MOST_IDENTITIES} at most.")
    return _link(session, person, provider, introduced, member.actor)


def unlink(session: Session, member: Member, identity: str) -> Identity:
    """They come in by it no more. Raises ``LastWayIn`` where nothing else would be left."""
    person = _owner(session, member)
    found = session.exec(
        select(Identity, Provider)
        .join(Provider, col(Provider.id) == col(Identity.provider_id))
        .where(Identity.person_id == person.id)
    ).all()
    chosen = next((pair for pair in found if pair[0].public_id == identity), None)
    if chosen is None:
        raise NotFound("That is not linked with your account.")
    others = [one for one, provider in found if one.public_id != identity and provider.is_active]
    if not person.password_hash and not others:
        raise LastWayIn("Choose a password first, so that you can still come in.")
    gone, provider = chosen
    session.delete(gone)
    session.flush()
    fact = IdentityUnlinked(person.public_id, gone.public_id, provider.public_id, provider.name)
    emit(session, fact, actor=member.actor)
    return gone


def unlink_all(session: Session, person: str, actor: Actor) -> None:
    """Nothing opens this account any more by another's word."""
    rows = session.exec(
        select(Identity, Provider)
        .join(Provider, col(Provider.id) == col(Identity.provider_id))
        .join(Person, col(Person.id) == col(Identity.person_id))
        .where(Person.public_id == person)
    ).all()
    for identity, provider in rows:
        session.delete(identity)
        fact = IdentityUnlinked(person, identity.public_id, provider.public_id, provider.name)
        emit(session, fact, actor=actor)
    session.flush()


def _link(
    session: Session,
    person: Person,
    provider: Provider,
    introduced: Introduction,
    actor: Actor,
    *,
    is_first: bool = False,
) -> Identity:
    if person.id is None or provider.id is None:
        raise ValueError("they have not been stored yet")
    at = now()
    identity = Identity(
        provider_id=provider.id,
        person_id=person.id,
        subject=introduced.subject,
        label=introduced.label,
        created_at=at,
        last_used_at=at,
    )
    try:
        with session.begin_nested():
            session.add(identity)
    except IntegrityError:
        raise IdentityTaken("Another account here was just linked with it.") from None
    fact = IdentityLinked(
        person.public_id, identity.public_id, provider.public_id, provider.name, is_first=is_first
    )
    emit(session, fact, actor=actor)
    return identity


def _owner(session: Session, member: Member) -> Person:
    """Whose account it is, and nobody else changes its ways in meanwhile."""
    return session.exec(select(Person).where(Person.id == member.key).with_for_update()).one()


def _there(session: Session, email: str) -> Person | None:
    return session.exec(select(Person).where(Person.email == email)).one_or_none()
