"""An account from its first day: made, confirmed, lost, found again, ended on another device."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlmodel import col, select

from tests.chromium import Live, Person
from tests.factories.people import PASSWORD, link_in
from webapp.runtime.mail import MailRecord

NEW = "seven wild black swans"

Enters = Callable[..., Person]


def mailed(live: Live, shopper: Person, address: str, kind: str) -> str:
    """The path of the newest link of this kind that was mailed there, once it is written."""
    for _ in range(200):
        with live.app.state.database.reading() as session:
            mail = session.exec(
                select(MailRecord)
                .where(MailRecord.to_address == address, MailRecord.kind == kind)
                .order_by(col(MailRecord.id).desc())
                .limit(1)
            ).first()
            if mail is not None and mail.text_body:
                return link_in(mail)
        shopper.page.wait_for_timeout(100)
    raise AssertionError(f"nothing of kind {kind} was written to {address}")


def signs_in(shopper: Person, address: str, password: str) -> None:
    shopper.opens("/account/login")
    shopper.writes("Email", address)
    shopper.writes("Password", password)
    shopper.clicks("button", "Sign in")
    expect(shopper.sees("button", "Sign out")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_life_of_an_account(person: Enters, live: Live, script: bool):
    address = f"ada{int(script)}@example.com"
    shopper = person(java_script_enabled=script)
    page = shopper.opens("/products/oak-board")
    shopper.clicks("button", "Add to cart")
    if script:
        expect(page.locator("#cart-count")).to_have_text(re.compile("1"))

    shopper.opens("/account")
    shopper.clicks("link", "Create account")
    shopper.writes("Email", address)
    shopper.writes("Password", PASSWORD)
    shopper.clicks("button", "Create account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Have a look at your mail")

    shopper.opens(mailed(live, shopper, address, "accounts.verify"))
    shopper.writes("Password", PASSWORD)
    shopper.clicks("button", "Confirm my address")
    expect(page.get_by_role("main")).to_contain_text("Confirmed")
    shopper.opens("/cart")
    expect(page.get_by_role("main")).to_contain_text("Oak board")

    shopper.opens("/account")
    shopper.clicks("button", "Sign out")
    shopper.opens("/cart")
    expect(page.get_by_role("main")).to_contain_text("Your cart is empty")

    shopper.opens("/account/login")
    shopper.clicks("link", "Forgot your password?")
    shopper.writes("Email", address)
    shopper.clicks("button", "Mail me a link")
    expect(page.get_by_role("main")).to_contain_text("If there is an account")
    shopper.opens(mailed(live, shopper, address, "accounts.reset"))
    shopper.writes("Password", NEW)
    shopper.clicks("button", "Change the password")
    expect(page).to_have_url(re.compile("/account/login"))

    signs_in(shopper, address, NEW)
    phone = person(java_script_enabled=script)
    signs_in(phone, address, NEW)
    shopper.opens("/account/security")
    shopper.page.get_by_role("button", name=re.compile("^End Chrome")).click()
    expect(page.get_by_role("row")).to_have_count(2)
    phone.opens("/account")
    expect(phone.page).to_have_url(re.compile("/account/login"))
