"""The outbox, the words of messages, and the way out, as staff see them."""

import pytest
from sqlmodel import select

from tests.factories.orders import make_order
from webapp.runtime.mail import MailRecord, MailState
from webapp.runtime.mail.smtp import mail_server
from webapp.shop.models import ShopSettings

WORDS = {
    "subject": "Thanks for {{ order.number }}",
    "text": "You ordered {{ order.number }}.",
    "html": "<p>You ordered <b>{{ order.number }}</b>.</p>",
}


@pytest.fixture
def order(db, run_jobs):
    """Placed, and its message written and kept."""
    shop = db.get(ShopSettings, 1) or ShopSettings()
    shop.email = "hello@shop.example"
    db.add(shop)
    db.commit()
    placed = make_order(db)
    number, public_id = placed.number, placed.public_id
    run_jobs()
    return number, public_id


def only(db):
    db.rollback()
    db.expire_all()
    return db.exec(select(MailRecord)).one()


def test_a_fresh_shop_has_no_mail(office):
    page = office.get("/admin/mail")

    assert page.text("h1") == "Mail"
    assert "No mail yet" in page.text("#outbox")
    assert "no mail server" in page.text(".notice")


def test_a_message_is_there_complete(office, order, db):
    number, public_id = order
    page = office.get("/admin/mail")
    assert "ada@example.com" in page.text("tbody")
    assert "Kept here" in page.text("tbody")

    page = page.click(only(db).mail_subject)

    assert number in page.text("h1")
    assert number in page.text("pre")
    assert page.one(f"a[href='/admin/orders/{public_id}']")
    frame = page.one("iframe").attributes
    assert frame["sandbox"] == "allow-popups allow-popups-to-escape-sandbox"
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    letter = office.send("GET", frame["src"])
    assert number in letter.text
    policy = letter.headers["content-security-policy"]
    assert "sandbox" in policy and "script-src" not in policy and "default-src 'none'" in policy
    assert letter.headers["cache-control"] == "private, no-store"


def test_a_message_can_be_taken_as_a_file(office, order, db):
    file = office.send("GET", f"/admin/mail/{only(db).public_id}/file")

    assert file.headers["content-type"] == "message/rfc822"
    assert file.headers["content-disposition"].startswith("attachment")
    assert f"Message-ID: {only(db).message_id}".encode() in file.content
    assert b"To: Ada Lovelace <ada@example.com>" in file.content


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("?q=ADA@example", True),
        ("?q=bob@example", False),
        ("?state=kept", True),
        ("?state=sent", False),
        ("?state=nonsense", True),
        ("?q=%25", False),
    ],
)
def test_looking_for_a_message(office, order, asked, found):
    assert bool(office.get(f"/admin/mail{asked}").all("tbody tr")) is found


def test_a_message_is_called_off_and_sent_after_all(office, order, db):
    path = f"/admin/mail/{only(db).public_id}"
    page = office.get(path).submit("#call-off")
    assert only(db).state is MailState.cancelled
    assert "Called off" in page.text("#message")
    assert not page.all("#call-off")

    office.get(path).submit("#resend", htmx=True)

    assert only(db).state is MailState.queued
    assert [entry["what"] for entry in only(db).life][-2:] == ["cancelled", "resent"]


def test_calling_off_what_is_sent_already_says_so(office, order, db, database):
    with database.writing() as session:
        session.exec(select(MailRecord)).one().state = MailState.sent
    page = office.post(f"/admin/mail/{only(db).public_id}/calling-off")

    assert page.status == 422
    assert "does not wait any more" in page.text("#message")


def test_the_list_says_why_a_message_waits(office, order, db, database):
    with database.writing() as session:
        waiting = session.exec(select(MailRecord)).one()
        waiting.state, waiting.last_answer = MailState.deferred, "4.2.1 Mailbox is busy"

    page = office.get("/admin/mail")

    assert "Tried, again later 4.2.1 Mailbox is busy" in page.text("tbody")


def test_what_was_kept_is_sent_once_there_is_a_server(office, app, order, db):
    app.state.means.post.server = mail_server("smtp://mail.example.com")
    page = office.get("/admin/mail").submit("form[action$='/kept']")

    assert "One kept message is on its way." in page.html
    assert only(db).state is MailState.queued


def test_without_a_server_nothing_kept_can_be_sent(office, order, db):
    assert office.post("/admin/mail/kept").status == 409
    assert only(db).state is MailState.kept


