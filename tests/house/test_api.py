"""The API as scripts meet it: a description that is valid and whole, and one way of saying no."""

import pytest
from openapi_spec_validator import validate

from tests.house.conftest import Site

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def description(site: Site):
    return site.anyone.send("GET", "/api/openapi.json").json()


def operations(description):
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_description_is_valid(description):
    validate(description)


def test_every_call_has_a_name_that_people_read(description):
    names = [operation["summary"] for _, operation in operations(description)]

    assert "Change user" in names
    assert [name for name in names if "." in name or not name[0].isupper()] == []


def _good(operation):
    """The answer to a request that went well."""
    return next(
        operation["responses"][code]
        for code in ("202", "201", "200", "204")
        if code in operation["responses"]
    )


def _what_comes(operation):
    """The schema of the JSON that a success gives, or what kind of file or stream it is; of one
    that gives nothing, what it means."""
    good = _good(operation)
    if good is operation["responses"].get("204"):
        return good["description"]
    content = good["content"]
    return content["application/json"]["schema"] if "application/json" in content else list(content)


def test_every_operation_is_told_of(description):
    found = dict(operations(description))

    assert {"GET /v1/products", "GET /v1/products/{slug}", "GET /v1/categories"} <= {
        name.replace("/api", "") for name in found
    }
    silent = [
        name
        for name, operation in found.items()
        if not operation.get("summary") or not operation.get("description")
    ]
    assert silent == []
    schemaless = [name for name, operation in found.items() if not _what_comes(operation)]
    assert schemaless == []


def test_what_the_description_promises_is__what_comes(site: Site, description):
    product = site.anyone.send("GET", "/api/v1/products/enamel-pot").json()
    listing = site.anyone.send("GET", "/api/v1/products?limit=3").json()

    assert product["slug"] == "enamel-pot"
    assert len(listing["items"]) == 3
    assert listing["next_cursor"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/products/never-heard-of", 404),
        ("/api/v1/never-heard-of", 404),
        ("/api/never-heard-of", 404),
        ("/api/v1/products?limit=0", 422),
        ("/api/v1/products?limit=9223372036854775808", 422),
        ("/api/v1/products?cursor=nonsense", 422),
        ("/api/v1/products?min_price=cheap", 422),
        ("/api/v1/products?min_price=9223372036854775808", 422),
        ("/api/v1/products?sort=colour", 422),
        ("/api/v1/products?category=no/such", 404),
        ("/api/v1/products?q=" + "x" * 5000, 422),
    ],
)
def test_a_refusal_is_a_problem_document(site: Site, path: str, status: int):
    answer = site.anyone.send("GET", path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == PROBLEM
    told = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("/problems/")
    assert told["title"] and told["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_method_that_is_not_there_is_a_problem_document_too(site: Site, method: str):
    answer = site.anyone.send(method, "/api/v1/products")

    assert answer.status_code == 405
    assert answer.headers["content-type"] == PROBLEM
    assert "GET" in answer.headers["allow"]
