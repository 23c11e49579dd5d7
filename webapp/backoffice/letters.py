"""A letter inside a page: how it is answered, and which kinds a member of staff may open."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from webapp.kit.actors import Actor
from webapp.kit.errors import NotFound
from webapp.runtime.mail import MailKind, PostOffice
from webapp.web.headers import FRAMING_POLICY, LETTER_POLICY


def post_office(request: Request) -> PostOffice:
    """The shop's mail, as the process that serves it put it together."""
    office: PostOffice = request.app.state.means.post
    return office


def kinds_for(office: PostOffice, staff: Actor) -> dict[str, MailKind]:
    """The kinds of message that ``staff`` may open, by name: a message tells what its reader may
    know, so whoever opens it needs the right to see that."""
    return {kind.kind: kind for kind in office.mails if staff.may(kind.needs)}


def kind_of(office: PostOffice, staff: Actor, name: str) -> MailKind:
    """That kind, if ``staff`` may open it. Raises ``NotFound``."""
    kind = kinds_for(office, staff).get(name)
    if kind is None:
        raise NotFound("There is no such kind of message.")
    return kind


def letter(html: str, *, status: int = 200) -> Response:
    """The HTML of a message, for a frame. Whatever it holds, it can do nothing but be looked at."""
    response = HTMLResponse(html, status)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def around_a_letter(response: Response) -> Response:
    """Let the page hold a frame with a letter."""
    response.headers["Content-Security-Policy"] = FRAMING_POLICY
    return response
