"""Sending over real HTTP: signed, in order for each subject, patient, and never for ever."""

import threading
from datetime import timedelta

from standardwebhooks import Webhook

from webapp.catalogue.events import ProductUpdated
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import frozen, moved, now
from webapp.ops.audit import audit
from webapp.runtime.events import emit, emit_all
from webapp.webhooks import commands
from webapp.webhooks.models import Cause, DeliveryState, EndpointState
from webapp.webhooks.values import RETRY_AFTER

DELIVERED, PENDING, DEAD = DeliveryState.delivered, DeliveryState.pending, DeliveryState.dead


def happen(database, *subjects):
    """One fact about each."""
    with database.writing() as session:
        emit_all(session, [ProductUpdated(product=one, slug=one) for one in subjects])


def after(run_jobs, told, **time):
    """Run what is due some time later."""
    with moved(timedelta(**time)):
        run_jobs()
        return [delivery.state for delivery in told.deliveries]


def test_an_event_arrives_signed_and_as_the_feed_has_it(database, told, receiver, run_jobs):
    happen(database, "prd_a")
    assert receiver.got == []

    run_jobs()

    (got,) = receiver.got
    assert got.is_signed_with(told.secret)
    assert not got.is_signed_with("whsec_" + "A" * 43 + "=")
    assert got.headers["webhook-id"] == got.event["id"]
    assert got.headers["content-type"] == "application/json; charset=utf-8"
    assert got.headers["user-agent"].startswith("Vitrine/")
    assert got.event["subject"] == {"type": "product", "id": "prd_a", "version": 1}
    (delivery,) = told.deliveries
    assert (delivery.state, delivery.attempts, delivery.status) == (DELIVERED, 1, 204)
    assert told.now.last_success_at is not None
    assert audit(database).findings == {}


def test_nothing_is_sent_of_what_was_undone(database, told, receiver, run_jobs):
    try:
        with database.writing() as session:
            emit(session, ProductUpdated(product="prd_a", slug="a"))
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass

    run_jobs()

    assert receiver.got == []


def test_everything_comes_in_order_and_only_once(database, told, receiver, run_jobs):
    happen(database, *[f"prd_{number % 7}" for number in range(60)])
    run_jobs()
    run_jobs()

    assert receiver.numbers == list(range(1, 61))
    assert told.now.cursor == 60


def test_only_chosen_events_come_and_thin_ones_hold_no_more_than_ids(
    database, receiver, endpoint_for, run_jobs
):
    told = endpoint_for(receiver, types=["stock.changed"], is_thin=True)
    happen(database, "prd_a")
    from webapp.inventory.events import StockChanged

    with database.writing() as session:
        emit(session, StockChanged(variant="var_1", product="prd_1", available=2))
    run_jobs()

    (got,) = receiver.got
    assert got.is_signed_with(told.secret)
    assert got.event["data"] == {"id": "var_1"}
    assert "facts" not in got.event
    assert told.now.cursor == 2


def test_a_retry_sends_the_same_bytes_under_the_same_id(database, told, receiver, run_jobs):
    receiver.says(500, body=b"no" * 2000)
    happen(database, "prd_a")
    run_jobs()
    assert told.states() == [PENDING]
    assert told.deliveries[0].answer == "no" * 512
    receiver.says(200)

    assert after(run_jobs, told, seconds=7) == [DELIVERED]

    first, second = receiver.got
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert told.deliveries[0].attempts == 2


def test_a_stuck_subject_holds_back_its_own_events_only(database, told, receiver, run_jobs):
    receiver.answer = lambda got: (500 if got.subject == "prd_bad" else 200, {}, b"")
    happen(database, "prd_bad", "prd_good", "prd_bad", "prd_good", "prd_bad")
    run_jobs()
    assert receiver.numbers == [1, 2, 4]
    assert told.now.cursor == 5
    assert sorted(told.states()) == [DELIVERED, DELIVERED, PENDING]

    receiver.says(200)
    after(run_jobs, told, seconds=7)

    assert receiver.numbers == [1, 2, 4, 1, 3, 5]
    assert told.states() == [DELIVERED] * 5


