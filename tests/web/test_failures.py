"""Whatever goes wrong has a clear answer, in the form that fits who asked."""

from typing import Annotated

import pytest
from fastapi import Path, Query, Request
from pydantic import BaseModel, Field
from sqlalchemy.exc import OperationalError
from sqlmodel import select
from structlog.testing import capture_logs

from tests.web.conftest import Note
from webapp.kit.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    ShopError,
    SignInNeeded,
    TooMany,
    Unavailable,
)
from webapp.kit.money import Money
from webapp.web.deps import Db


class SoldOut(Refused):
    title = "Sold out"


KINDS = [
    (NotFound("We do not sell that."), 404, "not-found"),
    (SoldOut("It has just gone."), 409, "sold-out"),
    (NotAllowed("Ask an owner."), 403, "not-allowed"),
    (Invalid("A quantity is a number."), 422, "invalid"),
    (TooMany("Slow down."), 429, "too-many"),
    (Unavailable("The bank does not answer."), 503, "unavailable"),
    (ShopError("Hm."), 400, "shop-error"),
]


@pytest.mark.parametrize(("error", "status", "kind"), KINDS)
def test_a_refusal_is_a_page_for_a_person_and_a_problem_for_a_script(
    site, opened, error, status, kind
):
    @site.app.get("/thing")
    @site.api.get("/thing")
    def thing() -> None:
        raise error

    browser = opened()
    page = browser.get("/thing")
    problem = browser.send("GET", "/api/v1/thing")

    assert page.status == problem.status_code == status
    assert page.text("h1") == error.title
    assert page.text("#detail") == error.detail
    assert page.headers["cache-control"] == "private, no-store"
    assert problem.headers["content-type"] == "application/problem+json"
    body = problem.json()
    body.pop("request_id", None)
    assert body == {
        "type": f"/problems/{kind}",
        "title": error.title,
        "status": status,
        "detail": error.detail,
        "instance": "/api/v1/thing",
    }


def test_facts_are_for_scripts_and_cannot_replace_the_standard_members(site, opened):
    @site.api.get("/thing")
    def thing() -> None:
        raise SoldOut("Gone.", left=3, price=Money(1250, "EUR"), status=200, title="No")

    body = opened().send("GET", "/api/v1/thing").json()

    assert body["left"] == 3
    assert body["price"] == {"amount": "12.50", "currency": "EUR"}
    assert (body["status"], body["title"]) == (409, "Sold out")


PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "ul#lines"}
PICKED = {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "ul#lines"}
WHOLE = {"HX-Request": "true", "HX-Request-Type": "full", "HX-Target": "body"}
BOOSTED = {**WHOLE, "HX-Boosted": "true"}


@pytest.mark.parametrize("headers", [PART, PICKED])
def test_a_refusal_of_a_swap_lands_in_the_notices_and_nowhere_else(site, opened, headers):
    @site.app.post("/thing")
    def thing() -> None:
        raise SoldOut("It has just gone.")

    answer = opened().send("POST", "/thing", headers=headers)

    assert answer.status_code == 409
    assert answer.text == '<div class="notice">Sold out: It has just gone.</div>'
    assert answer.headers["hx-retarget"] == "#notices"
    assert answer.headers["hx-reswap"] == "beforeend"
    assert answer.headers["hx-reselect"] == ".notice"
    assert answer.headers["hx-push-url"] == "false"


@pytest.mark.parametrize("headers", [WHOLE, BOOSTED])
def test_a_refusal_of_what_replaces_the_whole_body_is_a_page(site, opened, headers):
    @site.app.post("/thing")
    def thing() -> None:
        raise SoldOut("It has just gone.")

    page = opened().post("/thing", headers=headers)

    assert page.text("h1") == "Sold out"
    assert "hx-retarget" not in page.headers


def test_too_many_and_unavailable_say_when_to_come_back(site, opened):
    @site.app.get("/many")
    def many() -> None:
        raise TooMany("Slow down.", retry_after=42)

    @site.app.get("/away")
    def away() -> None:
        raise Unavailable("The bank does not answer.")

    browser = opened()

    assert browser.send("GET", "/many").headers["retry-after"] == "42"
    assert browser.send("GET", "/away").headers["retry-after"] == "5"


def test_an_unknown_address_is_a_page_on_the_site_and_a_problem_in_the_api(opened):
    browser = opened()

    page, problem = browser.get("/nowhere"), browser.send("GET", "/api/v1/nowhere")

    assert (page.status, page.text("h1")) == (404, "Not found")
    assert problem.status_code == 404
    assert problem.json()["type"] == "/problems/not-found"
    assert browser.send("GET", "/api/v2").headers["content-type"] == "application/problem+json"


def test_a_wrong_method_is_told_every_method_of_the_address(site, opened):
    @site.app.get("/thing")
    def show() -> str:
        return "shown"

    @site.app.post("/thing")
    def change() -> str:
        return "changed"

    @site.api.put("/thing")
    def put() -> str:
        return "put"

    browser = opened()
    page, problem = browser.open("DELETE", "/thing"), browser.send("GET", "/api/v1/thing")

    assert page.status == problem.status_code == 405
    assert page.headers["allow"] == "GET, HEAD, POST"
    assert problem.headers["allow"] == "PUT"
    assert problem.json()["type"] == "/problems/method-not-allowed"


