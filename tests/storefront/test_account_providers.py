"""Signing in with a provider: who comes in, who is asked first, and who is kept out."""

from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from sqlmodel import select

from tests.factories.identities import make_identity, make_provider
from tests.factories.people import (
    PASSWORD,
    link_in,
    mails_to,
    make_customer,
    people,
    sign_in,
    signed_in,
)
from tests.factories.second import code_of, with_app
from tests.storefront.provider import CLIENT_ID, Fake, providing
from webapp.identities.models import Identity, Provider
from webapp.identities.values import ProviderKind
from webapp.kit.clock import moved
from webapp.runtime.events import EventRecord

ADA = {"sub": "ada-at-acme", "email": "Ada@Example.com", "email_verified": True, "name": "Ada"}


@pytest.fixture
def fake():
    with providing() as one:
        yield one


@pytest.fixture
def acme(db, fake) -> Provider:
    return make_provider(db, issuer=fake.issuer)


def sets_out(browser, path="/account/with/acme") -> str:
    answer = browser.send("GET", path)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def comes_back(browser, fake: Fake, path="/account/with/acme", **claims: Any):
    """To the provider and back, as whoever the claims say."""
    return browser.get(fake.grant(sets_out(browser, path), **{**ADA, **claims}))


def identities(db) -> list[tuple[str, str]]:
    """(subject, label) of everything that is linked."""
    db.rollback()
    db.expire_all()
    return [(one.subject, one.label) for one in db.exec(select(Identity)).all()]


def facts(db, *names: str) -> list[tuple[str, Any]]:
    db.rollback()
    found = db.exec(select(EventRecord).order_by(EventRecord.seq)).all()
    return [(one.name, one.payload) for one in found if one.name in names]


def is_in(browser) -> bool:
    return browser.get("/account").path == "/account"


def test_somebody_new_gets_an_account_and_comes_in_by_it_again(browser, db, fake, acme):
    page = browser.get("/account/login?to=/cart")
    href = page.one("a[href*='/account/with/']").attributes["href"]
    assert page.text("a[href*='/account/with/']") == "Continue with Acme"

    page = comes_back(browser, fake, href)

    assert page.path == "/cart"
    assert people(db) == [("ada@example.com", True)]
    assert identities(db) == [("ada-at-acme", "ada@example.com")]
    browser.get("/account").click("Sign out")
    comes_back(browser, fake, email="moved@example.com")
    assert is_in(browser)
    assert people(db) == [("ada@example.com", True)]
    assert [fact["how"] for _, fact in facts(db, "person.signed_in")] == ["Acme", "Acme"]
    assert len(facts(db, "customer.created", "customer.verified", "person.identity_linked")) == 3
    assert mails_to(db, "ada@example.com") == []


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example/", "/\\evil.example", "/" + "a" * 1990, "x"]
)
def test_nobody_is_led_to_another_site(browser, fake, acme, to):
    place = sets_out(browser, f"/account/with/acme?to={to}")

    answer = browser.send("GET", fake.grant(place, **ADA))

    assert (answer.status_code, answer.headers["location"]) == (303, "/account")


def spoiled(**changes: Any):
    return lambda claims: {
        name: value for name, value in {**claims, **changes}.items() if value is not None
    }


def by_another_key(fake: Fake, claims: dict[str, Any]) -> str:
    other = ECKey.generate_key("P-256")
    return jwt.encode({"alg": "ES256", "kid": fake.kid}, claims, other, algorithms=["ES256"])


def by_the_public_key(fake: Fake, claims: dict[str, Any]) -> str:
    """As a shared secret: what a careless library takes for a signature."""
    key = OctKey.import_key(fake.key.as_pem(private=False))
    return jwt.encode({"alg": "HS256", "kid": fake.kid}, claims, key, algorithms=["HS256"])


def by_nobody(fake: Fake, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "none"}, claims, OctKey.generate_key(256), algorithms=["none"])


