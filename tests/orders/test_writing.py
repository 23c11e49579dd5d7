"""Writing to customers: once each, only those who ordered, and not again by the same key."""

import pytest
from sqlmodel import select

from tests.factories.orders import CLERK, make_order
from webapp.accounts import commands as accounts
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import Invalid, NotAllowed
from webapp.kit.values import replace
from webapp.orders import commands
from webapp.orders.commands import Message
from webapp.orders.errors import KeyUsedBefore
from webapp.runtime.events import history
from webapp.runtime.jobs import JobRecord
from webapp.runtime.mail import MailRecord

WRITER = Actor("key", "key_writer", "Newsletter", frozenset({"notifications:write"}))


def written(db):
    """(to, subject of what) in the order of writing."""
    db.expire_all()
    query = select(MailRecord.to_address, MailRecord.subject_id).where(
        MailRecord.kind == "orders.message"
    )
    return db.exec(query.order_by("id")).all()


def hello(*, orders=(), emails=(), text="It is fired this week."):
    return Message("Your bowl", text, orders, emails)


def test_a_customer_is_written_to_once_and_the_order_tells_of_it(db, run_jobs):
    first, order = make_order(db), make_order(db)

    sending = commands.write_to_customers(
        db, WRITER, hello(orders=[order.public_id], emails=["Ada@Example.com"])
    )
    db.commit()
    run_jobs()

    assert (sending.is_known, sending.withheld) == (False, 0)
    assert written(db) == [("ada@example.com", order.public_id)]
    job = db.exec(select(JobRecord).where(JobRecord.public_id == sending.written[0].task)).one()
    assert (job.kind, job.state) == ("mail.send", "done")
    fact = history(db, "order", order.public_id)[-1]
    assert (fact.name, fact.actor_id) == ("order.message_written", "key_writer")
    assert fact.payload["text"] == "It is fired this week."
    assert [one.name for one in history(db, "order", first.public_id)].count(fact.name) == 0


def test_the_words_arrive_as_they_were_written(db, run_jobs):
    order = make_order(db)
    text = "Dear <b>Ada</b>,\nsee {{ link }} & good bye"

    commands.write_to_customers(db, WRITER, hello(orders=[order.public_id], text=text))
    db.commit()
    run_jobs()

    mail = db.exec(select(MailRecord).where(MailRecord.kind == "orders.message")).one()
    assert mail.mail_subject == "Your bowl"
    assert text in mail.text_body
    assert "Dear &lt;b&gt;Ada&lt;/b&gt;,<br>see {{ link }} &amp; good bye" in mail.html_body


def test_an_address_is_answered_about_its_last_order(db):
    make_order(db)
    last = make_order(db)
    grace = make_order(db, email="Grace@example.com")

    commands.write_to_customers(db, WRITER, hello(emails=["ada@example.com", "grace@example.com"]))

    assert written(db) == [
        ("ada@example.com", last.public_id),
        ("Grace@example.com", grace.public_id),
    ]


@pytest.mark.parametrize(
    ("orders", "emails", "unknown"),
    [
        (["ord_nothing"], [], ["ord_nothing"]),
        ([], ["stranger@example.com"], ["stranger@example.com"]),
    ],
)
def test_when_one_never_ordered_nobody_is_written_to(db, orders, emails, unknown):
    order = make_order(db)

    with pytest.raises(Invalid) as refusal:
        commands.write_to_customers(
            db, WRITER, hello(orders=[order.public_id, *orders], emails=emails)
        )

    assert refusal.value.facts["unknown"] == unknown
    assert written(db) == []


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (Message("", "Hello", ["ord_1"]), "subject"),
        (Message("two\nlines", "Hello", ["ord_1"]), "subject"),
        (Message("x" * 151, "Hello", ["ord_1"]), "subject"),
        (Message("Hello", "  ", ["ord_1"]), "text"),
        (Message("Hello", "x" * 5001, ["ord_1"]), "text"),
        (Message("Hello", "Hello"), "recipients"),
        (Message("Hello", "Hello", ["ord_1"] * 300, ["a@b.example"] * 201), "recipients"),
    ],
)
def test_what_is_out_of_bounds_is_refused(db, message, field):
    with pytest.raises(Invalid) as refusal:
        commands.write_to_customers(db, WRITER, message)

    assert refusal.value.facts["field"] == field


