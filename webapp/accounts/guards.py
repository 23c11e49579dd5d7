"""Who is asking, as dependencies of routes. What they may do is asked again in each command."""

import math
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Annotated

import structlog
from anyio import Semaphore, to_thread
from anyio.lowlevel import RunVar
from fastapi import Depends, Request
from fastapi.security import (
    APIKeyHeader,
    HTTPAuthorizationCredentials,
    HTTPBearer,
    OAuth2PasswordBearer,
)
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import commands, passwords, queries
from webapp.accounts.codes import is_one_time, plain
from webapp.accounts.commands.keys import USE_NOTED_EVERY
from webapp.accounts.commands.signing_in import SEEN_NOTED_EVERY
from webapp.accounts.errors import (
    ConfirmationNeeded,
    KeyNeeded,
    SecondFactorMissing,
    UnknownKey,
    UnknownToken,
)
from webapp.accounts.passwords import HASHES_AT_ONCE
from webapp.accounts.permissions import PERMISSIONS
from webapp.accounts.queries import ME, Credentials, Holder, Member
from webapp.accounts.tokens import Mint
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotAllowed, SignInNeeded, TooMany
from webapp.runtime.db import Database
from webapp.runtime.limits import Buckets, Delays
from webapp.runtime.links import links_for
from webapp.shop import queries as shops
from webapp.web.deps import Data, Db, place
from webapp.web.limits import roughly, tell_limit, whose
from webapp.web.sessions import read_cookie, set_cookie

log = structlog.get_logger("vitrine.accounts")

COOKIE = "session"
KNOWN = "known"
"""The cookie that says who has signed in in a browser before."""
KNOWN_LASTS = 400 * 24 * 3600
"""Seconds; browsers keep no cookie longer."""
_MOST_KNOWN = 8
_SETTLING_IN = timedelta(hours=1)

FRESH_FOR = timedelta(minutes=15)
"""After proving who one is, one may do what is sensitive for so long."""

CONFIRM_PAGE = "/account/confirm"
STAFF_CONFIRM_PAGE = "/admin/confirm"
STAFF_SECURITY_PAGE = "/admin/security"

_hash_places: RunVar[Semaphore] = RunVar("vitrine_hash_places")

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

UNSEEN = "@"
"""Nobody's address and nobody's name."""


def token_of(request: Request) -> str | None:
    """The sign-in token that this browser carries, if its cookie is genuine."""
    value = read_cookie(request, COOKIE)
    return value if isinstance(value, str) else None


async def seen_noted(request: Request) -> AsyncIterator[None]:
    """Once the answer has left and its transaction ended, remember that the browser was seen."""
    try:
        yield
    finally:
        member: Member | None = getattr(request.state, "member_to_note", None)
        if member is not None:
            seen = member
            await _note(request, lambda session: commands.note_seen(session, seen))


SeenNoted = Annotated[None, Depends(seen_noted, scope="request")]


async def failure_noted(request: Request) -> AsyncIterator[None]:
    """Once the answer has left, which took as long as for an account that is none, remember that a
    wrong password was tried."""
    try:
        yield
    finally:
        tried: int | None = getattr(request.state, "failure_to_note", None)
        if tried is not None:
            person = tried
            network = roughly(request.scope)
            await _note(request, lambda session: commands.note_failure(session, person, network))


async def hashing_turn(
    _noted: Annotated[None, Depends(failure_noted, scope="request")],
) -> AsyncIterator[None]:
    """A place among the few that hash at once. Whoever waits for it holds no thread and none of
    the places of those who have other slow work."""
    async with place(_hash_places, 2 * HASHES_AT_ONCE):
        yield


HashTurn = Annotated[None, Depends(hashing_turn, scope="function")]
"""For a route that hashes a password; it comes after the form and before ``Data``."""


def slow_down(request: Request, typed: str) -> None:
    """Before something is tried that is not to be guessed: ten tries at once and then one every ten
    seconds, for each pair of network and account; sixty and then thirty a minute for a network. So
    nobody locks out somebody else. Raises ``TooMany``."""
    network = whose(request.scope)
    state = request.app.state
    wait = max(state.sign_in_tries.take(f"{network} {typed}"), state.network_tries.take(network))
    if wait:
        seconds = math.ceil(wait)
        raise TooMany(
            f"That were many tries. Wait {seconds} seconds and try again.", retry_after=seconds
        )


def slow_down_codes(request: Request, person: str, typed: str) -> None:
    """Before a second factor is tried: as often as anything that is not to be guessed, and the six
    digits of an app twenty times and then once a minute, however many networks try: who gets so
    far has the password already. Recovery codes, which nobody finds by trying, still open."""
    slow_down(request, f"second {person}")
    wait = request.app.state.code_tries.take(person) if is_one_time(plain(typed[:60])) else 0
    if wait:
        seconds = math.ceil(wait)
        raise TooMany(
            f"That were many codes. Wait {seconds} seconds, or use a recovery code.",
            retry_after=seconds,
        )


