"""What becomes of a message: with a server that takes it, refuses it, hangs, or is not there."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.runtime.mail.conftest import LINKS, greet, life, message, offer
from tests.runtime.mail.postman import serving
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved
from webapp.kit.errors import Invalid
from webapp.kit.values import replace
from webapp.runtime.events import EventRecord
from webapp.runtime.jobs import JobRecord, JobState
from webapp.runtime.mail import (
    MailState,
    NotNow,
    Reached,
    call_off,
    post,
    reached_by,
    resend,
    send_kept,
)
from webapp.runtime.mail.smtp import mail_server


@pytest.fixture
def office(office_with, server):
    return office_with(smtp_url=server.url)


@pytest.fixture
def runner(runner_with, office):
    return runner_with(office)


def facts_of(floor):
    with floor.reading() as session:
        return [(row.name, row.payload) for row in session.exec(select(EventRecord))]


def test_a_message_is_written_frozen_and_handed_in(floor, runner, server):
    identifier = greet(floor)

    assert runner.run_due() == 1

    sent = message(floor, identifier)
    assert sent.state is MailState.sent
    assert sent.message_id == f"<{identifier}@shop.example>"
    assert sent.mail_subject == "Hello Ada"
    assert life(sent) == ["queued", "rendered", "sent"]
    assert (sent.last_code, sent.attempts) == (250, 1)
    (received,) = server.messages
    assert received["Message-ID"] == sent.message_id
    assert received["From"] == "Lorrimore <hello@shop.example>"
    assert received["To"] == "ada@example.com"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["List-Unsubscribe"] is None
    assert server.senders == ["hello@shop.example"]
    assert server.recipients == ["ada@example.com"]
    text, html = received.iter_parts()
    assert text.get_content().split() == sent.text_body.split()
    assert html.get_content().split() == sent.html_body.split()
    assert "Dear Ada, how are you?" in html.get_content()


def test_what_nobody_asked_for_goes_to_those_who_agreed_and_tells_how_to_end_it(
    floor, office_with, runner_with, server
):
    agreed = {"ada@example.com", "eve@example.com"}
    with floor.writing() as session:
        ada, eve, bob = (
            post(session, offer, to=f"{name}@example.com", about=("person", name))
            for name in ("ada", "eve", "bob")
        )
    agreed.remove("eve@example.com")

    runner_with(office_with(smtp_url=server.url, agreed=agreed)).run_due()

    states = [message(floor, one).state for one in (ada, eve, bob)]
    assert states == [MailState.sent, MailState.cancelled, MailState.cancelled]
    assert message(floor, bob).last_answer == "Whoever it was for does not want such mail."
    (received,) = server.messages
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = received["List-Unsubscribe"].strip("<>")
    token = link.removeprefix("https://shop.example/unsubscribe/")
    text, html = received.iter_parts()
    assert "https://shop.example/unsubscribe/" in text.get_content()
    assert "https://shop.example/unsubscribe/" in html.get_content()
    with floor.reading() as session:
        assert reached_by(session, LINKS, token) == Reached("ada@example.com", "test.offer")
        assert reached_by(session, LINKS, token[:-1]) is None
        assert reached_by(session, LINKS, LINKS.signer("orders.mailed").sign(ada)) is None


def test_saying_it_again_says_it_once(floor, runner, server, kind):
    greet(floor, about=("order", "1"))

    with floor.writing() as session:
        again = post(session, kind, to="ada@example.com", about=("order", "1"), who="Ada")
        other = post(
            session, kind, to="ada@example.com", about=("order", "1"), version="2", who="Ada"
        )
    runner.run_due()

    assert again is None
    assert other is not None
    assert len(server.delivered) == 2


def test_nothing_is_said_when_the_cause_is_undone(floor, runner, server, kind):
    with pytest.raises(RuntimeError), floor.writing() as session:
        post(session, kind, to="ada@example.com", about=("order", "1"), who="Ada")
        raise RuntimeError

    assert runner.run_due() == 0
    assert server.delivered == []


def test_wrong_facts_are_told_at_once(floor, kind):
    with pytest.raises(TypeError), floor.writing() as session:
        post(session, kind, to="ada@example.com", about=("order", "1"), whom="Ada")


def test_a_server_that_is_busy_is_asked_again(floor, runner, server):
    server.on_rcpt = ["451 4.7.1 Greylisted, come back later"]
    identifier = greet(floor)

    runner.run_due()
    waiting = message(floor, identifier)
    with moved(timedelta(minutes=2)):
        runner.run_due()

    assert waiting.state is MailState.deferred
    assert (waiting.last_code, waiting.last_answer) == (451, "4.7.1 Greylisted, come back later")
    assert waiting.next_try_at is not None
    sent = message(floor, identifier)
    assert life(sent) == ["queued", "rendered", "deferred", "sent"]
    assert sent.next_try_at is None
    assert [received["Message-ID"] for received in server.messages] == [waiting.message_id]


def test_a_refused_recipient_bounces_at_once_and_staff_can_hear_of_it(floor, runner, server):
    server.on_rcpt = ["550 5.1.1 No such user"]
    identifier = greet(floor)

    runner.run_due()

    lost = message(floor, identifier)
    assert (lost.state, lost.last_code) == (MailState.bounced, 550)
    assert lost.life[-1]["note"] == "550 5.1.1 No such user"
    assert [name for name, _ in facts_of(floor)] == ["mail.bounced"]
    with moved(timedelta(days=4)):
        runner.run_due()
    assert server.delivered == []


def test_a_refused_sender_is_our_fault_and_waits_for_staff(floor, runner, server):
    server.on_mail = ["550 5.7.1 Sender address rejected"] * 2
    identifiers = [greet(floor), greet(floor, "Bob")]

    runner.run_due()

    assert [message(floor, one).state for one in identifiers] == [MailState.deferred] * 2
    told = [payload for name, payload in facts_of(floor) if name == "mail_server.refused"]
    assert told == [{"host": "127.0.0.1", "code": 550, "answer": "5.7.1 Sender address rejected"}]


def test_a_relay_that_wants_a_password_first_is_not_the_recipients_fault(floor, runner, server):
    server.on_rcpt = ["554 5.7.1 Relay access denied"]
    identifier = greet(floor)

    runner.run_due()

    assert message(floor, identifier).state is MailState.deferred


def test_refused_content_bounces(floor, runner, server):
    server.on_data = ["554 5.7.1 This looks like spam"]
    identifier = greet(floor)

    runner.run_due()

    assert message(floor, identifier).state is MailState.bounced


def test_after_three_days_it_is_given_up(floor, runner, server):
    server.on_rcpt = ["451 not now"] * 100
    identifier = greet(floor)

    for hours in range(0, 90, 2):
        with moved(timedelta(hours=hours)):
            runner.run_due()

    lost = message(floor, identifier)
    assert lost.state is MailState.bounced
    assert lost.life[-1]["note"] == "Given up after three days. 451 not now"
    assert 10 < lost.attempts < 30


def test_a_server_that_hangs_is_left_in_bounded_time(floor, runner, office, server):
    server.hangs = True
    office.server = replace(office.server, whole_s=0.3)
    identifier = greet(floor)

    runner.run_due()

    waiting = message(floor, identifier)
    assert waiting.state is MailState.deferred
    assert "in time" in waiting.last_answer


def test_a_server_that_hangs_keeps_one_thread_a_minute_and_no_more(floor, runner, office, server):
    server.hangs = True
    office.server = replace(office.server, whole_s=0.3)
    ada, grace, linus = (greet(floor, name) for name in ("Ada", "Grace", "Linus"))
    runner.run_due()
    answers = [message(floor, one).last_answer for one in (ada, grace, linus)]
    assert ["it was not asked" in answer for answer in answers] == [False, True, True]
    assert all(message(floor, one).state is MailState.deferred for one in (ada, grace, linus))

    server.hangs = False
    with moved(timedelta(minutes=2)):
        runner.run_due()

    assert all(message(floor, one).state is MailState.sent for one in (ada, grace, linus))


def test_a_server_that_hangs_up_midway_is_asked_again(floor, runner, server):
    server.hangs_up = True
    identifier = greet(floor)
    runner.run_due()
    assert message(floor, identifier).state is MailState.deferred

    server.hangs_up = False
    with moved(timedelta(minutes=2)):
        runner.run_due()

    assert message(floor, identifier).state is MailState.sent


def test_no_server_at_that_address(floor, runner_with, office_with):
    runner = runner_with(office_with(smtp_url="smtp://127.0.0.1:9"))
    identifier = greet(floor)

    runner.run_due()

    waiting = message(floor, identifier)
    assert waiting.state is MailState.deferred
    assert "cannot be reached" in waiting.last_answer


def test_staff_hear_of_a_server_that_stays_silent_and_not_of_one_that_restarts(
    floor, runner_with, office_with
):
    runner = runner_with(office_with(smtp_url="smtp://127.0.0.1:9"))
    greet(floor)

    told = []
    for minutes in (0, 2, 10, 30, 70, 200, 26 * 60):
        with moved(timedelta(minutes=minutes)):
            runner.run_due()
            told.append(len(facts_of(floor)))

    assert told == [0, 0, 0, 1, 1, 1, 2]
    name, payload = facts_of(floor)[0]
    assert (name, payload["host"]) == ("mail_server.refused", "127.0.0.1")
    assert "cannot be reached" in payload["answer"]


def test_a_server_that_wants_a_password_gets_it(floor, runner_with, office_with):
    with serving(password="p@ss word") as postman:
        url = postman.url.replace("smtp://", "smtp://shop:p%40ss%20word@")
        identifier = greet(floor)
        runner_with(office_with(smtp_url=url)).run_due()

    assert message(floor, identifier).state is MailState.sent


def test_a_wrong_password_is_told_to_staff_and_the_message_waits(floor, runner_with, office_with):
    with serving(password="right") as postman:
        url = postman.url.replace("smtp://", "smtp://shop:wrong@")
        identifier = greet(floor)
        runner_with(office_with(smtp_url=url)).run_due()

    waiting = message(floor, identifier)
    assert waiting.state is MailState.deferred
    assert "does not accept our user name and password" in waiting.last_answer
    assert "wrong" not in str(waiting.life)
    assert [name for name, _ in facts_of(floor)] == ["mail_server.refused"]


def test_a_password_is_not_sent_in_the_clear(floor, runner_with, office_with):
    with serving(password="right") as postman:
        office = office_with(smtp_url=postman.url.replace("smtp://", "smtp://shop:right@"))
        # This machine by a name that does not look like it: as far off as any other.
        office.server = replace(office.server, host="127.1")
        identifier = greet(floor)
        runner_with(office).run_due()

    waiting = message(floor, identifier)
    assert waiting.state is MailState.deferred
    assert "no password is sent" in waiting.last_answer


def test_without_a_server_it_is_kept_whole_and_can_be_sent_later(
    floor, runner_with, office_with, server
):
    identifier = greet(floor)
    runner_with(office_with()).run_due()
    kept = message(floor, identifier)

    with floor.writing() as session:
        assert send_kept(session, SYSTEM) == 1
    runner_with(office_with(smtp_url=server.url)).run_due()

    assert kept.state is MailState.kept
    assert "Dear Ada," in kept.text_body
    assert "<p>Dear Ada, how are you?</p>" in kept.html_body
    sent = message(floor, identifier)
    assert sent.state is MailState.sent
    assert sent.message_id == kept.message_id
    assert life(sent) == ["queued", "rendered", "kept", "resent", "sent"]


def test_words_are_written_once(floor, runner, server, templates):
    server.on_rcpt = ["451 later"]
    greet(floor)
    runner.run_due()

    (templates / "mail/test/greeting.txt").write_text("other")
    with moved(timedelta(minutes=2)):
        runner.run_due()

    assert server.messages[0]["Subject"] == "Hello Ada"


def test_sending_again_uses_the_same_words_and_message_id(floor, runner, server):
    identifier = greet(floor)
    runner.run_due()

    with floor.writing() as session:
        resend(session, SYSTEM, identifier)
    runner.run_due()

    assert len({received["Message-ID"] for received in server.messages}) == 1
    assert len(server.delivered) == 2
    assert life(message(floor, identifier)) == ["queued", "rendered", "sent", "resent", "sent"]


def test_what_was_called_off_is_not_sent(floor, runner, server):
    identifier = greet(floor)
    with floor.writing() as session:
        call_off(session, SYSTEM, identifier)

    runner.run_due()

    assert server.delivered == []
    assert message(floor, identifier).state is MailState.cancelled
    with pytest.raises(NotNow), floor.writing() as session:
        call_off(session, SYSTEM, identifier)


def test_what_came_too_late_is_cancelled(floor, runner, server):
    server.on_rcpt = ["451 later"]
    identifier = greet(floor, useful_for=timedelta(minutes=30))
    runner.run_due()

    with moved(timedelta(hours=1)):
        runner.run_due()
        with pytest.raises(NotNow), floor.writing() as session:
            resend(session, SYSTEM, identifier)

    assert server.delivered == []
    assert message(floor, identifier).state is MailState.cancelled


def test_what_it_is_about_is_gone(floor, runner, server):
    identifier = greet(floor, "Nobody")

    runner.run_due()

    assert message(floor, identifier).state is MailState.cancelled
    assert server.delivered == []


def test_a_template_that_cannot_be_used_is_told_of(floor, runner, templates):
    (templates / "mail/test/greeting.html").write_text("{{ nothing.like.this }}")
    identifier = greet(floor)

    for hours in range(10):
        with moved(timedelta(hours=hours)):
            runner.run_due()

    stuck = message(floor, identifier)
    assert stuck.state is MailState.deferred
    assert "'nothing' is undefined" in stuck.last_answer
    with floor.reading() as session:
        assert session.exec(select(JobRecord)).one().state is JobState.failed


@pytest.mark.parametrize(
    "wrong", ["ada", "ada@", "@example.com", "a b@example.com", "ada@exa mple.com", "a@-x.com"]
)
def test_an_address_that_is_none_bounces(floor, runner, server, wrong):
    identifier = greet(floor, to=wrong)

    runner.run_due()

    assert message(floor, identifier).state is MailState.bounced
    assert server.delivered == []


def test_an_international_domain_is_written_in_ascii(floor, runner, server):
    greet(floor, to="ada@bücher.example")

    runner.run_due()

    assert server.recipients == ["ada@xn--bcher-kva.example"]


def test_an_international_name_before_the_at_is_sent_where_the_server_can(floor, runner, server):
    identifier = greet(floor, to="адa@bücher.example")

    runner.run_due()

    assert message(floor, identifier).state is MailState.sent
    assert server.recipients == ["адa@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "mail.example.com", "smtp://x:99999", "smtps://x?tls=off"]
)
def test_a_setting_that_is_no_mail_server_is_refused_at_start(url):
    with pytest.raises(Invalid, match="VITRINE_SMTP_URL"):
        mail_server(url)


def test_a_sender_that_is_no_address_is_refused_at_start(office_with):
    with pytest.raises(Invalid, match="VITRINE_MAIL_FROM"):
        office_with(mail_from="Shop <shop>")


def test_the_operators_sender_wins_and_answers_go_to_the_merchant(floor, runner_with, office_with):
    with serving() as postman:
        office = office_with(smtp_url=postman.url, mail_from="post@relay.example")
        greet(floor)
        runner_with(office).run_due()

    (received,) = postman.messages
    assert received["From"] == "Lorrimore <post@relay.example>"
    assert received["Reply-To"] == "Lorrimore <hello@shop.example>"
    assert received["Message-ID"].endswith("@relay.example>")
