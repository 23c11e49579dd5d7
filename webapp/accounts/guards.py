"""Who is asking, as dependencies of routes. What they may do is asked again in each command."""

from typing import Annotated

from fastapi import Depends, Request

from webapp.accounts import queries
from webapp.kit.actors import Actor
from webapp.kit.errors import SignInNeeded
from webapp.runtime.db import Database
from webapp.web.deps import Data, Db
from webapp.web.sessions import read_cookie

COOKIE = "session"


def token_of(request: Request) -> str | None:
    """The sign-in token that this browser carries, if its cookie is genuine."""
    value = read_cookie(request, COOKIE)
    return value if isinstance(value, str) else None


def staff(request: Request, db: Db) -> Actor:
    """The member of staff who is asking. Raises ``SignInNeeded`` for everybody else."""
    secret = token_of(request)
    actor = queries.staff_of_token(db, secret) if secret else None
    return _welcome(request, actor)


def staff_beside(request: Request, data: Data) -> Actor:
    """The same for a route with slow work, which must not keep a transaction open meanwhile."""
    return staff_of(request, data)


def staff_of(request: Request, database: Database) -> Actor:
    """Look the browser's token up in a reading transaction of its own."""
    secret = token_of(request)
    actor = None
    if secret:
        with database.reading() as session:
            actor = queries.staff_of_token(session, secret)
    return _welcome(request, actor)


def _welcome(request: Request, actor: Actor | None) -> Actor:
    if actor is None:
        raise SignInNeeded("Sign in to see the back office.")
    request.state.actor = actor
    return actor


Staff = Annotated[Actor, Depends(staff, scope="function")]
StaffBeside = Annotated[Actor, Depends(staff_beside, scope="function")]
