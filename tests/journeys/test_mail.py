"""Writing a message in one's own words, in a real browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.chromium import Person
from tests.journeys.test_office import main_of, signed_in

Enters = Callable[..., Person]


@pytest.mark.parametrize(("kind", "script"), [("order_placed", True), ("order_paid", False)])
def test_words_are_looked_at_before_they_are_saved(person: Enters, kind: str, script: bool):
    clerk = signed_in(person, java_script_enabled=script)
    clerk.opens(f"/admin/mail/words/orders.{kind}")
    subject = "Thank you, and {{ order.number }}"
    html = "<h1>Hello</h1><p>It is {{ order.number }} that you ordered.</p>"
    clerk.writes("Subject", subject)
    clerk.writes("HTML", html)

    clerk.clicks("button", "Preview")

    frame = clerk.page.frame_locator("iframe[name=preview]")
    expect(frame.get_by_text(re.compile("that you ordered"))).to_be_visible()
    expect(clerk.page.get_by_label("Subject")).to_have_value(subject)
    expect(main_of(clerk.page).get_by_text("Your words")).to_have_count(0)

    clerk.clicks("button", "Save these words")

    expect(main_of(clerk.page).get_by_text("Your words")).to_be_visible()
    expect(frame.get_by_text(re.compile("that you ordered"))).to_be_visible()
