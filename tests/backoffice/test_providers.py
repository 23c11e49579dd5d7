"""The merchant says with whom people may sign in, and finds out whether that works."""

import pytest
from sqlmodel import select

from tests.factories.identities import make_identity, make_provider
from tests.factories.people import make_customer
from tests.storefront.provider import CLIENT_ID, CLIENT_SECRET, providing
from webapp.identities.models import Identity, Provider
from webapp.runtime.events import EventRecord

PATH = "/admin/settings/sign-in"


@pytest.fixture
def fake():
    with providing() as one:
        yield one


def added(office, **typed):
    return office.get(PATH).submit("#provider-form", **{"kind": "openid", "name": "Acme", **typed})


@pytest.mark.parametrize("htmx", [False, True], ids=["without script", "htmx"])
def test_a_provider_is_added_completed_tested_and_its_secret_never_shown(
    office, browser, db, fake, htmx
):
    page = added(office, issuer=f"{fake.issuer}/.well-known/openid-configuration")
    assert page.text("#redirect-address") == "http://localhost/account/with/acme/return"
    assert not browser.get("/account/login").has("a[href*='/account/with/']")
    keys = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "is_active": True}

    page = page.submit("#provider-form form.box", htmx=htmx, **keys)
    page = page if page.has("#test-form") else office.get(page.path)
    page = page.submit("#test-form", htmx=htmx)

    assert page.texts("#provider-form li .pill") == ["Right", "Right", "Right"]
    assert browser.get("/account/login").text("a[href*='/account/with/']") == "Continue with Acme"
    one = db.exec(select(Provider)).one()
    assert CLIENT_SECRET not in page.html + office.get(f"{PATH}/{one.public_id}").html
    assert CLIENT_SECRET not in one.secret_sealed
    told = [event.payload for event in db.exec(select(EventRecord)).all()]
    assert CLIENT_SECRET not in str(told)
    sealed = one.secret_sealed
    office.get(f"{PATH}/{one.public_id}").submit("#provider-form form.box", name="Acme Ltd")
    db.rollback()
    one = db.exec(select(Provider)).one()
    assert (one.name, one.secret_sealed) == ("Acme Ltd", sealed)  # none typed: the old one stays


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"issuer": ""}, "issuer"),
        ({"issuer": "acme"}, "issuer"),
        ({"issuer": "ftp://acme.example"}, "issuer"),
        ({"issuer": "https://acme.example/?a=b"}, "issuer"),
        ({"issuer": "https://acme.example", "name": ""}, "name"),
    ],
    ids=str,
)
def test_what_cannot_be_a_provider_comes_back_in_the_form(office, db, typed, field):
    page = added(office, **typed)

    assert page.status == 422
    assert page.has(f"#{field}-error")
    assert db.exec(select(Provider)).all() == []


def test_an_open_line_or_a_private_place_is_no_provider(office, db, app, fake):
    app.state.shop.means.outbound.allow_private = False

    page = added(office, issuer=fake.issuer)

    assert page.status == 422
    assert "https://" in page.text("#issuer-error")
    assert db.exec(select(Provider)).all() == []
    assert fake.asked == []


def test_it_is_not_switched_on_before_it_is_complete(office, db, fake):
    page = added(office, issuer=fake.issuer).submit("#provider-form form.box", is_active=True)

    assert page.status == 422
    assert page.has("#client_id-error")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"metadata": {"issuer": "https://else.example"}}, "It calls itself “https://else.exam"),
        ({"metadata": {"jwks_uri": ""}}, "names no jwks_uri"),
        ({"answers": {"/jwks": (404, b"")}}, "/jwks answered with 404"),
        ({"answers": {"/jwks": (200, b'{"keys": []}')}}, "publishes no key"),
        ({"answers": {"/.well-known/openid-configuration": (404, b"")}}, "answered with 404"),
        ({"answers": {"/token": (401, b'{"error": "invalid_client"}')}}, "does not know the clien"),
        ({"answers": {"/token": (200, b'{"access_token": "a"}')}}, "tokens for any code"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_the_test_says_what_is_wrong(office, db, fake, wrong, says):
    one = make_provider(db, issuer=fake.issuer)
    for name, value in wrong.items():
        setattr(fake, name, value)

    page = office.get(f"{PATH}/{one.public_id}").submit("#test-form")

    assert page.status == 200
    assert says in page.texts("#provider-form li")[-1]
    assert page.texts("#provider-form li .pill")[-1] == "Wrong"


def test_what_fails_is_seen_by_staff(office, browser, db, fake):
    one = make_provider(db, issuer=fake.issuer)
    fake.answers = {"/.well-known/openid-configuration": (500, b"")}
    assert browser.get("/account/with/acme").status == 503

    assert "answered with 500" in office.get(PATH).text("tbody tr")
    assert "answered with 500" in office.get(f"{PATH}/{one.public_id}").text("main .notice")
    assert "Signing in with Acme does not work" in office.get("/admin/notices").html


def test_one_is_removed_once_it_was_said_who_comes_in_by_it(office, db, fake):
    one = make_provider(db, issuer=fake.issuer)
    make_identity(db, make_customer(db), one, "ada")
    page = office.get(f"{PATH}/{one.public_id}").click("Remove")
    assert "1 account is linked with it" in page.text("main form")

    page = page.click("Remove")

    assert page.path == PATH
    db.rollback()
    assert (db.exec(select(Provider)).all(), db.exec(select(Identity)).all()) == ([], [])