def test_only_who_may_see_orders_opens_mail_about_them(as_role, order, db):
    path = f"/admin/mail/{only(db).public_id}"
    editor = as_role("editor")
    assert editor.get("/admin/mail").status == 403
    assert editor.get(f"{path}/letter").status == 403

    support = as_role("support")
    page = support.get(path)

    assert page.status == 200
    assert not page.all("#resend"), "reading is no right to send"
    for action in ("resending", "calling-off"):
        assert support.post(f"{path}/{action}").status == 403
    assert only(db).state is MailState.kept
    assert support.get("/admin/mail/words").status == 403


def test_every_kind_of_message_is_listed_and_opens(office, order):
    page = office.get("/admin/mail/words")
    links = [link.attributes["href"] for link in page.all("tbody th a")]

    assert "Order placed" in page.text("tbody")
    assert links
    for link in links:
        assert office.get(link).status == 200, link


def test_words_are_changed_and_put_back(office, order, run_jobs, db):
    path = "/admin/mail/words/orders.order_placed"
    page = office.get(path)
    assert page.text("#preview-title")

    page = page.submit("#words-form", **WORDS)

    assert "New messages say it so." in page.html
    assert f"Thanks for {order[0]}" in page.text("#mail-words")
    number = make_order(db).number
    run_jobs()
    db.rollback()
    newest = db.exec(select(MailRecord).order_by(MailRecord.id.desc())).first()
    assert newest.mail_subject == f"Thanks for {number}"
    assert "Yours" in office.get("/admin/mail/words").text("tbody")

    page = office.get(path).submit("#words-back", htmx=True)
    assert page.value("#subject") != WORDS["subject"]
    assert not page.all("#words-back")


@pytest.mark.parametrize(
    ("part", "typed", "sentence"),
    [
        ("subject", "{{ order.number", "Line 1"),
        ("text", "{{ order.nonsense.more }}", "This does not work"),
        ("html", "{{ ().__class__.__mro__ }}", "This does not work"),
        ("html", "", "Write the HTML"),
        ("html", "<p>{{ order.number }}</p><script>x()</script>", "no scripts"),
        ("text", "{{ 1 // 0 }}", "This does not work"),
    ],
)
def test_words_that_do_not_work_are_refused_beside_their_cause(
    office, order, part, typed, sentence
):
    page = office.get("/admin/mail/words/orders.order_placed").submit(
        "#words-form", **(WORDS | {part: typed})
    )

    assert page.status == 422
    assert sentence in page.text(f"#{part}-error")
    others = [name for name in WORDS if name != part]
    assert all(page.value(f"#{name}").strip() == WORDS[name] for name in others)
    assert "Yours" not in office.get("/admin/mail/words").text("tbody")


def test_a_preview_of_unsaved_words_changes_nothing_and_cannot_run(office, order):
    path = "/admin/mail/words/orders.order_placed"
    shown = office.send("POST", f"{path}/letter", data=WORDS)

    assert order[0] in shown.text
    assert "sandbox" in shown.headers["content-security-policy"]
    bad = office.send("POST", f"{path}/letter", data=WORDS | {"text": "{% if %}"})
    assert bad.status_code == 422
    assert "Line 1" in bad.text
    assert not office.get(path).all("#words-back")


def test_without_anything_real_there_is_no_preview(office):
    page = office.get("/admin/mail/words/orders.order_placed")

    assert not page.all("iframe")
    assert "Nothing to show it with yet" in page.text("#mail-words")
    assert office.get("/admin/mail/words/orders.order_placed/letter").status == 404
    assert office.get("/admin/mail/words/no.such").status == 404


def test_a_test_message_takes_the_ordinary_way(office, run_jobs, db):
    page = office.get("/admin/mail/sender").submit("#test-mail", to="me@example.org")

    assert "in the outbox" in page.html
    assert (only(db).kind, only(db).to_address) == ("shop.test", "me@example.org")
    run_jobs()
    assert only(db).state is MailState.kept
    assert "Owner" in only(db).text_body


def test_a_wrong_address_for_the_test_is_said(office, db):
    page = office.get("/admin/mail/sender").submit("#test-mail", to="nobody")

    assert page.status == 422
    assert page.value("#to") == "nobody"
    assert db.exec(select(MailRecord)).all() == []


def test_the_domain_is_looked_at_only_when_asked(office, app, order):
    asked = []

    def lookup(name, kind):
        asked.append((name, kind))
        return ["v=spf1 include:mail.example ~all"] if name == "shop.example" else []

    app.state.dns_lookup = lookup
    page = office.get("/admin/mail/sender")
    assert asked == []

    page = page.submit("#check-domain", key="own")

    assert "SPF" in page.text("#findings")
    assert ("own._domainkey.shop.example", "TXT") in asked
    assert office.get("/admin/mail/sender?check=yes&key=a%20b").status == 422
