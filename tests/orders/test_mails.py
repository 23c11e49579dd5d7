"""What orders write to their buyers, and when."""

from html.parser import HTMLParser

import pytest
from sqlmodel import Session, col, select

from tests.factories.cart import make_goods
from tests.factories.orders import CLERK, make_order, make_paid_order
from tests.factories.people import make_customer
from tests.factories.pricing import make_shipping_method, make_tax_rate
from webapp.kit.money import Money
from webapp.orders import commands, queries
from webapp.orders.mails import mails
from webapp.orders.models import CancelReason, Order, OrderLine
from webapp.runtime.mail import MailRecord, MailState
from webapp.shop import commands as shops

AWKWARD = (
    "<script>alert(1)</script>",
    "Ünïcödé \u202eright-to-left",
    "{{ 701 * 701 }} {% raw %}",
    'O\'Brien & "Söhne"\u2028Bcc: evil@example.com',
    "🧑‍🦽 stool",
)


def mail_of(db: Session, kind: str) -> MailRecord:
    (only,) = mails_of(db, kind)
    return only


def mails_of(db: Session, kind: str) -> list[MailRecord]:
    db.rollback()
    query = select(MailRecord).where(MailRecord.kind == f"orders.{kind}").order_by(MailRecord.id)
    return list(db.exec(query).all())


def test_a_buyer_reads_what_was_ordered_and_how_to_pay(db, run_jobs):
    make_tax_rate(db, 190_000)
    make_shipping_method(db, price=490)
    row = shops.row(db)
    row.bank_details = "IBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001"
    goods = make_goods(db, "Oak <b>stool</b>", price=1999)
    order = make_order(db, (goods, 2), note="Ring twice", gift_message="For you")

    run_jobs()

    mail = mail_of(db, "order_placed")
    assert mail.state is MailState.kept  # no mail server is set in a test
    assert (mail.to_address, mail.to_name) == ("ada@example.com", "Ada Lovelace")
    assert (mail.subject_kind, mail.subject_id) == ("order", order.public_id)
    assert mail.mail_subject == "Your order 1001 at My shop"
    for words in (
        "Dear Ada Lovelace,",
        "2 x Oak <b>stool</b>",
        "Total: €44.88",
        "including VAT 19 %: €7.17",
        "Please transfer €44.88",
        "IBAN DE02 1203 0000 0000 2020 51\n    BIC BYLADEM1001",
        "Reference: 1001",
        "Standard, 1–3 working days",
        "10119 Berlin",
        "Ring twice",
        "For you",
        "http://127.0.0.1:8000/orders/link/",
    ):
        assert words in mail.text_body
    assert "Oak &lt;b&gt;stool&lt;/b&gt;" in mail.html_body
    assert "<b>stool" not in mail.html_body


def test_each_step_is_told_once(db, run_jobs):
    order = make_order(db)
    commands.mark_paid(db, CLERK, order, amount=Money(1000, "EUR"))
    db.commit()
    commands.mark_paid(db, CLERK, order)
    db.commit()
    commands.fulfil(db, CLERK, order, carrier="DHL", tracking_number="00340")
    db.commit()

    run_jobs()

    db.rollback()
    told = db.exec(select(MailRecord.kind).order_by(col(MailRecord.id))).all()
    assert told == ["orders.order_placed", "orders.order_paid", "orders.order_shipped"]
    assert "€19.99 have come in" in mail_of(db, "order_paid").text_body


def test_each_parcel_is_told_of_with_what_is_still_to_come(db, run_jobs):
    order = make_paid_order(db, (make_goods(db, "Oak stool"), 3))
    line = db.exec(select(OrderLine)).one()
    for units in (1, 2):
        commands.fulfil(
            db,
            CLERK,
            order,
            quantities={line.public_id: units},
            carrier="DHL",
            tracking_number="00340",
            tracking_url="https://track.example/00340",
        )
        db.commit()
        run_jobs()

    first, second = mails_of(db, "order_shipped")
    assert first.mail_subject == "On its way: order 1001"
    assert "1 x Oak stool" in first.text_body
    assert "Still to come, in another parcel:\n2 x Oak stool" in first.text_body
    assert "Follow the parcel: https://track.example/00340" in first.text_body
    assert 'href="https://track.example/00340"' in first.html_body
    assert "Still to come" not in second.text_body


def test_a_cancelled_order_is_told_of_with_what_becomes_of_the_money(db, run_jobs):
    order = make_paid_order(db, make_goods(db, "Oak stool", price=1999))
    commands.cancel(db, CLERK, order, reason=CancelReason.inventory)
    db.commit()
    run_jobs()

    mail = mail_of(db, "order_cancelled")

    assert mail.mail_subject == "Order 1001 is cancelled"
    assert "We are sorry: we do not have these goods any more." in mail.text_body
    assert "1 x Oak stool" in mail.text_body
    assert "We give you back €19.99" in mail.text_body


