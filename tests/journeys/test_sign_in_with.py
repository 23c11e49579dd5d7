"""Signing in with a certified OpenID Provider that runs beside the shop, as its people do."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.chromium import Live, Person
from tests.factories.identities import make_provider
from tests.factories.people import PASSWORD, make_customer
from tests.journeys.test_accounts import mailed, signs_in
from tests.proofs.servers import free_port

Enters = Callable[..., Person]

TOOLS = Path(__file__).parent.parent / "tools"


@pytest.fixture(scope="module")
def provider(live: Live) -> Iterator[str]:
    """The address of npm's oidc-provider, entered in the shop; or a skip."""
    node = shutil.which("node")
    if node is None or not (TOOLS / "node_modules/oidc-provider/package.json").exists():
        pytest.skip("oidc-provider is absent: bin/tools installs it where there is npm")
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with live.app.state.database.writing() as session:
        slug = make_provider(session, "Acme", issuer=address).slug
    back = f"{live.address}/account/with/{slug}/return"
    script = [node, str(TOOLS / "provider.mjs"), str(port), back]
    running = subprocess.Popen(  # noqa: S603 (our own script)
        script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert running.stdout is not None
    told = ""
    while "ready" not in told:
        line = running.stdout.readline()
        told += line
        assert line, f"oidc-provider did not start: {told}"
    yield address
    running.terminate()
    running.communicate(timeout=30)


def goes_through(shopper: Person, name: str, provider: str) -> None:
    """Sign in there and let the shop know."""
    page = shopper.page
    expect(page).to_have_url(re.compile(re.escape(provider)))
    if page.locator("[name=login]").count():
        page.locator("[name=login]").fill(name)
        page.locator("[name=password]").fill("anything")
        page.locator("[type=submit]").click()
    expect(page.locator("[name=login]")).to_have_count(0)
    if page.url.startswith(provider):
        page.locator("[type=submit]").click()
    expect(page).not_to_have_url(re.compile(re.escape(provider)))


def forgets_the_provider(shopper: Person, provider: str) -> None:
    """It is another place, with pages of its own, which ask for a font elsewhere: that they were
    asked, and that there may be no way to the font, is no complaint about the shop."""
    theirs = (provider, "https://fonts.googleapis.com/", "https://fonts.gstatic.com/", "net::ERR_")
    shopper.complaints[:] = [
        one for one in shopper.complaints if not any(mark in one for mark in theirs)
    ]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_newcomer_comes_in_and_an_owner_consents(
    person: Enters, live: Live, provider: str, script: bool
):
    new, owner = f"new{int(script)}", f"owner{int(script)}"
    with live.app.state.database.writing() as session:
        make_customer(session, f"{owner}@example.com")

    shopper = person(java_script_enabled=script)
    page = shopper.opens("/account")
    shopper.clicks("link", "Continue with Acme")
    goes_through(shopper, new, provider)
    expect(shopper.sees("button", "Sign out")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Confirmed")
    shopper.clicks("button", "Sign out")
    shopper.opens("/account")
    shopper.clicks("link", "Continue with Acme")
    expect(shopper.sees("button", "Sign out")).to_be_visible()
    forgets_the_provider(shopper, provider)

    there = person(java_script_enabled=script)
    page = there.opens("/account/register")
    there.clicks("link", "Continue with Acme")
    goes_through(there, owner, provider)
    expect(page.get_by_role("heading", level=1)).to_have_text("You have an account here")
    there.writes("Password", PASSWORD)
    there.clicks("button", "Sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("Link Acme with your account?")
    there.clicks("button", "Link Acme")
    expect(page.get_by_role("row", name=re.compile("^Acme"))).to_be_visible()
    page.get_by_role("link", name=re.compile("^Remove Acme")).click()
    there.clicks("button", "Remove Acme")
    expect(page.get_by_role("row", name=re.compile("^Acme"))).to_have_count(0)
    forgets_the_provider(there, provider)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_address_that_is_not_vouched_for_is_confirmed_by_mail(
    person: Enters, live: Live, provider: str, script: bool
):
    unsure = f"unsure{int(script)}"
    shopper = person(java_script_enabled=script)
    page = shopper.opens("/account/login")
    shopper.clicks("link", "Continue with Acme")
    goes_through(shopper, unsure, provider)
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm your address")
    shopper.clicks("button", "Mail me a link")
    expect(page.get_by_role("heading", level=1)).to_have_text("Have a look at your mail")

    shopper.opens(mailed(live, shopper, f"{unsure}@example.com", "accounts.sign_in"))
    shopper.clicks("button", "Sign in")
    shopper.clicks("button", "Link Acme")
    expect(page.get_by_role("row", name=re.compile("^Acme"))).to_be_visible()
    forgets_the_provider(shopper, provider)


def test_whoever_thinks_better_of_it_there_is_told_what_to_do(
    person: Enters, live: Live, provider: str
):
    shopper = person()
    page = shopper.opens("/account/login")
    shopper.clicks("link", "Continue with Acme")
    page.get_by_role("link", name=re.compile("Cancel")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing was signed in")
    shopper.clicks("link", "Sign in with a password")
    with live.app.state.database.writing() as session:
        make_customer(session, "calm@example.com")
    signs_in(shopper, "calm@example.com", PASSWORD)
    forgets_the_provider(shopper, provider)
