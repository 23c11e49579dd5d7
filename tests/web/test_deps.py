"""One request, one transaction, ended before the answer leaves; and nobody waits on a thread."""

import threading
from typing import Annotated, Any

import pytest
from fastapi import Depends, Request
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, func, select
from starlette.responses import PlainTextResponse, Response

from tests.web.conftest import Note
from webapp.kit.errors import Refused
from webapp.web.deps import App, Data, Db, Page, SettingsDep
from webapp.web.views import view


def count(session: Session) -> int:
    return session.exec(select(func.count(col(Note.id)))).one()


@pytest.fixture
def noting(site):
    site.template("form.html", "<form></form>")
    site.outcome = "kept"

    @site.app.post("/notes")
    def write(request: Request, db: Db, text: str = "a note") -> Response:
        db.add(Note(text=text))
        db.flush()
        if site.outcome == "raised":
            raise Refused("Not now.")
        if site.outcome == "broken":
            raise KeyError("x")
        if site.outcome == "refused":
            return view(request, "form.html", status=422)
        return PlainTextResponse("written")

    @site.app.get("/notes")
    def read(db: Db) -> Any:
        return {"notes": count(db)}

    @site.app.get("/written-by-get")
    def sly(db: Db) -> Any:
        db.add(Note(text="sly"))
        db.flush()
        return {}

    return site


def test_what_a_post_wrote_is_there_when_its_answer_is(noting, opened):
    browser = opened()

    assert browser.post("/notes").html == "written"
    assert browser.get("/notes").json() == {"notes": 1}


@pytest.mark.parametrize(
    ("outcome", "status"), [("raised", 409), ("broken", 500), ("refused", 422)]
)
def test_a_refused_request_changes_nothing(noting, opened, outcome, status):
    noting.outcome = outcome

    assert opened().post("/notes").status == status
    assert noting.notes() == []


def test_a_get_never_commits(noting, opened):
    assert opened().get("/written-by-get").status == 200
    assert noting.notes() == []


def test_a_commit_that_fails_is_an_error_and_not_an_answer(noting, opened):
    def fail(_session: Session) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(Session, "before_commit", fail)
    try:
        page = opened().post("/notes")
    finally:
        event.remove(Session, "before_commit", fail)

    assert page.status == 503
    assert noting.notes() == []


def test_a_hundred_who_write_at_once_all_get_their_turn(noting, opened):
    """More than the pool has threads: if they waited on threads, nobody could run."""
    requests = [{"method": "POST", "path": f"/notes?text=note-{n}"} for n in range(100)]

    answers = opened().at_once(requests)

    assert {answer.status_code for answer in answers} == {200}
    assert len(noting.notes()) == 100


def test_readers_and_writers_with_slow_work_do_not_lock_each_other_out(noting, opened):
    @noting.app.post("/slow")
    def slow(data: Data) -> Any:
        with data.reading() as session:
            count(session)
        with data.writing() as session:
            session.add(Note(text=f"slow-{threading.get_ident()}-{count(session)}"))
        return {}

    mixed = [
        {"method": method, "path": path}
        for n in range(40)
        for method, path in (
            ("POST", "/slow"),
            ("POST", f"/notes?text=note-{n}"),
            ("GET", "/notes"),
        )
    ]

    answers = opened().at_once(mixed)

    assert {answer.status_code for answer in answers} == {200}
    assert len(noting.notes()) == 80


def test_all_dependencies_of_a_request_share_its_transaction(noting, opened):
    def guard(db: Db) -> Session:
        db.add(Note(text="of the guard"))
        return db

    @noting.app.post("/guarded")
    def guarded(request: Request, db: Db, same: Annotated[Session, Depends(guard)]) -> Any:
        return {"same": db is same is request.state.db, "notes": count(db)}

    assert opened().post("/guarded").json() == {"same": True, "notes": 1}


def test_settings_state_and_paging(site, opened):
    @site.app.get("/known")
    def known(app: App, settings: SettingsDep, page: Page) -> Any:
        return {
            "same": app.settings is settings,
            "cursor": page.cursor,
            "limit": page.limit,
        }

    browser = opened()

    assert browser.get("/known").json() == {"same": True, "cursor": None, "limit": 24}
    assert browser.get("/known?cursor=abc&limit=100").json()["limit"] == 100
    for wrong in ("limit=0", "limit=101", "limit=x", f"cursor={'x' * 2001}"):
        assert browser.get(f"/known?{wrong}").status == 422
