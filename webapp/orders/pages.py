"""The order's page, for the browser that placed it, and the way back to it for everybody else."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.guards import Visitor
from webapp.kit.clock import now
from webapp.orders import commands, queries
from webapp.orders.cookie import give_opened, holds, may_see
from webapp.orders.errors import LinkSpent
from webapp.orders.forms import LookupForm
from webapp.orders.jobs import answer_lookup
from webapp.orders.links import lookup_of, order_of_mailed
from webapp.payments import providers
from webapp.runtime.links import links_of
from webapp.runtime.mail import PostOffice
from webapp.web.challenge import gate_of
from webapp.web.deps import Db
from webapp.web.limits import slow_down
from webapp.web.submissions import Submission, submitted
from webapp.web.views import frame_of, redirect, view

pages = APIRouter()

LookedUp = Annotated[Submission[LookupForm], Depends(submitted(LookupForm))]

_JUST_NOW = timedelta(hours=1)


def path_of(number: str) -> str:
    """Where the order's page is. A number may hold ``#``."""
    return f"/orders/{quote(number, safe='')}"


@pages.get("/orders/lookup", name="orders.lookup")
def lookup(request: Request) -> Response:
    """The form. Where the shop sends no mail, the way to ask a person."""
    return _lookup_page(request, Submission[LookupForm]())


@pages.post("/orders/lookup", name="orders.submit_lookup")
def submit_lookup(request: Request, form: LookedUp, db: Db) -> Response:
    """Leads a browser that may see the order to it. Everybody else reads the same sentence, after
    the same work, whether there is such an order or not.
    """
    if form.data is None:
        return _lookup_page(request, form, status=422)
    found = queries.find_written(db, form.data.number)
    if found is not None and holds(request, found):
        return _private(redirect(request, path_of(found.number)))
    _slow_down(request, form.data.email)
    if _sends_mail(request):
        answer_lookup.later(db, number=form.data.number, email=form.data.email)
    return _lookup_page(request, form, is_answered=True)


@pages.get("/orders/link/{token}", name="orders.open_link")
def open_link(request: Request, db: Db, token: str) -> Response:
    """Where a mailed link leads. One that works once is not used up by looking: programs that check
    mail follow links before people do."""
    links = links_of(db)
    mailed = order_of_mailed(links, token)
    if mailed is not None:
        order = queries.by_public_id(db, mailed)
        response = redirect(request, path_of(order.number))
        return _private(give_opened(request, response, order))
    asked = lookup_of(links, token)
    if asked is None or not commands.is_fresh(db, asked):
        return _private(view(request, "orders/link.html", {"token": None}, status=404))
    return _private(view(request, "orders/link.html", {"token": token}))


@pages.post("/orders/link/{token}", name="orders.submit_link")
def submit_link(request: Request, db: Db, token: str) -> Response:
    """Use the link up, and let this browser see that one order for two hours."""
    asked = lookup_of(links_of(db), token)
    try:
        order = commands.open_once(db, asked or "")
    except LinkSpent:
        return _private(view(request, "orders/link.html", {"token": None}, status=404))
    return _private(give_opened(request, redirect(request, path_of(order.number)), order))


@pages.get("/orders/{number}", name="orders.order")
def order(request: Request, member: Visitor, db: Db, number: str) -> Response:
    """Everything for the browser that placed it and for its signed-in owner; for all others, and
    for numbers that do not exist, a page that says nothing.
    """
    found = queries.find(db, number)
    if found is None or not may_see(request, member, found):
        return _private(view(request, "orders/received.html"))
    page = queries.page_of(db, found)
    context = {
        "order": page,
        "may_register": member is None and found.person_id is None and bool(page.email),
        # For the form that makes an account: the password is all that is asked for.
        "form": Submission[LookupForm](),
        "stamp": gate_of(request).stamp("register"),
        "challenge": None,
        "is_new": now() - page.placed_at < _JUST_NOW and not page.is_cancelled,
        "instructions": _instructions(request, page) if page.owes else [],
    }
    return _private(view(request, "orders/order.html", context))


def _instructions(request: Request, page: queries.OrderPage) -> list[tuple[str, str]]:
    provider = providers.by_code(page.payment_method)
    return provider.instructions(frame_of(request).shop, page.number)


def _lookup_page(
    request: Request,
    form: Submission[LookupForm],
    *,
    is_answered: bool = False,
    status: int = 200,
) -> Response:
    context = {"form": form, "is_answered": is_answered, "sends_mail": _sends_mail(request)}
    return _private(view(request, "orders/lookup.html#lookup", context, status=status))


def _sends_mail(request: Request) -> bool:
    office: PostOffice = request.app.state.means.post
    return office.can_send


def _slow_down(request: Request, email: str) -> None:
    """Five an hour for each address, twenty for each network, whatever was found."""
    state = request.app.state
    slow_down(request, state.lookups_by_network, state.lookups_by_address, email.casefold())


def _private(response: Response) -> Response:
    """Not to be found, kept or told to anybody."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
