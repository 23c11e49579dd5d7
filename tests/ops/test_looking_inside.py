"""The figures and the health of the shop, and who may see them."""

import tomllib
from base64 import b64encode

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.browser import Browser
from tests.conftest import settings_in
from tests.factories.people import make_customer
from webapp import __version__
from webapp.accounts import commands
from webapp.kit.actors import SYSTEM
from webapp.main import create_app
from webapp.runtime.limits import Buckets
from webapp.settings import ROOT

PASSWORD = "counting sheep and geese"
PATHS = ["/metrics", "/health/detailed"]


def basic(user="operator", password=PASSWORD):
    return {"Authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def watched(settings):
    """A browser of a shop whose operator has a password."""
    app = create_app(settings_in(settings.data_dir, ops_password=PASSWORD))
    with Browser(app) as opened:
        yield opened
    app.state.shop.close()


def key(database, role, scope):
    with database.writing() as session:
        person = make_customer(session, f"{role}@example.com", role=role)
        _, secret = commands.make_key(session, SYSTEM, person, name="Watch", scopes=[scope])
    return {"X-API-Key": secret}


@pytest.mark.parametrize("path", PATHS)
def test_without_a_password_and_without_a_key_there_is_nothing(browser, database, path):
    good, other = key(database, "owner", "ops:read"), key(database, "admin", "orders:read")

    def asked(headers):
        return browser.send("GET", path, headers=headers).status_code

    assert [asked(one) for one in ({}, basic(), good, other, {"X-API-Key": "vk_nothing"})] == [
        *(404, 404, 200, 403, 401)
    ]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        (basic(), 200),
        (basic(password=PASSWORD + "x"), 401),
        (basic(password=""), 401),
        (basic(user="Operator"), 401),
        (basic(user="operatör", password="gänse"), 401),
        ({"Authorization": "Basic !!!"}, 401),
        ({"Authorization": "Bearer " + PASSWORD}, 401),
    ],
)
def test_the_operator_s_password_opens_and_no_other(watched, path, headers, status):
    answer = watched.send("GET", path, headers=headers)

    assert answer.status_code == status
    if not headers:
        assert answer.headers["www-authenticate"] == 'Basic realm="Vitrine"'
        assert answer.headers["content-type"] == "application/problem+json"
    assert PASSWORD not in answer.text


def test_whoever_guesses_is_slowed_down_and_whoever_knows_is_not(watched):
    watched.app.state.sign_in_tries = Buckets(1, 3)

    def asked(**who):
        return watched.send("GET", "/metrics", headers=basic(**who)).status_code

    assert [asked() for _ in range(5)] == [200] * 5
    assert [asked(password=str(n)) for n in range(4)] == [401, 401, 401, 429]
    assert asked() == 429


def figures(browser):
    answer = browser.send("GET", "/metrics", headers=basic())
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def test_figures_count_answers_by_route_and_never_by_what_was_asked(watched):
    for path in ("/products/one", "/products/two", "/nothing/here", "/api/v1/products"):
        watched.send("GET", path)
    watched.send("BREW", "/products/one")

    found = figures(watched)

    def answers(method, route, status):
        labels = (("method", method), ("route", route), ("status", status))
        return found.get(("vitrine_requests_total", labels))

    assert answers("GET", "/products/{slug}", "404") == 2
    assert answers("GET", "/api/v1/products", "200") == 1
    assert answers("GET", "other", "404") == 1
    assert not [labels for _, labels in found if "one" in str(labels) or "BREW" in str(labels)]
    of_one = (("method", "GET"), ("route", "/products/{slug}"))
    assert found["vitrine_request_duration_seconds_count", of_one] == 2
    assert found["vitrine_database_up", ()] == 1
    assert found["vitrine_orders_placed_total", ()] == 0
    assert found["vitrine_jobs", (("state", "failed"),)] == 0


def test_health_tells_of_each_part(watched):
    told = watched.send("GET", "/health/detailed", headers=basic()).json()

    assert set(told) == {"status", "version", "up_s", "checks"}
    assert told["version"] == __version__
    assert {name: part["ok"] for name, part in told["checks"].items()} == {
        "database": True,
        "jobs": True,
        "mail": True,
        "disk": True,
    }
    assert told["status"] == "ok"


def test_a_database_that_is_away_is_told_of_and_no_failure(watched):
    database = watched.app.state.database
    database.engine.dispose()
    for file in watched.app.state.settings.data_dir.glob("shop.db*"):
        file.unlink()
    watched.app.state.settings.data_dir.joinpath("shop.db").write_bytes(b"no database" * 500)

    answer = watched.send("GET", "/health/detailed", headers=basic())

    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert figures(watched)["vitrine_database_up", ()] == 0


def test_the_version_is_that_of_the_package():
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert told["project"]["version"] == __version__
