"""What somebody shows beside a password: their app, their passkeys, their recovery codes."""

import hashlib
import hmac
from datetime import datetime

from sqlmodel import Session, col, func, select

from webapp.accounts.codes import sealer
from webapp.accounts.models import Authenticator, Passkey, Person, RecoveryCode
from webapp.accounts.queries import Credentials, Member
from webapp.kit.values import Value
from webapp.runtime.links import links_of
from webapp.shop.models import ShopSettings


class PasskeyRow(Value):
    """A passkey as its person sees it."""

    public_id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None
    doubted_at: datetime | None


class Factors(Value):
    """What somebody has beside a password."""

    authenticator_since: datetime | None
    passkeys: tuple[PasskeyRow, ...]
    codes_left: int

    @property
    def has_app(self) -> bool:
        return self.authenticator_since is not None

    @property
    def is_on(self) -> bool:
        """Whether a password alone is not enough."""
        return self.has_app or bool(self.passkeys)


def factors_of(session: Session, person_key: int) -> Factors:
    since = session.exec(
        select(Authenticator.confirmed_at).where(Authenticator.person_id == person_key)
    ).first()
    rows = session.exec(
        select(  # type: ignore[call-overload]
            Passkey.public_id,
            Passkey.name,
            Passkey.created_at,
            Passkey.last_used_at,
            Passkey.doubted_at,
        )
        .where(Passkey.person_id == person_key)
        .order_by(col(Passkey.id))
    )
    passkeys = tuple(PasskeyRow(*row) for row in rows)
    return Factors(since, passkeys, codes_left(session, person_key))


def waiting_secret(session: Session, member: Member) -> str | None:
    """The secret for an app that no first code has confirmed yet."""
    sealed = session.exec(
        select(Authenticator.sealed_next).where(Authenticator.person_id == member.key)
    ).first()
    if not sealed:
        return None
    return sealer(links_of(session).secret).open(sealed, about=member.person)


def codes_left(session: Session, person_key: int) -> int:
    """How many recovery codes somebody has that were not used."""
    return session.exec(
        select(func.count()).where(
            RecoveryCode.person_id == person_key, col(RecoveryCode.used_at).is_(None)
        )
    ).one()


def with_second_factor(session: Session) -> frozenset[str]:
    """The public ids of the staff who have one."""
    apps = select(Authenticator.person_id).where(col(Authenticator.confirmed_at).is_not(None))
    keys = select(Passkey.person_id)
    found = session.exec(
        select(Person.public_id).where(
            col(Person.role).is_not(None),
            col(Person.id).in_(apps) | col(Person.id).in_(keys),
        )
    )
    return frozenset(found)


class HalfWay(Value):
    """Somebody who has shown the first factor and is asked for the second."""

    known: Credentials
    factors: Factors
    mark: str
    """Changes with the password, with the account and whenever a second factor was shown or
    changed: what carries another one is worth nothing."""


def half_way(session: Session, person: str) -> HalfWay | None:
    """Where somebody stands between the two steps; None when the account is closed."""
    found = session.exec(
        select(Person).where(Person.public_id == person, col(Person.is_active).is_(True))
    ).one_or_none()
    if found is None or found.id is None:
        return None
    factors = factors_of(session, found.id)
    last_step = session.exec(
        select(Authenticator.last_step).where(Authenticator.person_id == found.id)
    ).first()
    state = (
        found.public_id,
        found.email,
        found.password_hash,
        found.role,
        factors.authenticator_since,
        last_step,
        factors.codes_left,
        *((one.public_id, one.last_used_at, one.doubted_at) for one in factors.passkeys),
    )
    key = links_of(session).secret.encode()
    mark = hmac.new(key, f"accounts.half_way {state!r}".encode(), hashlib.sha256).hexdigest()
    return HalfWay(Credentials.of(found), factors, mark)


class KnownPasskey(Value):
    """What checking an answer of a device needs to know."""

    public_key: str
    person: str


def passkey_of(session: Session, credential: str) -> KnownPasskey | None:
    """The passkey with this credential id, of an account that is open."""
    row = session.exec(
        select(Passkey.public_key, Person.public_id)
        .join(Person, col(Person.id) == col(Passkey.person_id))
        .where(Passkey.credential == credential, col(Person.is_active).is_(True))
    ).one_or_none()
    return KnownPasskey(*row) if row else None


def credentials_on_devices(session: Session, person_key: int) -> list[str]:
    """The credential ids of somebody's passkeys, so that no device makes a second one."""
    found = session.exec(select(Passkey.credential).where(Passkey.person_id == person_key))
    return list(found)


def passkey_name(session: Session, public_id: str) -> str:
    """What its person calls it; empty once it is gone."""
    return session.exec(select(Passkey.name).where(Passkey.public_id == public_id)).first() or ""


def staff_must(session: Session) -> bool:
    """Whether the shop wants its staff to have a second factor."""
    found = session.exec(
        select(ShopSettings.id).where(col(ShopSettings.staff_second_factor).is_(True))
    )
    return found.first() is not None
