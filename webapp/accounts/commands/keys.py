"""API keys: making one for a script, and taking it back."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, or_, select, update

from webapp.accounts.errors import TooManyKeys
from webapp.accounts.events import KeyMade, KeyRevoked
from webapp.accounts.models import ApiKey, Person
from webapp.accounts.permissions import PERMISSIONS
from webapp.accounts.queries import held_by
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotAllowed
from webapp.kit.ids import random_text, token
from webapp.runtime.events import emit
from webapp.runtime.secrets import hash_token

KEYS_KEPT = 50
"""Keys of one person that may be in use at once."""

USE_NOTED_EVERY = timedelta(minutes=5)


def make_key(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A key for ``person``'s scripts; gives the row and the key itself, which is kept nowhere.

    Nobody gives a key more than they may do themselves, nor more than its person may.
    """
    actor.must("keys:write")
    name = name.strip()
    if not name or len(name) > 80:
        raise Invalid("Give the key a name of at most 80 characters.", field="name")
    _check_scopes(session, actor, person, scopes)
    if expires_at is not None and expires_at <= now():
        raise Invalid("Choose a day that is yet to come.", field="expires")
    if _keys_in_use(session, person) >= KEYS_KEPT:
        raise TooManyKeys(f"{KEYS_KEPT} keys are in use. Revoke one that is not needed any more.")
    prefix = f"vk_{random_text(8)}"
    secret = f"{prefix}_{token()}"
    if person.id is None:
        raise ValueError("the person has not been stored yet")
    key = ApiKey(
        person_id=person.id,
        name=name,
        prefix=prefix,
        secret_hash=hash_token(secret),
        scopes=sorted(scopes),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    made = KeyMade(
        key=key.public_id,
        person=person.public_id,
        title=name,
        prefix=prefix,
        scopes=tuple(key.scopes),
        expires_at=expires_at,
    )
    emit(session, made, actor=actor)
    return key, secret


def revoke_key(session: Session, actor: Actor, key: ApiKey) -> None:
    """The key opens nothing from now on. Revoking twice is revoking once.

    Everybody may revoke their own; those of colleagues take the right to let staff in and out.
    """
    actor.must("keys:write")
    owner = session.get_one(Person, key.person_id)
    if owner.public_id != actor.id:
        actor.must("staff:write")
    if key.revoked_at is not None:
        return
    key.revoked_at = now()
    session.add(key)
    session.flush()
    emit(session, KeyRevoked(key=key.public_id, person=owner.public_id), actor=actor)


def note_key_use(session: Session, public_id: str) -> None:
    """Remember that the key was used about now: to ``USE_NOTED_EVERY``, not to the second."""
    at = now()
    session.exec(
        update(ApiKey)
        .where(
            col(ApiKey.public_id) == public_id,
            or_(
                col(ApiKey.last_used_at).is_(None),
                col(ApiKey.last_used_at) < at - USE_NOTED_EVERY,
            ),
        )
        .values(last_used_at=at)
    )


def _check_scopes(session: Session, actor: Actor, person: Person, scopes: Collection[str]) -> None:
    if not scopes:
        raise Invalid("Choose at least one thing that the key may do.", field="scopes")
    unknown = sorted(set(scopes) - set(PERMISSIONS))
    if unknown:
        raise Invalid(
            f"There is no permission {unknown[0]!r}.", field="scopes", known=sorted(PERMISSIONS)
        )
    held = held_by(session, person.role) if person.is_staff else frozenset()
    for scope in sorted(scopes):
        if not actor.may(scope) or scope not in held:
            raise NotAllowed("A key cannot do more than the person it belongs to.", needs=scope)


def _keys_in_use(session: Session, person: Person) -> int:
    return session.exec(
        select(func.count()).where(
            ApiKey.person_id == person.id,
            col(ApiKey.revoked_at).is_(None),
            or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now()),
        )
    ).one()
