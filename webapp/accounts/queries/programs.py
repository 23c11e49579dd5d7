"""The keys and grants of programs: whose they are, and what they may do today."""

from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, or_, select

from webapp.accounts.models import (
    ApiKey,
    Grant,
    Person,
    Role,
)
from webapp.accounts.permissions import of_role
from webapp.accounts.queries.browsers import has_second_factor
from webapp.accounts.queries.people import actor_of
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.kit.values import Value, replace
from webapp.runtime.secrets import hash_token
from webapp.shop.models import ShopSettings


class KeyInUse(Value):
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
            ApiKey.public_id,
            ApiKey.name,
            ApiKey.scopes,
            ApiKey.last_used_at,
            Person.role,
            Role.permissions,
        )
        .join(Person, col(ApiKey.person_id) == col(Person.id))
        .outerjoin(Role, col(Role.code) == col(Person.role))
        .where(
            ApiKey.secret_hash == hash_token(secret),
            col(ApiKey.revoked_at).is_(None),
            or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now()),
            col(Person.is_active).is_(True),
        )
    ).one_or_none()
    if row is None:
        return None
    public_id, name, scopes, last_used_at, role, own = row
    held = of_role(role, own).intersection(scopes)
    return KeyInUse(Actor("key", public_id, name, held), last_used_at)


ME = "me"
"""The scope of what is one's own: everybody may give it."""


class Holder(Value):
    """Somebody whose program showed a good access token."""

    key: int
    person: str
    name: str
    email: str
    role: str | None
    grant: str
    scopes: frozenset[str]
    own_permissions: list[str] | None = None
    """Of a role that the shop has made itself."""

    @property
    def actor(self) -> Actor:
        """With what the role may do at this moment, as far as it was given to the program."""
        actor = actor_of(self.person, self.name, self.role, self.own_permissions)
        return replace(actor, permissions=actor.permissions & self.scopes)


def holder_of(session: Session, person: str, grant: str) -> Holder | None:
    """Who let this program in, unless that is over; one statement. It is over with the account,
    with its password, with the grant, and with a second factor that staff must have and have not;
    its permissions are those of today."""
    row = session.exec(
        select(  # type: ignore[call-overload]
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            Person.role,
            Grant.public_id,
            Grant.scopes,
            Person.password_hash,
            Grant.password_mark,
            Role.permissions,
        )
        .join(Grant, col(Grant.person_id) == col(Person.id))
        .outerjoin(Role, col(Role.code) == col(Person.role))
        .where(
            Grant.public_id == grant,
            Person.public_id == person,
            col(Grant.revoked_at).is_(None),
            col(Grant.expires_at) > now(),
            col(Person.is_active).is_(True),
            or_(
                col(Person.role).is_(None),
                ~exists().where(col(ShopSettings.staff_second_factor).is_(True)),
                has_second_factor(),
            ),
        )
    ).one_or_none()
    if row is None:
        return None
    key, person, name, email, role, grant, scopes, password_hash, mark, own = row
    if password_mark(password_hash) != mark:
        return None
    return Holder(key, person, name, email, role, grant, frozenset(scopes), own)


def client_of_grant(session: Session, public_id: str) -> str:
    """What the program calls itself; empty once the grant is forgotten."""
    return session.exec(select(Grant.client).where(Grant.public_id == public_id)).first() or ""


def password_mark(password_hash: str) -> str:
    """Tells one password hash from the next and gives neither away."""
    return hash_token(f"password mark:{password_hash}")


class KeyRow(Value):
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