def proves(request: Request, typed: str, known: Credentials | None, password: str) -> bool:
    """Whether this is the password of ``known``: one hash, whoever they are. ``typed`` is what was
    typed as address or name, in the form we store. For a route with a ``HashTurn``.

    Every failure makes the next try wait longer, up to a quarter of an hour: for this account from
    this network, and a little for the account as a whole. In a browser that its owner has signed in
    with before, what others do counts for nothing (OWASP, "device cookies"), so nobody locks out
    somebody else. Raises ``TooMany``.
    """
    network = whose(request.scope)
    state = request.app.state
    if known is not None and known.person in known_in(request):
        counted = [(state.own_password_tries, known.person)]
    else:
        counted = [(state.password_tries, f"{network} {typed}"), (state.account_tries, typed)]
    _take_a_try(request, counted)
    is_right = passwords.matches(password, known.password_hash if known else None)
    if is_right:
        own, *others = counted
        own[0].forgive(own[1])
        for delays, key in others:
            delays.forgive(key, 1)
    elif known is not None:
        request.state.failure_to_note = known.key
    return is_right


def _take_a_try(request: Request, counted: list[tuple[Delays, str]]) -> None:
    """Count a try everywhere, or nowhere and raise ``TooMany``."""
    taken: list[tuple[Delays, str]] = []
    wait = 0.0
    for delays, key in counted:
        wait = delays.take(key)
        if wait:
            break
        taken.append((delays, key))
    wait = wait or request.app.state.network_tries.take(whose(request.scope))
    if wait:
        for delays, key in taken:
            delays.forgive(key, 1)
        seconds = math.ceil(wait)
        raise TooMany(
            f"That were many tries. Wait {seconds} seconds and try again.", retry_after=seconds
        )


def known_in(request: Request) -> list[str]:
    """The people (public ids) who have signed in in this browser before, the latest first."""
    value = read_cookie(request, KNOWN)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def is_new_in(request: Request, known: Credentials) -> bool:
    """Nobody is warned of the browser with which they have just made their account."""
    is_settling_in = known.created_at > now() - _SETTLING_IN
    return known.person not in known_in(request) and not is_settling_in


def remember_in(request: Request, response: Response, person: str) -> None:
    """The browser has seen this person sign in."""
    people = [person, *(one for one in known_in(request) if one != person)]
    set_cookie(request, response, KNOWN, people[:_MOST_KNOWN], KNOWN_LASTS)


def browser_of(request: Request, known: Credentials, *, is_kept: bool = False) -> commands.Browser:
    """The browser that somebody signs in with."""
    return commands.Browser(
        request.headers.get("user-agent", ""),
        is_kept=is_kept,
        is_new=is_new_in(request, known),
        network=roughly(request.scope),
    )


def slow_down_mail(request: Request, email: str) -> None:
    """Before something is mailed because somebody asked: five for each address and then one every
    two minutes; and as many tries for a network as for signing in. Raises ``TooMany``."""
    state = request.app.state
    wait = max(state.mail_asks.take(email), state.network_tries.take(whose(request.scope)))
    if wait:
        seconds = math.ceil(wait)
        raise TooMany(
            "We have written to this address several times. Have a look at your mail, also among "
            f"the unwanted, or try again in {seconds} seconds.",
            retry_after=seconds,
        )


def known_by_password(
    request: Request, data: Database, typed: str, password: str
) -> Credentials | None:
    """Whose address or user name and password these are: one hash for every pair that is not right,
    whoever it belongs to. For a route with a ``HashTurn``. Raises ``TooMany``."""
    name = as_known(typed)
    with data.reading() as session:
        known = queries.credentials(session, name)
        if known is not None and not known.is_verified and known.role is None:
            known = None if shops.current(session).confirm_first else known
    return known if proves(request, name, known, password) else None


def as_known(typed: str) -> str:
    """What was typed as we store it; what cannot be anybody's is nobody's."""
    try:
        if "@" in typed:
            return commands.normalised_email(typed)
        return commands.normalised_username(typed)
    except Invalid:
        return UNSEEN


def visitor(request: Request, _noted: SeenNoted, db: Db) -> Member | None:
    """Who is signed in in this browser, if anybody is."""
    return member_of(request, db)


def visitor_beside(request: Request, _noted: SeenNoted, data: Data) -> Member | None:
    """The same for a route with slow work, which must not keep a transaction open meanwhile."""
    return member_beside(request, data)


