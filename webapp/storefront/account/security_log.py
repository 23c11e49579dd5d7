"""What happened to an account that its owner should know of: who came in, who failed to, and every
change of what opens it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import queries
from webapp.accounts.guards import Customer
from webapp.kit.values import Value
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
        "customer.erasure_asked",
        "customer.erasure_stopped",
        "customer.export_asked",
        "customer.verified",
        "customer.closed",
        "customer.opened",
        "customer.merged",
        "staff.added",
        "staff.changed",
        "key.made",
        "key.revoked",
    }
)
"""Beside all that is called ``person.…`` and ``passkey.…``. What staff write of somebody is
none of it."""

_WORDS: Mapping[str, str] = {
    "customer.created": "The account was made",
    "customer.verified": "The address was confirmed",
    "customer.erasure_asked": "The account was to be erased in three days",
    "customer.erasure_stopped": "The account was not to be erased after all",
    "customer.export_asked": "A copy of your data was asked for",
    "customer.closed": "The account was closed",
    "customer.opened": "The account was opened again",
    "customer.merged": "Another account of yours became part of this one",
    "staff.added": "Began to work here",
    "staff.changed": "What you may do here was changed",
    "key.made": "An API key was made",
    "key.revoked": "An API key was revoked",
    "person.registered_again": "Somebody asked for an account with your address",
    "person.email_change_asked": "Another address was asked for",
    "person.email_change_stopped": "The address was kept as it is",
    "person.email_changed": "The address was changed",
    "person.second_factor_on": "More than the password is asked for from now on",
    "person.authenticator_added": "An app that makes codes was added",
    "person.authenticator_removed": "The app that makes codes was removed",
    "passkey.added": "A passkey was added",
    "passkey.renamed": "A passkey was given another name",
    "passkey.removed": "A passkey was removed",
    "passkey.doubted": "A passkey looked like a copy and opens nothing any more",
}
_WAYS = {"password": "with the password", "link": "by a mailed link", "passkey": "with a passkey"}
_LINKS = {
    "verify": "A link to confirm the address was mailed",
    "reset": "A link to a new password was mailed",
    "staff_reset": "A link to a new password was mailed",
    "sign_in": "A link to sign in was mailed",
    "invite": "An invitation was mailed",
    "welcome": "An invitation was mailed",
}
_BESIDE = {
    "code": "and a code",
    "recovery": "and a recovery code",
    "passkey": "and a passkey",
}
_ENDED = {
    "signed_out": "A program signed itself out",
    "reused": "A program was shut out: its token came twice",
    "replaced": "A program was signed out by newer ones",
    "everywhere": "All programs were signed out",
}
_PASSWORDS = {
    "reset": "The password was changed by a mailed link",
    "invitation": "The password was chosen",
    "handed": "The password was chosen by a link that was handed to you",
}


class Line(Value):
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
    return tuple(sorted(filter(is_told, known_names())))


def is_told(name: str) -> bool:
    """Whether an event of this name, about somebody, is shown to them."""
    return name.startswith(("person.", "passkey.")) or name in TOLD


def _line(fact: Happening, person: str) -> Line:
    facts = fact.payload
    is_sign_in = fact.name == "person.signed_in"
    return Line(
        at=fact.at,
        text=words_for(fact.name, facts),
        device=str(facts.get("device") or "") if is_sign_in else "",
        network=str(facts.get("network") or "") if is_sign_in else "",
        by="the shop’s staff" if fact.actor_kind == "staff" and fact.actor_id != person else "",
        is_new=is_sign_in and bool(facts.get("is_new_device")),
    )


def words_for(name: str, facts: Mapping[str, Any]) -> str:
    """What happened, for its owner. Raises ``KeyError`` for an event that nobody put in words."""
    match name:
        case "person.signed_in":
            how = str(facts.get("how") or "password")
            beside = _BESIDE.get(str(facts.get("second")), "")
            return f"Signed in {_WAYS.get(how, f'with {how}')} {beside}".rstrip()
        case "person.signed_out":
            return "Signed out" if facts.get("sign_in") else "Other browsers were signed out"
        case "person.password_changed":
            return _PASSWORDS.get(str(facts.get("how")), "The password was changed")
        case "person.identity_linked":
            return f"Linked with {facts.get('with', 'a provider')}"
        case "person.identity_unlinked":
            return f"No longer linked with {facts.get('with', 'a provider')}"
        case "person.second_factor_off":
            if facts.get("how") == "reset":
                return "What is asked beside the password was taken away for you"
            return "The password alone is enough from now on"
        case "person.recovery_codes_made":
            return (
                "Recovery codes were made" if facts.get("first") else "New recovery codes were made"
            )
        case "person.recovery_code_used":
            return f"A recovery code was used; {facts.get('left', 0)} are left"
        case "person.grant_made":
            return f"A program was let in: {facts.get('client') or 'it gave no name'}"
        case "person.grant_ended":
            return _ENDED.get(str(facts.get("how")), "A program was signed out")
        case "person.link_promised":
            return _LINKS.get(str(facts.get("purpose")), "A link was mailed")
        case "person.link_handed":
            return "A link to a password was made, to be handed to you"
    return _WORDS[name]
