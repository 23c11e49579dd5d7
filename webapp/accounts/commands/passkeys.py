"""Passkeys of people: added, named, removed, and used to come in or to prove who one is."""

import base64
import secrets

from sqlmodel import Session, col, delete, select, update

from webapp.accounts.commands.second_factor import (
    alone,
    must_not_be_the_last,
    turned_off,
    turned_on,
)
from webapp.accounts.errors import (
    NoSuchPasskey,
    PasskeyKnown,
    PasskeyRefused,
    TooManyPasskeys,
)
from webapp.accounts.events import PasskeyAdded, PasskeyDoubted, PasskeyRemoved, PasskeyRenamed
from webapp.accounts.factors import factors_of
from webapp.accounts.models import Passkey, Person
from webapp.accounts.passkeys import Made, Shown
from webapp.accounts.queries import Credentials, Member
from webapp.kit.clock import now
from webapp.runtime.events import emit

MOST = 20
REFUSED = "That passkey does not work here. Try again, or come in another way."


def passkey_handle(session: Session, member: Member) -> str:
    """What devices know somebody by: random, so that it says nothing, and theirs for good."""
    session.execute(
        update(Person)
        .where(col(Person.id) == member.key, col(Person.passkey_handle).is_(None))
        .values(passkey_handle=_random_handle())
    )
    handle = session.exec(select(Person.passkey_handle).where(Person.id == member.key)).one()
    return str(handle)


def add_passkey(session: Session, member: Member, made: Made, *, name: str) -> list[str]:
    """Remember what a device has just made. Returns new recovery codes when it is their first
    second factor, else none. Raises ``PasskeyKnown``, ``TooManyPasskeys``."""
    alone(session, member)
    if session.exec(select(Passkey.id).where(Passkey.credential == made.credential)).first():
        raise PasskeyKnown("This device has a passkey for an account here already.")
    before = factors_of(session, member.key)
    if len(before.passkeys) >= MOST:
        raise TooManyPasskeys(f"You have {MOST}. Remove one you no longer use first.")
    passkey = Passkey(
        person_id=member.key,
        credential=made.credential,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=list(made.transports),
        name=_named(name, len(before.passkeys) + 1),
    )
    session.add(passkey)
    session.flush()
    emit(session, PasskeyAdded(member.person, passkey.public_id), actor=member.actor)
    return [] if before.is_on else turned_on(session, member)


def rename_passkey(session: Session, member: Member, public_id: str, name: str) -> None:
    """Raises ``NoSuchPasskey`` for anybody else's."""
    passkey = _own(session, member, public_id)
    if not name.strip() or name.strip() == passkey.name:
        return
    passkey.name = name.strip()[:80]
    session.add(passkey)
    session.flush()
    emit(session, PasskeyRenamed(member.person, public_id), actor=member.actor)


def remove_passkey(session: Session, member: Member, public_id: str) -> None:
    """It opens nothing any more. Raises ``NoSuchPasskey`` for anybody else's, and
    ``SecondFactorRequired`` for the last second factor of staff where the shop wants one."""
    alone(session, member)
    passkey = _own(session, member, public_id)
    factors = factors_of(session, member.key)
    is_last = not factors.has_app and len(factors.passkeys) == 1
    if is_last:
        must_not_be_the_last(session, member)
    session.exec(delete(Passkey).where(col(Passkey.id) == passkey.id))
    emit(session, PasskeyRemoved(member.person, public_id), actor=member.actor)
    if is_last:
        turned_off(session, member)


def use_passkey(session: Session, shown: Shown) -> Credentials | None:
    """Whose passkey was shown, with its count noted. Raises ``PasskeyRefused`` when it is gone, is
    doubted, or has answered a newer challenge already.

    None when its count went back, as only a copy's does (WebAuthn level 3, 6.1.1): it opens nothing
    any more, neither here nor in the other hands. That is to be committed, so it is not raised.
    """
    row = session.exec(
        select(Passkey, Person)
        .join(Person, col(Person.id) == col(Passkey.person_id))
        .where(Passkey.credential == shown.credential, col(Person.is_active).is_(True))
        .with_for_update(of=Passkey)
    ).one_or_none()
    if row is None:
        raise PasskeyRefused(REFUSED)
    passkey, person = row
    if passkey.doubted_at is not None or passkey.answered_at >= shown.made_at:
        raise PasskeyRefused(REFUSED)
    known = Credentials.of(person)
    counts = passkey.sign_count > 0 or shown.sign_count > 0
    if counts and shown.sign_count <= passkey.sign_count:
        passkey.doubted_at = now()
        session.add(passkey)
        session.flush()
        emit(session, PasskeyDoubted(person.public_id, passkey.public_id), actor=known.actor)
        return None
    passkey.sign_count = shown.sign_count
    passkey.answered_at = shown.made_at
    passkey.last_used_at = now()
    session.add(passkey)
    session.flush()
    return known


def _own(session: Session, member: Member, public_id: str) -> Passkey:
    passkey = session.exec(
        select(Passkey).where(Passkey.person_id == member.key, Passkey.public_id == public_id)
    ).one_or_none()
    if passkey is None:
        raise NoSuchPasskey("You have no such passkey, or not any more.")
    return passkey


def _named(name: str, number: int) -> str:
    return name.strip()[:80] or f"Passkey {number}"


def _random_handle() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(64)).rstrip(b"=").decode()
