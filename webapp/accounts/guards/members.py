"""People with a browser: whose it is, what they have proved, and whether they work here."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session

from webapp.accounts import commands, queries
from webapp.accounts.commands.signing_in import SEEN_NOTED_EVERY
from webapp.accounts.errors import (
    ConfirmationNeeded,
    SecondFactorMissing,
)
from webapp.accounts.queries import Member
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import SignInNeeded
from webapp.runtime.db import Database
from webapp.web.afterwards import note_afterwards
from webapp.web.deps import Data, Db
from webapp.web.sessions import read_cookie

COOKIE = "session"

FRESH_FOR = timedelta(minutes=15)
"""After proving who one is, one may do what is sensitive for so long."""

CONFIRM_PAGE = "/account/confirm"
STAFF_CONFIRM_PAGE = "/admin/confirm"
STAFF_SECURITY_PAGE = "/admin/security"


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
            await note_afterwards(request, lambda session: commands.note_seen(session, seen))


SeenNoted = Annotated[None, Depends(seen_noted, scope="request")]


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


Customer = Annotated[Member, Depends(customer, scope="function")]
CustomerBeside = Annotated[Member, Depends(customer_beside, scope="function")]
Fresh = Annotated[Member, Depends(fresh, scope="function")]
FreshBeside = Annotated[Member, Depends(fresh_beside, scope="function")]
Staff = Annotated[Actor, Depends(staff, scope="function")]
StaffBeside = Annotated[Actor, Depends(staff_beside, scope="function")]
