"""Who somebody is: by address, by the token of their browser, by the key of their script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, or_, select

from webapp.accounts.models import ApiKey, Person, SignIn
from webapp.accounts.permissions import of_role
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.runtime.secrets import hash_token


def by_email(session: Session, email: str) -> Person | None:
    """The person with this normalised address, if any."""
    return session.exec(select(Person).where(Person.email == email)).one_or_none()


def by_public_id(session: Session, public_id: str) -> Person:
    person = session.exec(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise NotFound("There is no such person.")
    return person


def staff_of_token(session: Session, secret: str) -> Actor | None:
    """The member of staff whose browser carries this token, as an actor; one statement."""
    row = session.exec(
        select(Person.public_id, Person.name, Person.role)
        .join(SignIn, col(SignIn.person_id) == col(Person.id))
        .where(
            SignIn.token_hash == hash_token(secret),
            SignIn.expires_at > now(),
            col(Person.is_active).is_(True),
            col(Person.role).is_not(None),
        )
    ).one_or_none()
    if row is None:
        return None
    public_id, name, role = row
    return Actor("staff", public_id, name, of_role(role))


def staff(session: Session) -> Sequence[Person]:
    return session.exec(
        select(Person).where(col(Person.role).is_not(None)).order_by(Person.email)
    ).all()


def has_staff(session: Session) -> bool:
    """False on a fresh shop, whose first visitor to the back office becomes its owner."""
    return session.exec(select(func.count()).where(col(Person.role).is_not(None))).one() > 0


@dataclass(frozen=True, slots=True)
class KeyInUse:
    """A key that was shown and is good, with what it may do at this moment."""

    actor: Actor
    last_used_at: datetime | None


def key_of_secret(session: Session, secret: str) -> KeyInUse | None:
    """The key that reads ``secret``, unless it is dead; one statement.

    It may do what its scopes name *and* its person may do today: whoever is given less to do has
    no script that does more.
    """
    row = session.exec(
        select(  # type: ignore[call-overload]
            ApiKey.public_id, ApiKey.name, ApiKey.scopes, ApiKey.last_used_at, Person.role
        )
        .join(Person, col(ApiKey.person_id) == col(Person.id))
        .where(
            ApiKey.secret_hash == hash_token(secret),
            col(ApiKey.revoked_at).is_(None),
            or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now()),
            col(Person.is_active).is_(True),
        )
    ).one_or_none()
    if row is None:
        return None
    public_id, name, scopes, last_used_at, role = row
    return KeyInUse(Actor("key", public_id, name, of_role(role).intersection(scopes)), last_used_at)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as the list of keys shows it."""

    public_id: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    person: str
    email: str
    can_open: bool
    """Whether its person's account is open."""

    @property
    def state(self) -> str:
        """``live``, ``revoked``, ``expired`` or ``closed`` (its person left)."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now():
            return "expired"
        return "live" if self.can_open else "closed"


def keys(session: Session, *, of: str | None = None) -> list[KeyRow]:
    """Keys, newest first; ``of`` (a person's public id) leaves only theirs."""
    query = (
        select(  # type: ignore[call-overload]
            ApiKey.public_id,
            ApiKey.name,
            ApiKey.prefix,
            ApiKey.scopes,
            ApiKey.created_at,
            ApiKey.expires_at,
            ApiKey.last_used_at,
            ApiKey.revoked_at,
            Person.name,
            Person.email,
            Person.is_active,
        )
        .join(Person, col(ApiKey.person_id) == col(Person.id))
        .order_by(col(ApiKey.id).desc())
    )
    if of is not None:
        query = query.where(Person.public_id == of)
    return [KeyRow(*row) for row in session.exec(query)]


def key_by(session: Session, text: str) -> ApiKey:
    """The key with this public id or prefix. Raises ``NotFound``."""
    key = session.exec(
        select(ApiKey).where(or_(ApiKey.public_id == text, ApiKey.prefix == text))
    ).one_or_none()
    if key is None:
        raise NotFound("There is no such key.")
    return key
