"""The words of each message: what it says, what the shop says instead, and how that looks."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from jinja2 import TemplateError
from pydantic import Field
from starlette.responses import Response

from webapp.accounts.guards import StaffBeside
from webapp.backoffice.blaming import blame
from webapp.backoffice.letters import (
    around_a_letter,
    kind_of,
    kinds_for,
    letter,
    post_office,
)
from webapp.kit.errors import NotFound
from webapp.runtime.db import Database
from webapp.runtime.mail import BadWords, Letter, MailKind, PostOffice, Sources, sources_of
from webapp.runtime.mail.wordings import own_words, put_ours_back, reword, reworded_kinds
from webapp.web.deps import Data
from webapp.web.fields import LongText, Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, html_of, view

pages = APIRouter(prefix="/admin/mail/words")

LIST = "backoffice/mail/kinds.html"
PAGE = "backoffice/mail/words.html#mail_words"

PARTS = ("subject", "text", "html")
_WRONG = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)
"""What a template can raise that is written wrongly."""


class WordsForm(Form):
    subject: Annotated[str, Field(max_length=300), Says(missing="A message has a subject.")]
    text: Annotated[LongText, Says(missing="Write the plain text: some people see only that.")]
    html: Annotated[LongText, Says(missing="Write the HTML: most people see only that.")]


WordsAsked = Annotated[Submission[WordsForm], Depends(submitted(WordsForm))]


@pages.get("", name="backoffice.mail_kinds")
def mail_kinds(request: Request, data: Data, staff: StaffBeside) -> Response:
    """Every message that the shop writes, and when."""
    staff.must("mail:write")
    with data.reading() as session:
        reworded = reworded_kinds(session)
        kinds = kinds_for(post_office(request), staff).values()
        rows = [(kind, reworded.get(kind.kind)) for kind in kinds]
        return view(request, LIST, {"rows": rows})


@pages.get("/{name}", name="backoffice.mail_words")
def mail_words(request: Request, data: Data, staff: StaffBeside, name: str) -> Response:
    """The words of one kind of message, with a preview of the newest real one."""
    staff.must("mail:write")
    kind = kind_of(post_office(request), staff, name)
    return _shown(request, data, kind)


@pages.post("/{name}")
def change_words(
    request: Request, form: WordsAsked, data: Data, staff: StaffBeside, name: str
) -> Response:
    """Say it so from now on. Words that do not work with a real order are refused."""
    staff.must("mail:write")
    office = post_office(request)
    kind = kind_of(office, staff, name)
    if form.data is not None:
        typed = _typed(form.data)
        try:
            _try(office, data, kind, typed)
            with data.writing() as session:
                reword(session, staff, office.press, kind, typed)
        except BadWords as refusal:
            blame(form, refusal, {})
    if form.data is None:
        return _shown(request, data, kind, form=form, status=422)
    return _answer(request, data, kind, "New messages say it so.")


@pages.post("/{name}/ours", name="backoffice.mail_words_back")
def words_back(request: Request, data: Data, staff: StaffBeside, name: str) -> Response:
    """Take the words that the shop came with."""
    staff.must("mail:write")
    office = post_office(request)
    kind = kind_of(office, staff, name)
    with data.writing() as session:
        put_ours_back(session, staff, office.press, kind)
    return _answer(request, data, kind, "The message says what it said in the beginning.")


@pages.get("/{name}/letter", name="backoffice.mail_preview")
def mail_preview(request: Request, data: Data, staff: StaffBeside, name: str) -> Response:
    """How it looks now, for the frame beside the words."""
    staff.must("mail:write")
    office = post_office(request)
    kind = kind_of(office, staff, name)
    with data.reading() as session:
        words = sources_of(session, kind.kind)
    try:
        shown = _try(office, data, kind, words)
    except BadWords as refusal:
        return letter(html_of(request, "backoffice/mail/unreadable.html", {"why": refusal.detail}))
    if shown is None:
        raise NotFound("There is nothing real to show this message with yet.")
    return letter(shown.html)


@pages.post("/{name}/letter")
def preview_words(
    request: Request, form: WordsAsked, data: Data, staff: StaffBeside, name: str
) -> Response:
    """How it would look, for the same frame: the form is sent there instead of being saved."""
    staff.must("mail:write")
    office = post_office(request)
    kind = kind_of(office, staff, name)
    why = next(iter(form.errors.values()), "")
    shown = None
    if form.data is not None:
        try:
            shown = _try(office, data, kind, _typed(form.data))
        except BadWords as refusal:
            why = refusal.detail
    if shown is None:
        why = why or "There is nothing real to show this message with yet."
        page = html_of(request, "backoffice/mail/unreadable.html", {"why": why})
        return letter(page, status=422)
    return letter(shown.html)


def _typed(form: WordsForm) -> Sources:
    return Sources(form.subject, form.text, form.html)


def _try(office: PostOffice, data: Database, kind: MailKind, words: Sources) -> Letter | None:
    """The newest real message in these words; None where there is nothing real yet.

    Raises ``BadWords`` naming the part that does not work.
    """
    own = own_words(office.press, kind, words)
    with data.reading() as session:
        facts = kind.sample(session)
        if facts is None:
            return None
        draft = office.draft(session, kind, facts, sources=own)
    try:
        return office.press.write(draft)
    except _WRONG as error:
        wrong = error
    for part in PARTS:
        alone = Sources(**{part: getattr(own, part)})
        with data.reading() as session:
            draft = office.draft(session, kind, facts, sources=alone)
        try:
            office.press.write(draft)
        except _WRONG as error:
            raise BadWords(f"This does not work: {error}", field=part) from None
    raise BadWords(f"This does not work: {wrong}", field="text") from None


def _shown(
    request: Request,
    data: Database,
    kind: MailKind,
    *,
    form: Submission[WordsForm] | None = None,
    status: int = 200,
) -> Response:
    response = view(request, PAGE, _context(request, data, kind, form), status=status)
    return around_a_letter(response)


def _answer(request: Request, data: Database, kind: MailKind, notice: str) -> Response:
    response = after_post(
        request,
        go_to=request.app.state.url_for("backoffice.mail_words", name=kind.kind),
        show=PAGE,
        context=_context(request, data, kind, None),
        notice=notice,
    )
    return around_a_letter(response)


def _context(
    request: Request,
    data: Database,
    kind: MailKind,
    form: Submission[WordsForm] | None,
) -> dict[str, Any]:
    office = post_office(request)
    ours = office.press.sources(kind)
    with data.reading() as session:
        own = sources_of(session, kind.kind)
        has_sample = kind.sample(session) is not None
    words = {part: getattr(own, part) or getattr(ours, part) or "" for part in PARTS}
    try:
        shown = _try(office, data, kind, own) if has_sample else None
    except BadWords:
        shown = None
    return {
        "kind": kind,
        "form": form or Submission[WordsForm].showing(words),
        "is_own": own != Sources(),
        "has_sample": has_sample,
        "shown": shown,
    }
