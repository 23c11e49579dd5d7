"""What is done to get into somebody's account, and what they see of it."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.factories.people import mails_to, make_customer, sign_in, signed_in
from webapp.accounts import commands
from webapp.accounts.models import FailedSignIn
from webapp.accounts.permissions import PERMISSIONS
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved

WRONG = "wrong wrong wrong"


def counted(db):
    db.rollback()
    db.expire_all()
    return [(one.person_id, one.tries, one.network) for one in db.exec(select(FailedSignIn))]


@pytest.mark.parametrize("who", ["ada@example.com", "nobody@example.com"])
def test_guessing_is_slowed_down_whoever_it_is_about(browser, db, who):
    """The same answers for an account and for none, to the letter."""
    make_customer(db)

    answers = [sign_in(browser, email=who, password=WRONG) for _ in range(7)]

    assert [answer.status for answer in answers] == [422] * 5 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert sign_in(browser, email=who, password="four calm grey geese").status == 429


def test_its_owner_comes_in_meanwhile_with_a_browser_they_have_used_before(browser, app, db):
    """Nobody is locked out by what others do, from wherever they do it."""
    make_customer(db)
    with browser.somebody_else() as owner:
        assert sign_in(owner).path == "/account"
        owner.get("/account").click("Sign out")

        for _ in range(40):
            app.state.password_tries.take("testclient ada@example.com")
            app.state.account_tries.take("ada@example.com")
        assert [sign_in(browser, password=WRONG).status for _ in range(7)][-1] == 429

        assert sign_in(owner).path == "/account"


def test_a_browser_that_was_used_before_is_slowed_down_by_its_own_tries(browser, db):
    make_customer(db)
    sign_in(browser)
    browser.get("/account").click("Sign out")

    answers = [sign_in(browser, password=WRONG).status for _ in range(6)]

    assert answers == [422] * 5 + [429]


def test_coming_in_forgives(browser, db):
    make_customer(db)

    for _ in range(3):
        for _ in range(4):
            assert sign_in(browser, password=WRONG).status == 422
        assert sign_in(browser).path == "/account"
        browser.get("/account").click("Sign out")


def test_a_forged_note_of_having_been_here_is_worth_nothing(browser, db):
    ada = make_customer(db)
    browser.cookies.set("known", f'[9999999999,["{ada.public_id}"]].forged')

    assert [sign_in(browser, password=WRONG).status for _ in range(6)] == [422] * 5 + [429]


def test_wrong_passwords_are_counted_by_the_hour_and_for_nobody_who_is_none(browser, db):
    ada = make_customer(db)

    for _ in range(4):
        sign_in(browser, password=WRONG)
    sign_in(browser, email="nobody@example.com", password=WRONG)

    assert [(person, tries) for person, tries, _ in counted(db)] == [(ada.id, 4)]
    with moved(timedelta(hours=2)):
        sign_in(browser, password=WRONG)
        assert [tries for _, tries, _ in counted(db)] == [4, 1]
    with moved(timedelta(days=100)):
        assert commands.forget_failures(db) == 2


def test_a_person_reads_what_happened_to_their_account(browser, db):
    ada = make_customer(db)
    commands.note_failure(db, ada.id, "203.0.…")
    commands.note_failure(db, ada.id, "203.0.…")
    commands.tag_customer(db, SYSTEM, ada, ["difficult"])
    commands.note_customer(db, SYSTEM, ada, "Never pays.")
    db.commit()
    signed_in(browser, db, ada)

    page = browser.get("/account/security").click("What happened to your account")

    text = page.text("main")
    assert "Signed in with the password" in text
    assert "Firefox on Windows" in text
    assert page.texts("tbody td") == ["2", "203.0.…"]
    assert "difficult" not in text
    assert "Never pays" not in text
    assert "Sorted" not in text and "Noted" not in text


def test_nobody_reads_another_ones_log(browser, db):
    ada, bob = make_customer(db), make_customer(db, "bob@example.com", name="Bob")
    commands.note_failure(db, ada.id, "203.0.…")
    commands.sign_in(db, ada, user_agent="Safari/1 iPhone")
    db.commit()
    assert browser.get("/account/security/log").path == "/account/login"
    signed_in(browser, db, bob)

    page = browser.get("/account/security/log")

    assert "203.0" not in page.html
    assert "iPhone" not in page.html


def test_a_new_key_is_told_of_by_mail(db, run_jobs):
    ada = make_customer(db, role="owner")
    commands.make_key(db, SYSTEM, ada, name="Warehouse", scopes=set(PERMISSIONS))
    db.commit()

    run_jobs()

    (mail,) = [one for one in mails_to(db, "ada@example.com") if one.kind == "accounts.new_key"]
    assert "Warehouse" in mail.text_body
    assert "vk_" in mail.text_body
