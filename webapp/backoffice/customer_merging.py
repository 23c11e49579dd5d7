"""Two accounts of one customer: finding the other, seeing what would move, making them one."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from sqlmodel import Session, col, func, select
from starlette.responses import Response

from webapp.accounts import commands, profiles, queries
from webapp.accounts.commands.addressing import MOST
from webapp.accounts.errors import CannotMerge
from webapp.accounts.guards import Staff
from webapp.accounts.models import CustomerGroup, CustomerNote, CustomerTag, GroupMember, Person
from webapp.backoffice.blaming import blame
from webapp.backoffice.customer_desk import customer_by
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.ids import is_public_id
from webapp.kit.values import Value
from webapp.orders.queries import Bought, bought_by
from webapp.web.deps import Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/customers")

PAGE = "backoffice/customers/merging.html#merging"


class MergeForm(Form):
    other: Annotated[
        str, Field(max_length=254), Says(missing="Enter the address or the id of the other one.")
    ]


MergeAsked = Annotated[Submission[MergeForm], Depends(submitted(MergeForm))]


class Side(Value):
    """One of the two, and what would move with them."""

    person: Person
    bought: Bought
    addresses: int
    notes: int
    tags: tuple[str, ...]
    groups: tuple[str, ...]
    has_agreed: bool
    """To be written to."""


@pages.get("/{public_id}/merging", name="backoffice.merging")
def merging(
    request: Request,
    db: Db,
    staff: Staff,
    public_id: str,
    other: Annotated[str, Query(max_length=254)] = "",
) -> Response:
    """Which other account is theirs too; once it is named, what would move."""
    staff.must("customers:write")
    person = customer_by(db, public_id)
    form = Submission[MergeForm](values={"other": other})
    gone = _other(db, person, form) if other.strip() else None
    return _shown(request, db, person, gone, form)


@pages.post("/{public_id}/merging")
def submit_merging(
    request: Request, form: MergeAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """Put them together: this one stays, the other is no more."""
    staff.must("customers:write")
    person = customer_by(db, public_id)
    gone = _other(db, person, form) if form.data else None
    if gone is None:
        return _shown(request, db, person, None, form)
    was = gone.email
    try:
        with db.begin_nested():
            commands.merge_customers(db, staff, person, gone)
    except (CannotMerge, Invalid) as refusal:
        blame(form, refusal, {}, otherwise="other")
        return _shown(request, db, person, gone, form)
    to = request.app.state.url_for("backoffice.customer", public_id=public_id)
    return redirect(request, to, notice=f"What was of {was} is theirs now.")


def _other(session: Session, person: Person, form: Submission[MergeForm]) -> Person | None:
    """The customer with this address or id; None, with the reason in the form, where there is
    none."""
    text = form.values.get("other", "").strip()
    try:
        if is_public_id(text, "per"):
            found = customer_by(session, text)
        else:
            known = queries.by_email(session, commands.normalised_email(text))
            found = customer_by(session, known.public_id if known else "")
    except (Invalid, NotFound):
        form.refuse("other", "No customer has this address or id.")
        return None
    if found.id == person.id:
        form.refuse("other", "Choose another customer than this one.")
        return None
    return found


def _shown(
    request: Request,
    session: Session,
    person: Person,
    gone: Person | None,
    form: Submission[MergeForm],
) -> Response:
    context: dict[str, Any] = {
        "person": person,
        "form": form,
        "sides": [_side(session, one) for one in (person, gone)] if gone else None,
        "most_addresses": MOST,
    }
    return view(request, PAGE, context, status=422 if form.errors else 200)


def _side(session: Session, person: Person) -> Side:
    key = person.id or 0
    tags = select(CustomerTag.tag).where(CustomerTag.person_id == key).order_by(CustomerTag.tag)
    groups = (
        select(CustomerGroup.name)
        .join(GroupMember, col(GroupMember.group_id) == col(CustomerGroup.id))
        .where(GroupMember.person_id == key)
        .order_by(CustomerGroup.folded)
    )
    notes = select(func.count()).select_from(CustomerNote).where(CustomerNote.person_id == key)
    return Side(
        person,
        bought_by(session, [key]).get(key, Bought()),
        len(profiles.address_book(session, key)),
        session.exec(notes).one(),
        tuple(session.exec(tags)),
        tuple(session.exec(groups)),
        profiles.agreed(session, "marketing", person.email),
    )