def test_a_bad_path_or_query_of_a_page_is_never_json(site, opened):
    @site.app.get("/pages/{number}")
    def numbered(number: int, size: Annotated[int, Query(le=100)] = 10) -> str:
        return "shown"

    browser = opened()
    in_path, in_query = browser.get("/pages/one"), browser.get("/pages/1?size=1000")

    assert (in_path.status, in_path.text("h1")) == (404, "Not found")
    assert (in_query.status, in_query.text("#status")) == (422, "422")


def test_a_script_is_told_where_its_request_is_wrong(site, opened):
    class LineIn(BaseModel):
        quantity: int = Field(ge=1)

    class OrderIn(BaseModel):
        lines: list[LineIn]
        note: dict[str, int] = {}

    @site.api.post("/orders/{number}")
    def create(body: OrderIn, number: Annotated[int, Path()], limit: int = 1) -> str:
        return "made"

    browser = opened()
    wrong = browser.send(
        "POST", "/api/v1/orders/x?limit=y", json={"lines": [{"quantity": 0}], "note": {"a/b": "c"}}
    )
    broken = browser.send(
        "POST", "/api/v1/orders/1", content="{", headers={"Content-Type": "application/json"}
    )

    assert wrong.status_code == broken.status_code == 422
    where = [error.get("pointer") or error["parameter"] for error in wrong.json()["errors"]]
    assert sorted(where) == ["#/lines/0/quantity", "#/note/a~1b", "limit", "number"]
    assert [error["pointer"] for error in broken.json()["errors"]] == ["#"]


def test_a_mistake_of_ours_shows_a_reference_and_no_traceback(site, opened):
    @site.app.get("/broken")
    @site.api.get("/broken")
    def broken() -> None:
        raise KeyError("ada@example.com")

    browser = opened()
    with capture_logs() as logs:
        page = browser.get("/broken", headers={"X-Request-Id": "request-1234"})
        problem = browser.send("GET", "/api/v1/broken", headers={"X-Request-Id": "request-5678"})

    assert page.status == problem.status_code == 500
    assert page.text("#ref") == "request-1234"
    assert problem.json()["request_id"] == "request-5678"
    assert "Traceback" not in page.html + problem.text
    assert "ada@example.com" not in page.html + problem.text
    assert "content-security-policy" in page.headers
    failures = [line for line in logs if line["event"] == "failure"]
    assert [line["request_id"] for line in failures] == ["request-1234", "request-5678"]
    assert "test_failures.py" in failures[0]["trace"]


def test_the_log_of_a_database_error_holds_no_value(site, opened):
    @site.app.post("/notes")
    def write(db: Db) -> None:
        db.add(Note(text="ada@example.com"))
        db.flush()
        db.add(Note(text="ada@example.com"))
        db.flush()

    with capture_logs() as logs:
        page = opened().post("/notes")

    assert page.status == 500
    assert "UNIQUE constraint failed" in str(logs)
    assert "ada@example.com" not in str(logs)
    assert site.notes() == []


def test_a_database_that_is_busy_or_away_is_a_503(site, opened):
    @site.app.get("/busy")
    def busy() -> None:
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    @site.app.get("/mistaken")
    def mistaken(db: Db) -> None:
        db.exec(select(Note).where(Note.text == "x").with_only_columns(Note.text)).all()
        db.connection().exec_driver_sql("SELECT * FROM no_such_table")

    browser = opened()

    assert browser.get("/busy").status == 503
    assert browser.get("/mistaken").status == 500


def test_there_is_an_answer_when_the_error_page_itself_fails(site, opened):
    site.template("errors/page.html", "{{ frame.shop.name }}")

    def frame(request: Request) -> object:
        raise RuntimeError("the database is away")

    page = opened(frame=frame).get("/nowhere")

    assert page.status == 404
    assert page.text("h1") == "Not found"


def test_who_is_not_signed_in_is_led_to_the_door_and_back(site, opened):
    @site.app.get("/admin/orders")
    @site.app.post("/admin/orders")
    @site.app.get("/account")
    @site.api.get("/orders")
    def orders() -> None:
        raise SignInNeeded("Sign in to see the orders.")

    browser = opened()
    visit = browser.send("GET", "/admin/orders?page=2&q=a b")
    post = browser.send("POST", "/admin/orders")
    swap = browser.send("GET", "/admin/orders", headers={"HX-Request": "true"})
    problem = browser.send("GET", "/api/v1/orders")

    assert visit.status_code == 303
    assert visit.headers["location"] == "/admin/sign-in?to=/admin/orders%3Fpage%3D2%26q%3Da%2520b"
    assert post.headers["location"] == "/admin/sign-in"
    assert (swap.status_code, swap.headers["hx-redirect"]) == (204, "/admin/sign-in")
    assert (problem.status_code, problem.json()["type"]) == (401, "/problems/sign-in-needed")
    assert browser.get("/account").status == 401


def test_an_error_page_may_read_from_the_database(site, opened):
    site.template("errors/page.html", "<p id=notes>{{ frame }}</p>")

    def frame(request: Request) -> int:
        return len(request.state.db.exec(select(Note)).all())

    @site.app.post("/thing")
    def thing(db: Db) -> None:
        db.add(Note(text="undone"))
        db.flush()
        raise SoldOut("Gone.")

    page = opened(frame=frame).post("/thing")

    assert (page.status, page.text("#notes")) == (409, "0")
