"""Showing a password or a code: how often one may try, and in which browsers one is known."""

import math
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from anyio import Semaphore
from anyio.lowlevel import RunVar
from fastapi import Depends, Request
from starlette.responses import Response

from webapp.accounts import commands, passwords, queries
from webapp.accounts.codes import is_one_time, plain
from webapp.accounts.passwords import HASHES_AT_ONCE
from webapp.accounts.queries import Credentials
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, TooMany
from webapp.runtime.db import Database
from webapp.runtime.limits import Delays
from webapp.shop import queries as shops
from webapp.web.afterwards import note_afterwards
from webapp.web.deps import place
from webapp.web.limits import roughly, whose
from webapp.web.sessions import read_cookie, set_cookie

KNOWN = "known"
"""The cookie that says who has signed in in a browser before."""
KNOWN_LASTS = 400 * 24 * 3600
"""Seconds; browsers keep no cookie longer."""
_MOST_KNOWN = 8
_SETTLING_IN = timedelta(hours=1)

_hash_places: RunVar[Semaphore] = RunVar("vitrine_hash_places")

UNSEEN = "@"
"""Nobody's address and nobody's name."""


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
            await note_afterwards(
                request, lambda session: commands.note_failure(session, person, network)
            )


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
