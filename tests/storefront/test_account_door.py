"""Into an account and out of it again, as a person does it."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from tests.factories.people import (
    PASSWORD,
    link_in,
    mails_to,
    make_customer,
    people,
    register,
    sign_in,
    signed_in,
)
from webapp.accounts import commands, queries
from webapp.accounts.models import Person, SignIn
from webapp.accounts.passwords import matches
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved
from webapp.runtime.events import EventRecord
from webapp.runtime.limits import Buckets
from webapp.shop import commands as shop


def sign_ins(db):
    db.rollback()
    db.expire_all()
    return db.exec(select(SignIn).order_by(col(SignIn.id))).all()


def names(db):
    db.rollback()
    return list(db.exec(select(EventRecord.name).order_by(col(EventRecord.seq))))


@pytest.mark.parametrize("htmx", [False, True])
def test_an_account_is_made_and_its_address_confirmed(browser, db, run_jobs, htmx):
    page = register(browser, htmx=htmx, email=" Ada@Example.com ", name="Ada")

    assert page.path == "/account/registered"
    assert page.text("h1") == "Have a look at your mail"
    assert people(db) == [("ada@example.com", False)]
    run_jobs()
    (mail,) = mails_to(db, "ada@example.com")
    assert mail.mail_subject == "Confirm your address at My shop"

    page = browser.get(link_in(mail))
    assert people(db) == [("ada@example.com", False)]  # a program that checks mail looked first
    page = page.submit("#verify-form", htmx=htmx, password=PASSWORD)

    assert page.path == "/account"
    assert page.text("h1") == "Hello, Ada"
    assert people(db) == [("ada@example.com", True)]
    assert {"customer.created", "customer.verified", "person.signed_in"} <= set(names(db))


def test_an_address_with_an_account_answers_the_same_and_its_owner_is_told(browser, db, run_jobs):
    make_customer(db)
    new = register(browser, email="grace@example.com")
    taken = register(browser, password="another one entirely")

    assert (taken.path, taken.status, taken.text("main")) == (new.path, 200, new.text("main"))
    run_jobs()
    (mail,) = mails_to(db, "ada@example.com")
    assert mail.mail_subject == "You have an account at My shop"
    assert sign_in(browser, password="another one entirely").status == 422


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"email": "ada@"}, "email", "Enter an email address like name@example.com."),
        ({"email": ""}, "email", "Enter your email address."),
        ({"email": "ada@example.com\nBcc: eve@example.com"}, "email", "line"),
        ({"password": ""}, "password", "Choose a password."),
        ({"password": "short"}, "password", "Use at least 8 characters"),
        ({"password": "x" * 10_000}, "password", "1,000 characters or fewer"),
        ({"password": "password1"}, "password", "harder to guess"),
        ({"password": "ada@example.com"}, "password", "harder to guess"),
        ({"password": "my shop 2026"}, "password", "harder to guess"),
    ],
)
def test_what_is_wrong_stands_under_its_field(browser, db, typed, name, sentence):
    page = register(browser, name="Ada", **typed)

    assert page.status == 422
    assert sentence in page.text(f"#{name}-error")
    assert page.value("#name") == "Ada"
    assert people(db) == []


def test_somebody_signs_in_and_out(browser, db):
    make_customer(db)

    page = sign_in(browser)
    assert (page.path, page.text("h1")) == ("/account", "Hello, Ada Lovelace")
    assert len(sign_ins(db)) == 1

    page = page.click("Sign out")
    assert page.path == "/"
    assert sign_ins(db) == []
    assert browser.get("/account").path == "/account/login"
    assert names(db) == ["person.signed_in", "person.signed_out"]


@pytest.mark.parametrize(
    "typed",
    [
        {"password": "not the password"},
        {"email": "nobody@example.com"},
        {"email": "not an address"},
        {"email": "\u0430da@example.com"},  # a Cyrillic letter that looks like an a
        {"email": "ada@example.com\x00"},
    ],
)
def test_one_sentence_for_every_pair_that_does_not_match(browser, db, typed):
    make_customer(db)

    page = sign_in(browser, **typed)

    assert page.status == 422
    assert sign_ins(db) == []
    if "\x00" not in typed.get("email", ""):
        assert page.text("#password-error") == "That does not match. Check both and try again."


def test_letters_in_other_forms_are_the_same_address_and_password(browser, db):
    make_customer(db)

    fullwidth = "".join(
        chr(ord(char) + 0xFEE0) if "a" <= char <= "z" else char for char in PASSWORD
    )
    page = sign_in(browser, email="ADA@EXAMPLE.COM", password=fullwidth)

    assert page.path == "/account"


def test_a_closed_account_lets_nobody_in(browser, db):
    make_customer(db, is_active=False)

    assert sign_in(browser).status == 422


@pytest.mark.parametrize(
    ("to", "place"),
    [
        ("/cart", "/cart"),
        ("https://evil.example/", "/account"),
        ("//evil.example/", "/account"),
        ("/%5Cevil.example", "/account"),
        ("javascript:alert(1)", "/account"),
        ("/cart%0d%0aSet-Cookie:x=1", "/account"),
    ],
)
def test_signing_in_leads_back_within_the_shop_alone(browser, db, to, place):
    make_customer(db)

    assert sign_in(browser, to=to).path == place


def test_a_page_that_needs_an_account_leads_to_it_and_back(browser, db):
    make_customer(db)

    page = browser.get("/account")
    assert page.url == "/account/login?to=/account"
    page = page.submit("#login-form", email="ada@example.com", password=PASSWORD)

    assert page.path == "/account"


def test_nobody_is_kept_who_did_not_ask(browser, db):
    make_customer(db)

    sign_in(browser)
    answer = browser.send(
        "POST", "/account/login", data={"email": "ada@example.com", "password": PASSWORD}
    )
    cookie = next(
        one for one in answer.headers.get_list("set-cookie") if one.startswith("session=")
    )

    assert "max-age" not in cookie.lower()
    assert "httponly" in cookie.lower()
    assert "samesite=lax" in cookie.lower()
    with moved(timedelta(hours=5)):
        assert browser.get("/account").path == "/account/login"


def test_who_asked_to_be_kept_is(browser, db):
    make_customer(db)

    sign_in(browser, keep=True)

    with moved(timedelta(days=29)):
        assert browser.get("/account").path == "/account"
        # It was seen, so it may rest as long again ...
        with moved(timedelta(days=29)):
            assert browser.get("/account").path == "/account"
    # ... but not for ever.
    with moved(timedelta(days=91)):
        assert browser.get("/account").path == "/account/login"


def test_a_new_sign_in_takes_the_place_of_the_old_one(browser, db):
    """Nobody can plant a session that somebody else then signs in to."""
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    planted = signed_in(browser, db, eve)

    browser.send("POST", "/account/login", data={"email": "ada@example.com", "password": PASSWORD})

    assert [one.person_id for one in sign_ins(db)] == [ada.id]
    assert queries.member_of_token(db, planted) is None


@pytest.mark.parametrize("value", ["", "nonsense", "e30.e30.e30", "a" * 5000])
def test_a_forged_cookie_is_nobody(browser, db, value):
    make_customer(db)
    browser.cookies.set("session", value)

    assert browser.get("/account").path == "/account/login"


def test_a_cookie_signed_for_something_else_is_nobody(browser, db, app):
    secret = signed_in(browser, db, make_customer(db))
    browser.cookies.clear()
    browser.cookies.set("session", app.state.cookies.signed("cart", secret, 3600))

    assert browser.get("/account").path == "/account/login"


def test_a_cookie_of_somebody_who_signed_out_is_nobody(browser, db):
    make_customer(db)
    sign_in(browser)
    kept = dict(browser.cookies)["session"]
    browser.get("/account").click("Sign out")

    browser.cookies.set("session", kept)

    assert browser.get("/account").path == "/account/login"


def test_nobody_becomes_staff_by_asking(browser, db):
    browser.send(
        "POST",
        "/account/register",
        data={
            "email": "eve@example.com",
            "password": PASSWORD,
            "role": "owner",
            "is_active": "on",
            "email_verified_at": "2026-01-01",
        },
    )

    (eve,) = db.exec(select(Person)).all()
    assert (eve.role, eve.is_verified) == (None, False)
    signed_in(browser, db, eve)
    assert browser.send("GET", "/admin/staff").headers["location"].startswith("/admin/sign-in")


def test_a_customer_is_a_stranger_to_the_back_office(browser, db):
    signed_in(browser, db, make_customer(db))

    answer = browser.send("GET", "/admin/orders")

    assert answer.headers["location"].startswith("/admin/sign-in")


# What the merchant decides


def test_a_user_name_signs_in_where_the_shop_has_them(browser, db):
    shop.change(db, SYSTEM, usernames=True)
    db.commit()
    register(browser, username="Ada.L")

    page = browser.get("/account/login").submit("#login-form", email="ADA.l", password=PASSWORD)

    assert page.path == "/account"
    page.click("Sign out")
    taken = register(browser, username="ada.l", email="other@example.com")
    assert taken.text("#username-error") == "Somebody has this name already. Choose another one."


@pytest.mark.parametrize(
    "name", ["\u0430da", "ad", "a" * 31, "ada@x", "-ada", "a..da", "owner\u200b"]
)
def test_a_user_name_that_could_be_taken_for_another(browser, db, name):
    shop.change(db, SYSTEM, usernames=True)
    db.commit()

    page = register(browser, username=name)

    assert page.status == 422
    assert page.has("#username-error")
    assert people(db) == []


def test_an_address_is_confirmed_first_where_the_shop_wants_it(browser, db):
    shop.change(db, SYSTEM, confirm_first=True)
    db.commit()
    register(browser)

    assert sign_in(browser).status == 422


# Defence


def test_a_pair_of_network_and_address_is_slowed_down_and_others_are_not(browser, db):
    make_customer(db)
    answers = [sign_in(browser, password="wrong wrong wrong").status for _ in range(6)]

    assert answers == [422] * 5 + [429]
    assert sign_in(browser, email="grace@example.com").status == 422


def test_signing_in_costs_four_statements(browser, db, statements):
    make_customer(db)
    form = {"email": "ada@example.com", "password": PASSWORD}

    with statements.counted() as sent:
        answer = browser.send("POST", "/account/login", data=form)

    assert answer.status_code == 303
    assert len(sent) <= 4, sent


def test_a_signed_in_page_costs_two_statements_more(browser, db, statements):
    with statements.counted() as anonymous:
        browser.get("/me")
    before = len(anonymous)
    signed_in(browser, db, make_customer(db))

    with statements.counted() as sent:
        page = browser.get("/me")

    assert len(sent) - before <= 2, sent
    assert page.text("#account-link") == "Account"


def test_a_new_device_is_told_of_by_mail_and_a_known_one_is_not(browser, db, run_jobs):
    make_customer(db)
    with moved(timedelta(days=2)):
        for _ in range(2):
            sign_in(browser)
            browser.get("/account").click("Sign out")
        run_jobs()

    (mail,) = mails_to(db, "ada@example.com")
    assert mail.kind == "accounts.new_device"


def test_a_password_that_changed_while_it_was_checked_lets_nobody_in(db):
    ada = make_customer(db)
    known = queries.credentials(db, "ada@example.com")
    ada.password_hash = "another"
    db.add(ada)
    db.flush()

    assert commands.admit(db, known, commands.Browser()) is None
    assert matches(PASSWORD, known.password_hash)


def test_many_accounts_tried_from_one_network_are_slowed_down(browser, app, db):
    app.state.network_tries = Buckets(per_minute=1, burst=3)

    answers = [sign_in(browser, email=f"a{n}@example.com").status for n in range(4)]

    assert answers == [422, 422, 422, 429]