def test_a_strict_endpoint_gets_one_after_the_other(database, receiver, endpoint_for, run_jobs):
    told = endpoint_for(receiver, is_strict=True)
    receiver.answer = lambda got: (500 if got.subject == "prd_bad" else 200, {}, b"")
    happen(database, "prd_bad", "prd_good", "prd_good")
    run_jobs()
    assert receiver.numbers == [1]

    receiver.says(200)
    after(run_jobs, told, seconds=7)

    assert receiver.numbers == [1, 1, 2, 3]


def test_it_is_tried_for_three_days_and_then_dead(database, told, receiver, run_jobs):
    receiver.says(503)
    started, gone = now(), timedelta(0)
    with frozen(started):
        happen(database, "prd_a", "prd_a")
        run_jobs()
    for pause in RETRY_AFTER:
        with frozen(started + gone):
            (delivery,) = told.deliveries
            # Counted from the answer, which takes real time.
            answered_at = delivery.tried_at + timedelta(milliseconds=delivery.duration_ms)
            assert pause * 0.9 <= delivery.next_at - answered_at <= pause * 1.1
        gone = delivery.next_at - started + timedelta(seconds=1)
        with frozen(started + gone):
            run_jobs()
            delivery = told.deliveries[0]

    first, second = told.deliveries
    assert (first.state, first.attempts) == (DEAD, 11)
    assert timedelta(days=3) * 0.9 < gone < timedelta(days=3) * 1.25
    # The next about the same thing gets its turn.
    assert (second.state, second.sequence) == (PENDING, 2)


def test_a_receiver_that_hangs_is_left_and_others_are_served(
    database, receiver, endpoint_for, run_jobs, monkeypatch
):
    monkeypatch.setattr("webapp.webhooks.sending.TIMEOUT_S", 0.3)
    release = threading.Event()
    told = endpoint_for(receiver)
    receiver.answer = lambda _got: (release.wait(20), (200, {}, b""))[1]
    happen(database, "prd_a")

    run_jobs()
    release.set()

    (delivery,) = told.deliveries
    assert (delivery.state, delivery.status) == (PENDING, None)
    assert "too long" in delivery.problem


def test_a_redirect_is_a_failure_and_is_not_followed(database, told, receiver, run_jobs):
    receiver.says(302, {"Location": receiver.url})
    happen(database, "prd_a")
    run_jobs()

    assert len(receiver.got) == 1
    (delivery,) = told.deliveries
    assert (delivery.state, delivery.status) == (PENDING, 302)
    assert "redirect" in delivery.problem
    assert "location: " in delivery.answer_head


def test_an_answer_that_never_ends_counts_by_its_status(database, told, receiver, run_jobs):
    receiver.says(200, {"Content-Length": "100000000"}, b"x" * 100_000)
    happen(database, "prd_a", "prd_b")
    run_jobs()

    assert told.states() == [DELIVERED, DELIVERED]
    assert told.deliveries[0].answer == "x" * 1024


def test_a_packed_answer_is_not_unpacked(database, told, receiver, run_jobs):
    receiver.says(200, {"Content-Encoding": "br"}, b"\x00\x01\x02")
    happen(database, "prd_a")
    run_jobs()

    assert told.states() == [DELIVERED]


def test_410_switches_the_endpoint_off_at_once(database, told, receiver, run_jobs):
    receiver.says(410)
    happen(database, "prd_a", "prd_b")
    run_jobs()

    assert len(receiver.got) == 1
    assert told.now.state is EndpointState.disabled
    assert "410" in told.now.problem
    assert told.states() == [DEAD]
    happen(database, "prd_c")
    after(run_jobs, told, days=2)
    assert len(receiver.got) == 1
    assert audit(database).findings == {}


