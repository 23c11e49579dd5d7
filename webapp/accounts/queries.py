"""Who somebody is: by address, by the token of their browser, by the key of their script."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists
from sqlmodel import Session, col, func, or_, select

from webapp.accounts.agents import browser_name
from webapp.accounts.models import (
    ApiKey,
    Authenticator,
    FailedSignIn,
    GateCount,
    Grant,
    MailedLink,
    Passkey,
    Person,
    Role,
    SignIn,
)
from webapp.accounts.permissions import ROLE_NAMES, ROLES, of_role
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.runtime.personal import Whose
from webapp.runtime.secrets import hash_token
from webapp.shop.models import ShopSettings


def by_email(session: Session, email: str) -> Person | None:
    """The person with this normalised address, if any."""
    return session.exec(select(Person).where(Person.email == email)).one_or_none()


def by_public_id(session: Session, public_id: str) -> Person:
    person = session.exec(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise NotFound("There is no such person.")
    return person


def whose(person: Person) -> Whose:
    """Somebody, as what is kept of them is found."""
    if person.id is None:
        raise ValueError("the person has not been stored yet")
    return Whose(person.id, person.public_id, person.email if person.is_verified else "")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signing in needs to know of somebody. ``key`` is for joins and never leaves the shop."""

    key: int
    person: str
    name: str
    email: str
    role: str | None
    password_hash: str
    is_verified: bool
    created_at: datetime
    is_active: bool = True

    @property
    def actor(self) -> Actor:
        return actor_of(self.person, self.name, self.role)

    @classmethod
    def of(cls, person: Person) -> "Credentials":
        if person.id is None:
            raise ValueError("the person has not been stored yet")
        return cls(
            person.id,
            person.public_id,
            person.name,
            person.email,
            person.role,
            person.password_hash,
            person.is_verified,
            person.created_at,
            person.is_active,
        )


@dataclass(frozen=True, slots=True)
class Member:
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


def credentials(session: Session, typed: str) -> Credentials | None:
    """Whose normalised address or user name this is, if the account is open; one statement."""
    which = Person.email == typed if "@" in typed else Person.username == typed
    row = session.exec(
        select(  # type: ignore[call-overload]
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            Person.role,
            Person.password_hash,
            col(Person.email_verified_at).is_not(None),
            Person.created_at,
        ).where(which, col(Person.is_active).is_(True))
    ).one_or_none()
    return Credentials(*row) if row else None


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


@dataclass(frozen=True, slots=True)
class Device:
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


@dataclass(frozen=True, slots=True)
class Failures:
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


def gate_counts(session: Session, since: date) -> dict[str, int]:
    """How many suspicious forms were ``shown`` a challenge since, ``passed``, ``failed``."""
    rows = session.execute(
        select(GateCount.outcome, func.sum(GateCount.number))
        .where(GateCount.day >= since)
        .group_by(GateCount.outcome)
    )
    return {outcome: int(number) for outcome, number in rows}


def link_by(session: Session, public_id: str) -> MailedLink:
    """The mailed link of this id. Raises ``NotFound``."""
    link = session.exec(select(MailedLink).where(MailedLink.public_id == public_id)).one_or_none()
    if link is None:
        raise NotFound("There is no such link.")
    return link


def actor_of(
    person: str, name: str, role: str | None, own_permissions: list[str] | None = None
) -> Actor:
    """Somebody as the one who acts. A customer's name stays out of the log, which outlives the
    account. A role of the shop's own may do what ``own_permissions`` say, nothing without them."""
    if role is None:
        return Actor("customer", person, "Customer")
    return Actor("staff", person, name, of_role(role, own_permissions))


def held_by(session: Session, role: str | None) -> frozenset[str]:
    """What a role may do at this moment, whoever made it; a statement for a role of the shop's."""
    if role is None or role in ROLES:
        return of_role(role)
    return of_role(role, session.exec(select(Role.permissions).where(Role.code == role)).first())


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as staff see it; ``members`` are those who have it, closed accounts included."""

    code: str
    name: str
    permissions: frozenset[str]
    is_built_in: bool
    members: int


def roles(session: Session) -> list[RoleView]:
    """Every role there is: those of each shop by what they may do, then this shop's by name."""
    counted = dict(
        session.execute(
            select(Person.role, func.count())
            .where(col(Person.role).is_not(None))
            .group_by(col(Person.role))
        ).all()
    )
    own = session.exec(select(Role.code, Role.name, Role.permissions).order_by(Role.name))
    return [
        *(
            RoleView(code, ROLE_NAMES[code], held, True, counted.get(code, 0))
            for code, held in ROLES.items()
        ),
        *(
            RoleView(code, name, of_role(code, may), False, counted.get(code, 0))
            for code, name, may in own
        ),
    ]


def role_by(session: Session, code: str) -> Role:
    """A role of the shop's own. Raises ``NotFound``."""
    found = session.exec(select(Role).where(Role.code == code)).one_or_none()
    if found is None:
        raise NotFound("There is no such role.")
    return found


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


@dataclass(frozen=True, slots=True)
class Holder:
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
