"""Signing in with a provider: the way there and the way back."""

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.guards import FreshBeside, VisitorBeside, slow_down
from webapp.accounts.queries import Credentials, Member
from webapp.identities import commands, github, openid, queries
from webapp.identities.commands.linking import TRIP_LASTS
from webapp.identities.directory import Directory
from webapp.identities.errors import (
    AccountThere,
    IdentityTaken,
    NotForStaff,
    ProviderFailed,
    SaidNo,
    TripLost,
)
from webapp.identities.values import Aim, Answer, Client, Introduction, ProviderKind, Trip
from webapp.kit.errors import NotAllowed, Refused, ShopError
from webapp.kit.ids import token
from webapp.runtime.db import Database
from webapp.runtime.secrets import same
from webapp.storefront.account.coming_in import come_in
from webapp.storefront.account.manners import private
from webapp.storefront.account.talking import TalkTurn
from webapp.web.deps import Data
from webapp.web.sessions import forget_cookie, read_cookie, set_cookie
from webapp.web.views import frame_of, local_path, redirect, view

pages = APIRouter()
log = structlog.get_logger("vitrine.accounts")

TRIP = "trip"
INTRODUCED = "introduced"
INTRODUCED_LASTS = 30 * 60
"""Seconds: as long as it may take to read a mail."""
JOINING = "/account/joining"
SECURITY = "/account/security"
OFFICE = "/admin"
_LONGEST_TO = 1500
"""Of a path that the cookie takes along."""


@pages.get("/account/with/{provider}", name="account.with_provider")
def with_provider(
    request: Request, _turn: TalkTurn, data: Data, provider: str, to: str = ""
) -> Response:
    """Off to the provider. A plain link: a form would not be let out of this site."""
    return set_out(request, data, provider, Aim.enter, to=to)


@pages.get("/account/with/{provider}/linking", name="account.link_provider")
def link_provider(
    request: Request, _turn: TalkTurn, member: FreshBeside, data: Data, provider: str
) -> Response:
    """Off to the provider from an account, to add a way into it."""
    return set_out(request, data, provider, Aim.link, person=member.person)


@pages.get("/account/with/{provider}/return", name="account.from_provider")
def from_provider(
    request: Request, _turn: TalkTurn, member: VisitorBeside, data: Data, provider: str
) -> Response:
    """Where the provider sends the browser back to."""
    answer = Answer.of(request.query_params)
    trip = Trip.unpacked(read_cookie(request, TRIP))
    try:
        if trip is None or trip.provider != provider or not same(trip.state, answer.state):
            raise TripLost("It took too long, or began in another window. Start again.")
        response = _back(request, data, member, trip, answer)
    except (Refused, NotAllowed, ProviderFailed) as problem:
        response = lost(request, data, provider, problem, trip)
    if trip is not None and same(trip.state, answer.state):
        forget_cookie(request, response, TRIP)
    return private(response)


def set_out(
    request: Request, data: Database, slug: str, aim: Aim, *, to: str = "", person: str = ""
) -> Response:
    """Send the browser to the provider, with a trip in its cookie."""
    slow_down(request, f"with {slug}")
    onward = local_path(to) or ""
    if len(onward.encode("ascii", "backslashreplace")) > _LONGEST_TO:
        onward = ""
    trip = Trip(slug, token(), token(), token(), aim, onward, person)
    try:
        client = _client(request, data, slug)
        # Whoever adds a way in may have several accounts there.
        prompt = "select_account" if aim is Aim.link else ""
        place = _place(request, client, trip, prompt)
    except ProviderFailed as problem:
        return private(lost(request, data, slug, problem, trip))
    response = redirect(request, place)
    set_cookie(request, response, TRIP, trip.packed(), int(TRIP_LASTS.total_seconds()))
    return private(response)


def _client(request: Request, data: Database, slug: str) -> Client:
    with data.reading() as session:
        provider, secret = queries.client(session, slug)
        session.expunge(provider)
    return queries.as_client(provider, secret, redirect_address(request, slug))


def redirect_address(request: Request, slug: str) -> str:
    """Where the provider sends people back to: what the merchant enters there."""
    path = request.app.state.url_for("account.from_provider", provider=slug)
    address: str = frame_of(request).absolute(path)
    return address


def _place(request: Request, client: Client, trip: Trip, prompt: str) -> str:
    if client.kind is ProviderKind.github:
        return github.way_to(client, trip, prompt=prompt)
    chosen = prompt if client.kind is ProviderKind.google else ""
    return openid.way_to(directory_of(request), client, trip, prompt=chosen)