def test_429_is_waited_for_as_long_as_it_says(database, told, receiver, run_jobs):
    receiver.says(429, {"Retry-After": "600"})
    happen(database, "prd_a", "prd_b")
    run_jobs()
    assert len(receiver.got) == 1
    receiver.says(200)

    after(run_jobs, told, seconds=300)
    assert len(receiver.got) == 1

    assert after(run_jobs, told, seconds=602) == [DELIVERED, DELIVERED]
    assert receiver.numbers == [1, 1, 2]


def test_what_a_retry_after_says_in_vain_is_not_believed(database, told, receiver, run_jobs):
    for text in ("soon", "-5", "99999999999", "Thu, 99 Foo 2026", "9" * 400):
        receiver.says(429, {"Retry-After": text})
        happen(database, f"prd_{text[:5]}")
        run_jobs()

    held = told.now.held_until
    assert held is None or held <= now() + timedelta(hours=24)


def test_a_private_address_is_refused_and_says_so(database, endpoint_for, run_jobs, app):
    app.state.shop.means.outbound.allow_private = False
    told = endpoint_for("https://127.0.0.1/hook")
    happen(database, "prd_a")
    run_jobs()

    (delivery,) = told.deliveries
    assert (delivery.state, delivery.status, delivery.attempts) == (PENDING, None, 1)
    assert "private network" in delivery.problem


def test_an_endpoint_that_is_down_costs_a_few_tries_not_one_for_each_event(
    database, told, receiver, run_jobs
):
    receiver.says(500)
    happen(database, *[f"prd_{number}" for number in range(300)])
    run_jobs()
    assert len(receiver.got) <= 25
    assert len(told.deliveries) <= 25
    tried = len(receiver.got)

    after(run_jobs, told, seconds=30)
    assert len(receiver.got) <= tried + 25

    receiver.says(200)
    after(run_jobs, told, minutes=10)
    assert sorted({*receiver.numbers}) == list(range(1, 301))
    assert set(told.states()) == {DELIVERED}


def test_a_receiver_that_is_down_for_three_days_gets_every_event_in_order_afterwards(
    database, told, receiver, run_jobs
):
    receiver.says(503)
    hours, happened = 76, 0
    for hour in range(hours):
        with moved(timedelta(hours=hour)):
            happen(database, f"prd_{hour % 5}", f"prd_{hour}x")
            happened += 2
            run_jobs()
        if hour == 72:
            receiver.got.clear()
            receiver.says(200)
    for hour in range(hours, hours + 30, 6):
        with moved(timedelta(hours=hour)):
            run_jobs()

    assert told.now.state is EndpointState.active
    assert set(told.states()) == {DELIVERED}
    assert sorted(receiver.numbers) == list(range(1, happened + 1))
    by_subject = {}
    for got in receiver.got:
        by_subject.setdefault(got.subject, []).append(got.event["subject"]["version"])
    assert all(versions == sorted(versions) for versions in by_subject.values())
    with moved(timedelta(hours=hours + 30)):
        assert audit(database).findings == {}


def test_one_that_was_switched_off_gets_every_event_by_replay(database, told, receiver, run_jobs):
    receiver.says(503)
    for hour in range(0, 24 * 7, 6):
        with moved(timedelta(hours=hour)):
            happen(database, f"prd_{hour % 4}", "prd_same")
            run_jobs()
    assert told.now.state is EndpointState.disabled
    receiver.got.clear()
    receiver.says(200)

    with moved(timedelta(days=8)):
        with database.writing() as session:
            commands.switch_on(session, SYSTEM, told.row(session), with_missed=False)
        happen(database, "prd_same")
        run_jobs()
        assert receiver.numbers == [57 + 1]  # 56 facts, and that it was switched off
        with database.writing() as session:
            commands.replay(session, SYSTEM, told.row(session), first=1, last=57)
        happen(database, "prd_same")
        run_jobs()

    assert receiver.numbers == [58, *range(1, 58), 59]
    assert {delivery.cause for delivery in told.deliveries if delivery.sequence == 30} == {
        Cause.replay
    }


