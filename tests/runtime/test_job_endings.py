"""How jobs end that do not end well: what is stated then, who hears it, and what staff may do."""

import threading
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.runtime.promises import LONG, promise, until, view
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import moved
from webapp.kit.errors import Refused
from webapp.runtime.events import EventRecord, history
from webapp.runtime.jobs import (
    GiveUp,
    JobFailed,
    JobState,
    cancel,
    retry,
    retry_all,
)
from webapp.runtime.jobs.endings import ENDED
from webapp.runtime.jobs.leases import LEASE

ADA = Actor("staff", "per_ada", "Ada")


def facts(floor, public_id):
    with floor.reading() as session:
        return [
            (event.name, event.payload, event.actor_name)
            for event in history(session, "job", public_id)
        ]


def test_a_dead_letter_is_stated_with_a_reason_that_gives_nothing_away(floor, jobs, runner):
    @jobs.job(retries=1, first_pause=timedelta(0))
    def send(context):
        raise ConnectionError("smtp://shop:hunter2@mail.example refused ada@example.com")

    identifier = promise(floor, send)
    runner.run_due()

    told = {"kind": "test.send", "attempts": 2, "reason": "It stopped with ConnectionError."}
    assert facts(floor, identifier) == [("job.failed", told, "Vitrine")]
    job = view(floor, identifier)
    assert job.reason == "It stopped with ConnectionError."
    assert "hunter2" in job.error


def test_what_a_job_says_when_it_gives_up_is_its_reason(floor, jobs, runner):
    @jobs.job()
    def fetch(context):
        raise GiveUp("The file is not a picture.\0")

    @jobs.job(retries=0)
    def sell(context):
        raise Refused("There is none left.")

    given_up, refused = promise(floor, fetch), promise(floor, sell)
    runner.run_due()

    assert view(floor, given_up).reason == "The file is not a picture.\N{REPLACEMENT CHARACTER}"
    assert view(floor, refused).reason == "There is none left."


def test_a_try_that_failed_is_not_stated_while_others_are_left(floor, jobs, runner):
    @jobs.job(retries=3)
    def fall(context):
        raise RuntimeError

    identifier = promise(floor, fall)
    runner.run_due()

    assert facts(floor, identifier) == []
    assert view(floor, identifier).reason == "It stopped with RuntimeError."


def test_those_above_hear_of_a_dead_letter_in_its_own_transaction(floor, handlers, jobs, runner):
    heard = []

    @handlers.on(JobFailed)
    def note(session, event):
        heard.append((event.job, event.kind, event.attempts, event.reason))
        tell.later(session, job=event.job)

    @jobs.job()
    def tell(context, job):
        heard.append(job)

    @jobs.job(retries=0)
    def fall(context):
        raise RuntimeError

    identifier = promise(floor, fall)
    runner.run_due()

    assert heard == [
        (identifier, "test.fall", 1, "It stopped with RuntimeError."),
        identifier,
    ]


def test_a_listener_that_fails_does_not_keep_a_job_from_being_settled(
    floor, handlers, jobs, new_runner
):
    @handlers.on(JobFailed)
    def break_down(session, event):
        session.add(EventRecord(id="evt_half", name="half.done"))
        raise ValueError("not today")

    @jobs.job(retries=0)
    def fall(context):
        raise RuntimeError

    @jobs.job()
    def fine(context):
        pass

    failing, good = promise(floor, fall), promise(floor, fine)
    runner = new_runner()
    runner.start()
    until(floor, good, JobState.done)
    until(floor, failing, JobState.failed)

    assert [name for name, _, _ in facts(floor, failing)] == ["job.failed"]
    with floor.reading() as session:
        assert session.exec(select(EventRecord).where(EventRecord.id == "evt_half")).all() == []


def test_a_job_that_takes_every_process_down_is_stated_as_well(floor, jobs, runner):
    @jobs.job(retries=0)
    def crash(context):
        raise KeyboardInterrupt  # leaves the row as a killed process does

    identifier = promise(floor, crash)
    with pytest.raises(KeyboardInterrupt):
        runner.run_due()
    with moved(2 * LEASE):
        runner.run_due()

    told = {"kind": "test.crash", "attempts": 1, "reason": ENDED}
    assert facts(floor, identifier) == [("job.failed", told, "Vitrine")]


