"""The browsers people are signed in with, and who tried to be."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, or_, select

from webapp.accounts.agents import browser_name
from webapp.accounts.models import (
    Authenticator,
    FailedSignIn,
    Passkey,
    Person,
    Role,
    SignIn,
)
from webapp.accounts.queries.people import actor_of
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.secrets import hash_token
from webapp.shop.models import ShopSettings


class Member(Value):
    """Somebody who is signed in, and the browser they are signed in with."""

    key: int
    person: str
    name: str
    email: str
    role: str | None
    is_verified: bool
    sign_in: str
    is_kept: bool
    last_seen_at: datetime
    confirmed_at: datetime
    expires_at: datetime
    own_permissions: list[str] | None = None
    """Of a role that the shop has made itself."""
    must_set_up: bool = False
    """Whether they are to set up a second factor before anything else (staff, by setting)."""
    time_zone: str = ""
    """Theirs; empty: the shop's."""

    @property
    def actor(self) -> Actor:
        """With what the role may do; nothing for a customer, who acts on what is theirs."""
        return actor_of(self.person, self.name, self.role, self.own_permissions)


def has_second_factor() -> ColumnElement[bool]:
    """In a statement about ``people``: whether a password alone is not enough. A passkey that is
    doubted counts: a copy of it must not take the lock away."""
    person = col(Person.id)
    return or_(
        exists().where(
            col(Authenticator.person_id) == person, col(Authenticator.confirmed_at).is_not(None)
        ),
        exists().where(col(Passkey.person_id) == person),
    )


def member_of_token(session: Session, secret: str) -> Member | None:
    """Whose browser carries this token, if it is signed in still; one statement."""
    at = now()
    row = session.exec(
        select(  # type: ignore[call-overload]
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            Person.role,
            col(Person.email_verified_at).is_not(None),
            SignIn.public_id,
            SignIn.is_kept,
            SignIn.last_seen_at,
            SignIn.confirmed_at,
            SignIn.expires_at,
            Role.permissions,
            and_(
                col(Person.role).is_not(None),
                exists().where(col(ShopSettings.staff_second_factor).is_(True)),
                ~has_second_factor(),
            ),
            Person.time_zone,
        )
        .join(SignIn, col(SignIn.person_id) == col(Person.id))
        .outerjoin(Role, col(Role.code) == col(Person.role))
        .where(
            SignIn.token_hash == hash_token(secret),
            SignIn.expires_at > at,
            SignIn.idle_until > at,
            col(Person.is_active).is_(True),
        )
    ).one_or_none()
    return Member(*row) if row else None


class Device(Value):
    """A browser somebody is signed in with, as they see it in their list."""

    sign_in: str
    user_agent: str
    is_kept: bool
    created_at: datetime
    last_seen_at: datetime

    @property
    def name(self) -> str:
        return browser_name(self.user_agent)


def devices(session: Session, person_key: int) -> list[Device]:
    """The browsers somebody is signed in with, the one used last first."""
    at = now()
    rows = session.exec(
        select(  # type: ignore[call-overload]
            SignIn.public_id,
            SignIn.user_agent,
            SignIn.is_kept,
            SignIn.created_at,
            SignIn.last_seen_at,
        )
        .where(SignIn.person_id == person_key, SignIn.expires_at > at, SignIn.idle_until > at)
        .order_by(col(SignIn.last_seen_at).desc(), col(SignIn.id).desc())
    )
    return [Device(*row) for row in rows]


def device_name(session: Session, sign_in: str) -> str:
    """What the browser of a sign-in is called; empty once it is over."""
    found = session.exec(select(SignIn.user_agent).where(SignIn.public_id == sign_in)).first()
    return browser_name(found) if found is not None else ""


class Failures(Value):
    """Wrong passwords within one hour; ``network`` is where the latest came from, roughly."""

    hour: datetime
    tries: int
    network: str
    last_at: datetime


def failures(session: Session, person_key: int, *, most: int = 20) -> list[Failures]:
    """The hours in which somebody failed to sign in to this account, the latest first."""
    rows = session.exec(
        select(FailedSignIn.hour, FailedSignIn.tries, FailedSignIn.network, FailedSignIn.last_at)
        .where(FailedSignIn.person_id == person_key)
        .order_by(col(FailedSignIn.hour).desc())
        .limit(most)
    )
    return [Failures(*row) for row in rows]
