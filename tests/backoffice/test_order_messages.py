"""Writing to the customer from the page of an order."""

import pytest
from sqlmodel import select

from tests.factories.orders import make_order
from webapp.runtime.mail import MailRecord


def messages(db):
    db.rollback()
    db.expire_all()
    return db.exec(select(MailRecord).where(MailRecord.kind == "orders.message")).all()


@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_written_goes_out_once_and_stands_in_the_history(office, db, htmx):
    order = make_order(db)
    db.commit()
    shown = office.get(f"/admin/orders/{order.public_id}")
    words = {"message_subject": "Your bowl", "message_text": "It is fired\nthis week."}

    page = shown.submit("#message-form", htmx=htmx, **words)
    shown.submit("#message-form", htmx=htmx, **words)

    assert page.status == 200
    assert "Your message is on its way." in page.text("body")
    assert "Written to the customer: Your bowl It is fired this week." in page.text(".timeline")
    assert page.value("#message_subject") == ""
    (mail,) = messages(db)
    assert mail.to_address == "ada@example.com"


@pytest.mark.parametrize("name", ["message_subject", "message_text"])
def test_nothing_goes_out_while_a_field_is_empty(office, db, name):
    order = make_order(db)
    db.commit()
    words = {"message_subject": "Your bowl", "message_text": "This week"} | {name: " "}

    page = office.get(f"/admin/orders/{order.public_id}").submit("#message-form", **words)

    assert page.status == 422
    assert page.text(f"#{name}-error")
    assert page.one("details[open] #message-form")
    assert messages(db) == []


def test_who_may_not_write_has_no_form(as_role, db):
    order = make_order(db)
    db.commit()
    viewer = as_role("viewer")

    assert not viewer.get(f"/admin/orders/{order.public_id}").has("#message-form")
    assert viewer.post(f"/admin/orders/{order.public_id}/messages").status == 403
    assert messages(db) == []