def test_a_handler_that_never_returns_is_given_up_and_can_write_nothing(floor, jobs, new_runner):
    let_go, has_ended, wrote = threading.Event(), threading.Event(), []

    @jobs.job(retries=1, limit=timedelta(seconds=0.2), first_pause=timedelta(0))
    def hang(context):
        try:
            assert let_go.wait(LONG)
            with context.writing():
                wrote.append(context.attempt)
        finally:
            if context.attempt == 2:
                has_ended.set()

    @jobs.job()
    def quick(context):
        pass

    identifier = promise(floor, hang)
    runner = new_runner(threads=1)
    runner.start()
    job = until(floor, identifier, JobState.failed)
    other = promise(floor, quick)
    until(floor, other, JobState.done)
    let_go.set()
    assert has_ended.wait(LONG)

    assert (job.attempts, job.reason) == (2, "It did not end within 0.2 seconds.")
    assert wrote == []
    assert view(floor, identifier).state == JobState.failed
    assert [name for name, _, _ in facts(floor, identifier)] == ["job.failed"]


def test_kinds_that_hang_too_often_are_left_to_other_processes(floor, jobs, new_runner):
    let_go = threading.Event()

    @jobs.job(retries=0, limit=timedelta(seconds=0.05))
    def hang(context):
        let_go.wait(LONG)

    @jobs.job()
    def quick(context):
        pass

    hanging = [promise(floor, hang) for _ in range(12)]
    runner = new_runner(threads=2)
    runner.start()
    for identifier in hanging[:8]:
        until(floor, identifier, JobState.failed)
    other = promise(floor, quick)
    until(floor, other, JobState.done)

    states = [view(floor, identifier).state for identifier in hanging]
    assert states.count(JobState.failed) <= 10
    assert states.count(JobState.queued) >= 2
    let_go.set()
    for identifier in hanging:
        until(floor, identifier, JobState.failed, JobState.done)


def test_a_result_that_no_database_keeps_fails_the_job_and_no_other(floor, jobs, new_runner):
    @jobs.job()
    def answer(context, code):
        return {"text": chr(code)}

    odd, good = promise(floor, answer, code=0xD800), promise(floor, answer, code=0x21)
    runner = new_runner()
    runner.start()
    until(floor, good, JobState.done)
    job = until(floor, odd, JobState.failed, JobState.done)

    # The embedded database keeps it as it is.
    assert job.state == (JobState.done if floor.is_sqlite else JobState.failed)
    if not floor.is_sqlite:
        assert job.reason == "What it returned cannot be kept."


def test_staff_take_one_back_or_call_it_off_and_it_is_told_who(floor, jobs, runner):
    @jobs.job(retries=0)
    def fall(context):
        raise RuntimeError

    identifier = promise(floor, fall)
    runner.run_due()
    with floor.writing() as session:
        retry(session, identifier, ADA)
    with floor.writing() as session:
        cancel(session, identifier, ADA)

    assert [(name, who) for name, _, who in facts(floor, identifier)] == [
        ("job.failed", SYSTEM.name),
        ("job.retried", "Ada"),
        ("job.cancelled", "Ada"),
    ]


def test_all_dead_letters_of_a_kind_come_back_but_each_piece_of_work_once(floor, jobs, runner):
    @dataclass
    class Works:
        yes: bool = False

    works = Works()

    @jobs.job(retries=0)
    def build(context, number):
        if not works.yes:
            raise RuntimeError

    @jobs.job(retries=0)
    def other(context):
        raise RuntimeError

    plain = [promise(floor, build, number=1), promise(floor, build, number=2)]
    runner.run_due()
    older = promise(floor, build, number=3, unique="same")
    runner.run_due()
    newer = promise(floor, build, number=3, unique="same")
    runner.run_due()
    waiting = promise(floor, build, number=4, unique="there", delay=timedelta(days=1))
    stays = promise(floor, other)
    runner.run_due()

    works.yes = True
    with floor.writing() as session:
        assert retry_all(session, "test.build", ADA) == 3
    runner.run_due()

    assert [view(floor, each).state for each in (*plain, older, newer, waiting, stays)] == [
        JobState.done,
        JobState.done,
        JobState.failed,
        JobState.done,
        JobState.queued,
        JobState.failed,
    ]
    assert facts(floor, older)[-1][0] == "job.failed"
    assert facts(floor, newer)[-1][0] == "job.retried"
