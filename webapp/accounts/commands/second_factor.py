"""A second proof of who somebody is: an app's codes, recovery codes, and taking both away."""

from sqlmodel import Session, col, delete, select, update

from webapp.accounts import codes
from webapp.accounts.commands.roles import check_reach
from webapp.accounts.commands.signing_in import sign_out_everywhere
from webapp.accounts.errors import NoAuthenticator, SecondFactorRequired, WrongCode
from webapp.accounts.events import (
    AuthenticatorAdded,
    AuthenticatorRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorOff,
    SecondFactorOn,
)
from webapp.accounts.factors import codes_left, factors_of, staff_must, waiting_secret
from webapp.accounts.models import Authenticator, Passkey, Person, RecoveryCode
from webapp.accounts.queries import Member, actor_of
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound, Refused
from webapp.runtime.events import emit
from webapp.runtime.links import links_of
from webapp.runtime.secrets import Sealer

WRONG = "That code does not work. Codes change every half minute and are good once: try a new one."


def begin_authenticator(session: Session, member: Member) -> str:
    """A new secret for their app; returns it. It counts once ``confirm_authenticator`` got a code:
    until then the app they have goes on working."""
    alone(session, member)
    secret = codes.new_secret()
    row = _row(session, member.key) or Authenticator(person_id=member.key)
    row.sealed_next = _sealer(session).seal(secret, about=member.person)
    session.add(row)
    session.flush()
    return secret


def confirm_authenticator(session: Session, member: Member, code: str) -> list[str]:
    """The app shows that it has the secret: its codes count from now on. Returns new recovery
    codes when it is the first second factor, else none. Raises ``WrongCode``."""
    alone(session, member)
    row, secret = _row(session, member.key), waiting_secret(session, member)
    if row is None or secret is None:
        raise NoAuthenticator("Read the picture with your app first.")
    step = codes.step_of(secret, codes.plain(code), at=now(), after=0)
    if step is None:
        raise WrongCode(WRONG, field="code")
    before = factors_of(session, member.key)
    row.sealed, row.sealed_next, row.last_step = row.sealed_next, "", step
    row.confirmed_at = now()
    session.add(row)
    session.flush()
    emit(session, AuthenticatorAdded(member.person), actor=member.actor)
    return [] if before.is_on else turned_on(session, member)


def remove_authenticator(session: Session, member: Member) -> None:
    """Their app makes no codes for us any more. Raises ``SecondFactorRequired`` for the last
    second factor of staff where the shop wants one; removing twice is removing once."""
    alone(session, member)
    factors = factors_of(session, member.key)
    if not factors.has_app:
        return
    if not factors.passkeys:
        must_not_be_the_last(session, member)
    session.exec(delete(Authenticator).where(col(Authenticator.person_id) == member.key))
    emit(session, AuthenticatorRemoved(member.person), actor=member.actor)
    if not factors.passkeys:
        turned_off(session, member)


def renew_recovery_codes(session: Session, member: Member) -> list[str]:
    """Ten new ones; the ones before open nothing any more. Raises ``NoAuthenticator`` for whoever
    has no second factor that could be lost."""
    if not factors_of(session, member.key).is_on:
        raise NoAuthenticator("Set up an app or a passkey first.")
    return _make_codes(session, member)


def check_second_factor(session: Session, person_key: int, code: str) -> str:
    """Take a code of their app, or one of their recovery codes: each is good once. Returns which it
    was, ``code`` or ``recovery``. Raises ``WrongCode``. Slow whoever asks down before."""
    row = session.exec(
        select(Person.public_id, Person.name, Person.role).where(Person.id == person_key)
    ).one_or_none()
    if row is None:
        raise WrongCode(WRONG, field="code")
    person, name, role = row
    text = codes.plain(code[:60])
    if codes.is_one_time(text):
        if not _take_one_time(session, person_key, person, text):
            raise WrongCode(WRONG, field="code")
        return "code"
    hashed = codes.recovery_hash(links_of(session).secret, person, text)
    taken = session.exec(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.person_id) == person_key,
            col(RecoveryCode.code_hash) == hashed,
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now())
    )
    if taken.rowcount != 1:
        raise WrongCode(WRONG, field="code")
    left = codes_left(session, person_key)
    emit(session, RecoveryCodeUsed(person, left=left), actor=actor_of(person, name, role))
    return "recovery"