def member_of(request: Request, session: Session) -> Member | None:
    """The same outside of the dependencies: at most one statement for a request."""
    if not hasattr(request.state, "member"):
        secret = token_of(request)
        found = queries.member_of_token(session, secret) if secret else None
        request.state.member = found
        if found is not None and found.last_seen_at < now() - SEEN_NOTED_EVERY:
            request.state.member_to_note = found
    member: Member | None = request.state.member
    return member


def member_beside(request: Request, database: Database) -> Member | None:
    """The same in a reading transaction of its own."""
    if not hasattr(request.state, "member") and token_of(request):
        with database.reading() as session:
            return member_of(request, session)
    return getattr(request.state, "member", None)


Visitor = Annotated[Member | None, Depends(visitor, scope="function")]
VisitorBeside = Annotated[Member | None, Depends(visitor_beside, scope="function")]


def customer(member: Visitor) -> Member:
    """Somebody who is signed in. Raises ``SignInNeeded`` for everybody else."""
    return _known(member)


def customer_beside(member: VisitorBeside) -> Member:
    return _known(member)


def fresh(member: Visitor) -> Member:
    """Somebody who proved who they are a few minutes ago. Raises ``ConfirmationNeeded``, which
    leads to the page that asks for it and back."""
    return _fresh(_known(member))


def fresh_beside(member: VisitorBeside) -> Member:
    return _fresh(_known(member))


def is_fresh(member: Member) -> bool:
    return member.confirmed_at > now() - FRESH_FOR


def _known(member: Member | None) -> Member:
    if member is None:
        raise SignInNeeded("Sign in to see your account.")
    return member


def _fresh(member: Member, page: str = CONFIRM_PAGE) -> Member:
    if not is_fresh(member):
        raise ConfirmationNeeded("Type your password once more.", sign_in_page=page)
    return member


def colleague(request: Request, member: Visitor) -> Member:
    """A member of staff at their own security page: also one who is to set a second factor up
    before they do anything else."""
    return _colleague(request, member)


def colleague_beside(request: Request, member: VisitorBeside) -> Member:
    return _colleague(request, member)


def fresh_colleague(request: Request, member: Visitor) -> Member:
    """The same, having proved who they are a few minutes ago. Raises ``ConfirmationNeeded``."""
    return _fresh(_colleague(request, member), STAFF_CONFIRM_PAGE)


def fresh_colleague_beside(request: Request, member: VisitorBeside) -> Member:
    return _fresh(_colleague(request, member), STAFF_CONFIRM_PAGE)


def staff(request: Request, member: Visitor) -> Actor:
    """The member of staff who is asking. Raises ``SignInNeeded`` for everybody else."""
    return _welcome(request, member)


def staff_beside(request: Request, member: VisitorBeside) -> Actor:
    """The same for a route with slow work, which must not keep a transaction open meanwhile."""
    return _welcome(request, member)


def staff_of(request: Request, database: Database) -> Actor:
    """Look the browser's token up in a reading transaction of its own."""
    return _welcome(request, member_beside(request, database))


def _welcome(request: Request, member: Member | None) -> Actor:
    member = _colleague(request, member)
    if member.must_set_up:
        raise SecondFactorMissing(
            "This shop wants its staff to have a second factor. Set one up first.",
            sign_in_page=STAFF_SECURITY_PAGE,
        )
    return member.actor


def _colleague(request: Request, member: Member | None) -> Member:
    if member is None or member.role is None:
        raise SignInNeeded("Sign in to see the back office.")
    request.state.actor = member.actor
    return member


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
            await _note(request, lambda session: commands.note_key_use(session, key))


async def _note(request: Request, what: Callable[[Session], None]) -> None:
    database: Database = request.app.state.database

    def write() -> None:
        session = database.open_writing()
        try:
            what(session)
        except BaseException:
            database.close(session, commit=False)
            raise
        database.close(session, commit=True)

    try:
        async with database.turn():
            await to_thread.run_sync(write)
    except Exception as error:
        # They have their answer already, and will be noted the next time.
        log.warning("use_not_noted", error=type(error).__name__)


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


Customer = Annotated[Member, Depends(customer, scope="function")]
CustomerBeside = Annotated[Member, Depends(customer_beside, scope="function")]
Fresh = Annotated[Member, Depends(fresh, scope="function")]
FreshBeside = Annotated[Member, Depends(fresh_beside, scope="function")]
Staff = Annotated[Actor, Depends(staff, scope="function")]
StaffBeside = Annotated[Actor, Depends(staff_beside, scope="function")]
Script = Annotated[Actor, Depends(script, scope="function")]
TokenHolder = Annotated[Holder, Depends(holder, scope="function")]
ScriptBeside = Annotated[Actor, Depends(script_beside, scope="function")]
