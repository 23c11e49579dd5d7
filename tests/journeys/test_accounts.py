"""An account from its first day: made, confirmed, lost, found again, ended on another device; one
that asks for a second step; and one of somebody who is invited to work here."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlmodel import col, select

from tests.chromium import PATIENCE_MS, Live, Person
from tests.factories.people import PASSWORD, link_in, make_customer
from tests.factories.second import code_of
from tests.journeys.test_office import main_of
from tests.journeys.test_office import signed_in as at_work
from webapp.runtime.mail import MailRecord

NEW = "seven wild black swans"

Enters = Callable[..., Person]

both = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])


def mailed(live: Live, shopper: Person, address: str, kind: str) -> str:
    """The path of the newest link of this kind that was mailed there, once it is written."""
    for _ in range(PATIENCE_MS // 100):
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


def sets_up_an_app(somebody: Person, home: str) -> tuple[str, list[str]]:
    """Type the secret into an app, and its code here; gives the secret and the recovery codes."""
    page = somebody.opens(f"{home}/security")
    somebody.clicks("button", "Set up an app")
    expect(page.locator("svg.qr")).to_be_visible()
    secret = page.locator("code.groups").inner_text().replace(" ", "")
    somebody.writes("Code", code_of(secret))
    somebody.clicks("button", "Turn it on")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    codes = (
        page.get_by_role("list", name="Recovery codes").get_by_role("listitem").all_inner_texts()
    )
    somebody.clicks("link", "I have kept them")
    expect(main_of(page)).to_contain_text("10 of 10 left")
    return secret, codes


@both
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


@both
def test_two_steps_with_an_app_and_with_a_recovery_code(person: Enters, live: Live, script: bool):
    address = f"careful{int(script)}@example.com"
    with live.app.state.database.writing() as session:
        make_customer(session, address)
    shopper = person(java_script_enabled=script)
    page = shopper.page
    signs_in(shopper, address, PASSWORD)
    secret, codes = sets_up_an_app(shopper, "/account")

    shopper.clicks("button", "Sign out")
    comes_half_way(shopper, address)
    shopper.opens("/account/orders")
    expect(page).to_have_url(re.compile("/account/login"))
    shopper.opens("/account/second")
    shopper.writes("Code", "000000")
    shopper.clicks("button", "Sign in")
    expect(page.get_by_role("alert").first).to_be_visible()
    shopper.writes("Code", code_of(secret, steps=1))  # the one of now was used to set it up
    shopper.clicks("button", "Sign in")
    expect(shopper.sees("button", "Sign out")).to_be_visible()

    shopper.clicks("button", "Sign out")
    comes_half_way(shopper, address)
    shopper.clicks("link", "Use a recovery code")
    shopper.writes("Recovery code", codes[3].upper())
    shopper.clicks("button", "Sign in")
    expect(shopper.sees("button", "Sign out")).to_be_visible()
    shopper.opens("/account/security")
    expect(main_of(page)).to_contain_text("9 of 10 left")


def comes_half_way(shopper: Person, address: str) -> None:
    shopper.opens("/account/login")
    shopper.writes("Email", address)
    shopper.writes("Password", PASSWORD)
    shopper.clicks("button", "Sign in")
    expect(shopper.page.get_by_role("heading", level=1)).to_have_text("One more step")


@both
def test_somebody_is_invited_to_work_here(person: Enters, live: Live, script: bool):
    address = f"clerk{int(script)}@example.com"
    boss = at_work(person, java_script_enabled=script)
    boss.opens("/admin/staff")
    boss.writes("Email", address)
    boss.writes("Name", f"Clerk {int(script)}")
    boss.page.get_by_label("What they may do").last.select_option("manager")
    boss.clicks("button", "Add")
    expect(boss.page.locator("#notices")).to_contain_text(f"is on its way to {address}")

    clerk = person(java_script_enabled=script)
    page = clerk.opens(mailed(live, clerk, address, "accounts.staff_invited"))
    expect(main_of(page)).to_contain_text(address)
    clerk.writes("Password", "short")
    clerk.clicks("button", "Set the password")
    expect(main_of(page).get_by_role("alert").first).to_be_visible()
    clerk.writes("Password", NEW)
    clerk.clicks("button", "Set the password")
    expect(page).to_have_url(re.compile("/admin/sign-in"))
    clerk.writes("Email", address)
    clerk.writes("Password", NEW)
    clerk.clicks("button", "Sign in")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()

    secret, _ = sets_up_an_app(clerk, "/admin")
    clerk.clicks("button", "Sign out")
    clerk.writes("Email", address)
    clerk.writes("Password", NEW)
    clerk.clicks("button", "Sign in")
    clerk.writes("Code", code_of(secret, steps=1))
    clerk.clicks("button", "Sign in")
    clerk.clicks("link", "Orders")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
