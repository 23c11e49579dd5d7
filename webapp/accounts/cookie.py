"""What a browser carries between two steps: that the first factor was shown, and the challenge that
a passkey is to answer. Signed and short-lived; both open nothing by themselves."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from secrets import token_bytes

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.factors import HalfWay, half_way
from webapp.accounts.passkeys import LASTS, Challenge, Place
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.secrets import same
from webapp.web.sessions import forget_cookie, read_cookie, set_cookie

COMING = "coming"
COMING_LASTS = 600
"""Seconds between the two steps of signing in."""
CHALLENGE = "challenge"


class Coming(Value):
    """Somebody on their way in: what they have shown, and where they want to go."""

    half: HalfWay
    how: str
    keep: bool
    to: str


def carry_coming(
    request: Request, response: Response, half: HalfWay, *, how: str, keep: bool, to: str
) -> None:
    """Remember that the first factor was shown, for ten minutes."""
    value = [half.known.person, half.mark, how, keep, to[:1000]]
    set_cookie(request, response, COMING, value, COMING_LASTS, until_closed=True)


def coming_of(request: Request, session: Session) -> Coming | None:
    """Who is on their way in in this browser; None when it took too long, or something about the
    account has changed since: another password, a second factor that was shown already."""
    value = read_cookie(request, COMING)
    if not isinstance(value, list) or len(value) != 5:
        return None
    person, mark, how, keep, to = value
    half = half_way(session, str(person))
    if half is None or not same(half.mark, str(mark)):
        return None
    return Coming(half, str(how), bool(keep), str(to))


def forget_coming(request: Request, response: Response) -> None:
    forget_cookie(request, response, COMING)


def new_challenge() -> Challenge:
    return Challenge(token_bytes(32), now())


def carry_challenge(request: Request, response: Response, challenge: Challenge) -> None:
    value = [challenge.made_at.timestamp(), urlsafe_b64encode(challenge.value).decode()]
    set_cookie(request, response, CHALLENGE, value, LASTS, until_closed=True)


def challenge_of(request: Request) -> Challenge | None:
    """The challenge this browser was given last, while it may be answered."""
    value = read_cookie(request, CHALLENGE)
    if not isinstance(value, list) or len(value) != 2:
        return None
    return Challenge(urlsafe_b64decode(value[1]), datetime.fromtimestamp(value[0], UTC))


def forget_challenge(request: Request, response: Response) -> None:
    forget_cookie(request, response, CHALLENGE)


def place_of(request: Request) -> Place:
    """Where the shop is for this browser: its public address where it has one."""
    public: str = request.app.state.settings.public_url.rstrip("/")
    return Place(public or f"{request.url.scheme}://{request.url.netloc}")
