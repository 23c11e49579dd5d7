"""The order's page, for the browser that placed it, and the way back to it for everybody else."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from webapp.kit.clock import now
from webapp.orders import queries
from webapp.orders.cookie import holds
from webapp.orders.forms import LookupForm
from webapp.payments import providers
from webapp.web.deps import Db
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
    context = {"form": Submission[LookupForm](), "is_answered": False}
    return _private(view(request, "orders/lookup.html#lookup", context))


@pages.post("/orders/lookup", name="orders.submit_lookup")
def submit_lookup(request: Request, form: LookedUp, db: Db) -> Response:
    """Leads the browser that placed the order to it. Everybody else reads the same sentence,
    whether there is such an order or not.
    """
    if form.data is None:
        context: dict[str, object] = {"form": form, "is_answered": False}
        return _private(view(request, "orders/lookup.html#lookup", context, status=422))
    found = queries.find(db, form.data.number.strip().removeprefix("#"))
    if found is not None and holds(request, found):
        return _private(redirect(request, path_of(found.number)))
    context = {"form": form, "is_answered": True}
    return _private(view(request, "orders/lookup.html#lookup", context))


@pages.get("/orders/{number}", name="orders.order")
def order(request: Request, db: Db, number: str) -> Response:
    """Everything for the browser that placed it; for all others, and for numbers that do not
    exist, a page that says nothing.
    """
    found = queries.find(db, number)
    if found is None or not holds(request, found):
        return _private(view(request, "orders/received.html"))
    page = queries.page_of(db, found)
    context = {
        "order": page,
        "is_new": now() - page.placed_at < _JUST_NOW and not page.is_cancelled,
        "instructions": _instructions(request, page) if page.owes else [],
    }
    return _private(view(request, "orders/order.html", context))


def _instructions(request: Request, page: queries.OrderPage) -> list[tuple[str, str]]:
    provider = providers.by_code(page.payment_method)
    return provider.instructions(frame_of(request).shop, page.number)


def _private(response: Response) -> Response:
    """Not to be found, kept or told to anybody."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