def by_an_unknown_key(fake: Fake, claims: dict[str, Any]) -> str:
    return jwt.encode({"alg": "ES256", "kid": "who"}, claims, fake.key, algorithms=["ES256"])


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"spoil": spoiled(iss="https://evil.example")},
    "no issuer": {"spoil": spoiled(iss=None)},
    "for another client": {"spoil": spoiled(aud="another")},
    "for several, by another": {"spoil": spoiled(aud=[CLIENT_ID, "another"], azp="another")},
    "for several, by nobody": {"spoil": spoiled(aud=[CLIENT_ID, "another"])},
    "by another party": {"spoil": spoiled(azp="another")},
    "expired": {"spoil": spoiled(exp=1_000_000_000)},
    "without an end": {"spoil": spoiled(exp=None)},
    "old": {"spoil": spoiled(iat=1_000_000_000)},
    "of the future": {"spoil": spoiled(iat=99_000_000_000, exp=99_000_000_300)},
    "of another visit": {"spoil": spoiled(nonce="another")},
    "of no visit": {"spoil": spoiled(nonce=None)},
    "about nobody": {"spoil": spoiled(sub=None)},
    "about an empty somebody": {"spoil": spoiled(sub="")},
    "about a list": {"spoil": spoiled(sub=["ada"])},
    "signed by another key": {"sign": by_another_key},
    "signed with the public key": {"sign": by_the_public_key},
    "signed by nobody": {"sign": by_nobody},
    "signed by an unknown key": {"sign": by_an_unknown_key},
    "no token": {"answers": {"/token": (200, b"{}")}},
    "no JSON": {"answers": {"/token": (200, b"<html>")}},
    "a token that is none": {"answers": {"/token": (200, b'{"id_token": "a.b.c"}')}},
    "a list": {"answers": {"/token": (200, b"[]")}},
    "deep": {"answers": {"/token": (200, b"[" * 90_000)}},
    "large": {"answers": {"/token": (200, b" " * 200_000)}},
    "down": {"answers": {"/token": (500, b"")}},
    "led elsewhere": {"answers": {"/token": (302, b"")}},
    "its keys are none": {"answers": {"/jwks": (200, b'{"keys": [1, {"kty": "oct"}]}')}},
    "its keys are down": {"answers": {"/jwks": (503, b"")}},
    "UserInfo about another": {
        "spoil": spoiled(email=None),
        "userinfo": {"sub": "eve", "email": "eve@example.com", "email_verified": True},
    },
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_lets_nobody_in(browser, db, fake, acme, name):
    path = fake.grant(sets_out(browser), **ADA)
    for attribute, value in LIES[name].items():
        setattr(fake, attribute, value)

    page = browser.get(path)

    assert page.status == 503, page
    assert page.text("h1") == "That way in does not work at the moment"
    assert page.has("main a[href^='/account/login']")
    assert not is_in(browser)
    assert (people(db), identities(db)) == ([], [])
    ((_, fact),) = facts(db, "provider.failing")
    assert fact["title"] == "Acme"
    assert fact["problem"]


DOWN: dict[str, dict[str, Any]] = {
    "nonsense": {"answers": {"/.well-known/openid-configuration": (200, b"<html>")}},
    "down": {"answers": {"/.well-known/openid-configuration": (500, b"")}},
    "somebody else": {"metadata": {"issuer": "https://evil.example"}},
    "nowhere to go": {"metadata": {"authorization_endpoint": None}},
    "elsewhere": {"metadata": {"token_endpoint": "ftp://evil.example/"}},
    "unsafe": {"metadata": {"id_token_signing_alg_values_supported": ["none", "HS256"]}},
}


@pytest.mark.parametrize("name", DOWN)
def test_nobody_is_sent_to_a_provider_that_is_not_well(browser, db, fake, acme, name):
    for attribute, value in DOWN[name].items():
        setattr(fake, attribute, value)

    page = browser.get("/account/with/acme")
    again = browser.get("/account/with/acme")

    assert (page.status, again.status) == (503, 503)
    assert page.has("main a[href^='/account/login']")
    assert fake.asked == ["/.well-known/openid-configuration"]  # and left alone for a moment
    assert len(facts(db, "provider.failing")) == 1
    with moved(timedelta(minutes=2)):
        fake.answers, fake.metadata = {}, {}
        comes_back(browser, fake)
        assert is_in(browser)
    db.rollback()
    assert db.exec(select(Provider.problem_at)).one() is None


