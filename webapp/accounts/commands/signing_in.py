"""Signing in and out, proving anew who one is, ending other browsers."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, literal
from sqlmodel import Session, col, delete, or_, select, update

from webapp.accounts.agents import browser_name
from webapp.accounts.commands.revoking import end_grants
from webapp.accounts.errors import NoSuchDevice, SecondFactorNeeded
from webapp.accounts.events import SignedIn, SignedOut
from webapp.accounts.models import Person, SignIn
from webapp.accounts.queries import Credentials, Member, actor_of, has_second_factor
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.ids import public_id, token
from webapp.kit.values import Value
from webapp.runtime.columns import UtcDateTime
from webapp.runtime.events import emit
from webapp.runtime.secrets import hash_token

SEEN_NOTED_EVERY = timedelta(minutes=5)
"""A browser is noted as seen at most so often: a page should not cost a write."""


class Span(Value):
    """How long a browser stays signed in: unused, and at all."""

    idle: timedelta
    at_most: timedelta

    def idle_until(self, at: datetime, expires_at: datetime) -> datetime:
        return min(at + self.idle, expires_at)


PASSING = Span(timedelta(hours=4), timedelta(hours=24))
"""A shopper who did not ask to be kept: for a visit."""
KEPT = Span(timedelta(days=30), timedelta(days=90))
STAFF = Span(timedelta(hours=12), timedelta(days=14))


def span_of(role: str | None, *, is_kept: bool) -> Span:
    """Staff are not kept longer than a fortnight, whatever is ticked."""
    if role is not None:
        return STAFF
    return KEPT if is_kept else PASSING


class Browser(Value):
    """What is known of the browser that signs in."""

    user_agent: str = ""
    is_kept: bool = False
    is_new: bool = False
    """Whether this person was never seen in it before."""
    network: str = ""
    """Where it comes from, roughly: see ``web.limits.roughly``."""


def admit(
    session: Session,
    known: Credentials,
    browser: Browser,
    *,
    how: str = "password",
    second: str = "",
    instead_of: str | None = None,
) -> str | None:
    """Remember this browser; returns the token for its cookie.

    None when the account was closed or got another password since it was looked up: hashing took
    its time meanwhile. ``how`` is what was shown, and ``second`` what beside it (``code``,
    ``recovery``, ``passkey``): without, raises ``SecondFactorNeeded`` for whoever has a second
    factor, whichever door they came by. ``instead_of`` is the token it carried: one browser, one
    sign-in, and never one that somebody else has planted.
    """
    if instead_of:
        session.exec(delete(SignIn).where(col(SignIn.token_hash) == hash_token(instead_of)))
    secret, identifier, at = token(), public_id("sgn"), now()
    span = span_of(known.role, is_kept=browser.is_kept)
    expires_at = at + span.at_most
    values = {
        "public_id": literal(identifier),
        "token_hash": literal(hash_token(secret)),
        "person_id": col(Person.id),
        "user_agent": literal(browser.user_agent[:200]),
        "is_kept": literal(browser.is_kept),
        "created_at": literal(at, UtcDateTime()),
        "last_seen_at": literal(at, UtcDateTime()),
        "confirmed_at": literal(at, UtcDateTime()),
        "idle_until": literal(span.idle_until(at, expires_at), UtcDateTime()),
        "expires_at": literal(expires_at, UtcDateTime()),
    }
    columns: list[Any] = [*values.values()]
    unchanged = select(*columns).where(
        Person.id == known.key,
        col(Person.is_active).is_(True),
        Person.password_hash == known.password_hash,
    )
    if not second:
        unchanged = unchanged.where(~has_second_factor())
    # Asked for: SQLAlchemy otherwise keeps no count of the rows of an INSERT on PostgreSQL.
    added = session.connection().execute(
        insert(SignIn).from_select([*values], unchanged),
        execution_options={"preserve_rowcount": True},
    )
    if added.rowcount != 1:
        if not second and _needs_more(session, known):
            raise SecondFactorNeeded("Your account asks for a second proof that it is you.")
        return None
    if known.role is not None:
        session.execute(
            update(Person).where(col(Person.id) == known.key).values(last_sign_in_at=at)
        )
    emit(
        session,
        SignedIn(
            known.person,
            how=how,
            sign_in=identifier,
            is_new_device=browser.is_new,
            device=browser_name(browser.user_agent),
            network=browser.network,
            second=second,
        ),
        actor=known.actor,
    )
    return secret


def _needs_more(session: Session, known: Credentials) -> bool:
    """Whether the account is as it was looked up, and has a second factor."""
    found = session.exec(
        select(Person.id).where(
            Person.id == known.key,
            col(Person.is_active).is_(True),
            Person.password_hash == known.password_hash,
            has_second_factor(),
        )
    )
    return found.first() is not None


def sign_in(session: Session, person: Person, *, user_agent: str = "") -> str:
    """Remember a browser of somebody who has just proved who they are; returns the token."""
    secret = admit(session, Credentials.of(person), Browser(user_agent))
    if secret is None:
        raise ValueError("the account is closed")
    return secret


def sign_out(session: Session, secret: str) -> None:
    """Forget the browser that carries this token. Signing out twice is signing out once."""
    row = session.exec(
        select(  # type: ignore[call-overload]
            SignIn.id, SignIn.public_id, Person.public_id, Person.name, Person.role
        )
        .join(Person, col(Person.id) == col(SignIn.person_id))
        .where(SignIn.token_hash == hash_token(secret))
    ).one_or_none()
    if row is None:
        return
    key, sign_in_id, person, name, role = row
    session.exec(delete(SignIn).where(col(SignIn.id) == key))
    emit(session, SignedOut(person, sign_in=sign_in_id), actor=actor_of(person, name, role))


def sign_out_device(session: Session, member: Member, sign_in_id: str) -> None:
    """End one of one's own browsers from another. Raises ``NoSuchDevice`` for anybody else's."""
    ended = session.exec(
        delete(SignIn).where(
            col(SignIn.person_id) == member.key, col(SignIn.public_id) == sign_in_id
        )
    )
    if ended.rowcount != 1:
        raise NoSuchDevice("That browser is signed out already.")
    emit(session, SignedOut(member.person, sign_in=sign_in_id), actor=member.actor)


def sign_out_everywhere(
    session: Session, person: Person, actor: Actor, *, but: str | None = None
) -> int:
    """End every browser of somebody (``but`` one, by its public id) and all that programs were
    given; gives the number of browsers."""
    end_grants(session, person, actor)
    ending = delete(SignIn).where(col(SignIn.person_id) == person.id)
    if but is not None:
        ending = ending.where(col(SignIn.public_id) != but)
    number: int = session.exec(ending).rowcount
    if number:
        emit(session, SignedOut(person.public_id), actor=actor)
    return number


def confirm(session: Session, member: Member) -> str:
    """They have proved anew who they are, so this browser may do what is sensitive for a while.
    Its token is replaced: returns the new one."""
    secret = token()
    session.execute(
        update(SignIn)
        .where(col(SignIn.public_id) == member.sign_in)
        .values(token_hash=hash_token(secret), confirmed_at=now())
    )
    return secret


def note_seen(session: Session, member: Member) -> None:
    """This browser was used just now: it stays signed in for another while."""
    at = now()
    span = span_of(member.role, is_kept=member.is_kept)
    session.execute(
        update(SignIn)
        .where(
            col(SignIn.public_id) == member.sign_in,
            col(SignIn.last_seen_at) < at - SEEN_NOTED_EVERY,
        )
        .values(last_seen_at=at, idle_until=span.idle_until(at, member.expires_at))
    )


def forget_ended(session: Session) -> int:
    """Delete the sign-ins that are over; gives their number."""
    at = now()
    over = or_(col(SignIn.expires_at) < at, col(SignIn.idle_until) < at)
    number: int = session.exec(delete(SignIn).where(over)).rowcount
    return number
