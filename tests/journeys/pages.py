"""Every kind of page, with the people who see it: what is checked of all pages at once."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.chromium import Live, Person
from tests.factories import people
from tests.factories.shop import CUSTOMER, OWNER, PASSWORD
from tests.house.conftest import address_of, routes_of, what_is_there

NOT_PAGES = (
    "/account/pictures/",
    "/account/with/",
    "/admin/with/",
    "/api/",
    "/media/",
    "/sitemap",
    "/admin/exchange/exports/",
)
NO_PAGES = {
    "/robots.txt",
    "/favicon.ico",
    "/health",
    "/health/detailed",
    "/metrics",
    "/ready",
    "/me",
    "/search/suggest",
}
NOT_PAGES_BY_END = (".csv", ".xml", "/letter", "/file", "/live")

ALSO = (
    "/search?q=enamel",
    "/search?q=nothingofthekind",
    "/products?brand=harrow-dale&in_stock=1",
    "/products?sort=price",
    "/categories/empty-shelf",
    "/products/tin-mug",
    "/products/a-winter-of-soups",
    "/pages/about",
    "/pages/privacy",
    "/cart/add?items=POT-Moss-2:2",
    "/nothing-is-here",
    "/admin/nothing-is-here",
    "/admin/orders?q=nobody",
    "/admin/customers?q=nobody",
    "/admin/webhooks/preview?event=order.placed&id=nothing",
    "/admin/history?kind=export",
    "/admin/history?since=yesterday",
    "/admin/history/shop/1",
    "/admin/history/tax_rate/*:standard",
    "/admin/jobs?state=failed",
)
"""States of pages that their bare address does not show."""

ACCOUNT_ROOMS = (
    "orders",
    "downloads",
    "addresses",
    "profile",
    "email",
    "security",
    "password",
    "confirm",
    "data",
    "erasure",
)


@dataclass(frozen=True)
class Visit:
    """An address and who looks at it."""

    path: str
    who: str
    """``shopper`` has an order and a cart, ``member`` an account, ``clerk`` is staff, ``stranger``
    has nothing."""


@dataclass(frozen=True)
class Tour:
    """All visits, and the cookies of those who make them."""

    visits: tuple[Visit, ...]
    cookies: dict[str, Any]


def tour_of(program: Chromium, live: Live) -> Tour:
    shopper, member, clerk = (Person(program, live) for _ in range(3))
    number = _orders(shopper)
    _signs_in(clerk)
    _comes_in(member)
    cookies = {
        "shopper": shopper.cookies(),
        "member": member.cookies(),
        "clerk": clerk.cookies(),
        "stranger": {"cookies": [], "origins": []},
    }
    for one in (shopper, member, clerk):
        one.leaves()
    with live.app.state.database.reading() as session:
        there = what_is_there(session)
    there[""]["number"] = number
    found = [
        address_of(route, there)
        for route in routes_of(live.app)
        if route.is_safe and not route.path.startswith("/api")
    ]
    paths = [path for path in dict.fromkeys([*found, *ALSO]) if is_page(path)]
    visits = [Visit(path, _who_sees(path)) for path in paths]
    strangers = ("/", "/cart", f"/orders/{number}", "/admin/sign-in")
    return Tour((*visits, *(Visit(path, "stranger") for path in strangers)), cookies)


def is_page(path: str) -> bool:
    """Whether a person looks at it as a page."""
    assert "{" not in path, f"{path}: the furnished shop has nothing to show there"
    return not (path in NO_PAGES or path.startswith(NOT_PAGES) or path.endswith(NOT_PAGES_BY_END))


def is_of_account(path: str) -> bool:
    """Whether only somebody who is signed in sees it."""
    rooms = tuple(f"/account/{room}" for room in ACCOUNT_ROOMS)
    return path == "/account" or path.startswith(rooms)


def _who_sees(path: str) -> str:
    if path.startswith("/admin"):
        return "clerk"
    return "member" if is_of_account(path) else "shopper"


def _orders(shopper: Person) -> str:
    page = shopper.opens("/products/oak-board")
    for count in ("1", "2"):
        shopper.clicks("button", "Add to cart")
        expect(page.locator("#cart-count")).to_contain_text(count)
    shopper.opens("/checkout")
    for label, text in {
        "Email": "grace@example.com",
        "Full name": "Grace Hopper",
        "Street and house number": "Torstraße 1",
        "Postcode": "10119",
        "City": "Berlin",
    }.items():
        shopper.writes(label, text)
    page.get_by_label("I have read the terms").check()
    shopper.clicks("button", "Place order")
    page.wait_for_url("**/orders/*")
    number = page.url.rpartition("/")[2]
    shopper.opens("/products/enamel-pot")
    shopper.clicks("button", "Add to cart")
    expect(page.locator("#cart-count")).not_to_be_empty()
    return number


def _signs_in(clerk: Person) -> None:
    clerk.opens("/admin/sign-in")
    clerk.writes("Email", OWNER)
    clerk.writes("Password", PASSWORD)
    clerk.clicks("button", "Sign in")
    expect(clerk.page.get_by_role("button", name="Sign out")).to_be_visible()


def _comes_in(member: Person) -> None:
    member.opens("/account/login")
    member.writes("Email", CUSTOMER)
    member.writes("Password", people.PASSWORD)
    member.clicks("button", "Sign in")
    expect(member.page.get_by_role("button", name="Sign out")).to_be_visible()
