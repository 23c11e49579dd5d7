"""A script at the door: what it shows, what it is told, and what is remembered of it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import APIRouter, FastAPI
from sqlmodel import select
from starlette.routing import Mount

from tests.browser import Browser
from webapp.accounts import commands
from webapp.accounts.guards import Script, ScriptBeside
from webapp.accounts.models import ApiKey
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved
from webapp.main import create_app
from webapp.runtime.limits import Buckets
from webapp.shop import commands as shops
from webapp.web.deps import Data, Db


def greet(script: Script, db: Db, text: str) -> dict[str, str]:
    shops.change(db, script, hero_text=text)
    return {"by": script.name}


def greet_slowly(script: ScriptBeside, data: Data) -> dict[str, str]:
    with data.reading() as session:
        return {"by": script.name, "open": str(session.in_transaction())}


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """The shop, with a route that changes something and one with slow work of its own."""
    api = next(r.app for r in app.routes if isinstance(r, Mount) and r.path == "/api")
    router = APIRouter()
    router.post("/greeting")(greet)
    router.get("/slow")(greet_slowly)
    api.include_router(router, prefix="/v1")
    return app


@pytest.fixture
def make_key(database) -> Callable[..., str]:
    def make(*scopes: str, role: str = "owner") -> str:
        with database.writing() as session:
            person = commands.add_staff(
                session, SYSTEM, email=f"{role}@example.com", password_hash="x", role=role
            )
            _, secret = commands.make_key(session, SYSTEM, person, name="Till", scopes=scopes)
        return secret

    return make


@pytest.mark.parametrize("by", ["Authorization", "X-API-Key"])
def test_a_key_is_taken_from_either_header(browser: Browser, make_key, by: str):
    secret = make_key("orders:read", "catalogue:read")
    value = f"Bearer {secret}" if by == "Authorization" else secret

    answer = browser.send("GET", "/api/v1/key", headers={by: value})

    assert answer.status_code == 200
    assert answer.json()["name"] == "Till"
    assert answer.json()["permissions"] == ["catalogue:read", "orders:read"]
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("headers", "kind", "challenge"),
    [
        ({}, "key-needed", 'Bearer realm="Vitrine"'),
        ({"Authorization": "Basic YTpi"}, "key-needed", 'Bearer realm="Vitrine"'),
        ({"Authorization": "Bearer "}, "key-needed", 'Bearer realm="Vitrine"'),
        (
            {"Authorization": "Bearer vk_nothing"},
            "unknown-key",
            'Bearer realm="Vitrine", error="invalid_token"',
        ),
        ({"X-API-Key": "x" * 900}, "unknown-key", 'Bearer realm="Vitrine", error="invalid_token"'),
    ],
)
def test_whoever_has_no_key_is_told_how_to_show_one(browser, headers, kind, challenge):
    answer = browser.send("GET", "/api/v1/key", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == challenge
    assert answer.json()["type"] == f"/problems/{kind}"


def test_a_command_refuses_a_key_without_the_scope_and_nothing_changes(browser, make_key, db):
    secret = make_key("orders:read")

    answer = browser.send(
        "POST", "/api/v1/greeting?text=Hello", headers={"Authorization": f"Bearer {secret}"}
    )

    assert answer.status_code == 403
    told = answer.json()
    assert (told["needs"], told["detail"]) == (
        "settings:write",
        "This key does not have the right to do this.",
    )


def test_a_key_with_the_scope_does_it_and_its_use_is_noted(browser, make_key, database):
    secret = make_key("settings:write")

    answer = browser.send(
        "POST", "/api/v1/greeting?text=Hello", headers={"Authorization": f"Bearer {secret}"}
    )

    assert (answer.status_code, answer.json()) == (200, {"by": "Till"})
    with database.reading() as session:
        assert session.exec(select(ApiKey.last_used_at)).one() is not None


def test_a_page_of_another_site_gains_nothing_and_a_script_with_cookies_loses_nothing(
    browser, make_key
):
    secret = make_key("settings:write")
    browser.cookies.set("session", "something")
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}

    bare = browser.send("POST", "/api/v1/greeting?text=Hello", headers=foreign)
    with_key = browser.send(
        "POST", "/api/v1/greeting?text=Hello", headers={**foreign, "X-API-Key": secret}
    )

    assert (bare.status_code, with_key.status_code) == (401, 200)


def test_reading_costs_one_statement_and_is_noted_once_in_a_while(browser, make_key, statements):
    secret = make_key("orders:read")

    def ask() -> list[str]:
        with statements.counted() as seen:
            browser.send("GET", "/api/v1/key", headers={"X-API-Key": secret})
        return [statement.split()[0] for statement in seen]

    assert ask() == ["SELECT", "UPDATE"]
    assert ask() == ["SELECT"]
    with moved(timedelta(minutes=6)):
        assert ask() == ["SELECT", "UPDATE"]


def test_a_route_with_slow_work_holds_no_transaction_for_its_key(browser, make_key):
    answer = browser.send("GET", "/api/v1/slow", headers={"X-API-Key": make_key("orders:read")})

    assert answer.status_code == 200
    assert answer.json()["by"] == "Till"


def test_a_key_used_too_often_waits_and_is_told_so_all_along(app, browser, make_key):
    app.state.key_uses = Buckets(per_minute=2, burst=2)
    secret, other = make_key("orders:read"), make_key("orders:read", role="viewer")

    answers = [browser.send("GET", "/api/v1/key", headers={"X-API-Key": secret}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
        '"key";r=1',
        '"key";r=0',
        '"key";r=0',
    ]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"key";q=2;w=60'}
    assert int(answers[2].headers["retry-after"]) > 0
    assert browser.send("GET", "/api/v1/key", headers={"X-API-Key": other}).status_code == 200


def test_whoever_is_counted_twice_is_told_of_both(settings, database, make_key):
    secret = make_key("settings:write")
    app = create_app(settings.model_copy(update={"rate_limit_per_minute": 9}))
    try:
        with Browser(app) as browser:
            answer = browser.send("POST", "/api/v1/tasks", headers={"X-API-Key": secret})
    finally:
        app.state.shop.close()

    assert answer.headers["ratelimit-policy"] == '"address";q=9;w=60, "key";q=600;w=60'
    assert [one.partition(";t=")[0] for one in answer.headers["ratelimit"].split(", ")] == [
        '"address";r=8',
        '"key";r=599',
    ]


def test_the_description_says_how_to_show_a_key(browser):
    described = browser.get("/api/openapi.json").json()

    assert described["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"
    assert described["components"]["securitySchemes"]["X-API-Key"]["in"] == "header"
    flow = described["components"]["securitySchemes"]["Password"]["flows"]["password"]
    assert flow["tokenUrl"] == flow["refreshUrl"] == "/api/v1/auth/token"
    assert {"me", "orders:read"} <= set(flow["scopes"])
    assert described["paths"]["/v1/key"]["get"]["security"] == [
        {"Bearer": []},
        {"X-API-Key": []},
        {"Password": []},
    ]
