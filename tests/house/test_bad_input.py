"""Nothing that can be typed, pasted or forged into an address or a form is a fault of the shop.

Every address, every parameter and every field gets values that break shops: beyond 64 bits, with
a NUL, too long, of other scripts. The answer may refuse; it may not be a 5xx. What PostgreSQL
cannot hold and SQLite can is asked of both.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.browser import Browser
from tests.conftest import settings_in
from tests.engines import copied
from tests.factories.shop import fill
from tests.house.conftest import Route, Site, copy_of, open_site, routes_of
from tests.proofs.forms import filled
from webapp.settings import Settings
from webapp.web.gathering import Kind, Shape

SCRIPT = "'\"><script>alert(1)</script>"
NASTY = (
    str(2**63),
    str(-(2**63) - 1),
    str(2**31),
    "-1",
    "0",
    "1e999",
    "NaN",
    "nul\0nul",
    "half \ud800 a letter",
    "ü" * 6000,
    SCRIPT,
    "../../../../etc/passwd",
    "²",
    "٣",
    "%",
    "",
)
IN_A_PATH = (str(2**63), "nul\0nul", "half \ud800 a letter", "ü" * 2000, SCRIPT, "²")
ALONE = (str(2**63), str(2**31), "nul\0nul", SCRIPT)
NOT_HELD_BY_POSTGRES = (str(2**63), str(2**31), "nul\0nul", "half \ud800 a letter")
LATER_ROW = re.compile(r"-[1-9]\d*-")
pytestmark = pytest.mark.timeout(600)
"""Thousands of requests, which take their time on a busy machine."""

NEVER = ("/admin/sign-out", "/admin/welcome", "/admin/password", "/admin/staff/second-factor")
"""Would only end the sweep, or somebody's sign-in, or lead its staff elsewhere first."""


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def shop(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    furnished: Settings,
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("sweep")
    if request.param == "sqlite":
        yield from open_site(settings_in(copy_of(furnished, folder)))
        return
    server = request.getfixturevalue("postgres")
    with copied(server, request.getfixturevalue("migrated_postgres")) as address:
        settings = settings_in(folder, database_url=address)
        fill(settings)
        yield from open_site(settings)


def test_no_query_breaks_a_page_or_the_api(shop: Site):
    values = _values(shop, NASTY)
    faults: list[str] = []
    asked = 0
    for route in _swept(shop, safe=True):
        browser = shop.who(route)
        for name in _parameters(route.dependant):
            for value in values:
                asked += 1
                address = f"{shop.address(route)}?{quote(name)}={_quoted(value)}"
                _note(faults, browser, route, address, f"{name}={value[:30]!r}")

    assert faults == []
    assert asked > 100


def test_no_path_breaks_a_page_or_the_api(shop: Site):
    values = _values(shop, IN_A_PATH)
    faults: list[str] = []
    for route in _swept(shop, safe=None):
        parts = route.path.split("/")
        for at, part in enumerate(parts):
            if not part.startswith("{"):
                continue
            for value in values:
                filled = [_quoted(value) if n == at else each for n, each in enumerate(parts)]
                address = shop.address(_at(route, "/".join(filled)))
                _note(faults, shop.who(route), route, address, f"{part}={value[:30]!r}")

    assert faults == []


def test_no_value_breaks_a_form(shop: Site):
    """Every field of a form at once, as nobody's browser would send it."""
    values = _values(shop, NASTY)
    faults: list[str] = []
    sent = 0
    for route in _swept(shop, safe=False):
        names = _fields(route.dependant)
        # One without fields is sent once: the same again would say nothing new.
        for value in values if names else values[:1]:
            sent += 1
            _send(faults, shop, route, shop.address(route), dict.fromkeys(names, value))

    assert faults == []
    assert sent > 200


def test_no_field_breaks_a_form_that_is_right_otherwise(shop: Site):
    """Each form as its page gives it, with one field changed: what is kept of it stays text."""
    values = _values(shop, ALONE)
    faults: list[str] = []
    sent = 0
    posts = [route for route in routes_of(shop.app) if not route.is_safe]
    for page_route in _swept(shop, safe=True):
        path = shop.address(page_route)
        page = shop.who(page_route).get(path)
        for form in page.all("form"):
            address = form.attributes.get("action") or path
            route = next((one for one in posts if shop.address(one) == address), None)
            if form.attributes.get("method") != "post" or route is None:
                continue
            _, held = filled(form.html or "", "form", name="ada")
            # Of rows that repeat, the first stands for all.
            for name in (one for one in held if not LATER_ROW.search(one)):
                for value in values:
                    sent += 1
                    _send(faults, shop, route, address, {**held, name: value})
    marked = []
    for page_route in _swept(shop, safe=True):
        page = shop.who(page_route).get(shop.address(page_route))
        if page.status >= 500 or SCRIPT in page.html:
            marked.append(f"{page.status} {page_route.path}")

    assert faults == []
    assert marked == []
    assert sent > 200


def _values(shop: Site, values: tuple[str, ...]) -> tuple[str, ...]:
    if shop.database.is_sqlite:
        return values
    return tuple(value for value in values if value in NOT_HELD_BY_POSTGRES)


def _swept(shop: Site, *, safe: bool | None) -> list[Route]:
    return [
        route
        for route in routes_of(shop.app)
        if (safe is None or route.is_safe is safe) and not route.path.startswith(NEVER)
    ]


def _note(faults: list[str], browser: Browser, route: Route, address: str, what: str) -> None:
    answer = browser.send(route.method, address)
    if answer.status_code >= 500:
        faults.append(f"{answer.status_code} {route.method} {route.path} {what}")


def _send(
    faults: list[str], shop: Site, route: Route, address: str, fields: dict[str, str]
) -> None:
    body = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields.items())
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = shop.who(route).send(route.method, address, content=body, headers=headers)
    if answer.status_code >= 500:
        odd = {name: value[:30] for name, value in fields.items() if value in NASTY}
        faults.append(f"{answer.status_code} {route.method} {route.path} {odd}")


def _at(route: Route, path: str) -> Route:
    return Route(route.method, path, route.name, route.dependant)


def _quoted(value: str) -> str:
    return quote(value.encode("utf-8", "surrogatepass"), safe="")


def _parameters(dependant: Any) -> list[str]:
    """Every name that is read from the query, by the route or by a form on a GET."""
    names = [field.alias for field in dependant.query_params]
    for inner in dependant.dependencies:
        names += _parameters(inner)
    return list(dict.fromkeys([*names, *_fields(dependant)]))


def _fields(dependant: Any) -> list[str]:
    """The fields of every form that the route reads; those of repeated groups as a first row."""
    names: list[str] = []
    for inner in dependant.dependencies:
        names += _fields(inner)
    call = dependant.call
    if getattr(call, "__qualname__", "").startswith("submitted."):
        names += _names_of(inspect.getclosurevars(call).nonlocals["shape"])
    return list(dict.fromkeys(names))


def _names_of(shape: Shape, prefix: str = "") -> Iterator[str]:
    for name, slot in shape.slots.items():
        if slot.inner is None:
            yield f"{prefix}{name}"
        else:
            row = "0-" if slot.kind is Kind.GROUPS else ""
            yield from _names_of(slot.inner, f"{prefix}{name}-{row}")
