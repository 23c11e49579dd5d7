"""What happened to an account that its owner should know of: who came in, who failed to, and every
change of what opens it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import queries
from webapp.accounts.guards import Customer
from webapp.runtime.events import known_names
from webapp.runtime.happenings import Happening, Sought, happenings
from webapp.storefront.account.manners import private
from webapp.web.deps import Db
from webapp.web.lists import turned
from webapp.web.views import view

pages = APIRouter()

ROUTE = "account.security_log"
SIZE = 30

TOLD = frozenset(
    {
        "customer.created",
        "customer.verified",
        "customer.closed",
        "customer.opened",
        "staff.added",
        "staff.changed",
        "key.made",
        "key.revoked",
    }
)
"""Beside all that is called ``person.…``. What staff write of somebody is none of it."""

_WORDS: Mapping[str, str] = {
    "customer.created": "The account was made",
    "customer.verified": "The address was confirmed",
    "customer.closed": "The account was closed",
    "customer.opened": "The account was opened again",
    "staff.added": "Began to work here",
    "staff.changed": "What you may do here was changed",
    "key.made": "An API key was made",
    "key.revoked": "An API key was revoked",
    "person.registered_again": "Somebody asked for an account with your address",
}
_WAYS = {"password": "with the password", "link": "by a mailed link", "passkey": "with a passkey"}
_LINKS = {
    "verify": "A link to confirm the address was mailed",
    "reset": "A link to a new password was mailed",
    "staff_reset": "A link to a new password was mailed",
    "sign_in": "A link to sign in was mailed",
    "invite": "An invitation was mailed",
}
_PASSWORDS = {
    "reset": "The password was changed by a mailed link",
    "invitation": "The password was chosen",
}


@dataclass(frozen=True, slots=True)
class Line:
    """``device`` and ``network`` are of a sign-in. ``by`` names a colleague who did it."""

    at: datetime
    text: str
    device: str = ""
    network: str = ""
    by: str = ""
    is_new: bool = False


@pages.get("/account/security/log", name=ROUTE)
def security_log(
    request: Request,
    member: Customer,
    db: Db,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """The latest first, and above it the wrong passwords, counted by the hour."""
    keys = [("key", key.public_id) for key in queries.keys(db, of=member.person)]
    sought = Sought(subjects=(("person", member.person), *keys), names=_names())
    page = happenings(db, sought, cursor=cursor, size=SIZE)
    context = {
        "member": member,
        "lines": [_line(fact, member.person) for fact in page],
        "failures": queries.failures(db, member.key),
        "next_url": turned(request, ROUTE, {}, page.next_cursor),
        "previous_url": turned(request, ROUTE, {}, page.previous_cursor),
    }
    return private(view(request, "account/security_log.html", context))


def _names() -> tuple[str, ...]:
    return tuple(sorted(one for one in known_names() if one.startswith("person.") or one in TOLD))


def _line(fact: Happening, person: str) -> Line:
    facts = fact.payload
    is_sign_in = fact.name == "person.signed_in"
    return Line(
        at=fact.at,
        text=_text(fact.name, facts),
        device=str(facts.get("device") or "") if is_sign_in else "",
        network=str(facts.get("network") or "") if is_sign_in else "",
        by="the shop’s staff" if fact.actor_kind == "staff" and fact.actor_id != person else "",
        is_new=is_sign_in and bool(facts.get("is_new_device")),
    )


def _text(name: str, facts: Mapping[str, Any]) -> str:
    match name:
        case "person.signed_in":
            how = str(facts.get("how") or "password")
            return f"Signed in {_WAYS.get(how, f'with {how}')}"
        case "person.signed_out":
            return "Signed out" if facts.get("sign_in") else "Other browsers were signed out"
        case "person.password_changed":
            return _PASSWORDS.get(str(facts.get("how")), "The password was changed")
        case "person.identity_linked":
            return f"Linked with {facts.get('with', 'a provider')}"
        case "person.identity_unlinked":
            return f"No longer linked with {facts.get('with', 'a provider')}"
        case "person.link_promised":
            return _LINKS.get(str(facts.get("purpose")), "A link was mailed")
    plain = name.partition(".")[2].replace("_", " ").capitalize()
    return _WORDS.get(name, plain)
