"""What holds for each page there is, as a browser shows it: for everybody, everywhere."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Response, Route

from tests.chromium import DESKTOP, PHONE, Live, Person
from tests.journeys.pages import Tour, Visit, tour_of
from tests.journeys.states import states
from webapp.settings import Settings

TOOLS = Path(__file__).resolve().parents[1] / "tools/node_modules"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The only rules whose answer depends on light or dark."""

NARROWEST = 320
HTML: dict[str, Any] = {"content_type": "text/html; charset=utf-8"}

MOST_HTML = 40_000
MOST_CSS = 30_000
MOST_SCRIPT = 80_000

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def tour(browser_program: Chromium, live: Live) -> Tour:
    return tour_of(browser_program, live)


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker's source: the one fetched by bin/tools, else the one that came from PyPI."""
    fetched = TOOLS / "axe-core/axe.min.js"
    if not fetched.is_file():
        package = pytest.importorskip("axe_playwright_python")
        fetched = Path(package.__file__).parent / "axe.min.js"
    return fetched.read_text()


def people(program: Chromium, live: Live, tour: Tour, **options: Any) -> Iterator[Person]:
    """Each kind of visitor in turn, who is left afterwards."""
    for who in tour.cookies:
        person = Person(program, live, storage_state=tour.cookies[who], **options)
        person.who = who
        yield person
        person.leaves()


def visits_of(tour: Tour, who: str) -> list[Visit]:
    return [visit for visit in tour.visits if visit.who == who]


@pytest.mark.parametrize(("name", "viewport"), [("phone", PHONE), ("desktop", DESKTOP)])
def test_everybody_can_use_every_page(
    name: str, viewport: dict[str, int], browser_program: Chromium, live: Live, tour: Tour, axe: str
):
    """No violation of WCAG 2.2 A or AA, light and dark; no page wider than a narrow phone."""
    faults: list[str] = []
    for person in people(browser_program, live, tour, viewport=viewport, bypass_csp=True):
        for visit in visits_of(tour, person.who):
            found = faults_of(person, visit.path, axe, is_phone=name == "phone")
            faults += [f"{visit.path} ({visit.who}): {fault}" for fault in found]

    assert faults == [], "\n".join(faults)


def test_everybody_can_use_what_no_address_alone_shows(
    browser_program: Chromium, live: Live, settings: Settings, axe: str
):
    """On a phone: what is asked between two steps, told once, or shown to somebody who leaves."""
    faults: list[str] = []
    person = Person(browser_program, live, viewport=PHONE, bypass_csp=True)
    found = states(live.app, settings)
    person.page.route(
        "**/state?*", lambda route: route.fulfill(body=found[_name_in(route)], **HTML)
    )
    for name in found:
        path = f"/state?{quote(name)}"
        faults += [f"{name}: {fault}" for fault in faults_of(person, path, axe, is_phone=True)]
    person.leaves()

    assert faults == [], "\n".join(faults)


def _name_in(route: Route) -> str:
    return unquote(route.request.url.partition("?")[2])


def faults_of(person: Person, path: str, axe: str, *, is_phone: bool) -> list[str]:
    """What is wrong there in light and dark, and on a phone also its width."""
    page = person.page
    page.emulate_media(color_scheme="light")
    person.opens(path)
    page.evaluate(axe)
    faults: list[str] = []
    for scheme, rules in (
        ("light", {"type": "tag", "values": WCAG}),
        ("dark", {"type": "rule", "values": COLOURS}),
    ):
        page.emulate_media(color_scheme=scheme)
        faults += [f"{scheme}: {fault}" for fault in violations(page, rules)]
    if is_phone:
        page.set_viewport_size({"width": NARROWEST, "height": 800})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST:
            faults.append(f"is {width} wide")
        page.set_viewport_size(PHONE)
    return faults


def test_no_page_complains_or_asks_anybody_else(browser_program: Chromium, live: Live, tour: Tour):
    """No error in the console, no breach of the policy, no request to another place."""
    faults: list[str] = []
    for person in people(browser_program, live, tour):
        for visit in visits_of(tour, person.who):
            person.opens(visit.path)
            person.page.wait_for_load_state("networkidle")
            faults += [f"{visit.path} ({visit.who}): {each}" for each in person.complaints]
            person.complaints.clear()

    assert faults == [], "\n".join(faults)


def test_a_wrong_form_can_be_used_by_everybody(
    browser_program: Chromium, live: Live, tour: Tour, axe: str
):
    """Errors have their own colours, roles and links."""
    faults: list[str] = []
    for who, path, button in (
        ("shopper", "/checkout", "Place order"),
        ("stranger", "/admin/sign-in", "Sign in"),
        ("clerk", "/admin/products/new", "Save"),
        ("clerk", "/admin/settings/shipping/new", "Save"),
    ):
        cookies = tour.cookies[who]
        person = Person(browser_program, live, storage_state=cookies, bypass_csp=True)
        person.opens(path)
        person.page.get_by_role("button", name=button, exact=True).last.click()
        person.page.get_by_role("alert").first.wait_for()
        person.page.evaluate(axe)
        for scheme in ("light", "dark"):
            person.page.emulate_media(color_scheme=scheme)
            found = violations(person.page, {"type": "tag", "values": WCAG})
            faults += [f"{path} ({scheme}) {fault}" for fault in found]
        person.leaves()

    assert faults == [], "\n".join(faults)


@pytest.mark.parametrize("path", ["/", "/products", "/products/enamel-pot", "/checkout"])
def test_a_page_is_light(browser_program: Chromium, live: Live, tour: Tour, path: str):
    """Bytes before compression, of everything that this page loads."""
    weights = {"document": 0, "stylesheet": 0, "script": 0}

    def weigh(response: Response) -> None:
        kind = response.request.resource_type
        if kind in weights:
            weights[kind] += len(response.body())

    person = Person(browser_program, live, storage_state=tour.cookies["shopper"])
    person.page.on("response", weigh)
    person.opens(path)
    person.page.wait_for_load_state("networkidle")
    person.leaves()

    assert 0 < weights["document"] < MOST_HTML
    assert 0 < weights["stylesheet"] < MOST_CSS
    assert 0 < weights["script"] < MOST_SCRIPT


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """What axe finds, with the first place of each."""
    found = page.evaluate(
        "options => axe.run(document, options).then(result => result.violations)",
        {"runOnly": rules, "resultTypes": ["violations"]},
    )
    return [
        f"{one['id']}: {one['help']} ({len(one['nodes'])}x) "
        + json.dumps(one["nodes"][0]["target"])
        + " "
        + (one["nodes"][0].get("failureSummary") or "").replace("\n", " ")[:200]
        for one in found
    ]