def test_a_suspicion_is_told_to_nobody(db, run_jobs):
    order = make_order(db)
    commands.cancel(db, CLERK, order, reason=CancelReason.fraud, note="Smells of fish")
    db.commit()
    run_jobs()

    mail = mail_of(db, "order_cancelled")

    assert "fraud" not in mail.text_body.lower()
    assert "fish" not in mail.text_body + mail.html_body
    assert "nothing for you to pay" in mail.text_body


def test_cancelled_units_are_told_of_each_time(db, run_jobs):
    order = make_order(db, (make_goods(db, "Oak stool", price=1999), 3))
    line = db.exec(select(OrderLine)).one()
    for _ in range(2):
        units = {line.public_id: 1}
        commands.cancel(db, CLERK, order, reason=CancelReason.customer, quantities=units)
        db.commit()
        run_jobs()

    first, second = mails_of(db, "order_cancelled")
    assert first.mail_subject == "Part of order 1001 is cancelled"
    assert "As you asked." in first.text_body
    assert "Left to pay for the rest: €39.98." in first.text_body
    assert "Left to pay for the rest: €19.99." in second.text_body


def test_nobody_is_told_when_that_was_chosen(db, run_jobs):
    order = make_order(db)
    commands.cancel(db, CLERK, order, reason=CancelReason.customer, notify=False)
    db.commit()
    run_jobs()

    assert mails_of(db, "order_cancelled") == []


def test_two_refunds_of_the_same_amount_are_two_messages(db, run_jobs):
    order = make_paid_order(db, make_goods(db, price=1999))
    for key in ("a", "b"):
        commands.record_refund(db, CLERK, order, amount=Money(500, "EUR"), key=key)
        commands.record_refund(db, CLERK, order, amount=Money(500, "EUR"), key=key)
        db.commit()
    run_jobs()

    assert [mail.mail_subject for mail in mails_of(db, "order_refunded")] == [
        "We gave €5.00 back for order 1001"
    ] * 2


def test_amounts_are_written_as_in_the_language_of_the_order(db, run_jobs):
    shops.row(db).locale = "de_DE"
    make_order(db)
    shops.row(db).locale = "en_GB"
    db.commit()
    run_jobs()

    assert "19,99\u00a0€" in mail_of(db, "order_placed").text_body


def test_the_language_that_somebody_chose_for_themselves_wins_in_every_message(db, run_jobs):
    """In the transaction that placed the order, and in those that come later."""
    ada = make_customer(db, locale="de_DE")
    order = make_order(db)
    order.person_id = ada.id
    db.add(order)
    db.flush()
    assert queries.buyer_of(db, order.public_id).locale == "de_DE"
    db.commit()
    key = order.id
    db.expunge_all()
    assert queries.buyer_of(db, order.public_id).locale == "de_DE"
    order = db.get(Order, key)
    commands.mark_paid(db, CLERK, order)
    db.commit()
    commands.fulfil(db, CLERK, order)
    db.commit()
    run_jobs()

    for kind in ("order_paid", "order_shipped"):
        assert mail_of(db, kind).locale == "de_DE", kind
    assert "19,99\u00a0€" in mail_of(db, "order_paid").text_body


@pytest.mark.parametrize("words", AWKWARD)
def test_every_kind_can_be_written_about_anything(app, db, words):
    """For previews, with the newest real subject, and with words that would break a careless
    template."""
    make_tax_rate(db, 190_000)
    make_shipping_method(db, price=490)
    goods = make_goods(db, "Oak stool", price=1999)
    order = make_paid_order(db, (goods, 3), note=words, gift_message=words)
    line = db.exec(select(OrderLine)).one()
    line.title = line.variant_title = words
    order.customer_name = words
    commands.fulfil(db, CLERK, order, quantities={line.public_id: 1}, carrier=words[:80])
    commands.cancel(db, CLERK, order, reason=CancelReason.customer, quantities={line.public_id: 1})
    db.commit()
    office = app.state.means.post

    for kind in mails:
        facts = kind.sample(db)
        assert facts is not None, kind.kind
        letter = office.render(db, kind, facts)
        assert letter.subject
        assert len(letter.subject.splitlines()) == 1
        shown = Shown(letter.html)
        assert shown.foreign == [], kind.kind
        assert "491401" not in letter.text
        for mark in ("{{", "{%") if "{{" not in words else ():
            assert mark not in letter.text + letter.html
        for tag in ("<p", "<td", "<table", "&amp;", "&lt;", "style="):
            assert tag not in letter.text, kind.kind


def test_a_kind_has_no_sample_in_an_empty_shop(db):
    assert {kind.kind: kind.sample(db) for kind in mails if kind.sample(db)} == {}
    assert db.exec(select(Order)).all() == []


class Shown(HTMLParser):
    """What of an HTML part a mail program would fetch or run: nothing may."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "img", "link", "iframe", "form", "object", "base", "style"}:
            self.foreign.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name == "src" or "url(" in (value or ""):
                self.foreign.append(f"{tag} {name}")
