"""People for those who look after them: customers with ``customers:*``, staff with ``staff:write``.

Nobody gives more than they have, and the last owner stays: the commands see to it.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import commands, directory, queries
from webapp.accounts.guards import Script
from webapp.accounts.models import Person
from webapp.accounts.schemas import (
    AddedOut,
    InvitationOut,
    UserChangeIn,
    UserIn,
    UserOut,
    UsersOut,
)
from webapp.kit.actors import Actor
from webapp.kit.errors import NotAllowed, Refused
from webapp.runtime.links import links_of
from webapp.runtime.mail import PostOffice
from webapp.web.deps import Db, Page

api = APIRouter(prefix="/users", tags=["people"])


def keeper(script: Script) -> Actor:
    """Somebody who may change people of some kind. Asked before what they sent is looked at."""
    if not (script.may("customers:write") or script.may("staff:write")):
        raise NotAllowed("Changing people takes another right.", needs="customers:write")
    return script


def changed(script: Script, db: Db, user_id: str) -> Person:
    """The person to be changed, by somebody who may."""
    person = queries.by_public_id(db, user_id)
    script.must("customers:write" if person.role is None else "staff:write")
    return person


Keeper = Annotated[Actor, Depends(keeper, scope="function")]
Changed = Annotated[Person, Depends(changed, scope="function")]


@api.get("", name="accounts.api.users")
def list_users(
    script: Script,
    db: Db,
    page: Page,
    q: Annotated[str, Query(max_length=200, description="Part of a name or an address.")] = "",
    active: Annotated[bool | None, Query(description="Whether the account is open.")] = None,
    kind: Literal["customer", "staff"] | None = None,
    role: Annotated[str | None, Query(max_length=20)] = None,
) -> UsersOut:
    """People, the newest first: customers with `customers:read`, staff with `staff:write`."""
    sought = directory.Sought(
        text=q, is_active=active, is_staff=None if kind is None else kind == "staff", role=role
    )
    found = directory.people(db, script, sought, cursor=page.cursor, size=page.limit)
    return UsersOut(
        items=[UserOut.of(entry) for entry in found.items], next_cursor=found.next_cursor
    )


@api.post("", name="accounts.api.add_user", status_code=201)
def add_user(
    request: Request, response: Response, script: Keeper, body: UserIn, db: Db
) -> AddedOut:
    """Add a customer (`customers:write`), or with a `role` a member of staff (`staff:write`).

    They are mailed a link by which they choose their password. Where the shop can send no mail,
    the answer has that link, this once. 409 for an address that is taken.
    """
    script.must("customers:write" if body.role is None else "staff:write")
    office: PostOffice = request.app.state.means.post
    person, invitation = _added(db, script, body, sends_mail=office.can_send)
    response.headers["Location"] = f"/api/v1/users/{person.public_id}"
    response.headers["Cache-Control"] = "no-store"
    return AddedOut(
        **UserOut.of(person).model_dump(),
        invitation=InvitationOut(
            is_mailed=invitation.path is None,
            expires_at=invitation.until,
            url=invitation.path and links_of(db).absolute(invitation.path),
        ),
    )


@api.get("/{user_id}", name="accounts.api.user")
def read_user(script: Script, db: Db, user_id: str) -> UserOut:
    """One person. Those whom this key may not see are not found."""
    return UserOut.of(directory.seen(db, script, user_id))


@api.patch("/{user_id}", name="accounts.api.change_user")
def change_user(script: Script, person: Changed, body: UserChangeIn, db: Db) -> UserOut:
    """Change a name, close or open an account, give staff another role; the rest stays.

    A new role, and closing, signs them out everywhere. The last owner stays one, and nobody gives
    a role that may do more than they.
    """
    if person.role is not None:
        commands.change_staff(
            db, script, person, role=body.role, is_active=body.is_active, name=body.name
        )
        return UserOut.of(person)
    if body.role is not None:
        raise Refused("This is a customer. Staff are invited by POST /api/v1/users.", field="role")
    if body.name is not None:
        commands.rename_customer(db, script, person, body.name)
    if body.is_active is not None:
        change = commands.open_customer if body.is_active else commands.close_customer
        change(db, script, person)
    return UserOut.of(person)


@api.delete(
    "/{user_id}",
    name="accounts.api.close_user",
    status_code=204,
    response_class=Response,
    response_description="Closed",
)
def close_user(script: Script, person: Changed, db: Db) -> Response:
    """Close an account: its person comes in no more, and what they bought stays in the books.

    Closing twice is closing once. The last owner stays.
    """
    if person.role is None:
        commands.close_customer(db, script, person)
    else:
        commands.change_staff(db, script, person, is_active=False)
    return Response(status_code=204)


def _added(
    session: Session, actor: Actor, wanted: UserIn, *, sends_mail: bool
) -> tuple[Person, commands.Invitation]:
    if wanted.role is None:
        person = commands.add_customer(session, actor, email=wanted.email, name=wanted.name)
        lead = commands.welcome_customer if sends_mail else commands.hand_customer_link
        return person, lead(session, actor, person)
    person = commands.add_staff(
        session, actor, email=wanted.email, role=wanted.role, name=wanted.name
    )
    lead = commands.invite if sends_mail else commands.hand_staff_link
    return person, lead(session, actor, person)
