"""One walk over every address of the site, instead of the same test beside each page."""

from typing import Any

import pytest

from tests.house.conftest import Route, Site, routes_of
from webapp.accounts.guards import holder, script, script_beside, staff, staff_beside
from webapp.web.deps import own_transactions, transaction

DOOR = (
    "/admin/sign-in",
    "/admin/sign-out",
    "/admin/welcome",
    "/admin/forgotten",
    "/admin/password",
    "/admin/with",
    "/admin/second",
    "/admin/passkey",
)
"""What a visitor who is not signed in may reach of the back office."""


AWAY = ("/account/with/", "/admin/with/", "/downloads/")
"""Leads to a provider, and back from it only whoever was there; or to what somebody else bought."""


OWN = ("/admin/notices", "/admin/security", "/admin/confirm")
"""What a member of staff keeps about themselves alone, whatever their role."""


ENTRANCES = tuple(
    f"/api/v1/auth/{name}" for name in ("token", "login", "login/json", "refresh", "register")
)
"""Where a program that has neither key nor token yet gets one."""


def told(found: dict[str, Any]) -> str:
    return "\n".join(f"{name}: {what}" for name, what in found.items())


def unsafe(site: Site) -> list[Route]:
    found = [route for route in routes_of(site.app) if not route.is_safe]
    assert len(found) > 30
    return found


def office(site: Site) -> list[Route]:
    found = [
        route
        for route in routes_of(site.app)
        if route.path.startswith("/admin") and not route.path.startswith(DOOR)
    ]
    assert len(found) > 40
    return found


def test_no_other_site_can_send_a_form(site: Site):
    before = site.facts()
    through = {}
    for route in unsafe(site):
        if route.path.startswith("/api"):
            continue  # reads no cookie: see below
        if route.path == "/unsubscribe/{token}":
            continue  # its link is the proof: tests/storefront/test_unsubscribing.py
        headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"}
        answer = site.owner.send(route.method, site.address(route), headers=headers)
        if answer.status_code != 403:
            through[f"{route.method} {route.path}"] = answer.status_code

    assert through == {}, told(through)
    assert site.facts() == before


def test_the_api_reads_no_cookie(site: Site):
    """So nobody's browser can be made to do there what its owner may do."""
    api = [route for route in routes_of(site.app) if route.path.startswith("/api")]
    readers = {staff, staff_beside}
    assert [route.path for route in api if readers & set(_resolved(route.dependant))] == []
    assert len(api) > 3


def test_whatever_changes_something_asks_a_script_for_its_key(site: Site):
    """A stranger, a key that is none, and the owner's own cookie get the same: 401, and how."""
    before = site.facts()
    through = {}
    for route in routes_of(site.app):
        asks = {script, script_beside, holder} & set(_resolved(route.dependant))
        if not route.path.startswith("/api") or (route.is_safe and not asks):
            continue
        if route.path in ENTRANCES:
            continue
        for browser, headers in (
            (site.anyone, {}),
            (site.owner, {}),
            (site.anyone, {"Authorization": "Bearer vk_nothing"}),
            (site.anyone, {"X-API-Key": "vk_nothing"}),
        ):
            answer = browser.send(route.method, site.address(route), headers=headers)
            how = answer.headers.get("www-authenticate", "")
            if answer.status_code != 401 or not how.startswith("Bearer"):
                through[f"{route.method} {route.path} {headers}"] = (answer.status_code, how)

    assert through == {}, told(through)
    assert site.facts() == before


def test_the_back_office_sends_strangers_to_sign_in(site: Site):
    before = site.facts()
    through = {}
    for route in office(site):
        answer = site.anyone.send(route.method, site.address(route))
        to = answer.headers.get("location", "")
        if answer.status_code != 303 or not to.startswith("/admin/sign-in"):
            through[f"{route.method} {route.path}"] = (answer.status_code, to)

    assert through == {}, told(through)
    assert site.facts() == before


def test_whoever_may_only_look_changes_nothing(site: Site):
    """Before anything else is said about what they sent."""
    before = site.facts()
    through = {}
    for route in office(site):
        if route.is_safe or route.path.startswith(OWN):
            continue
        answer = site.viewer.send(route.method, site.address(route))
        if answer.status_code != 403:
            through[f"{route.method} {route.path}"] = answer.status_code

    assert through == {}, told(through)
    assert site.facts() == before


def test_every_page_answers_with_one_heading_and_a_title(site: Site):
    faults = {}
    for route in routes_of(site.app):
        path = site.address(route)
        if not route.is_safe or "{" in path or path.startswith(AWAY):
            continue
        page = site.who(route).get(path)
        answer = page.response
        if answer.status_code not in {200, 303}:
            faults[path] = answer.status_code
        elif "<html" in page.html:
            headings, titles = page.texts("h1"), page.texts("title")
            if len(headings) != 1 or not headings[0] or len(titles) != 1 or not titles[0]:
                faults[path] = (headings, titles)

    assert faults == {}, told(faults)


def test_every_address_of_something_was_asked(site: Site):
    """Else the walks above pass by what they cannot fill in."""
    unfilled = [site.address(route) for route in routes_of(site.app)]
    left = {path for path in unfilled if "{" in path}
    assert left == set()


def test_a_form_is_read_before_its_transaction_begins(site: Site):
    """Whoever sends slowly must not keep the turn to write, nor a place among those at work."""
    late = []
    for route in unsafe(site):
        order = list(_resolved(route.dependant))
        forms = [at for at, call in enumerate(order) if _reads_a_form(call)]
        begun = (
            {transaction} if route.path.startswith("/admin") else {transaction, own_transactions}
        )
        starts = [at for at, call in enumerate(order) if call in begun]
        if forms and starts and starts[0] < forms[-1]:
            late.append(f"{route.method} {route.path}")

    assert late == []


@pytest.mark.parametrize("path", ["/", "/products", "/products/enamel-pot", "/categories/kitchen"])
def test_a_public_page_holds_nothing_personal(site: Site, path: str):
    """So it may be kept and shown to everybody: nobody's page differs from anybody's."""
    page = site.anyone.get("/products/oak-board")
    page.submit("#buy-form")

    assert site.anyone.get(path).html == site.owner.get(path).html
    assert "set-cookie" not in site.anyone.get(path).headers
    assert "public" in site.anyone.get(path).headers["cache-control"]


def _resolved(dependant: Any) -> Any:
    """What is called for a route, in the order in which the framework calls it."""
    for inner in dependant.dependencies:
        yield from _resolved(inner)
    yield dependant.call


def _reads_a_form(call: Any) -> bool:
    return getattr(call, "__qualname__", "").startswith("submitted.")
