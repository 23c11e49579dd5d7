"""A shopper's way from the front page to the order: by mouse, by keyboard, without script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.chromium import PHONE, Person

ADDRESS = {
    "Email": "grace@example.com",
    "Full name": "Grace Hopper",
    "Street and house number": "Torstraße 1",
    "Postcode": "10119",
    "City": "Berlin",
}

Enters = Callable[..., Person]


def fills_in_the_checkout(shopper: Person) -> None:
    for label, text in ADDRESS.items():
        shopper.writes(label, text)
    shopper.page.get_by_label("Parcel").check()
    shopper.page.get_by_label("I have read the terms").check()


def has_ordered(shopper: Person, *things: str) -> str:
    """The order's number, as its page shows it."""
    expect(shopper.page).to_have_url(re.compile(r"/orders/\d+$"))
    for thing in things:
        expect(shopper.page.get_by_role("main")).to_contain_text(thing)
    return shopper.page.url.rpartition("/")[2]


@pytest.mark.parametrize("viewport", [None, PHONE], ids=["desktop", "phone"])
def test_by_mouse(person: Enters, viewport: dict[str, int] | None):
    shopper = person(**({"viewport": viewport, "has_touch": True} if viewport else {}))
    page = shopper.opens("/")
    if viewport:
        shopper.clicks("button", "Menu")
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Kitchen").click()
    page.get_by_role("main").get_by_role("link", name="Pots").first.click()
    page.get_by_role("link", name="Enamel pot").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Enamel pot")

    page.get_by_text("Moss", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?"))
    page.get_by_text("4 litres", exact=True).click()
    expect(page.locator("#buy")).to_contain_text("€69.00")
    shopper.clicks("button", "Add to cart")
    expect(page.locator("#cart-count")).to_have_text(re.compile("1"))
    page.get_by_role("banner").get_by_role("link", name="Cart", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Moss")
    page.get_by_role("main").get_by_role("link", name="Checkout", exact=True).click()
    fills_in_the_checkout(shopper)
    shopper.clicks("button", "Place order")

    has_ordered(shopper, "Enamel pot", "Moss", "€73.90", "IBAN")


def test_by_keyboard_alone(person: Enters):
    shopper = person()
    page = shopper.opens("/")
    press = page.keyboard.press
    shopper.tabs_to("Kitchen")
    press("Enter")
    page.wait_for_url("**/categories/kitchen")
    shopper.tabs_to("Pots")
    press("Enter")
    page.wait_for_url("**/categories/kitchen/pots")
    shopper.tabs_to("Enamel pot")
    press("Enter")
    page.wait_for_url("**/products/enamel-pot**")
    shopper.tabs_to("Cream")
    press("ArrowRight")
    expect(page.get_by_role("radio", name="Moss")).to_be_checked()
    expect(page.get_by_role("radio", name="Moss")).to_be_focused()
    expect(page.locator("#buy")).to_contain_text("POT-Moss-2")
    shopper.tabs_to("Quantity")
    press("ArrowUp")
    shopper.tabs_to("Add to cart")
    press("Enter")
    expect(page.locator("#cart-count")).to_have_text(re.compile("2"))

    page.reload()
    shopper.tabs_to("Cart")
    press("Enter")
    page.wait_for_url("**/cart")
    shopper.tabs_to("Checkout")
    press("Enter")
    page.wait_for_url("**/checkout")
    for label, text in ADDRESS.items():
        shopper.tabs_to(label)
        page.keyboard.insert_text(text)
    shopper.tabs_to("Parcel")
    press("ArrowDown")
    expect(page.get_by_label("Collect")).to_be_checked()
    press("ArrowUp")
    expect(page.get_by_label("Parcel")).to_be_checked()
    shopper.tabs_to("I have read the terms and agree to them.")
    press("Space")
    shopper.tabs_to("Place order")
    press("Enter")

    has_ordered(shopper, "Enamel pot", "Moss", "€102.90")


def test_without_script(person: Enters):
    shopper = person(java_script_enabled=False)
    page = shopper.opens("/")
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Kitchen").click()
    page.get_by_role("main").get_by_role("link", name="Pots").first.click()
    page.get_by_role("link", name="Enamel pot").first.click()
    page.get_by_text("Moss", exact=True).click()
    page.get_by_text("4 litres", exact=True).click()
    shopper.clicks("button", "Show price and stock of this choice")
    expect(page.locator("#buy")).to_contain_text("€69.00")
    shopper.writes("Quantity", "2")
    shopper.clicks("button", "Add to cart")
    expect(page).to_have_url(re.compile("/cart$"))
    expect(page.get_by_role("main")).to_contain_text("4 litres")
    page.get_by_role("main").get_by_role("link", name="Checkout", exact=True).click()
    fills_in_the_checkout(shopper)
    shopper.clicks("button", "Place order")

    has_ordered(shopper, "Enamel pot", "€142.90")


@pytest.mark.parametrize("script", [True, False])
def test_what_is_missing_is_said_and_what_was_typed_stays(person: Enters, script: bool):
    shopper = person(java_script_enabled=script)
    page = shopper.opens("/products/oak-board")
    shopper.clicks("button", "Add to cart")
    if script:
        expect(page.locator("#cart-count")).to_have_text(re.compile("1"))
    shopper.opens("/checkout")
    shopper.writes("Email", "grace@")
    shopper.writes("City", "Berlin")
    shopper.clicks("button", "Place order")

    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("Email", exact=True)).to_have_value("grace@")
    expect(page.get_by_label("City", exact=True)).to_have_value("Berlin")
    expect(page.get_by_label("Email", exact=True)).to_have_attribute("aria-invalid", "true")


def test_search_as_you_type(person: Enters):
    shopper = person()
    page = shopper.opens("/")
    page.get_by_label("Search", exact=True).first.press_sequentially("enam", delay=20)
    expect(page.locator("#suggestions")).to_contain_text("Enamel pot")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/search\?q=enam"))
    expect(page.get_by_role("main")).to_contain_text("Enamel pot")


def test_narrowing_a_listing(person: Enters):
    shopper = person()
    page = shopper.opens("/products")
    page.get_by_label("Harrow & Dale").check()

    expect(page).to_have_url(re.compile(r"brand=harrow-dale"))
    expect(page.get_by_role("main")).not_to_contain_text("Spoon no. 3")
    expect(page.get_by_role("main")).to_contain_text("Enamel pot")
    page.go_back()
    expect(page.get_by_role("main")).to_contain_text("Spoon no.")
