"""The way out: which mail server, in whose name, whether receivers will believe it, and a try."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import EmailStr
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff, StaffBeside
from webapp.backoffice.letters import post_office
from webapp.kit.actors import Actor
from webapp.kit.ids import public_id
from webapp.runtime.mail import PostOffice, post
from webapp.runtime.mail.domain import Finding, ascii_name, check_domain
from webapp.shop.mails import test_message
from webapp.web.deps import Data, Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/mail/sender")

PAGE = "backoffice/mail/sender.html#sender"


class TestForm(Form):
    __test__ = False  # for pytest: its name is no accident, but it is no test
    to: Annotated[EmailStr, Says(missing="Enter the address to send it to.")]


TestAsked = Annotated[Submission[TestForm], Depends(submitted(TestForm))]


@pages.get("", name="backoffice.sender")
def sender(
    request: Request,
    data: Data,
    staff: StaffBeside,
    check: Annotated[str, Query(max_length=10)] = "",
    key: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """How mail leaves the shop. ``?check=yes`` also asks the DNS about the sender's domain."""
    staff.must("mail:write")
    office = post_office(request)
    with data.reading() as session:
        context = _context(office, session)
    form: Submission[Any] = Submission(values={"key": key})
    findings: list[Finding] = []
    if check and context["domain"]:
        name = ascii_name(key) if key.strip() else ""
        if name is None:
            form.refuse("key", "A key's name holds letters, digits, points and hyphens.")
        else:
            look_up = getattr(request.app.state, "dns_lookup", None)
            findings = check_domain(context["domain"], name, look_up)
    context |= {"key_form": form, "findings": findings}
    return view(request, PAGE, context, status=422 if form.errors else 200)


@pages.post("/test", name="backoffice.test_mail")
def test_mail(request: Request, form: TestAsked, db: Db, staff: Staff) -> Response:
    """Send a test message, on the way that every message takes; leads to it in the outbox."""
    staff.must("mail:write")
    office = post_office(request)
    if form.data is None:
        context = _context(office, db) | {"form": form, "findings": []}
        return view(request, PAGE, context | {"key_form": Submission()}, status=422)
    identifier = _send(db, staff, str(form.data.to))
    return redirect(
        request,
        request.app.state.url_for("backoffice.message", public_id=identifier),
        notice="The test message is on its way."
        if office.can_send
        else "The test message is in the outbox. There is no mail server to send it with.",
    )


def _send(session: Session, staff: Actor, to: str) -> str:
    about = ("mail_test", public_id("try"))
    identifier = post(session, test_message, to=to, about=about, by=staff.name)
    assert identifier is not None, "a test of its own id was never posted before"
    return identifier


def _context(office: PostOffice, session: Session) -> dict[str, Any]:
    found = office.sender(office.letterhead(session))
    return {
        "server": office.server,
        "sender": found,
        "domain": found.mailbox.domain if found else "",
        "form": Submission[TestForm](),
    }
