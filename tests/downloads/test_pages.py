"""The files of an order over HTTP: who gets them, how they go out, and where they are listed."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.factories.downloads import PDF, make_download, make_file
from tests.factories.orders import CLERK, make_order, make_paid_order
from tests.factories.people import mails_to, make_customer, signed_in
from webapp.downloads.commands import GRACE
from webapp.downloads.models import Entitlement
from webapp.kit import clock
from webapp.kit.clock import now
from webapp.kit.money import Money
from webapp.orders import commands as orders
from webapp.orders.links import mailed_path
from webapp.runtime.links import links_of


@pytest.fixture
def sold(db, app, browser):
    """Ada, signed in, has paid for a booklet: (its order, where its file is)."""
    ada = make_customer(db)
    suppers = make_download(db)
    make_file(db, suppers, "For screens", storage=app.state.storage)
    order = make_paid_order(db, suppers, person_id=ada.id)
    signed_in(browser, db, ada)
    return order, f"/downloads/{db.exec(select(Entitlement.public_id)).one()}/file"


def used(db) -> int:
    db.rollback()
    db.expire_all()
    return db.exec(select(Entitlement.used)).one()


def test_the_buyer_finds_the_file_in_the_account_and_gets_it_as_a_file(browser, db, sold):
    order, address = sold

    page = browser.get("/account").click("Downloads")
    assert page.text("h1") == "Your downloads"
    for shown in ("Twelve suppers", "For screens", "40 bytes", order.number):
        assert shown in page.text("main")
    assert page.one("a[download]").attributes["href"] == address

    sent = browser.send("GET", address)

    assert sent.content == PDF
    told = sent.headers
    assert (told["content-type"], told["content-length"]) == ("application/pdf", "40")
    assert told["content-disposition"] == 'attachment; filename="twelve-suppers.pdf"'
    assert told["x-content-type-options"] == "nosniff"
    assert told["cache-control"] == "private, no-store"
    assert told["x-robots-tag"] == "noindex, nofollow"
    assert used(db) == 1


def test_a_part_of_it_is_sent_and_belongs_to_the_download(browser, db, sold):
    _, address = sold

    parts = [
        browser.send("GET", address, headers={"Range": f"bytes={start}"})
        for start in ("0-7", "8-", "-6")
    ]

    assert [part.status_code for part in parts] == [206, 206, 206]
    assert parts[0].content + parts[1].content == PDF
    assert parts[0].headers["content-range"] == f"bytes 0-7/{len(PDF)}"
    assert used(db) == 1


@pytest.mark.parametrize(
    ("method", "wants", "status", "sent", "counted"),
    [
        ("HEAD", None, 200, b"", 0),
        ("HEAD", "bytes=0-7", 200, b"", 0),
        ("GET", "bytes=40-", 416, b"", 0),
        ("GET", "bytes=0-3,900-", 416, b"", 0),
        ("GET", "bytes=-0", 416, b"", 0),
        ("GET", "bytes=7-2", 200, PDF, 1),
        ("GET", "pages=1-2", 200, PDF, 1),
        ("GET", "bytes=\xb2-", 200, PDF, 1),
        ("GET", "bytes=" + ",".join(["0-0"] * 101), 200, PDF, 1),
        ("GET", "bytes=38-90000", 206, PDF[38:], 1),
    ],
)
def test_what_sends_nothing_of_the_file_counts_for_nothing(
    browser, db, sold, method, wants, status, sent, counted
):
    _, address = sold
    headers = {"Range": wants.encode("latin-1")} if wants else {}

    answer = browser.send(method, address, headers=headers)

    assert (answer.status_code, answer.content, used(db)) == (status, sent, counted)
    if status == 416:
        assert answer.headers["content-range"] == f"bytes */{len(PDF)}"
    if method == "HEAD":
        whole = browser.send("GET", address).headers
        told = ("content-length", "content-type", "etag", "accept-ranges", "content-disposition")
        assert [answer.headers[name] for name in told] == [whole[name] for name in told]


def test_a_head_is_refused_as_what_follows_it_would_be(browser, db, sold):
    order, address = sold
    db.exec(select(Entitlement)).one().max_downloads = 1
    db.commit()

    assert browser.send("GET", address).status_code == 200
    assert browser.send("HEAD", address).status_code == 200  # the hour in which parts may follow
    assert browser.send("GET", address).status_code == 409
    assert used(db) == 1
    db.exec(select(Entitlement)).one().last_used_at = now() - GRACE
    db.commit()
    refused = browser.send("HEAD", address)
    assert (refused.status_code, refused.content) == (409, b"")
    with browser.somebody_else() as stranger:
        assert stranger.send("HEAD", address).status_code == 404
    assert used(db) == 1


def test_the_address_opens_nothing_for_anybody_else(browser, db, sold):
    _, address = sold

    with browser.somebody_else() as stranger:
        answers = [stranger.send("GET", address), stranger.send("GET", "/downloads/ent_x/file")]
        signed_in(stranger, db, make_customer(db, "grace@example.com"))
        answers.append(stranger.send("GET", address))
        listed = stranger.get("/account/downloads").text("main")

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "No downloads yet" in listed
    assert used(db) == 0


def test_a_guest_gets_it_on_the_order_page_that_the_mail_leads_to(browser, db, app, run_jobs):
    suppers = make_download(db)
    make_file(db, suppers, "For screens", storage=app.state.storage)
    order = make_paid_order(db, suppers)
    run_jobs()
    (mail,) = [
        one for one in mails_to(db, "ada@example.com") if one.kind == "downloads.files_ready"
    ]
    assert mail.mail_subject == f"Your files of order {order.number} are ready"
    assert "- For screens (40 bytes)" in mail.text_body
    link = mailed_path(links_of(db), order.public_id)
    assert link.rpartition("/")[0] in mail.text_body

    page = browser.get(link)
    address = page.one("a[download]").attributes["href"]

    assert "For screens" in page.text("main")
    assert browser.send("GET", address).content == PDF
    with clock.moved(timedelta(hours=3)):
        assert browser.send("GET", address).status_code == 404


def test_who_signs_out_leaves_no_order_open_behind_them(browser, db, app, sold):
    order, address = sold
    guests = make_paid_order(db, make_download(db, "Slow bread"))
    signed_in = browser.get("/account")
    browser.get(mailed_path(links_of(db), guests.public_id))
    pages = [f"/orders/{number}" for number in (order.number, guests.number)]
    assert [browser.get(page).status for page in pages] == [200, 200]
    assert "Twelve suppers" in browser.get(pages[0]).text("main")

    signed_in.click("Sign out")

    assert browser.send("GET", address).status_code == 404
    for page in pages:
        assert "Twelve suppers" not in browser.get(page).text("main")
        assert "Slow bread" not in browser.get(page).text("main")
    assert used(db) == 0


def test_many_at_once_get_no_more_than_the_limit(browser, db, sold):
    _, address = sold
    db.exec(select(Entitlement)).one().max_downloads = 2
    db.commit()

    answers = browser.at_once([{"method": "GET", "path": address}] * 6)

    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409, 409, 409]
    assert used(db) == 2


def test_what_is_not_paid_or_was_given_back_is_said_and_not_sent(browser, db, sold):
    order, address = sold
    unpaid = make_order(db, make_download(db, "Slow bread"), person_id=order.person_id)
    orders.record_refund(db, CLERK, order, amount=Money(900, "EUR"))
    db.commit()

    page = browser.get("/account/downloads")
    sent = browser.send("GET", address)

    assert page.texts(".pill") == ["Waiting for payment", "Withdrawn"]
    assert page.all("a[download]") == []
    assert "Waiting for payment" in browser.get(f"/orders/{unpaid.number}").text("main")
    assert sent.status_code == 409
    assert b"%PDF" not in sent.content
    assert used(db) == 0


def test_a_file_that_is_lost_or_torn_is_not_counted(browser, db, app, sold):
    _, address = sold
    (key,) = app.state.storage.keys("downloads")
    app.state.storage.put(PDF[:7], key)
    assert browser.send("GET", address).status_code == 503
    app.state.storage.delete(key)

    assert browser.send("GET", address).status_code == 503
    assert used(db) == 0


def test_the_list_takes_as_many_statements_for_many_files_as_for_one(browser, db, sold, statements):
    order, _ = sold
    bread = make_download(db, "Slow bread")
    for name in ("One", "Two"):
        make_file(db, bread, name)
    for _ in range(21):
        make_paid_order(db, bread, person_id=order.person_id)
    browser.get("/account/downloads")

    with statements.counted() as seen:
        page = browser.get("/account/downloads")

    assert len(page.all("a[download]")) == 40
    assert len([one for one in seen if "entitlements" in one]) == 2
    assert len(seen) <= 6
    older = page.click("Next")
    assert len(older.all("a[download]")) == 3