def directory_of(request: Request) -> Directory:
    found: Directory = request.app.state.directory
    return found


def _back(
    request: Request, data: Database, member: Member | None, trip: Trip, answer: Answer
) -> Response:
    with data.writing() as session:
        commands.use_up(session, trip.state)
    client = _client(request, data, trip.provider)
    outbound = request.app.state.means.outbound
    if client.kind is ProviderKind.github:
        introduced = github.introduced(outbound, client, trip, answer)
    else:
        introduced = openid.introduced(outbound, directory_of(request), client, trip, answer)
    if client.is_failing:
        with data.writing() as session:
            commands.note_success(session, client.slug)
    with data.reading() as session:
        known = queries.known(session, introduced)
    if known is not None:
        return _known(request, data, member, trip, client, known)
    return _unknown(request, data, member, trip, client, introduced)


def _known(
    request: Request,
    data: Database,
    member: Member | None,
    trip: Trip,
    client: Client,
    known: Credentials,
) -> Response:
    """They have come with this before."""
    if trip.aim is Aim.link:
        if member is None or member.key != known.key:
            raise IdentityTaken("Another account here is linked with it. Unlink it there first.")
        notice = f"{client.name} is linked with your account already."
        return redirect(request, SECURITY, notice=notice)
    if known.role is not None and not client.for_staff:
        raise NotForStaff(f"{client.name} is not a way in for staff of this shop.")
    if trip.aim is Aim.staff and known.role is None:
        raise NotForStaff("The account that it opens is one of a customer.")
    to = trip.to or (OFFICE if trip.aim is Aim.staff else "")
    response = come_in(request, data, known, how=client.name, to=to)
    if response is None:
        raise Refused("Nobody can sign in to that account. Write to us if you think otherwise.")
    return response


def _unknown(
    request: Request,
    data: Database,
    member: Member | None,
    trip: Trip,
    client: Client,
    introduced: Introduction,
) -> Response:
    """They have not. Somebody who is signed in is asked whether to link it; somebody new whose
    address the provider vouches for gets an account; everybody else shows who they are first."""
    if trip.aim is Aim.staff:
        raise NotForStaff(
            "Nobody who works here has linked that account. Sign in with your password, then link "
            "it under Security in your account."
        )
    if trip.aim is Aim.link and (member is None or member.person != trip.person):
        raise TripLost("You were signed out meanwhile. Sign in and start again.")
    if member is None and introduced.is_verified:
        response = _welcomed(request, data, trip, client, introduced)
        if response is not None:
            return response
    response = redirect(request, JOINING)
    set_cookie(request, response, INTRODUCED, introduced.packed(), INTRODUCED_LASTS)
    return response


def _welcomed(
    request: Request, data: Database, trip: Trip, client: Client, introduced: Introduction
) -> Response | None:
    try:
        with data.writing() as session:
            known = Credentials.of(commands.welcome(session, introduced))
    except AccountThere:
        return None
    notice = f"Welcome. Your account is made: you come in with {client.name} from now on."
    return come_in(request, data, known, how=client.name, to=trip.to, notice=notice)


def introduced_in(request: Request) -> Introduction | None:
    """Who this browser was introduced as, as long as that waits to be linked."""
    return Introduction.unpacked(read_cookie(request, INTRODUCED))


def lost(
    request: Request, data: Database, slug: str, problem: ShopError, trip: Trip | None
) -> Response:
    """A page that says what to do now. Staff see what was wrong in the log and beside the
    provider."""
    reason = str(problem.facts.get("reason", "")) or problem.detail
    if not isinstance(problem, SaidNo):
        name = type(problem).__name__
        log.warning("not_signed_in_with_provider", provider=slug, refusal=name, reason=reason)
    if isinstance(problem, ProviderFailed):
        with data.writing() as session:
            commands.note_failure(session, slug, reason)
    with data.reading() as session:
        way = next((one for one in queries.ways(session) if one.slug == slug), None)
    context = {
        "refusal": problem,
        "way": way,
        "aim": trip.aim.value if trip else Aim.enter.value,
        "to": trip.to if trip else "",
    }
    status = 503 if isinstance(problem, ProviderFailed) else 409
    if isinstance(problem, SaidNo):
        status = 200
    return view(request, "account/lost.html", context, status=status)