def test_not_everybody_writes_to_customers(db):
    order = make_order(db)

    with pytest.raises(NotAllowed):
        commands.write_to_customers(db, CLERK, hello(orders=[order.public_id]))

    assert written(db) == []


def test_the_same_key_sends_once_and_another_message_under_it_is_refused(db):
    order = make_order(db)
    message = hello(orders=[order.public_id])
    other = Actor("key", "key_other", "Till", WRITER.permissions)

    first = commands.write_to_customers(db, WRITER, message, key="monday")
    again = commands.write_to_customers(db, WRITER, message, key="monday")
    with pytest.raises(KeyUsedBefore):
        commands.write_to_customers(
            db, WRITER, hello(orders=[order.public_id], text="Not now"), key="monday"
        )

    assert (again.written, again.is_known) == (first.written, True)
    assert len(written(db)) == 1
    commands.write_to_customers(db, other, message, key="monday")
    commands.write_to_customers(db, WRITER, message, key="tuesday")
    commands.write_to_customers(db, WRITER, message)
    assert len(written(db)) == 4


def test_news_goes_to_those_alone_who_agreed_and_is_about_no_order(db, run_jobs):
    ada, grace = make_order(db), make_order(db, email="Grace@example.com")
    accounts.say_consent(db, "grace@example.com", is_given=True, source="checkout", wording="News")
    message = replace(hello(orders=[ada.public_id, grace.public_id]), is_news=True)

    sending = commands.write_to_customers(db, WRITER, message, key="monday")
    again = commands.write_to_customers(db, WRITER, message, key="monday")
    with pytest.raises(KeyUsedBefore):
        commands.write_to_customers(db, WRITER, replace(message, is_news=False), key="monday")
    db.commit()
    run_jobs()

    assert [one.order for one in sending.written] == [grace.public_id]
    assert sending.withheld == again.withheld == 1
    names = [fact.name for fact in history(db, "order", ada.public_id)]
    assert "order.message_written" not in names
    mail = db.exec(select(MailRecord).where(MailRecord.kind == "orders.news")).one()
    assert (mail.to_address, mail.mail_subject) == ("Grace@example.com", "Your bowl")
    assert "/unsubscribe/" in mail.text_body
    assert grace.number not in mail.text_body


@pytest.fixture
def send(browser, database):
    """POST /api/v1/notifications with a key for it."""
    with database.writing() as session:
        owner = accounts.add_staff(
            session, SYSTEM, email="owner@example.com", password_hash="x", role="owner"
        )
        _, secret = accounts.make_key(
            session, SYSTEM, owner, name="Newsletter", scopes=["notifications:write"]
        )

    def post(body, **headers):
        return browser.send(
            "POST", "/api/v1/notifications", json=body, headers={"X-API-Key": secret, **headers}
        )

    return post


def test_a_script_gets_a_task_for_each_and_the_same_again_by_its_key(db, send):
    order = make_order(db)
    db.commit()
    body = {"subject": "Your bowl", "text": "This week", "orders": [order.public_id]}

    first = send(body, **{"Idempotency-Key": "monday"})
    again = send(body, **{"Idempotency-Key": "monday"})
    other = send({**body, "text": "Next week"}, **{"Idempotency-Key": "monday"})

    assert first.status_code == 202
    (task,) = first.json()["tasks"]
    assert task["order"] == order.public_id
    assert task["task"].startswith("job_")
    news = send({**body, "purpose": "news"}).json()
    assert news == {"tasks": [], "withheld": 1}
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key-used-before")
    assert len(written(db)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""},
        {"text": " "},
        {"text": "nul\0nul"},
        {"orders": []},
        {"emails": ["not an address"]},
        {"orders": ["ord_nothing"]},
        {"html": "<b>"},
        {"purpose": "spam"},
    ],
)
def test_a_script_that_sends_nonsense_is_told_so(db, send, wrong):
    order = make_order(db)
    db.commit()

    body = {"subject": "Your bowl", "text": "This week", "orders": [order.public_id]}
    answer = send({**body, **wrong})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert written(db) == []