def test_whoever_says_no_there_is_told_that_nothing_happened(browser, db, fake, acme):
    state = fake.grant(sets_out(browser)).partition("state=")[2]

    page = browser.get(f"/account/with/acme/return?error=access_denied&state={state}")

    assert (page.status, page.text("h1")) == (200, "Nothing was signed in")
    assert not is_in(browser)
    assert facts(db, "provider.failing") == []


def test_an_answer_is_taken_once_soon_and_in_the_browser_that_asked(browser, db, fake, acme):
    path = fake.grant(sets_out(browser), **ADA)
    trip = browser.cookies["trip"]
    with browser.somebody_else() as other:
        assert other.get(path).status == 409  # it never set out
        sets_out(other)
        assert other.get(path).status == 409  # with a state of another visit
    with moved(timedelta(minutes=11)):
        assert browser.get(path).status == 409
    assert (people(db), fake.asked.count("/token")) == ([], 0)

    assert browser.get(path).path == "/account"

    browser.cookies.set("trip", trip)
    page = browser.get(path)
    assert (page.status, page.text("h1")) == (409, "Please start again")
    assert fake.asked.count("/token") == 1


def test_the_answer_of_another_provider_is_not_taken(browser, db, fake, acme):
    with providing() as evil:
        make_provider(db, "Evil", issuer=evil.issuer)
        fake.metadata = {"authorization_response_iss_parameter_supported": True}
        swapped = fake.grant(sets_out(browser), **ADA).replace("/acme/", "/evil/")
        assert browser.get(swapped).status == 409
        for iss in (None, evil.issuer):  # RFC 9207: missing, and of somebody else
            path = fake.grant(sets_out(browser), iss=iss, **ADA)
            assert browser.get(path).status == 409
        assert (people(db), evil.asked, fake.asked.count("/token")) == ([], [], 0)

        path = fake.grant(sets_out(browser), iss=fake.issuer, **ADA)
        assert browser.get(path).path == "/account"


def test_a_new_key_is_asked_for_once(browser, fake, acme):
    comes_back(browser, fake)
    fake.new_key("two")
    with moved(timedelta(minutes=2)):
        comes_back(browser, fake)
        assert is_in(browser)
        fake.sign = by_an_unknown_key
        for _ in range(3):
            assert comes_back(browser, fake).status == 503

    assert fake.asked.count("/jwks") == 2
    assert fake.asked.count("/.well-known/openid-configuration") == 1


def test_an_account_that_is_there_is_linked_by_its_owner_alone(browser, db, fake, acme):
    make_customer(db)

    page = comes_back(browser, fake)

    assert (page.path, page.text("h1")) == ("/account/joining", "You have an account here")
    assert not is_in(browser)
    assert identities(db) == []
    page = page.submit("#login-form", password=PASSWORD)
    assert page.path == "/account/joining"
    assert page.texts("main dd") == ["ada@example.com", "ada@example.com"]
    assert identities(db) == []
    page = page.click("Link Acme")
    assert page.path == "/account/security"
    assert identities(db) == [("ada-at-acme", "ada@example.com")]
    browser.get("/account").click("Sign out")
    comes_back(browser, fake)
    assert is_in(browser)


def test_its_owner_may_show_it_by_mail_and_say_no(browser, db, fake, acme, run_jobs):
    make_customer(db)
    page = comes_back(browser, fake).submit("#joining-form")
    assert page.path == "/account/joining/mailed"
    run_jobs()
    (mail,) = mails_to(db, "ada@example.com")

    page = browser.get(link_in(mail)).submit("#link-form")

    assert page.path == "/account/joining"
    page.click("Do not link")
    assert identities(db) == []
    assert browser.get("/account/joining").path == "/account/security"


