"""Looking an order up: by a link that goes to the address it was placed with."""

import re
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from tests.browser import Browser
from tests.conftest import settings_in
from tests.factories.cart import make_goods
from tests.factories.orders import make_order
from tests.runtime.mail.postman import Postman, serving
from webapp.kit import clock
from webapp.main import create_app
from webapp.orders.models import OrderLookup
from webapp.runtime.jobs import JobRecord

FORM = "form[action='/orders/lookup']"


@pytest.fixture
def post():
    with serving() as postman:
        yield postman


@pytest.fixture
def settings(settings, post):
    return settings.model_copy(update={"smtp_url": post.url, "mail_from": "shop@example.com"})


@pytest.fixture
def link(browser, db, run_jobs, post):
    """Ada looks her order up in a browser of somebody else; the path she gets by mail."""
    make_order(db, make_goods(db, "Oak stool"))
    run_jobs()
    browser.get("/orders/lookup").submit(FORM, number="#1001", email="ADA@example.com ")
    run_jobs()
    return path_in(post, "Your link to order 1001")


def path_in(post: Postman, subject: str) -> str:
    (message,) = [one for one in post.messages if one["Subject"] == subject]
    text = message.get_body(("plain",)).get_content()
    found = re.search(r"http://127\.0\.0\.1:8000(/orders/link/\S+)", text)
    assert found is not None
    return found[1]


def test_the_link_opens_the_order_once(browser, link):
    asked = browser.get(link)
    assert asked.text("h1") == "Open your order"
    assert browser.get(link).text("h1") == "Open your order"  # looking does not use it up

    page = asked.submit("main form")

    assert page.url == "/orders/1001"
    assert "Oak stool" in page.text("main")
    with browser.somebody_else() as other:
        again = other.get(link)
        posted = other.post(link)
        order = other.get("/orders/1001")
    assert again.text("h1") == posted.text("h1") == "This link has run out"
    assert again.status == 404
    assert order.text("h1") == "Order received"


def test_what_it_opened_stays_open_for_two_hours(browser, link):
    browser.get(link).submit("main form")

    with clock.moved(timedelta(minutes=115)):
        assert browser.get("/orders/1001").text("h1") != "Order received"
    with clock.moved(timedelta(minutes=125)):
        assert browser.get("/orders/1001").text("h1") == "Order received"


def test_after_half_an_hour_it_opens_nothing(browser, link):
    with clock.moved(timedelta(minutes=31)):
        assert browser.get(link).text("h1") == "This link has run out"
        assert browser.post(link).text("h1") == "This link has run out"


def test_it_opens_no_other_order(browser, db, link):
    make_order(db)

    browser.get(link).submit("main form")

    assert browser.get("/orders/1002").text("h1") == "Order received"


@pytest.mark.parametrize("token", ["x", "WyJvcmRfMSJd.abc.def", "%00", "a" * 3000])
def test_what_is_no_link_of_ours_opens_nothing(browser, db, token):
    assert browser.get(f"/orders/link/{token}").text("h1") == "This link has run out"
    assert browser.post(f"/orders/link/{token}").text("h1") == "This link has run out"


def test_the_pages_of_links_are_found_kept_and_told_by_nobody(browser, link):
    headers = browser.get(link).headers

    assert headers["x-robots-tag"] == "noindex, nofollow"
    assert headers["cache-control"] == "private, no-store"
    assert headers["referrer-policy"] == "no-referrer"


def test_the_answer_and_the_work_are_the_same_whatever_there_is(browser, db, statements, run_jobs):
    make_order(db)
    run_jobs()
    form = browser.get("/orders/lookup")
    answers, work = [], []
    for number, email in (
        ("1001", "ada@example.com"),
        ("1001", "eve@example.com"),
        ("9999", "ada@example.com"),
    ):
        with statements.counted() as seen:
            answers.append(form.submit(FORM, number=number, email=email))
            work.append([re.sub(r"\s+", " ", each) for each in seen])

    assert len({page.text("#lookup .notice") for page in answers}) == 1
    assert [page.status for page in answers] == [200] * 3
    assert work[0] == work[1] == work[2]


def test_only_the_right_address_gets_a_link(browser, db, run_jobs, post):
    make_order(db)
    run_jobs()
    before = len(post.delivered)

    for number, email in (("1001", "eve@example.com"), ("9999", "ada@example.com")):
        browser.get("/orders/lookup").submit(FORM, number=number, email=email)
    run_jobs()

    assert len(post.delivered) == before
    assert lookups(db) == 0


def lookups(db: Session) -> int:
    db.rollback()
    return len(db.exec(select(OrderLookup)).all())


def test_nobody_is_flooded(browser, db):
    make_order(db)
    form = browser.get("/orders/lookup")

    answers = [form.submit(FORM, number="1001", email="ada@example.com") for _ in range(5)]

    assert [page.status for page in answers] == [200, 200, 200, 429, 429]
    db.rollback()
    asked = db.exec(select(JobRecord).where(JobRecord.kind == "orders.answer_lookup")).all()
    assert len(asked) == 3


def test_the_link_in_a_mail_about_the_order_works_again_and_again_for_a_month(
    browser, db, run_jobs, post
):
    make_order(db, make_goods(db, "Oak stool"))
    run_jobs()
    path = path_in(post, "Your order 1001 at My shop")

    for days in (0, 29):
        with clock.moved(timedelta(days=days)), browser.somebody_else() as other:
            page = other.get(path)
            assert page.url == "/orders/1001"
            assert "Oak stool" in page.text("main")
    with clock.moved(timedelta(days=31)):
        assert browser.get(path).text("h1") == "This link has run out"


def test_a_shop_without_mail_says_whom_to_ask(tmp_path_factory, furnished):
    from tests.house.conftest import copy_of

    app = create_app(settings_in(copy_of(furnished, tmp_path_factory.mktemp("quiet"))))
    with Browser(app) as browser:
        page = browser.get("/orders/lookup").submit(FORM, number="1001", email="x@example.com")
    app.state.shop.close()

    assert "hello@example.com" in page.text("#lookup .notice")
