"""Who may see the figures: whoever knows the operator's password, or a key with ``ops:read``."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from webapp.accounts.guards import UseNoted, script_of
from webapp.kit.errors import NotFound, SignInNeeded, TooMany
from webapp.runtime.db import Database
from webapp.runtime.secrets import same
from webapp.settings import Settings
from webapp.web.limits import whose

NEEDS = "ops:read"

_BASIC = HTTPBasic(auto_error=False)


class PasswordNeeded(SignInNeeded):
    title = "The operator's password is needed"


def watcher(
    request: Request,
    basic: Annotated[HTTPBasicCredentials | None, Depends(_BASIC)],
    _noted: UseNoted,
) -> None:
    """Let somebody pass who may look. For the others of a shop without a password there is nothing
    here: ``NotFound``; else ``PasswordNeeded``, or ``NotAllowed`` for a key without the right."""
    settings: Settings = request.app.state.settings
    secret = _key_sent(request)
    if basic is not None and settings.ops_password:
        _check(request, settings, basic)
    elif secret:
        database: Database = request.app.state.database
        with database.reading() as session:
            script_of(request, session, secret).must(NEEDS)
    elif settings.ops_password:
        raise PasswordNeeded("Send the operator's name and password.", scheme="Basic")
    else:
        raise NotFound("There is nothing at this address, or not any more.")


Watcher = Depends(watcher, scope="function")


def _check(request: Request, settings: Settings, typed: HTTPBasicCredentials) -> None:
    """Nobody who has just been wrong too often learns whether they are right now; whoever is right
    may ask as often as they like."""
    who, tries = f"{whose(request.scope)} operator", request.app.state.sign_in_tries
    if tries.left(who)[0] < 1:
        raise TooMany("That were many tries. Wait a minute.", retry_after=60)
    # Both, always: how long it takes tells nothing of either.
    is_name = same(typed.username, settings.ops_user)
    is_right = same(typed.password, settings.ops_password) and is_name
    if not is_right:
        tries.take(who)
        raise PasswordNeeded("That does not match.", scheme="Basic")


def _key_sent(request: Request) -> str | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip()
    return request.headers.get("x-api-key")