def test_an_account_that_waits_for_its_victim_is_no_trap(browser, db, fake, acme, run_jobs):
    """Somebody has registered with the address of somebody else, and sits in the account."""
    make_customer(db, is_verified=False)
    with browser.somebody_else() as eve:
        sign_in(eve)
        with providing() as evil:
            make_provider(db, "Evil", issuer=evil.issuer)
            evil.userinfo = {"sub": "eve"}
            page = comes_back(eve, evil, "/account/with/evil/linking", sub="eve", email="")
        assert "confirm ada@example.com first" in page.text("main .notice")
        assert eve.post("/account/joining").status == 409
        assert identities(db) == []

        page = comes_back(browser, fake)
        assert page.text("h1") == "You have an account here"
        assert not page.has("#login-form")
        page.submit("#joining-form")
        run_jobs()
        page = browser.get(link_in(mails_to(db, "ada@example.com")[-1])).submit("#link-form")
        page.click("Link Acme")

        assert identities(db) == [("ada-at-acme", "ada@example.com")]
        assert not is_in(eve)
        assert sign_in(eve).status == 422
    assert people(db) == [("ada@example.com", True)]


@pytest.mark.parametrize("there", [True, False], ids=["an account", "no account"])
def test_an_address_that_is_not_vouched_for_is_shown_by_our_own_mail(
    browser, db, fake, acme, run_jobs, there
):
    """And whether it has an account is told to nobody."""
    if there:
        make_customer(db)

    page = comes_back(browser, fake, email_verified=False)

    assert page.text("h1") == "Confirm your address"
    assert (people(db), identities(db)) == ([("ada@example.com", True)] if there else [], [])
    assert page.submit("#joining-form").path == "/account/joining/mailed"
    run_jobs()
    page = browser.get(link_in(mails_to(db, "ada@example.com")[-1])).submit("#link-form")
    page.click("Link Acme")
    assert people(db) == [("ada@example.com", True)]
    assert identities(db) == [("ada-at-acme", "ada@example.com")]


def test_a_provider_whose_word_is_not_taken_for_addresses(browser, db, fake):
    make_provider(db, issuer=fake.issuer, trusts_addresses=False)

    page = comes_back(browser, fake)

    assert page.text("h1") == "Confirm your address"
    assert people(db) == []


def test_github_is_asked_for_the_verified_primary_address(browser, db, fake):
    make_provider(db, "GitHub", kind=ProviderKind.github, issuer=fake.issuer)
    fake.userinfo = {"id": 7, "login": "ada", "email": "shown@example.com"}
    fake.emails = [
        {"email": "other@example.com", "primary": False, "verified": True},
        {"email": "ada@example.com", "primary": True, "verified": False},
    ]

    page = comes_back(browser, fake, "/account/with/github")
    assert page.text("h1") == "Confirm your address"
    assert page.value("#email") == "ada@example.com"
    assert people(db) == []
    fake.emails[1]["verified"] = True
    comes_back(browser, fake, "/account/with/github")

    assert is_in(browser)
    assert people(db) == [("ada@example.com", True)]
    assert identities(db) == [("7", "ada@example.com")]


@pytest.mark.parametrize(
    "answers",
    [
        {"/api/v3/user": (200, b"[]")},
        {"/api/v3/user": (200, b'{"id": true}')},
        {"/api/v3/user": (401, b"{}")},
        {"/api/v3/user/emails": (200, b"{}")},
        {"/login/oauth/access_token": (200, b'{"access_token": 1}')},
        {"/login/oauth/access_token": (200, b'{"error": "redirect_uri_mismatch"}')},
    ],
    ids=str,
)
def test_nonsense_from_github_lets_nobody_in(browser, db, fake, answers):
    make_provider(db, "GitHub", kind=ProviderKind.github, issuer=fake.issuer)
    fake.userinfo = {"id": 7}
    fake.answers = answers

    assert comes_back(browser, fake, "/account/with/github").status == 503

    assert people(db) == []


