"""The cart of a visit goes into that of the account. Whatever becomes of it, they are signed in."""

import structlog
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.queries import Credentials
from webapp.cart import commands as carts
from webapp.cart.cookie import carried, give
from webapp.runtime.db import Database
from webapp.shop import queries as shops
from webapp.web.flashes import flash

log = structlog.get_logger("vitrine.accounts")

_MOST_TOLD = 4


def join_carts(request: Request, response: Response, data: Database, known: Credentials) -> None:
    """Merge what this browser carries, and say on the next page what was changed by that."""
    guest = carried(request)
    if guest is None:
        return
    try:
        with data.writing() as session:
            merged = carts.merge(
                session,
                guest,
                person=known.key,
                actor=known.actor,
                currency=shops.current(session).currency,
            )
    except Exception as error:
        # The cart stays as it was, and is merged the next time.
        log.error("carts_not_merged", error=type(error).__name__)
        return
    if merged is None:
        return
    give(request, response, merged.cart)
    told = [f"Your cart: {sentence}" for sentence in merged.changes[:_MOST_TOLD]]
    left = len(merged.changes) - _MOST_TOLD
    if left > 0:
        told.append(f"Your cart: {left} more changed. Please have a look.")
    for sentence in told:
        flash(request, response, sentence, "info")
