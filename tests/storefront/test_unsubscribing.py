"""The way out of our news: by a page with a button, and by one press in a mail program."""

import pytest
from sqlmodel import col, select

from tests.factories.orders import make_order
from tests.factories.people import make_customer, signed_in
from tests.forging import altered
from webapp.accounts import commands, profiles
from webapp.accounts.models import Consent
from webapp.accounts.words import MARKETING
from webapp.kit.actors import Actor
from webapp.orders.commands import Message, write_to_customers
from webapp.runtime.mail import MailRecord

WRITER = Actor("key", "key_writer", "Newsletter", frozenset({"notifications:write"}))


@pytest.fixture
def ada(db):
    """Has an account and agreed to news."""
    person = make_customer(db)
    commands.say_consent(
        db, person.email, person=person, is_given=True, source="profile", wording="News"
    )
    db.commit()
    return person


@pytest.fixture
def link(db, ada, run_jobs):
    """The path in a message to her."""
    order = make_order(db, email=ada.email)
    message = Message("New bowls", "They are blue.", [order.public_id], is_news=True)
    write_to_customers(db, WRITER, message)
    db.commit()
    run_jobs()
    db.expire_all()
    text = db.exec(select(MailRecord.text_body).where(MailRecord.kind == "orders.news")).one()
    return "/unsubscribe/" + text.partition("/unsubscribe/")[2].split()[0]


def wants(db):
    db.rollback()
    return profiles.agreed(db, MARKETING, "ada@example.com")


def test_the_page_ends_nothing_until_its_button_is_pressed(db, browser, link):
    page = browser.get(link)

    assert page.text("h1") == "No more news?"
    assert "ada@example.com" not in page.html
    assert page.response.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.response.headers["cache-control"] == "private, no-store"
    assert wants(db)

    page = page.submit("main form")

    assert page.text("h1") == "We send you no news"
    assert not wants(db)
    latest = db.exec(select(Consent).order_by(col(Consent.id).desc())).first()
    assert (latest.source, latest.wording) == ("unsubscribe", "Send me no more news")


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
    ],
    ids=["urlencoded", "multipart"],
)
def test_a_mail_program_ends_it_from_its_own_page_and_is_not_sent_on(db, browser, ada, link, body):
    """Even in a browser that is signed in here; anywhere else such a request is refused."""
    signed_in(browser, db, ada)
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example"}

    refused = browser.send("POST", "/account/profile/news", headers=elsewhere, **body)
    still = wants(db)
    answer = browser.send("POST", link, headers=elsewhere, **body)
    again = browser.send("POST", link, headers=elsewhere, **body)

    assert (refused.status_code, still) == (403, True)
    assert (answer.status_code, again.status_code) == (200, 200)
    assert "set-cookie" not in answer.headers
    assert not wants(db)
    said = db.exec(select(Consent.is_given).where(Consent.person_id == ada.id)).all()
    assert said == [True, False]


def test_a_link_that_was_made_up_ends_nothing(db, browser, link):
    forged = altered(link)

    answer = browser.send("POST", forged, data={"List-Unsubscribe": "One-Click"})
    page = browser.get(forged)

    assert answer.status_code == 200
    assert page.text("h1") == "This link ends nothing any more"
    assert not page.has("main form")
    assert wants(db)
