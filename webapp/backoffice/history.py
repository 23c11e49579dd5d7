"""Everything that happened in the shop: who did what to what, when, and what it was before."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import queries as accounts
from webapp.accounts.guards import Staff
from webapp.backoffice.history_changes import Change, changes_in
from webapp.backoffice.history_subjects import (
    KINDS,
    SEEN_BY,
    Named,
    choices,
    kind_of,
    may_see,
    meant_by,
    name_in,
    named,
)
from webapp.backoffice.history_words import named as event_named
from webapp.backoffice.history_words import sentence
from webapp.backoffice.periods import period
from webapp.kit.actors import Actor
from webapp.kit.errors import NotAllowed, NotFound
from webapp.kit.paging import Page
from webapp.kit.values import Value
from webapp.runtime import events
from webapp.runtime.events import Subject, known_names
from webapp.runtime.happenings import Happening, Sought, happenings
from webapp.runtime.wording import at
from webapp.shop.queries import Shop, current
from webapp.web.deps import Db
from webapp.web.manners import speaking
from webapp.web.submissions import Submission
from webapp.web.views import view

pages = APIRouter(prefix="/admin/history")

LIST = "backoffice/history/history.html#history_list"
ONE = "backoffice/history/thing.html#history_list"
SIZE = 40
SHORT = 12
"""Lines of a history that stand below a thing's own page."""

Word = Annotated[str, Query(max_length=200)]
Turned = Annotated[str | None, Query(max_length=2000)]


class Line(Value):
    """An event as staff read it."""

    id: str
    at: datetime
    text: str
    kind: str
    """What its subject is, in a word."""
    subject: str
    path: str
    """The history of its subject."""
    by: str
    who: str
    """Whose it is, as the filter by person says it."""
    changes: list[Change]
    request_id: str


@pages.get("", name="backoffice.history")
def history(
    request: Request,
    db: Db,
    staff: Staff,
    q: Word = "",
    kind: Word = "",
    name: Word = "",
    who: Word = "",
    since: Word = "",
    until: Word = "",
    cursor: Turned = None,
) -> Response:
    """What staff look for, the newest first."""
    staff.must(SEEN_BY)
    asked = {"q": q, "kind": kind, "name": name, "who": who, "since": since, "until": until}
    form: Submission[Any] = Submission(values=asked)
    shop = current(db)
    page = happenings(db, _sought(db, form, shop), cursor=cursor, size=SIZE)
    kept = {key: value for key, value in asked.items() if value}
    context = {
        "lines": lines(db, page, shop),
        "form": form,
        "is_filtered": bool(kept),
        "kinds": [("", "Everything"), *((key, one.plural) for key, one in KINDS.items())],
        "names": [("", "Anything"), *((each, event_named(each)) for each in sorted(known_names()))],
        "people": _people(db, who),
        **_turns(request.url.path, kept, page),
    }
    return view(request, LIST, context, status=422 if form.errors else 200)


@pages.get("/{kind}/{subject_id}", name="backoffice.history_of")
def history_of(
    request: Request, db: Db, staff: Staff, kind: str, subject_id: str, cursor: Turned = None
) -> Response:
    """The history of one thing; it stays when the thing is gone."""
    if not may_see(staff, kind):
        raise NotAllowed(
            "Your account does not have the right to do this.", needs=kind_of(kind).permission
        )
    shop, subject = current(db), (kind, subject_id)
    page = happenings(db, Sought(subjects=(subject,)), cursor=cursor, size=SIZE)
    there = named(db, [subject]).get(subject)
    if there is None and not page.items:
        raise NotFound("Nothing is known of that.")
    name = there.name if there else next(filter(None, map(_own_name, page.items)), subject_id)
    context = {
        "lines": lines(db, page, shop),
        "kind": kind_of(kind).label,
        "name": name,
        "path": there.path if there else None,
        "is_gone": there is None,
        "may_see_all": staff.may(SEEN_BY),
        **_turns(request.url.path, {}, page),
    }
    return view(request, ONE, context)


def latest(session: Session, subject: Subject, shop: Shop) -> list[Line]:
    """The latest of one thing's history, for its own page."""
    return lines(session, happenings(session, Sought(subjects=(subject,)), size=SHORT), shop)


def lines(session: Session, facts: Iterable[Happening], shop: Shop) -> list[Line]:
    """Events as staff read them, with the names that their subjects have now."""
    facts = list(facts)
    names = named(session, (fact.subject for fact in facts))
    versions = choices(session, {ref for fact in facts for ref in _versions_in(fact)})
    with speaking(lambda: shop.manners):
        return [_line(fact, names.get(fact.subject), versions, shop) for fact in facts]


def last_change(session: Session, subject: Subject, staff: Actor, shop: Shop) -> str:
    """Who was at a thing last, and when, for somebody who had it open meanwhile: ``Ada changed
    this product at 14:03``."""
    what = f"this {kind_of(subject[0]).label.lower()}"
    last = events.history(session, *subject, limit=1)
    if not last:
        return f"Somebody changed {what}"
    is_me = (last[0].actor_kind, last[0].actor_id) == (staff.kind, staff.id)
    with speaking(lambda: shop.manners):
        return f"{'You' if is_me else last[0].actor_name} changed {what} {at(last[0].at)}"


def path_of(kind: str, subject_id: str) -> str:
    """The address of a thing's history."""
    return f"/admin/history/{quote(kind, safe='')}/{quote(subject_id, safe='')}"


def _versions_in(fact: Happening) -> Iterable[str]:
    versions = fact.payload.get("variants")
    return versions if isinstance(versions, dict) else ()


def _line(fact: Happening, there: Named | None, versions: Mapping[str, str], shop: Shop) -> Line:
    currency = str(fact.payload.get("currency") or shop.currency)
    return Line(
        id=fact.id,
        at=fact.at,
        text=sentence(fact.name, fact.payload, currency),
        kind=kind_of(fact.subject_kind).label,
        subject=there.name if there else _own_name(fact) or fact.subject_id,
        path=path_of(*fact.subject),
        by=fact.actor_name,
        who=f"{fact.actor_kind}:{fact.actor_id or ''}",
        changes=changes_in(fact.payload, currency, versions),
        request_id=fact.request_id,
    )


def _own_name(fact: Happening) -> str:
    return name_in(fact.payload)


def _sought(session: Session, form: Submission[Any], shop: Shop) -> Sought:
    asked = form.values
    since, until = period(form, shop.time_zone)
    kind, _, identifier = asked["who"].partition(":")
    return Sought(
        kind=asked["kind"],
        name=asked["name"],
        actor=(kind, identifier or None) if kind else None,
        since=since,
        until=until,
        subjects=meant_by(session, asked["q"]) if asked["q"].strip() else None,
    )


def _people(session: Session, who: str) -> list[tuple[str, str]]:
    """Whom one may ask for: staff, their keys, the shop itself, shoppers."""
    found = [("", "Everybody")]
    found += [(f"staff:{one.public_id}", one.name or one.email) for one in accounts.staff(session)]
    found += [(f"key:{one.public_id}", f"{one.name} (key)") for one in accounts.keys(session)]
    found += [("system:", "The shop itself"), ("customer:", "Shoppers")]
    if who not in dict(found):
        found.append((who, "Somebody else"))
    return found


def _turns(path: str, kept: dict[str, str], page: Page[Happening]) -> dict[str, str | None]:
    def turned(cursor: str | None) -> str | None:
        return f"{path}?{urlencode({**kept, 'cursor': cursor})}" if cursor else None

    return {
        "next_url": turned(page.next_cursor),
        "previous_url": turned(page.previous_cursor),
    }
