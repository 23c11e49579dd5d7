"""Programs: the key or token they show, and what they may do by it."""

import math
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import (
    APIKeyHeader,
    HTTPAuthorizationCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
)
from sqlmodel import Session

from webapp.accounts import commands, queries
from webapp.accounts.commands.keys import USE_NOTED_EVERY
from webapp.accounts.errors import (
    KeyNeeded,
    UnknownKey,
    UnknownToken,
)
from webapp.accounts.permissions import PERMISSIONS
from webapp.accounts.queries import ME, Holder
from webapp.accounts.tokens import Mint
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotAllowed, TooMany
from webapp.runtime.limits import Buckets
from webapp.runtime.links import links_for
from webapp.web.afterwards import note_afterwards
from webapp.web.deps import Data, Db
from webapp.web.limits import tell_limit

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
_PASSWORD = OAuth2PasswordBearer(
    tokenUrl="/api/v1/auth/token",
    refreshUrl="/api/v1/auth/token",
    scheme_name="Password",
    scopes={ME: "See and change what is your own", **PERMISSIONS},
    description="A token for fifteen minutes, for your email address and password.",
    auto_error=False,
)


async def key_shown(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
    header: Annotated[str | None, Depends(_HEADER)],
    _described: Annotated[str | None, Depends(_PASSWORD)],
) -> str:
    """The API key or token that a script sent, unread. Cookies play no part where scripts are
    served."""
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
            key = public_id
            await note_afterwards(request, lambda session: commands.note_key_use(session, key))


KeyShown = Annotated[str, Depends(key_shown)]
UseNoted = Annotated[None, Depends(use_noted, scope="request")]


def script(request: Request, secret: KeyShown, _noted: UseNoted, db: Db) -> Actor:
    """The API key that is asking, or the member of staff whose token it is, with what they may do
    at this moment.

    Raises ``KeyNeeded`` without one, ``UnknownKey`` or ``UnknownToken`` for one that is dead,
    ``NotAllowed`` for a customer's, ``TooMany`` for one that is used too often.
    """
    return script_of(request, db, secret)


def script_beside(request: Request, secret: KeyShown, _noted: UseNoted, data: Data) -> Actor:
    """The same for a route with slow work, which must not keep a transaction open meanwhile."""
    with data.reading() as session:
        return script_of(request, session, secret)


async def token_shown(
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)],
) -> str | None:
    """The access token that was sent, if any, unread."""
    return bearer.credentials if bearer else None


TokenShown = Annotated[str | None, Depends(token_shown)]


def holder(request: Request, secret: KeyShown, db: Db) -> Holder:
    """Whoever let the program in that is asking, a customer too. Raises ``UnknownToken``, also for
    an API key, which stands for a script and not for its person."""
    return holder_of_token(request, db, secret)


def mint_of(request: Request) -> Mint:
    """Where the access tokens of this shop are made."""
    settings = request.app.state.settings
    return Mint.of(settings, links_for(settings).base)


def holder_of_token(request: Request, session: Session, secret: str) -> Holder:
    """The same outside of the dependencies."""
    meant = mint_of(request).read(secret)
    found = queries.holder_of(session, *meant) if meant else None
    if found is None:
        raise UnknownToken(
            "This is no access token of ours, or not valid any more. Get a new one.",
            error="invalid_token",
        )
    _count(request, "account", found.person)
    request.state.actor = found.actor
    return found


def script_of(request: Request, session: Session, secret: str) -> Actor:
    """The same outside of the dependencies."""
    if secret.count(".") == 2:  # no key has any, and every token these
        found = holder_of_token(request, session, secret)
        if found.role is None:
            raise NotAllowed("This is for those who work here, and their scripts.")
        return found.actor
    key = queries.key_of_secret(session, secret) if len(secret) <= LONGEST_KEY else None
    if key is None:
        raise UnknownKey("This key is not known, or not valid any more.", error="invalid_token")
    _count(request, "key", str(key.actor.id))
    if key.last_used_at is None or key.last_used_at < now() - USE_NOTED_EVERY:
        request.state.key_to_note = key.actor.id
    request.state.actor = key.actor
    return key.actor


def _count(request: Request, what: str, public_id: str) -> None:
    uses: Buckets | None = request.app.state.key_uses
    if uses is None:
        return
    wait = uses.take(public_id)
    tell_limit(request, what, uses, public_id)
    if wait:
        seconds = max(1, math.ceil(wait))
        raise TooMany(f"This {what} is used too often; slow down.", retry_after=seconds)


Script = Annotated[Actor, Depends(script, scope="function")]
TokenHolder = Annotated[Holder, Depends(holder, scope="function")]
ScriptBeside = Annotated[Actor, Depends(script_beside, scope="function")]