def reset_second_factor(session: Session, actor: Actor, person: Person) -> bool:
    """Take every second factor of somebody who is locked out away, and sign them out everywhere.
    Returns whether there was anything to take. Nobody does it for themselves: they prove who they
    are, and remove what they have."""
    actor.must("staff:write")
    if actor.id == person.public_id:
        raise Refused("Remove what you have on your own security page.")
    if person.id is None:
        raise NotFound("There is no such person.")
    check_reach(session, actor, person)
    if not factors_of(session, person.id).is_on:
        return False
    session.exec(delete(Authenticator).where(col(Authenticator.person_id) == person.id))
    session.exec(delete(Passkey).where(col(Passkey.person_id) == person.id))
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person.id))
    sign_out_everywhere(session, person, actor)
    emit(session, SecondFactorOff(person.public_id, how="reset"), actor=actor)
    return True


def alone(session: Session, member: Member) -> None:
    """What somebody has is changed by one at a time: the first factor brings codes, the last one
    takes them away."""
    session.exec(select(Person.id).where(Person.id == member.key).with_for_update())


def turned_on(session: Session, member: Member) -> list[str]:
    """Somebody has their first second factor: say so, and make codes for the day it is lost."""
    emit(session, SecondFactorOn(member.person), actor=member.actor)
    return _make_codes(session, member, first=True)


def turned_off(session: Session, member: Member) -> None:
    """Somebody's last second factor is gone, and with it what stood in for it."""
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == member.key))
    emit(session, SecondFactorOff(member.person), actor=member.actor)


def must_not_be_the_last(session: Session, member: Member) -> None:
    """Raise ``SecondFactorRequired`` for staff of a shop that wants them to keep one."""
    if member.role is not None and staff_must(session):
        raise SecondFactorRequired("This shop wants its staff to have one. Add another one first.")


def _make_codes(session: Session, member: Member, *, first: bool = False) -> list[str]:
    secret = links_of(session).secret
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.person_id) == member.key))
    made = codes.new_recovery_codes()
    session.add_all(
        RecoveryCode(
            person_id=member.key, code_hash=codes.recovery_hash(secret, member.person, one)
        )
        for one in made
    )
    session.flush()
    emit(session, RecoveryCodesMade(member.person, first=first), actor=member.actor)
    return made


def _take_one_time(session: Session, person_key: int, person: str, text: str) -> bool:
    """Whether it is a code of their app that was not taken before; now it is. Two browsers that
    send the same code at once get one yes."""
    row = session.exec(
        select(Authenticator.sealed, Authenticator.last_step).where(
            Authenticator.person_id == person_key, col(Authenticator.confirmed_at).is_not(None)
        )
    ).one_or_none()
    secret = _sealer(session).open(row[0], about=person) if row else None
    if row is None or secret is None:
        return False
    step = codes.step_of(secret, text, at=now(), after=row[1])
    if step is None:
        return False
    taken = session.exec(
        update(Authenticator)
        .where(col(Authenticator.person_id) == person_key, col(Authenticator.last_step) < step)
        .values(last_step=step)
    )
    return bool(taken.rowcount == 1)


def _row(session: Session, person_key: int) -> Authenticator | None:
    return session.exec(
        select(Authenticator).where(Authenticator.person_id == person_key)
    ).one_or_none()


def _sealer(session: Session) -> Sealer:
    return codes.sealer(links_of(session).secret)
