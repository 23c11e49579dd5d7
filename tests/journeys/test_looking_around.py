"""Looking around without leaving the page: filters, choices, pictures, search as one types."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.chromium import PHONE, Person

Enters = Callable[..., Person]


def test_filters_change_the_list_its_address_and_nothing_else(person: Enters):
    shopper = person()
    page = shopper.opens("/products")
    cards = page.locator("#listing .shelf .card")
    expect(cards).to_have_count(24)

    page.get_by_label("Harrow & Dale").check()

    expect(page).to_have_url(re.compile(r"/products\?brand=harrow-dale$"))
    expect(cards).to_have_count(2)
    assert shopper.focused() == "Harrow & Dale"
    page.get_by_role("combobox", name="Sort by").select_option("Price, high to low")
    expect(page).to_have_url(re.compile(r"brand=harrow-dale&sort=price-desc$"))
    expect(cards.first).to_contain_text("Enamel pot")

    page.get_by_role("link", name="Without Harrow & Dale").click()

    expect(cards).to_have_count(24)
    expect(page.get_by_label("Harrow & Dale")).not_to_be_checked()
    page.go_back()
    expect(cards).to_have_count(2)
    expect(page.get_by_label("Harrow & Dale")).to_be_checked()


def test_on_a_phone_the_filters_stay_open_until_one_has_seen_enough(person: Enters):
    shopper = person(viewport=PHONE)
    page = shopper.opens("/products")
    shopper.clicks("button", "Filter")

    page.get_by_label("Harrow & Dale").check()

    done = page.get_by_role("button", name="Show 2 products")
    expect(done).to_be_visible()
    done.click()
    expect(done).to_be_hidden()
    expect(page.locator("#listing .shelf .card")).to_have_count(2)


def test_a_choice_turns_to_its_picture_and_keeps_focus_and_quantity(person: Enters):
    shopper = person()
    page = shopper.opens("/products/enamel-pot")
    page.get_by_label("Quantity").fill("3")
    page.get_by_role("radio", name="Cream").focus()

    page.keyboard.press("ArrowRight")

    expect(page).to_have_url(re.compile(r"\?option-\d+=\d+&option-\d+=\d+$"))
    assert shopper.focused() == "Moss"
    expect(page.get_by_label("Quantity")).to_have_value("3")
    page.wait_for_function(
        "(({scrollLeft, clientWidth}) => Math.round(scrollLeft / clientWidth) === 1)"
        "(document.querySelector('[data-track]'))"
    )
    expect(page.locator("[data-track] li").nth(1).locator("img")).to_have_attribute(
        "alt", "The pot in moss"
    )


def test_what_is_typed_into_the_search_is_offered_and_walked_through(person: Enters):
    shopper = person()
    page = shopper.opens("/")
    page.get_by_role("combobox", name="Search").press_sequentially("oak")

    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(r"/products/oak-board$"))
