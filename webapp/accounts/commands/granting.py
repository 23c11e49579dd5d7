"""Programs that somebody lets in with their password: grants, renewed by refresh tokens."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from enum import StrEnum

from sqlmodel import Session, col, select, update

from webapp.accounts.commands.revoking import end
from webapp.accounts.commands.second_factor import check_second_factor
from webapp.accounts.errors import SecondFactorMissing, SecondFactorNeeded
from webapp.accounts.events import GrantMade
from webapp.accounts.factors import factors_of, staff_must
from webapp.accounts.models import Grant, Person, RefreshToken
from webapp.accounts.permissions import PERMISSIONS
from webapp.accounts.queries import ME, Credentials, held_by, password_mark
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.kit.ids import token
from webapp.kit.values import Value
from webapp.runtime.events import emit
from webapp.runtime.secrets import hash_token

GRANT_LASTS = timedelta(days=30)
"""However often it is renewed; then the password is typed again."""

GRANTS_KEPT = 20
"""Of one person at once; the oldest makes room."""

SETTLING_IN = timedelta(hours=1)

_PREFIX = "vr_"


class Granted(Value):
    """What a program is given; ``secret`` is the refresh token, which is kept nowhere."""

    person: str
    grant: str
    client: str
    scopes: tuple[str, ...]
    secret: str


class Renewal(StrEnum):
    """Why a refresh token renews nothing."""

    unknown = "unknown"
    reused = "reused"


def scopes_for(session: Session, role: str | None, asked: Iterable[str]) -> tuple[str, ...]:
    """What of ``asked`` somebody with this role can give, all that they can when nothing is asked.
    Raises ``Invalid`` for words that are no scope and where nothing is left."""
    held = {ME, *held_by(session, role)}
    wanted = set(asked) or held
    unknown = sorted(wanted - {ME, *PERMISSIONS})
    if unknown:
        raise Invalid("There is no such scope.", field="scope", scope=unknown[0][:80])
    given = wanted & held
    if not given:
        raise Invalid("Your account cannot give any of these scopes.", field="scope")
    return tuple(sorted(given))


def grant(
    session: Session, known: Credentials, *, client: str, scopes: Sequence[str], code: str = ""
) -> Granted | None:
    """Let a program in for somebody who has just typed their password.

    None when the account was closed or got another password meanwhile: hashing took its time.
    ``code`` is of their app, or a recovery code: raises ``SecondFactorNeeded`` or ``WrongCode`` for
    whoever has a second factor, ``SecondFactorMissing`` for staff who should and have none.
    """
    person = session.exec(
        select(Person).where(Person.id == known.key).with_for_update(of=Person)
    ).one_or_none()
    is_same = person is not None and person.password_hash == known.password_hash
    if person is None or not person.is_active or not is_same:
        return None
    _prove_more(session, known, code)
    _make_room(session, known)
    is_new = _is_new_client(session, known, client)
    row = Grant(
        person_id=known.key,
        client=client,
        scopes=sorted(scopes),
        password_mark=password_mark(known.password_hash),
        expires_at=now() + GRANT_LASTS,
    )
    session.add(row)
    session.flush()
    fact = GrantMade(
        known.person,
        grant=row.public_id,
        client=client,
        scopes=tuple(row.scopes),
        is_new_client=is_new,
    )
    emit(session, fact, actor=known.actor)
    return _with_token(session, row, known.person)


def renew(session: Session, secret: str) -> Granted | Renewal:
    """The next refresh token for this one, which is used up.

    One that comes a second time was copied: nobody can say by whom, so its grant is over for both,
    and the person is told. It gives a word instead of raising: what it did has to last.
    """
    at = now()
    row = session.exec(
        select(Grant, Person, RefreshToken.id)
        .join(RefreshToken, col(RefreshToken.grant_id) == col(Grant.id))
        .join(Person, col(Person.id) == col(Grant.person_id))
        .where(RefreshToken.token_hash == hash_token(secret))
        .with_for_update(of=Grant)
    ).one_or_none()
    if row is None:
        return Renewal.unknown
    found, person, key = row
    if not _is_good(found, person):
        return Renewal.unknown
    used = session.exec(
        update(RefreshToken)
        .where(col(RefreshToken.id) == key, col(RefreshToken.used_at).is_(None))
        .values(used_at=at)
    )
    if used.rowcount != 1:
        end(session, found, person.public_id, SYSTEM, how="reused")
        return Renewal.reused
    return _with_token(session, found, person.public_id)


def _is_good(found: Grant, person: Person) -> bool:
    return (
        found.revoked_at is None
        and found.expires_at > now()
        and person.is_active
        and found.password_mark == password_mark(person.password_hash)
    )


def _with_token(session: Session, found: Grant, person: str) -> Granted:
    if found.id is None:
        raise ValueError("the grant has not been stored yet")
    secret = f"{_PREFIX}{token()}"
    session.add(RefreshToken(grant_id=found.id, token_hash=hash_token(secret)))
    session.flush()
    return Granted(person, found.public_id, found.client, tuple(found.scopes), secret)


def _prove_more(session: Session, known: Credentials, code: str) -> None:
    if factors_of(session, known.key).is_on:
        if not code:
            raise SecondFactorNeeded("Send the code of your app, or a recovery code, as otp.")
        check_second_factor(session, known.key, code)
    elif known.role is not None and staff_must(session):
        raise SecondFactorMissing("This shop asks staff for a second factor: set one up first.")


def _make_room(session: Session, known: Credentials) -> None:
    live = (
        select(Grant)
        .where(
            Grant.person_id == known.key,
            col(Grant.revoked_at).is_(None),
            col(Grant.expires_at) > now(),
        )
        .order_by(col(Grant.id).desc())
        .offset(GRANTS_KEPT - 1)
    )
    for old in session.exec(live).all():
        end(session, old, known.person, known.actor, how="replaced")


def _is_new_client(session: Session, known: Credentials, client: str) -> bool:
    """Nobody is warned of the program with which they have just made their account."""
    if known.created_at > now() - SETTLING_IN:
        return False
    before = select(Grant.id).where(Grant.person_id == known.key, Grant.client == client).limit(1)
    return session.exec(before).first() is None
