"""What orders write to their buyers."""

from sqlmodel import Session, select

from tests.factories.cart import make_goods
from tests.factories.orders import make_order
from tests.factories.pricing import make_shipping_method, make_tax_rate
from webapp.runtime.mail import MailRecord, MailState


def mail_of(db: Session, kind: str) -> MailRecord:
    db.expire_all()
    return db.exec(select(MailRecord).where(MailRecord.kind == kind)).one()


def test_a_buyer_reads_what_was_ordered_and_how_to_pay(db, run_jobs):
    make_tax_rate(db, 190_000)
    make_shipping_method(db, price=490)
    order = make_order(db, (make_goods(db, "Oak <b>stool</b>", price=1999), 2), note="Ring twice")

    run_jobs()

    mail = mail_of(db, "orders.order_placed")
    assert mail.state is MailState.kept  # no mail server is set in a test
    assert (mail.to_address, mail.to_name) == ("ada@example.com", "Ada Lovelace")
    assert (mail.subject_kind, mail.subject_id) == ("order", order.public_id)
    assert mail.mail_subject == "Your order 1001 at My shop"
    for words in ("2 x Oak <b>stool</b>", "Total: €44.88", "VAT 19 %: €7.17", "Reference: 1001"):
        assert words in mail.text_body
    assert "Ring twice" in mail.text_body
    assert "10119 Berlin" in mail.text_body
    assert "Oak &lt;b&gt;stool&lt;/b&gt;" in mail.html_body