def test_it_is_told_of_after_one_day_and_three_and_off_after_five(
    database, told, receiver, run_jobs, db
):
    from webapp.runtime.events import history

    receiver.says(500)
    for hour in range(0, 24 * 6, 3):
        with moved(timedelta(hours=hour)):
            happen(database, "prd_a")
            run_jobs()

    facts = history(db, "webhook_endpoint", told.public_id)
    assert [(fact.name, fact.payload.get("days")) for fact in facts] == [
        ("webhook.endpoint_added", None),
        ("webhook.endpoint_failing", 1),
        ("webhook.endpoint_failing", 3),
        ("webhook.endpoint_disabled", None),
    ]
    assert "5 days" in told.now.problem


def test_a_pause_collects_and_going_on_sends_in_order(database, told, receiver, run_jobs):
    with database.writing() as session:
        commands.pause(session, SYSTEM, told.row(session))
    happen(database, "prd_a", "prd_b", "prd_a")
    run_jobs()
    assert receiver.got == []

    with database.writing() as session:
        commands.switch_on(session, SYSTEM, told.row(session))
    run_jobs()

    assert receiver.numbers == [1, 2, 3]


def test_for_a_day_both_secrets_sign(database, told, receiver, run_jobs, app):
    with database.writing() as session:
        commands.rotate(session, SYSTEM, told.row(session))
    happen(database, "prd_a")
    run_jobs()
    with moved(timedelta(hours=25)):
        happen(database, "prd_b")
        run_jobs()

    both, one = receiver.got
    assert both.is_signed_with(told.secret)
    assert len(both.headers["webhook-signature"].split()) == 2
    assert len(one.headers["webhook-signature"].split()) == 1


def test_a_test_reaches_even_a_paused_endpoint_and_is_tried_once(
    database, told, receiver, run_jobs
):
    receiver.says(500)
    with database.writing() as session:
        commands.pause(session, SYSTEM, told.row(session))
        commands.test(session, SYSTEM, told.row(session))
    run_jobs()

    (got,) = receiver.got
    assert got.event["type"] == "ping"
    assert got.event["sequence"] is None
    assert got.is_signed_with(told.secret)
    assert told.states() == [DEAD]
    assert told.now.failures == 0


def test_one_event_is_sent_again_as_it_was(database, told, receiver, run_jobs):
    happen(database, "prd_a")
    run_jobs()
    with database.writing() as session:
        (delivery,) = told.deliveries
        commands.resend(session, SYSTEM, told.row(session), delivery)
    run_jobs()

    first, second = receiver.got
    assert first.body == second.body
    assert [delivery.cause for delivery in told.deliveries] == [Cause.event, Cause.resend]


def test_another_id_or_body_is_not_signed(database, told, receiver, run_jobs):
    happen(database, "prd_a")
    run_jobs()
    (got,) = receiver.got
    forged_id = type(got)({**got.headers, "webhook-id": "evt_other"}, got.body)
    forged_body = type(got)(got.headers, got.body.replace(b"prd_a", b"prd_b"))

    assert not forged_id.is_signed_with(told.secret)
    assert not forged_body.is_signed_with(told.secret)
    assert Webhook(told.secret).verify(got.body, got.headers)["type"] == "product.updated"


def test_ninety_days_later_messages_and_log_are_forgotten_and_the_events_are_not(
    database, told, receiver, run_jobs
):
    from sqlmodel import func, select

    from webapp.runtime.events import EventRecord
    from webapp.webhooks.models import Announcement, AnnouncementBody, Delivery

    happen(database, "prd_a", "prd_b")
    run_jobs()
    with moved(timedelta(days=91)):
        happen(database, "prd_c")
        run_jobs()
        with database.reading() as session:
            counts = [
                session.exec(select(func.count()).select_from(table)).one()
                for table in (Announcement, AnnouncementBody, Delivery, EventRecord)
            ]
        findings = audit(database).findings

    assert counts == [1, 1, 1, 4]
    assert findings == {}
