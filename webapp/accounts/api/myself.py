"""Oneself, for a program that somebody let in."""

from fastapi import APIRouter
from sqlmodel import Session

from webapp.accounts import commands, queries
from webapp.accounts.errors import ScopeNeeded
from webapp.accounts.guards import TokenHolder
from webapp.accounts.queries import ME, Holder
from webapp.accounts.schemas import MeIn, MeOut
from webapp.web.deps import Db

api = APIRouter(prefix="/auth", tags=["people"])


@api.get("/me", name="accounts.api.me")
def read_me(holder: TokenHolder, db: Db) -> MeOut:
    """Whose token it is, and what it may be used for. Needs the scope `me`."""
    return _told(db, _own(holder))


@api.patch("/me", name="accounts.api.change_me")
def change_me(holder: TokenHolder, body: MeIn, db: Db) -> MeOut:
    """Change one's own name, language or time zone; whatever else is sent is refused.

    Address, password and role are not changed here. Needs the scope `me`.
    """
    person = queries.by_public_id(db, _own(holder).person)
    changes = body.model_dump(exclude_unset=True, exclude_none=True)
    commands.change_profile(db, person, **changes)
    return _told(db, holder)


def _own(holder: Holder) -> Holder:
    if ME not in holder.scopes:
        raise ScopeNeeded("This token was not given the scope me.", needs=ME)
    return holder


def _told(session: Session, holder: Holder) -> MeOut:
    person = queries.by_public_id(session, holder.person)
    return MeOut(
        id=person.public_id,
        email=person.email,
        is_verified=person.is_verified,
        username=person.username,
        name=person.name,
        role=person.role,
        locale=person.locale,
        time_zone=person.time_zone,
        created_at=person.created_at,
        scopes=sorted({ME} | holder.actor.permissions),
    )
