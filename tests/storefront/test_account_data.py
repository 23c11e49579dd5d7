"""A copy of everything, and leaving, as somebody does it in a browser without script."""

import io
import zipfile
from datetime import timedelta

from tests.factories.people import link_in, mails_to, make_customer, signed_in
from webapp.accounts.jobs import erase_due
from webapp.accounts.models import Person
from webapp.kit.clock import moved


def test_a_copy_is_made_told_and_fetched_by_its_owner_alone(browser, db, run_jobs):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    signed_in(browser, db, ada)

    page = browser.get("/account/data").submit('form[action="/account/data"]')
    assert (page.url, page.status) == ("/account/data", 200)
    assert "being made" in page.text("#copies")
    run_jobs()

    page = browser.get("/account/data")
    (address,) = [one.attributes["href"] for one in page.all("#copies a.button")]
    answer = browser.send("GET", address)
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert {"account.json", "orders.json"} <= {*names}
    assert [mail.kind for mail in mails_to(db, "ada@example.com")] == ["accounts.export_ready"]
    signed_in(browser, db, eve)
    assert browser.get(address).status == 404
    signed_in(browser, db, ada)
    with moved(timedelta(minutes=20)):
        assert browser.get(address).url.startswith("/account/confirm")
    with moved(timedelta(days=8)):
        signed_in(browser, db, ada)
        assert browser.get(address).status == 404


def test_leaving_asks_for_the_address_and_can_be_stopped(browser, db, run_jobs):
    ada = make_customer(db)
    signed_in(browser, db, ada)

    page = browser.get("/account/erasure").submit("#erasure-form", email="eve@example.com")
    assert page.status == 422
    assert page.one("#email").attributes["value"] == "eve@example.com"
    page = page.submit("#erasure-form", email=" Ada@Example.com")
    assert page.url == "/account/data"
    assert "about to be erased" in page.text("main")
    run_jobs()

    (mail,) = mails_to(db, "ada@example.com")
    page = browser.get(link_in(mail)).submit("main form")
    assert page.url == "/account"
    assert "about to be erased" not in browser.get("/account/data").text("main")
    assert "opens nothing" in browser.get(link_in(mail)).text("h1")


def test_after_three_days_the_account_is_gone(browser, db, run_jobs):
    ada = make_customer(db)
    key = ada.id
    signed_in(browser, db, ada)
    browser.get("/account/erasure").submit("#erasure-form", email="ada@example.com")
    run_jobs()

    with moved(timedelta(hours=74)):
        erase_due.later(db)
        db.commit()
        run_jobs()
        db.rollback()
        db.expire_all()
        assert db.get(Person, key) is None
        assert browser.get("/account").url.startswith("/account/login")
