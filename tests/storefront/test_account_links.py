"""Links that are mailed: a lost password, signing in without one, whose mailbox it is."""

from datetime import timedelta

import pytest
from sqlmodel import select

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
from webapp.accounts.models import MailedLink
from webapp.kit.clock import moved


def test_a_lost_password_is_replaced_and_every_browser_signed_out(browser, db, run_jobs):
    ada = make_customer(db, is_verified=False)
    with browser.somebody_else() as thief:
        signed_in(thief, db, ada)
        page = browser.get("/account/reset").submit("#forgotten-form", email="Ada@Example.com")
        assert page.path == "/account/mailed"
        run_jobs()
        (mail,) = mails_to(db, "ada@example.com")

        page = browser.get(link_in(mail)).submit("#reset-form", password="seven wild black swans")

        assert page.path == "/account/login"
        assert thief.get("/account").path == "/account/login"
    assert people(db) == [("ada@example.com", True)]
    assert sign_in(browser).status == 422
    assert sign_in(browser, password="seven wild black swans").path == "/account"
    run_jobs()
    assert [mail.kind for mail in mails_to(db, "ada@example.com")] == [
        "accounts.reset",
        "accounts.password_changed",
    ]


def test_a_link_is_good_once(browser, db, run_jobs):
    make_customer(db)
    browser.get("/account/reset").submit("#forgotten-form", email="ada@example.com")
    run_jobs()
    path = link_in(mails_to(db, "ada@example.com")[0])
    page = browser.get(path)
    page.submit("#reset-form", password="seven wild black swans")

    again = page.submit("#reset-form", password="nine wild black swans")

    assert again.status == 409
    assert browser.get(path).text("h1") == "This link opens nothing any more"
    assert sign_in(browser, password="seven wild black swans").path == "/account"


def test_a_link_grows_old(browser, db, run_jobs):
    make_customer(db)
    browser.get("/account/reset").submit("#forgotten-form", email="ada@example.com")
    run_jobs()
    path = link_in(mails_to(db, "ada@example.com")[0])

    with moved(timedelta(minutes=61)):
        assert browser.get(path).text("h1") == "This link opens nothing any more"
        answer = browser.send("POST", path, data={"password": "seven wild black swans"})
        assert answer.status_code == 409


def test_a_newer_link_takes_the_place_of_an_older_one(browser, db, run_jobs):
    make_customer(db)
    for _ in range(2):
        browser.get("/account/reset").submit("#forgotten-form", email="ada@example.com")
        run_jobs()
    older, newer = (link_in(mail) for mail in mails_to(db, "ada@example.com"))

    assert browser.get(older).text("h1") == "This link opens nothing any more"
    assert browser.get(newer).has("#reset-form")


@pytest.mark.parametrize("place", ["verify", "link"])
def test_a_link_opens_what_it_was_made_for_and_nothing_else(browser, db, run_jobs, place):
    make_customer(db, is_verified=False)
    browser.get("/account/reset").submit("#forgotten-form", email="ada@example.com")
    run_jobs()
    token = link_in(mails_to(db, "ada@example.com")[0]).rpartition("/")[2]

    page = browser.get(f"/account/{place}/{token}")
    answer = browser.send("POST", f"/account/{place}/{token}", data={"password": PASSWORD})

    assert page.text("h1") == "This link opens nothing any more"
    assert answer.status_code == 409
    assert people(db) == [("ada@example.com", False)]


def test_a_link_cannot_be_made_from_the_database(browser, db, run_jobs):
    make_customer(db)
    browser.get("/account/reset").submit("#forgotten-form", email="ada@example.com")
    run_jobs()
    (link,) = db.exec(select(MailedLink)).all()

    assert browser.get(f"/account/reset/{link.public_id}").text("h1") == (
        "This link opens nothing any more"
    )


@pytest.mark.parametrize("place", ["reset", "link"])
def test_asking_for_a_link_says_nothing_of_who_has_an_account(
    browser, db, run_jobs, place, statements
):
    make_customer(db)
    form = "#forgotten-form" if place == "reset" else "#link-form"
    answers, work = [], []
    for email in ("ada@example.com", "nobody@example.com"):
        page = browser.get(f"/account/{place}")
        with statements.counted() as sent:
            answers.append(page.submit(form, email=email))
        work.append([statement[:40] for statement in sent])

    assert answers[0].text("main") == answers[1].text("main")
    assert work[0] == work[1]
    run_jobs()
    assert len(mails_to(db, "ada@example.com")) == 1
    assert mails_to(db, "nobody@example.com") == []


def test_mail_goes_to_the_address_of_the_account_and_not_to_what_was_typed(browser, db, run_jobs):
    """Letters that become an i in capitals have led mail astray elsewhere."""
    make_customer(db, "mike@example.com")

    browser.get("/account/reset").submit("#forgotten-form", email="m\u0131ke@example.com")
    run_jobs()

    assert mails_to(db, "mike@example.com") == []
    assert mails_to(db, "m\u0131ke@example.com") == []


def test_a_mailed_link_signs_in_and_makes_the_account_the_mailboxs(browser, db, run_jobs):
    """Whoever made it before with somebody else's address is out of it from then on."""
    ada = make_customer(db, is_verified=False)
    with browser.somebody_else() as squatter:
        signed_in(squatter, db, ada)
        browser.get("/account/link").submit("#link-form", email="ada@example.com")
        run_jobs()
        page = browser.get(link_in(mails_to(db, "ada@example.com")[0]))

        page = page.submit("#link-form")

        assert page.path == "/account"
        assert squatter.get("/account").path == "/account/login"
        assert sign_in(squatter).status == 422
    assert people(db) == [("ada@example.com", True)]


def test_no_link_signs_staff_in(browser, db, run_jobs):
    make_customer(db, role="owner")
    browser.get("/account/link").submit("#link-form", email="ada@example.com")
    run_jobs()

    assert mails_to(db, "ada@example.com") == []


def test_nobody_lends_their_mailbox_to_an_account_somebody_else_made(browser, db, run_jobs):
    register(browser, email="victim@example.com", password="a squatter's own words")
    run_jobs()
    path = link_in(mails_to(db, "victim@example.com")[0])

    with browser.somebody_else() as victim:
        page = victim.get(path).submit("#verify-form", password="what the victim would type")

    assert page.status == 422
    assert people(db) == [("victim@example.com", False)]


def test_the_accounts_own_browser_confirms_with_a_button(browser, db, run_jobs):
    register(browser)
    sign_in(browser)
    run_jobs()

    page = browser.get(link_in(mails_to(db, "ada@example.com")[0])).submit("#verify-form")

    assert page.path == "/account"
    assert people(db) == [("ada@example.com", True)]


def test_the_link_to_confirm_is_sent_again(browser, db, run_jobs):
    signed_in(browser, db, make_customer(db, is_verified=False))

    browser.get("/account").click("Send it again")
    run_jobs()

    assert [mail.kind for mail in mails_to(db, "ada@example.com")] == ["accounts.verify"]