def test_ways_in_are_added_and_removed_under_security(browser, db, fake, acme, run_jobs):
    ada = make_customer(db)
    signed_in(browser, db, ada)
    page = browser.get("/account/security")
    href = page.one("a[href$='/linking']").attributes["href"]

    page = comes_back(browser, fake, href, email="ada@acme.example")
    assert page.text("h1") == "Link Acme with your account?"
    page = page.click("Link Acme")

    assert identities(db) == [("ada-at-acme", "ada@acme.example")]
    with moved(timedelta(minutes=20)):
        page = page.click("a[href*='/identities/']")
        assert page.path == "/account/confirm"  # not by whoever finds the browser open
        page = page.submit("#confirm-form", password=PASSWORD)
        page = page.click("Remove Acme")
    assert page.path == "/account/security"
    assert identities(db) == []
    run_jobs()
    assert [mail.kind for mail in mails_to(db, "ada@example.com")] == [
        "identities.linked",
        "identities.unlinked",
    ]


def test_what_is_linked_elsewhere_is_not_taken_over(browser, db, fake, acme):
    make_identity(db, make_customer(db, "eve@example.com"), acme, "ada-at-acme")
    signed_in(browser, db, make_customer(db))

    page = comes_back(browser, fake, "/account/with/acme/linking")

    assert (page.status, page.text("h1")) == (409, "That belongs to another account")
    assert identities(db) == [("ada-at-acme", "eve@example.com")]
    assert browser.get("/account").has("main")


def test_staff_come_in_only_where_they_linked_it_and_the_shop_allows_it(browser, db, fake, acme):
    boss = make_customer(db, "boss@example.com", role="owner")
    with browser.somebody_else() as nobody:
        page = comes_back(nobody, fake, "/account/with/acme", email="boss@example.com")
        assert not page.has("#joining-form")  # nothing is mailed to staff
        assert not is_in(nobody)
    assert not browser.get("/admin/sign-in").has("a[href*='/admin/with/']")
    make_identity(db, boss, acme, "ada-at-acme")
    assert comes_back(browser, fake, "/account/with/acme").status == 409

    acme.for_staff = True
    db.add(acme)
    db.commit()
    page = browser.get("/admin/sign-in?to=/admin/orders")
    href = page.one("a[href*='/admin/with/']").attributes["href"]
    with browser.somebody_else() as stranger:
        page = comes_back(stranger, fake, href, sub="stranger", email="new@example.com")
        assert (page.status, page.text("h1")) == (409, "Not a way in for staff")
        make_identity(db, make_customer(db, "eve@example.com"), acme, "eve")
        assert comes_back(stranger, fake, href, sub="eve").status == 409
        assert stranger.get("/admin/orders").path == "/admin/sign-in"
    assert comes_back(browser, fake, href).path == "/admin/orders"
    assert [one for one, _ in people(db)] == ["boss@example.com", "eve@example.com"]


@pytest.mark.parametrize("role", [None, "owner"], ids=["customer", "staff"])
def test_the_provider_alone_is_not_enough_for_whoever_has_a_second_factor(
    browser, db, fake, acme, role
):
    ada = make_customer(db, role=role)
    secret, _ = with_app(db, ada)
    make_identity(db, ada, acme, "ada-at-acme")
    acme.for_staff = True
    db.add(acme)
    db.commit()
    start, to, door = (
        ("/admin", "/admin/orders", "/admin/sign-in")
        if role
        else ("/account", "/account/addresses", "/account/login")
    )

    with moved(timedelta(minutes=5)):
        page = comes_back(browser, fake, f"{start}/with/acme?to={to}")
        assert page.path == "/account/second"
        assert browser.get(to).path == door
        assert facts(db, "person.signed_in")[1:] == []  # but the one that set the app up
        page = browser.get("/account/second").submit("#code-form", code=code_of(secret))

    assert page.path == to


def test_a_secret_that_cannot_be_read_any_more_is_said(browser, db, fake):
    provider = make_provider(db, issuer=fake.issuer)
    provider.secret_sealed = "sealed with another secret"
    db.add(provider)
    db.commit()

    assert browser.get("/account/with/acme").status == 503

    ((_, fact),) = facts(db, "provider.failing")
    assert "Enter it again" in fact["problem"]


def test_a_provider_that_is_switched_off_is_no_way_in(browser, db, fake):
    make_provider(db, issuer=fake.issuer, is_active=False)

    assert browser.get("/account/with/acme").status == 404
    assert not browser.get("/account/login").has("a[href*='/account/with/']")
