"""Letting programs in: a password for tokens, new tokens for the old, and out again.

``/auth/token`` speaks as RFC 6749 says, errors too, for whoever brings an OAuth library; the others
do the same in the manners of this API.
"""

import math
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from webapp.accounts import commands, passwords
from webapp.accounts.agents import browser_name
from webapp.accounts.commands import Granted
from webapp.accounts.errors import (
    GrantSpent,
    KeyNeeded,
    SecondFactorMissing,
    SecondFactorNeeded,
    WrongCode,
    WrongPassword,
)
from webapp.accounts.guards import (
    HashTurn,
    TokenShown,
    holder_of_token,
    known_by_password,
    mint_of,
    slow_down,
    slow_down_codes,
)
from webapp.accounts.schemas import (
    LoginForm,
    LoginIn,
    LogoutIn,
    RefreshIn,
    RegisteredOut,
    RegisterIn,
    TokenErrorOut,
    TokenIn,
    TokenOut,
)
from webapp.accounts.tokens import LASTS
from webapp.kit.errors import Invalid, ShopError, TooMany
from webapp.runtime.db import Database
from webapp.runtime.limits import Buckets
from webapp.runtime.markup import plain_line
from webapp.shop import queries as shops
from webapp.web.deps import Data
from webapp.web.failures import answer
from webapp.web.limits import whose

api = APIRouter(prefix="/auth", tags=["people"])

UNKEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""RFC 6749, section 5.1: an answer with a token is kept nowhere."""

WRONG = "That does not match. Check both and try again."
SPENT = "This refresh token was used, has expired or was revoked. Sign in with the password."

_FORM = "application/x-www-form-urlencoded"


@api.post(
    "/token",
    name="accounts.api.token",
    response_model=TokenOut,
    responses={
        400: {"model": TokenErrorOut, "description": "RFC 6749, section 5.2"},
        429: {"model": TokenErrorOut, "description": "Too many tries"},
    },
)
def token(
    request: Request, form: Annotated[TokenIn, Form()], _turn: HashTurn, data: Data
) -> Response:
    """An access token for a password or a refresh token, as OAuth 2.0 has it (RFC 6749).

    The access token is good for fifteen minutes, and only as long as its person may do today what
    it was given. A refresh token is good once: one that comes again ends the whole grant.
    """
    try:
        match form.grant_type:
            case "password":
                granted = _let_in(request, data, form, form.username)
            case "refresh_token":
                granted = _renewed(data, form.refresh_token)
            case "":
                return _no("invalid_request", "Say which grant_type.")
            case _:
                return _no("unsupported_grant_type", "Use password or refresh_token.")
    except ShopError as refusal:
        return _as_oauth(refusal)
    return _given(request, granted)


@api.post("/login", name="accounts.api.login", response_model=TokenOut)
def login(
    request: Request, form: Annotated[LoginForm, Form()], _turn: HashTurn, data: Data
) -> Response:
    """Sign in with a form of `username` and `password`; gives the tokens of `/auth/token`."""
    return _entered(request, data, form, form.username)


@api.post("/login/json", name="accounts.api.login_json", response_model=TokenOut)
def login_json(request: Request, body: LoginIn, _turn: HashTurn, data: Data) -> Response:
    """Sign in with JSON of `email` and `password`; gives the tokens of `/auth/token`."""
    return _entered(request, data, body, body.email)


@api.post("/refresh", name="accounts.api.refresh", response_model=TokenOut)
def refresh(request: Request, body: RefreshIn, data: Data) -> Response:
    """New tokens for a refresh token, which is used up."""
    return _given(request, _renewed(data, body.refresh_token))


@api.post(
    "/logout",
    name="accounts.api.logout",
    status_code=204,
    response_class=Response,
    response_description="Signed out",
)
def logout(
    request: Request, data: Data, shown: TokenShown, body: LogoutIn | None = None
) -> Response:
    """End what the program was given: its access tokens and its refresh token open nothing more.

    Show the access token, or send the refresh token. Signing out twice is signing out once.
    """
    if body is not None and body.refresh_token:
        with data.writing() as session:
            commands.end_grant_of(session, body.refresh_token)
        return Response(status_code=204)
    if not shown:
        raise KeyNeeded("Send the access token, or the refresh token in the body.")
    with data.writing() as session:
        commands.end_grant(session, holder_of_token(request, session, shown).grant)
    return Response(status_code=204)


@api.post("/register", name="accounts.api.register", status_code=201)
def register(request: Request, body: RegisterIn, _turn: HashTurn, data: Data) -> RegisteredOut:
    """Make a customer's account. A link is mailed that shows the address is theirs.

    The answer is the same whether the address is new or has an account: its owner is told by mail.
    """
    with data.reading() as session:
        shop = shops.current(session)
    commands.check_password(
        body.password, (shop.name, body.email, body.name), least=passwords.MINIMUM_LENGTH
    )
    commands.normalised_email(body.email)
    slow_down(request, "registering")
    _bound(request)
    wanted = commands.Registration(
        email=body.email,
        password_hash=passwords.hashed(body.password),
        name=body.name,
        username=(shop.usernames and body.username) or None,
    )
    with data.writing() as session:
        commands.register(session, wanted)
    return RegisteredOut()


def _bound(request: Request) -> None:
    """Pages ask suspicious visitors for a proof of work; here they wait. Raises ``TooMany``."""
    registrations: Buckets | None = request.app.state.registrations
    wait = registrations.take(whose(request.scope)) if registrations else 0.0
    if wait:
        raise TooMany(
            "Many accounts were made from your network. Wait, or use the page for it.",
            retry_after=math.ceil(wait),
        )


def _entered(request: Request, data: Database, asked: LoginForm | LoginIn, typed: str) -> Response:
    try:
        return _given(request, _let_in(request, data, asked, typed))
    except WrongPassword as refusal:
        # Answered here: what leaves a route by raising is answered only after its dependencies
        # have ended, and one of them writes down the failure, which nobody is to see by the clock.
        return answer(request, refusal)


def _let_in(
    request: Request, data: Database, asked: TokenIn | LoginForm | LoginIn, typed: str
) -> Granted:
    """Raises ``WrongPassword``, what is said of a second factor, ``Invalid`` for scopes,
    ``TooMany``."""
    if not typed or not asked.password:
        raise Invalid("Send a user name and a password.", field="password")
    known = known_by_password(request, data, typed, asked.password)
    if known is None:
        raise WrongPassword(WRONG)
    client = _client(request, asked.client_id)
    if asked.otp:
        slow_down_codes(request, known.person, asked.otp)
    with data.writing() as session:
        scopes = commands.scopes_for(session, known.role, asked.scope.split())
        granted = commands.grant(session, known, client=client, scopes=scopes, code=asked.otp)
    if granted is None:
        raise WrongPassword(WRONG)
    if asked.otp:
        request.app.state.code_tries.forgive(known.person)
    return granted


def _client(request: Request, named: str) -> str:
    return plain_line(named)[:80] or browser_name(request.headers.get("user-agent", ""))


def _renewed(data: Database, secret: str) -> Granted:
    with data.writing() as session:
        granted = commands.renew(session, secret)
    # Only now: what a token that came twice has ended stays so.
    if not isinstance(granted, Granted):
        raise GrantSpent(SPENT, error="invalid_token")
    return granted


def _given(request: Request, granted: Granted) -> Response:
    access = mint_of(request).make(
        granted.person, granted.grant, client=granted.client, scopes=granted.scopes
    )
    told = TokenOut(
        access_token=access,
        expires_in=int(LASTS.total_seconds()),
        refresh_token=granted.secret,
        scope=" ".join(granted.scopes),
    )
    return JSONResponse(told.model_dump(), headers=UNKEPT)


def _as_oauth(refusal: ShopError) -> Response:
    match refusal:
        case TooMany():
            again = {"Retry-After": str(refusal.facts.get("retry_after", 60))}
            return _no("slow_down", refusal.detail, status=429, headers=again)
        case SecondFactorNeeded() | SecondFactorMissing():
            return _no("mfa_required", refusal.detail)
        case WrongCode():
            return _no("invalid_grant", refusal.detail)
        case Invalid(facts={"field": "scope"}):
            return _no("invalid_scope", refusal.detail)
        case Invalid():
            return _no("invalid_request", refusal.detail)
        case WrongPassword() | GrantSpent():
            return _no("invalid_grant", refusal.detail)
    raise refusal


def _no(
    error: str, sentence: str, *, status: int = 400, headers: dict[str, str] | None = None
) -> Response:
    told = {"error": error, "error_description": sentence}
    return JSONResponse(told, status, headers={**UNKEPT, **(headers or {})})
