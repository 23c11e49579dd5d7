"""Tasks as scripts start and watch them."""

import pytest
from pydantic import BaseModel, ConfigDict
from sqlmodel import func, select

from webapp.accounts import commands as accounts
from webapp.accounts.queries import by_email
from webapp.kit.actors import SYSTEM, Actor
from webapp.runtime.jobs import JobRecord

PROBLEM = "application/problem+json"


class CountAsked(BaseModel):
    model_config = ConfigDict(extra="forbid")
    up_to: int = 3


@pytest.fixture
def open_kinds(kinds, app):
    """``count`` is open to scripts that may write to media."""
    registry = app.state.shop.runner.registry

    @registry.open_to_scripts(
        "count", kinds.find("try.count"), schema=CountAsked, permission="media:write"
    )
    def start(session, actor, asked):
        """Count."""
        return kinds.find("try.count").later(session, up_to=asked.up_to, asked_by=actor.id)

    return kinds


@pytest.fixture
def script(browser, database):
    """``script("media:write")("POST", "/tasks", json=...)``: what a key of that scope gets."""

    def with_scopes(*scopes):
        with database.writing() as session:
            person = by_email(session, "keys@example.com") or accounts.add_staff(
                session, SYSTEM, email="keys@example.com", password_hash="x", role="owner"
            )
            owner = Actor("staff", person.public_id, "Keys", frozenset({*scopes, "keys:write"}))
            _, secret = accounts.make_key(session, owner, person, name="A script", scopes=scopes)

        def send(method, path, **more):
            headers = {"Authorization": f"Bearer {secret}", **more.pop("headers", {})}
            return browser.send(method, f"/api/v1{path}", headers=headers, **more)

        return send

    return with_scopes


def jobs_there(db):
    """How many there are beside the mail about the new key."""
    db.rollback()
    others = select(func.count()).where(JobRecord.kind != "mail.send")
    return db.exec(others).one()


def test_a_task_is_started_and_watched_to_its_end(script, open_kinds, run_jobs):
    ask = script("media:write")

    begun = ask("POST", "/tasks", json={"kind": "count", "arguments": {"up_to": 5}})
    waiting = ask("GET", f"/tasks/{begun.json()['id']}").json()
    run_jobs()
    done = ask("GET", begun.headers["location"].removeprefix("/api/v1")).json()

    assert begun.status_code == 202
    assert (waiting["kind"], waiting["state"], waiting["result"]) == ("count", "queued", None)
    assert (done["state"], done["is_finished"], done["result"], done["error"]) == (
        "done",
        True,
        {"counted": 5},
        None,
    )
    assert done["progress"] == {"current": 5, "total": 5, "note": "Counted"}


def test_asking_twice_with_one_key_is_asking_once(script, open_kinds, db):
    ask, again = script("media:write"), {"headers": {"Idempotency-Key": "nightly-1"}}
    body = {"kind": "count", "arguments": {"up_to": 5}}

    first = ask("POST", "/tasks", json=body, **again)
    second = ask("POST", "/tasks", json=body, headers={"Idempotency-Key": "nightly-1"})
    other = ask("POST", "/tasks", json={"kind": "count"}, headers={"Idempotency-Key": "nightly-1"})

    assert (first.status_code, second.status_code, other.status_code) == (202, 200, 409)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["idempotent-replayed"] == "true"
    assert other.headers["content-type"] == PROBLEM
    assert other.json()["type"] == "/problems/key-used-before"
    assert jobs_there(db) == 1


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"kind": "media.make_renditions"}, 422, "unknown-kind"),
        ({"kind": "count", "arguments": {"up_to": "many"}}, 422, "invalid"),
        ({"kind": "count", "arguments": {"down_to": 1}}, 422, "invalid"),
        ({"kind": "export", "arguments": {}}, 403, "not-allowed"),
        ({"kind": "count", "at": "once"}, 422, "invalid-request"),
    ],
)
def test_what_cannot_be_started_is_a_problem_and_starts_nothing(
    script, open_kinds, db, body, status, kind
):
    answer = script("media:write")("POST", "/tasks", json=body)

    assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM)
    assert answer.json()["type"] == f"/problems/{kind}"
    assert jobs_there(db) == 0


def test_without_a_key_nothing_is_told(browser):
    for method, path in (("GET", "/tasks"), ("POST", "/tasks"), ("GET", "/tasks/job_x/live")):
        answer = browser.send(method, f"/api/v1{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)


def test_a_key_sees_what_it_started_and_with_the_right_everything(script, open_kinds, promise):
    ask, sees_all = script("media:write"), script("jobs:read")
    theirs = promise("count")
    mine = ask("POST", "/tasks", json={"kind": "count"}).json()["id"]

    def ids(answer):
        return [task["id"] for task in answer.json()["items"]]

    assert ids(ask("GET", "/tasks")) == [mine]
    assert ids(sees_all("GET", "/tasks?kind=count")) == [mine, theirs]
    first = sees_all("GET", "/tasks?limit=1").json()
    assert ids(sees_all("GET", f"/tasks?limit=1&cursor={first['next_cursor']}")) == [theirs]
    assert ask("GET", f"/tasks/{theirs}").status_code == 404
    assert sees_all("GET", f"/tasks/{theirs}").status_code == 200


def test_a_failure_is_told_in_a_sentence(script, promise, run_jobs):
    failed = promise("fall")
    run_jobs()

    task = script("jobs:read")("GET", f"/tasks/{failed}")

    assert (task.json()["state"], task.json()["error"]) == (
        "failed",
        "It stopped with ConnectionError.",
    )
    assert "hunter2" not in task.text


def test_the_live_form_gives_each_state_and_an_end(script, promise, run_jobs):
    done = promise("count")
    run_jobs()

    answer = script("jobs:read")("GET", f"/tasks/{done}/live")

    shown, end, _ = answer.text.split("\n\n")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert shown.startswith('data: {"id":') and '"state":"done"' in shown
    assert end == "event: end\ndata: "


def test_an_export_is_written_and_fetched(script, run_jobs):
    ask = script("imports:write")

    task = ask("POST", "/tasks", json={"kind": "export", "arguments": {"dialect": "shopify"}})
    early = ask("GET", f"/tasks/{task.json()['id']}/file")
    run_jobs()
    done = ask("GET", f"/tasks/{task.json()['id']}").json()
    file = ask("GET", f"/tasks/{task.json()['id']}/file")

    assert early.status_code == 404
    assert done["result"]["file"] == "catalogue-shopify.csv"
    assert file.status_code == 200
    assert len(file.content) == done["result"]["bytes"]
    assert file.text.lstrip("\ufeff").startswith("Title,")


def test_the_kinds_tell_what_they_take(script):
    kinds = {
        each["kind"]: each for each in script("jobs:read")("GET", "/task-kinds").json()["items"]
    }

    assert {"export", "import", "image"} <= kinds.keys()
    assert kinds["export"]["permission"] == "imports:write"
    assert "dialect" in kinds["export"]["arguments"]["properties"]
    assert kinds["image"]["about"]
