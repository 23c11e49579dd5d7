"""A passkey made and used in a real browser with its virtual authenticator: by a customer, and by
somebody who works here."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.chromium import Live
from tests.chromium import Person as Visitor
from tests.factories.people import PASSWORD, password_hash
from webapp.accounts.models import Person
from webapp.kit.clock import now

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def somebody(browser_program: Chromium, live: Live) -> Iterator[Visitor]:
    """A person whose device makes passkeys. Browsers make none for 127.0.0.1."""
    named = SimpleNamespace(address=live.address.replace("127.0.0.1", "localhost"))
    one = Visitor(browser_program, cast("Live", named))
    device = one.page.context.new_cdp_session(one.page)
    device.send("WebAuthn.enable", {"enableUI": False})
    device.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    yield one
    one.leaves()
    assert one.complaints == []


@pytest.mark.parametrize(
    ("role", "door", "home"),
    [(None, "/account/login", "/account"), ("owner", "/admin/sign-in", "/admin")],
    ids=["customer", "staff"],
)
def test_a_passkey_is_made_and_signs_in(somebody, live, role, door, home):
    address = f"grace-{role or 'customer'}@example.com"
    with live.app.state.database.writing() as session:
        session.add(
            Person(
                email=address,
                name="Grace",
                role=role,
                password_hash=password_hash(),
                email_verified_at=now(),
            )
        )
    page = somebody.opens(door)
    somebody.writes("Email", address)
    somebody.writes("Password", PASSWORD)
    somebody.clicks("button", "Sign in")
    expect(somebody.sees("button", "Sign out").first).to_be_attached()

    somebody.opens(f"{home}/security")
    somebody.clicks("link", "Add a passkey")
    somebody.writes("Name", "My phone")
    somebody.clicks("button", "Add a passkey")
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    somebody.clicks("link", "I have kept them")
    expect(page.get_by_label("Name of My phone")).to_have_value("My phone")

    page.context.clear_cookies()
    somebody.opens(door)
    somebody.clicks("button", "Sign in with a passkey")
    page.wait_for_url(lambda url: url.endswith(home))
    expect(somebody.sees("button", "Sign out").first).to_be_attached()
