"""Invitations and forgotten passwords: by a link that works once."""

import re
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.runtime.mail.postman import serving
from webapp.accounts import commands, passwords, queries
from webapp.accounts.models import SignIn
from webapp.kit import clock
from webapp.kit.actors import SYSTEM

EMAIL = "owner@example.com"
NEW = "correct horse battery"


@pytest.fixture
def post():
    with serving() as postman:
        yield postman


@pytest.fixture
def settings(settings, post):
    return settings.model_copy(update={"smtp_url": post.url, "mail_from": "shop@example.com"})


@pytest.fixture
def link(office, browser, run_jobs, post):
    """The path the owner gets by mail when she has forgotten her password."""
    page = browser.get("/admin/sign-in").click("Forgotten your password?")
    page.submit("#forgotten-form form", email="OWNER@example.com")
    run_jobs()
    return path_in(post)


def path_in(post):
    text = post.messages[-1].get_body(("plain",)).get_content()
    found = re.search(r"http://127\.0\.0\.1:8000(/admin/password/\S+)", text)
    assert found is not None
    return found[1]


def may_sign_in(db, password):
    db.rollback()
    db.expire_all()
    return passwords.matches(password, queries.by_email(db, EMAIL).password_hash)


def test_a_new_password_is_set_once_and_ends_all_sign_ins(browser, db, link):
    page = browser.get(link).submit("#password-form form", password=NEW)

    assert page.url == "/admin/sign-in"
    assert may_sign_in(db, NEW)
    assert db.exec(select(SignIn)).all() == []
    again = browser.get(link)
    posted = browser.post(link, data={"password": "another good one"})
    assert again.status == posted.status == 404
    assert again.text("h1") == "This link has run out"
    assert may_sign_in(db, NEW)


def test_a_weak_password_comes_back_and_the_link_still_works(browser, db, link):
    page = browser.get(link).submit("#password-form form", password="short")

    assert page.status == 422
    assert "10 characters" in page.text("#password-error")
    assert browser.get(link).submit("#password-form form", password=NEW).url == "/admin/sign-in"


def test_after_an_hour_the_link_opens_nothing(browser, link):
    with clock.moved(timedelta(minutes=61)):
        assert browser.get(link).text("h1") == "This link has run out"


def test_a_link_is_worth_nothing_once_the_password_has_changed(browser, db, link):
    person = queries.by_email(db, EMAIL)
    commands.change_staff(db, SYSTEM, person, password_hash=passwords.hashed("meanwhile another"))
    db.commit()

    assert browser.get(link).text("h1") == "This link has run out"


def test_a_closed_account_is_opened_by_no_link(browser, db, link):
    commands.add_staff(db, SYSTEM, email="b@example.com", password_hash="x", role="owner")
    commands.change_staff(db, SYSTEM, queries.by_email(db, EMAIL), is_active=False)
    db.commit()

    assert browser.get(link).text("h1") == "This link has run out"


def test_the_answer_and_the_work_are_the_same_for_anybody(
    office, browser, db, statements, run_jobs, post
):
    form = browser.get("/admin/forgotten")
    answers, work = [], []
    for email in (EMAIL, "nobody@example.com"):
        with statements.counted() as seen:
            answers.append(form.submit("#forgotten-form form", email=email).text("main"))
            work.append(list(seen))
    run_jobs()

    assert answers[0].replace(EMAIL, "") == answers[1].replace("nobody@example.com", "")
    assert work[0] == work[1]
    assert post.recipients == [EMAIL]


def test_nobody_is_flooded(office, browser, db):
    form = browser.get("/admin/forgotten")

    answers = [form.submit("#forgotten-form form", email=EMAIL).status for _ in range(4)]

    assert answers == [200, 200, 200, 429]


def test_somebody_new_is_invited_to_choose_a_password(office, browser, db, run_jobs, post):
    page = office.get("/admin/staff").submit(
        "#staff-form", email="grace@example.com", name="Grace", role="viewer"
    )
    run_jobs()

    assert not page.has("#told-link")
    assert "An invitation is on its way to grace@example.com." in page.html
    assert post.messages[-1]["Subject"] == "You are invited to work at My shop"
    link = path_in(post)
    with clock.moved(timedelta(days=6)):
        browser.get(link).submit("#password-form form", password=NEW)
    db.rollback()
    assert passwords.matches(NEW, queries.by_email(db, "grace@example.com").password_hash)


def test_a_colleague_who_lost_it_is_mailed_a_link_that_nobody_else_sees(office, run_jobs, post):
    page = office.get("/admin/staff")
    (own,) = page.all("[id^=password-]")

    after = page.submit(f"#{own.attributes['id']}")
    run_jobs()

    assert f"A link to a password is on its way to {EMAIL}." in after.html
    assert "/admin/password/" not in after.html
    assert post.recipients == [EMAIL]
    assert path_in(post).startswith("/admin/password/")


def test_the_page_of_the_link_is_told_to_nobody(browser, link):
    headers = browser.get(link).headers

    assert headers["referrer-policy"] == "no-referrer"
    assert "no-store" in headers["cache-control"]
