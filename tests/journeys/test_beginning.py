"""htmx comes at the first sign of a person; what is done before it is there is done then."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import Request, Route, expect

from tests.chromium import Person

Enters = Callable[..., Person]

HTMX = re.compile(r"/static/vendor/htmx-")
PATIENT = """const set = setTimeout
window.setTimeout = (then, ms, ...more) => set(then, ms > 1000 ? 600000 : ms, ...more)"""
"""A page waits some seconds for htmx; here it waits as long as a busy machine takes."""


def asked_of(somebody: Person) -> list[tuple[str, bool]]:
    """Each address that is asked for from now on, and whether htmx asked."""
    asked: list[tuple[str, bool]] = []

    def heard(request: Request) -> None:
        asked.append((urlsplit(request.url).path, request.headers.get("hx-request") == "true"))

    somebody.page.on("request", heard)
    return asked


def test_a_page_that_is_only_looked_at_begins_nothing(person: Enters) -> None:
    shopper = person()
    asked = asked_of(shopper)

    shopper.opens("/products/enamel-pot")

    shopper.page.wait_for_load_state("networkidle")
    assert shopper.page.evaluate("window.htmx.version") is None
    assert "/me" not in [path for path, _ in asked]


def test_a_browser_that_carries_something_asks_what(person: Enters) -> None:
    shopper = person()
    shopper.opens("/products/oak-board")
    shopper.clicks("button", "Add to cart")
    expect(shopper.page.locator("#cart-count")).to_have_text("1 item")

    with shopper.page.expect_request("**/me"):
        shopper.opens("/products")

    expect(shopper.page.locator("#cart-count")).to_have_text("1 item")


def test_what_is_done_before_htmx_is_there_is_done_then(person: Enters) -> None:
    shopper = person()
    waiting: list[Route] = []
    shopper.page.add_init_script(PATIENT)
    shopper.page.route(HTMX, lambda route: waiting.append(route))
    shopper.opens("/products/oak-board")
    asked = asked_of(shopper)

    shopper.page.locator("#find").fill("pot")
    shopper.clicks("button", "Add to cart")
    shopper.clicks("button", "Add to cart")
    assert [told for told in asked if told[0] in {"/search/suggest", "/cart/lines"}] == []
    with shopper.page.expect_request("**/search/suggest?**"):
        for route in waiting:
            route.fallback()

    expect(shopper.page.locator("#cart-count")).to_have_text("1 item")
    expect(shopper.page).to_have_url(re.compile("/products/oak-board$"))
    assert [told for told in asked if told[0] == "/cart/lines"] == [("/cart/lines", True)]
    assert ("/search/suggest", True) in asked


def test_without_htmx_a_form_does_what_it_does_without_script(person: Enters) -> None:
    shopper = person()
    shopper.page.route(HTMX, lambda route: route.abort())
    shopper.opens("/products/oak-board")
    asked = asked_of(shopper)

    shopper.clicks("button", "Add to cart")

    expect(shopper.page).to_have_url(re.compile("/cart$"))
    assert [told for told in asked if told[0] == "/cart/lines"] == [("/cart/lines", False)]
    # Nor does it send a changed quantity by itself: there is a button for that.
    update = shopper.page.get_by_text("Update the quantity")
    expect(update).to_be_visible()
    shopper.page.unroute_all()
    shopper.opens("/cart")
    expect(update).to_be_hidden()
    assert {complaint.partition("::")[2] for complaint in shopper.complaints} == {"ERR_FAILED"}
    shopper.complaints.clear()
