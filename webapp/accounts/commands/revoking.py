"""Shutting programs out that somebody let in."""

from datetime import timedelta

from sqlmodel import Session, col, delete, or_, select, update

from webapp.accounts.events import GrantEnded
from webapp.accounts.models import Grant, Person, RefreshToken
from webapp.accounts.queries import actor_of
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.runtime.events import emit
from webapp.runtime.secrets import hash_token

_KEPT = timedelta(days=30)
"""After the end: a token that comes once more is known until then."""


def end_grant(session: Session, public_id: str) -> None:
    """The program signs out: its tokens, both kinds, open nothing from now on. Twice is once."""
    row = session.exec(
        select(Grant, Person)
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(Grant.public_id == public_id, col(Grant.revoked_at).is_(None))
    ).one_or_none()
    if row is not None:
        found, person = row
        actor = actor_of(person.public_id, person.name, person.role)
        end(session, found, person.public_id, actor, how="signed_out")


def end_grant_of(session: Session, secret: str) -> None:
    """The same by a refresh token, used or not."""
    found = session.exec(
        select(Grant.public_id)
        .join(RefreshToken, col(RefreshToken.grant_id) == col(Grant.id))
        .where(RefreshToken.token_hash == hash_token(secret))
    ).one_or_none()
    if found is not None:
        end_grant(session, found)


def end_grants(session: Session, person: Person, actor: Actor) -> int:
    """End all that programs were given by somebody; gives their number."""
    ended = session.exec(
        update(Grant)
        .where(col(Grant.person_id) == person.id, col(Grant.revoked_at).is_(None))
        .values(revoked_at=now())
    )
    number: int = ended.rowcount
    if number:
        emit(session, GrantEnded(person.public_id, grant="", how="everywhere"), actor=actor)
    return number


def forget_old_grants(session: Session) -> int:
    """Delete the grants that are over, with their tokens; gives their number."""
    over = or_(col(Grant.expires_at) < now(), col(Grant.revoked_at) < now() - _KEPT)
    number: int = session.exec(delete(Grant).where(over)).rowcount
    return number


def end(session: Session, found: Grant, person: str, actor: Actor, *, how: str) -> None:
    """``how`` as in ``GrantEnded``."""
    found.revoked_at = now()
    session.add(found)
    session.flush()
    emit(session, GrantEnded(person, grant=found.public_id, how=how), actor=actor)
