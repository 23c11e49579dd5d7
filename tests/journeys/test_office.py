"""What people who work in the shop do in their browsers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.chromium import PATIENCE_MS, Live, Person
from tests.conftest import settings_in
from tests.factories.shop import COLOURS, OWNER, PASSWORD, picture

Enters = Callable[..., Person]


def signed_in(person: Enters, **options: object) -> Person:
    clerk = person(**options)
    clerk.opens("/admin")
    expect(clerk.page).to_have_url(re.compile("/admin/sign-in"))
    clerk.writes("Email", OWNER)
    clerk.writes("Password", PASSWORD)
    clerk.clicks("button", "Sign in")
    expect(clerk.page.get_by_role("button", name="Sign out")).to_be_visible()
    return clerk


def main_of(page: Page):
    return page.get_by_role("main")


@pytest.mark.parametrize("script", [True, False])
def test_an_order_is_paid_and_sent(person: Enters, script: bool):
    shopper = person()
    shopper.opens("/products/oak-board")
    shopper.clicks("button", "Add to cart")
    expect(shopper.page.locator("#cart-count")).to_have_text(re.compile("1"))
    shopper.opens("/checkout")
    for label, text in {
        "Email": "joan@example.com",
        "Full name": "Joan Clarke",
        "Street and house number": "Torstraße 1",
        "Postcode": "10119",
        "City": "Berlin",
    }.items():
        shopper.writes(label, text)
    shopper.page.get_by_label("I have read the terms").check()
    shopper.clicks("button", "Place order")
    expect(shopper.page).to_have_url(re.compile(r"/orders/\d+$"))
    number = shopper.page.url.rpartition("/")[2]

    clerk = signed_in(person, java_script_enabled=script)
    clerk.opens("/admin/orders")
    main_of(clerk.page).get_by_role("link", name=re.compile(number)).first.click()
    expect(main_of(clerk.page)).to_contain_text("joan@example.com")
    clerk.clicks("button", "Mark as paid")
    expect(main_of(clerk.page).get_by_text("Paid", exact=True).first).to_be_visible()
    clerk.writes("Carrier", "DHL")
    clerk.writes("Tracking number", "00340434")
    clerk.clicks("button", "Fulfil")
    expect(main_of(clerk.page)).to_contain_text(f"{number}-F1")
    expect(main_of(clerk.page)).to_contain_text("00340434")

    shopper.page.reload()
    expect(main_of(shopper.page)).to_contain_text("00340434")


def test_settings_are_kept(person: Enters):
    clerk = signed_in(person)
    clerk.opens("/admin/settings/shop")
    clerk.writes("Tagline", "Things that last")
    clerk.clicks("button", "Save")

    expect(clerk.page.locator("#notices")).to_contain_text(re.compile(r"\w"))
    visitor = person()
    visitor.opens("/")
    expect(visitor.page.get_by_role("contentinfo")).to_contain_text("Things that last")


@pytest.mark.parametrize("script", [True, False])
def test_a_product_with_a_picture_comes_into_the_shop(person: Enters, script: bool):
    title = f"Copper kettle {'with' if script else 'without'} script"
    clerk = signed_in(person, java_script_enabled=script)
    clerk.opens("/admin/products")
    main_of(clerk.page).get_by_role("link", name="Add a product").click()
    clerk.writes("Title", title)
    clerk.writes("Price", "129.50")
    clerk.writes("On hand", "4")
    clerk.page.get_by_label("Add pictures").set_input_files(
        {"name": "kettle.jpg", "mimeType": "image/jpeg", "buffer": picture(COLOURS["Moss"])}
    )
    if script:  # goes up as soon as it is chosen
        expect(clerk.page.get_by_label("Describe picture 1")).to_be_visible()
    clerk.page.get_by_label("Status").select_option("active")
    clerk.page.get_by_role("button", name=re.compile("^(Save|Create)")).first.click()
    expect(clerk.page).to_have_url(re.compile(r"/admin/products/prd_\w+"))
    expect(clerk.page.get_by_label("Describe picture 1")).to_be_visible()

    visitor = person()
    visitor.opens("/search?q=copper+kettle")
    main_of(visitor.page).get_by_role("link", name=title).click()
    expect(main_of(visitor.page)).to_contain_text("€129.50")
    seen = main_of(visitor.page).get_by_role("img").first
    expect(seen).to_be_visible()
    expect(seen).to_have_js_property("complete", True)
    assert seen.evaluate("img => img.naturalWidth") > 0


def test_the_first_visit_to_a_fresh_shop(
    browser_program: Chromium, tmp_path_factory: pytest.TempPathFactory
):
    with Live(settings_in(tmp_path_factory.mktemp("fresh"))) as live:
        owner = Person(browser_program, live)
        page = owner.opens("/admin")
        expect(page.get_by_role("heading", level=1)).to_have_text("This shop is yours")
        owner.writes("Your name", "Ada")
        owner.writes("Email", "ada@example.com")
        owner.writes("Password", "short")
        owner.clicks("button", "Open the shop")
        expect(page.get_by_role("alert").first).to_contain_text("10 characters")
        owner.writes("Password", PASSWORD)
        owner.clicks("button", "Open the shop")
        expect(page).to_have_url(re.compile("/admin/settings"))

        late = Person(browser_program, live)
        late.opens("/admin/welcome")
        expect(late.page).to_have_url(re.compile("/admin/sign-in"))
        assert owner.complaints + late.complaints == []
        owner.leaves()
        late.leaves()


SHOPIFY = """Handle,Title,Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Price,Status
butter-knife,Butter knife {who},Harrow & Dale,Title,Default Title,{sku},11.50,active
butter-dish,Butter dish {who},Harrow & Dale,Title,Default Title,{sku}-2,dear,active
"""


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_checked_first_and_then_imported(person: Enters, script: bool):
    who = "with script" if script else "without"
    content = SHOPIFY.format(who=who, sku=f"BUTTER-{int(script)}")
    clerk = signed_in(person, java_script_enabled=script)
    page = clerk.opens("/admin/exchange")
    page.get_by_label("Catalogue file").set_input_files(
        {"name": "spring.csv", "mimeType": "text/csv", "buffer": content.encode()}
    )
    clerk.clicks("button", "Upload and check")
    ends(page, "What would happen")
    expect(main_of(page)).to_contain_text("Butter knife")
    visitor = person()
    visitor.opens("/search?q=butter+knife")
    expect(main_of(visitor.page)).not_to_contain_text(f"Butter knife {who}")

    clerk.clicks("button", "Import")
    ends(page, "What happened")

    expect(page.get_by_role("link", name="Refused rows as CSV")).to_be_visible()
    visitor.opens("/search?q=butter+knife")
    expect(main_of(visitor.page)).to_contain_text(f"Butter knife {who}")


def ends(page: Page, heading: str) -> None:
    """Wait until the work under way is over; without script one looks again oneself."""
    result = page.get_by_role("heading", name=heading, exact=True)
    again = page.get_by_role("link", name="Look again")
    expect(result.or_(again).first).to_be_visible()
    for _ in range(PATIENCE_MS // 100):
        if result.is_visible():
            break
        result.or_(again).first.click()  # with script the page may have gone along meanwhile
        page.wait_for_timeout(100)
    expect(result).to_be_visible()
