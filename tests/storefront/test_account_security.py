"""Browsers that are signed in, another password, and proving anew who one is."""

from datetime import timedelta

import pytest

from tests.factories.people import PASSWORD, make_customer, sign_in, signed_in
from webapp.accounts import queries
from webapp.kit.clock import moved

NEW = "seven wild black swans"


def test_a_browser_is_signed_out_from_another(browser, db):
    ada = make_customer(db)
    signed_in(browser, db, ada)
    with browser.somebody_else() as phone:
        signed_in(phone, db, ada)
        page = browser.get("/account/security")
        assert len(page.all("tbody tr")) == 2

        page = page.submit("form[action*='/devices/sgn']")

        assert len(page.all("tbody tr")) == 1
        assert phone.get("/account").path == "/account/login"
    assert browser.get("/account").path == "/account"


def test_every_other_browser_is_signed_out(browser, db):
    ada = make_customer(db)
    signed_in(browser, db, ada)
    with browser.somebody_else() as phone:
        signed_in(phone, db, ada)

        browser.get("/account/security").click("End all others")

        assert phone.get("/account").path == "/account/login"
    assert browser.get("/account").path == "/account"


def test_nobody_ends_a_browser_of_somebody_else(browser, db):
    signed_in(browser, db, make_customer(db))
    with browser.somebody_else() as other:
        secret = signed_in(other, db, make_customer(db, "eve@example.com"))
        hers = queries.member_of_token(db, secret)

        answer = browser.post(f"/account/security/devices/{hers.sign_in}/end")

        assert answer.status == 404
        assert other.get("/account").path == "/account"


def test_a_password_is_changed_after_the_old_one_was_typed(browser, db, run_jobs):
    ada = make_customer(db)
    secret = signed_in(browser, db, ada)
    with browser.somebody_else() as phone, moved(timedelta(minutes=20)):
        signed_in(phone, db, ada)
        page = browser.get("/account/security").click("Change the password")
        assert page.path == "/account/confirm"

        page = page.submit("#confirm-form", password=PASSWORD)
        assert page.path == "/account/password"
        page = page.submit("#password-form", password=NEW)

        assert page.path == "/account/security"
        assert phone.get("/account").path == "/account/login"
        assert browser.get("/account").path == "/account"
    db.rollback()
    assert queries.member_of_token(db, secret) is None  # a copied token is worth nothing now
    browser.get("/account").click("Sign out")
    assert sign_in(browser).status == 422
    assert sign_in(browser, password=NEW).path == "/account"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_password_is_not_changed_without_the_old_one(browser, db, method):
    signed_in(browser, db, make_customer(db))

    with moved(timedelta(minutes=20)):
        answer = browser.send(method, "/account/password", data={"password": NEW})

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/account/confirm")


def test_a_wrong_password_confirms_nothing(browser, db):
    signed_in(browser, db, make_customer(db))

    page = browser.get("/account/confirm").submit("#confirm-form", password="wrong wrong wrong")

    assert page.status == 422
    assert page.text("#password-error") == "That is not your password. Try it again."
