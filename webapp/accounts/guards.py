"""Who is asking, as dependencies of routes. What they may do is asked again in each command."""

import math
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from anyio import to_thread
from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from sqlmodel import Session

from webapp.accounts import commands, queries
from webapp.accounts.commands.keys import USE_NOTED_EVERY
from webapp.accounts.errors import KeyNeeded, UnknownKey
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import SignInNeeded, TooMany
from webapp.runtime.db import Database
from webapp.runtime.limits import Buckets
from webapp.web.deps import Data, Db
from webapp.web.limits import tell_limit
from webapp.web.sessions import read_cookie

log = structlog.get_logger("vitrine.keys")

COOKIE = "session"

LONGEST_KEY = 200

_BEARER = HTTPBearer(
    scheme_name="Bearer",
    bearerFormat="vk_...",
    description="An API key, made in the back office or by `vitrine keys add`.",
    auto_error=False,
)
_HEADER = APIKeyHeader(
    name="X-API-Key",
    scheme_name="X-API-Key",
    description="The same key, for programs that cannot send `Authorization`.",
    auto_error=False,
)


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


async def key_shown(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    header: Annotated[str | None, Depends(_HEADER)],
) -> str:
    """The API key that a script sent, unread. Cookies play no part where scripts are served."""
    secret = bearer.credentials if bearer else header
    if not secret:
        raise KeyNeeded("Send an API key as Authorization: Bearer vk_... or as X-API-Key.")
    return secret


async def use_noted(request: Request) -> AsyncIterator[None]:
    """Once the answer has left and its transaction ended, remember that the key was used."""
    try:
        yield
    finally:
        public_id: str | None = getattr(request.state, "key_to_note", None)
        if public_id is not None:
            await _note_use(request.app.state.database, public_id)


async def _note_use(database: Database, public_id: str) -> None:
    def write() -> None:
        session = database.open_writing()
        try:
            commands.note_key_use(session, public_id)
        except BaseException:
            database.close(session, commit=False)
            raise
        database.close(session, commit=True)

    try:
        async with database.turn():
            await to_thread.run_sync(write)
    except Exception as error:
        # The script has its answer already, and will be noted at its next use.
        log.warning("key_use_not_noted", error=type(error).__name__)


KeyShown = Annotated[str, Depends(key_shown)]
UseNoted = Annotated[None, Depends(use_noted, scope="request")]


def script(request: Request, secret: KeyShown, _noted: UseNoted, db: Db) -> Actor:
    """The API key that is asking, with what it may do at this moment.

    Raises ``KeyNeeded`` without one, ``UnknownKey`` for one that is dead, ``TooMany`` for one that
    is used too often.
    """
    return _script(request, db, secret)


def script_beside(request: Request, secret: KeyShown, _noted: UseNoted, data: Data) -> Actor:
    """The same for a route with slow work, which must not keep a transaction open meanwhile."""
    with data.reading() as session:
        return _script(request, session, secret)


def _script(request: Request, session: Session, secret: str) -> Actor:
    key = queries.key_of_secret(session, secret) if len(secret) <= LONGEST_KEY else None
    if key is None:
        raise UnknownKey("This key is not known, or not valid any more.", error="invalid_token")
    _count(request, str(key.actor.id))
    if key.last_used_at is None or key.last_used_at < now() - USE_NOTED_EVERY:
        request.state.key_to_note = key.actor.id
    request.state.actor = key.actor
    return key.actor


def _count(request: Request, public_id: str) -> None:
    uses: Buckets | None = request.app.state.key_uses
    if uses is None:
        return
    wait = uses.take(public_id)
    tell_limit(request, "key", uses, public_id)
    if wait:
        seconds = max(1, math.ceil(wait))
        raise TooMany("This key is used too often; slow down.", retry_after=seconds)


Staff = Annotated[Actor, Depends(staff, scope="function")]
StaffBeside = Annotated[Actor, Depends(staff_beside, scope="function")]
Script = Annotated[Actor, Depends(script, scope="function")]
ScriptBeside = Annotated[Actor, Depends(script_beside, scope="function")]
