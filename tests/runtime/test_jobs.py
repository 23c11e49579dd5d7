"""Declaring and promising jobs, and what becomes of them; run here and now, without threads."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.runtime.promises import promise, view
from webapp.kit.clock import frozen, moved, now
from webapp.kit.errors import NotFound, Refused
from webapp.runtime.jobs import (
    GiveUp,
    JobRecord,
    Jobs,
    JobState,
    backlog,
    cancel,
    dead_letters,
    retry,
)
from webapp.runtime.jobs.declaring import pause_after


def rows(floor):
    with floor.reading() as session:
        found = session.exec(select(JobRecord).order_by(JobRecord.id)).all()
        session.expunge_all()
        return found


def test_a_promised_job_runs_once_with_its_arguments_and_keeps_its_result(floor, jobs, runner):
    seen = []

    @jobs.job()
    def greet(context, name, times=1):
        seen.append((name, times, context.attempt))
        return {"said": f"hello {name}"}

    identifier = promise(floor, greet, name="Ada", times=2)

    assert runner.run_due() == 1
    assert runner.run_due() == 0
    assert seen == [("Ada", 2, 1)]
    job = view(floor, identifier)
    assert (job.state, job.kind, job.result, job.error) == (
        JobState.done,
        "test.greet",
        {"said": "hello Ada"},
        "",
    )
    assert job.percent == 100
    assert not job.is_live


def test_a_promise_falls_with_its_transaction(floor, jobs, runner):
    @jobs.job()
    def greet(context):
        raise AssertionError("was never promised")

    with pytest.raises(ZeroDivisionError), floor.writing() as session:
        greet.later(session)
        raise ZeroDivisionError

    assert rows(floor) == []
    assert runner.run_due() == 0


def test_a_promise_is_one_statement(floor, jobs):
    from sqlalchemy import event

    @jobs.job()
    def greet(context):
        pass

    sent = []
    listen = lambda *about: sent.append(about[2])  # noqa: E731
    event.listen(floor.engine, "before_cursor_execute", listen)
    promise(floor, greet, unique="one")
    event.remove(floor.engine, "before_cursor_execute", listen)

    assert [line.split()[0] for line in sent if not line.startswith("BEGIN")] == ["INSERT"]


def test_wrong_arguments_are_refused_where_the_promise_is_made(floor, jobs):
    @jobs.job()
    def greet(context, name):
        pass

    for wrong in ({}, {"name": "Ada", "age": 3}, {"name": 1.5}):
        with pytest.raises(TypeError), floor.writing() as session:
            greet.later(session, **wrong)

    assert rows(floor) == []


def test_jobs_wait_for_their_time_and_the_urgent_go_first(floor, jobs, runner):
    ran = []

    @jobs.job()
    def note(context, what):
        ran.append(what)

    promise(floor, note, what="tomorrow", delay=timedelta(days=1))
    promise(floor, note, what="first")
    promise(floor, note, what="second")
    promise(floor, note, what="urgent", priority=-1)

    assert runner.run_due() == 3
    assert ran == ["urgent", "first", "second"]
    with moved(timedelta(days=1, seconds=1)):
        assert runner.run_due() == 1
    assert ran[-1] == "tomorrow"


def test_a_failure_is_tried_again_after_growing_pauses_and_then_rests(floor, jobs, runner):
    @jobs.job(retries=2, first_pause=timedelta(seconds=10))
    def fall(context):
        raise RuntimeError(f"fell in try {context.attempt}")

    identifier = promise(floor, fall)

    at = now()
    with frozen(at):
        assert runner.run_due() == 1
        job = view(floor, identifier)
        assert (job.state, job.attempts) == (JobState.queued, 1)
        assert timedelta(seconds=8) <= job.due_at - at <= timedelta(seconds=12)
        assert runner.run_due() == 0
    with moved(timedelta(seconds=13)):
        assert runner.run_due() == 1
    with moved(timedelta(minutes=1)):
        assert runner.run_due() == 1
    with moved(timedelta(days=1)):
        assert runner.run_due() == 0
    job = view(floor, identifier)
    assert (job.state, job.attempts) == (JobState.failed, 3)
    assert "RuntimeError: fell in try 3" in job.error
    assert "Traceback" in job.error


def test_pauses_double_up_to_an_hour_give_or_take_a_fifth():
    first = timedelta(seconds=5)
    for attempt, seconds in ((1, 5), (2, 10), (5, 80), (12, 3600), (500, 3600)):
        drawn = {pause_after(attempt, first).total_seconds() for _ in range(50)}
        assert min(drawn) >= seconds * 0.8
        assert max(drawn) <= seconds * 1.2
        assert len(drawn) > 1


def test_giving_up_goes_to_the_dead_letters_at_once_and_staff_can_retry(floor, jobs, runner):
    answers = [GiveUp("The file is not a picture."), None]

    @jobs.job(retries=9)
    def fetch(context):
        answer = answers.pop(0)
        if answer:
            raise answer

    identifier = promise(floor, fetch)
    runner.run_due()

    with floor.reading() as session:
        assert [(d.public_id, d.error) for d in dead_letters(session)] == [
            (identifier, "The file is not a picture.")
        ]
    with floor.writing() as session:
        retry(session, identifier)
    assert runner.run_due() == 1
    assert view(floor, identifier).state == JobState.done
    with pytest.raises(Refused), floor.writing() as session:
        retry(session, identifier)


def test_a_job_nobody_knows_ends_among_the_dead_letters(floor, runner):
    elsewhere = Jobs("gone")

    @elsewhere.job()
    def vanish(context):
        pass

    identifier = promise(floor, vanish)

    assert runner.run_due() == 1
    job = view(floor, identifier)
    assert job.state == JobState.failed
    assert job.error == "There is no job called gone.vanish in this version of the shop."


def test_old_arguments_are_brought_up_to_date_or_refused(floor, jobs, runner):
    ran = []
    old = Jobs("test")

    @old.job()
    def send(context, address):
        pass

    @old.job()
    def drop(context, address):
        pass

    @jobs.job(
        version=2, upgrade=lambda payload, version: {"to": payload["address"], "copy": version}
    )
    def send(context, to, copy):  # noqa: F811
        ran.append((to, copy))

    @jobs.job(version=2)
    def drop(context, to):  # noqa: F811
        ran.append(to)

    kept, lost = (
        promise(floor, old.find("test.send"), address="a@example.com"),
        promise(floor, old.find("test.drop"), address="a@example.com"),
    )
    runner.run_due()

    assert ran == [("a@example.com", 1)]
    assert view(floor, kept).state == JobState.done
    assert view(floor, lost).state == JobState.failed
    assert "version 1; this shop reads version 2" in view(floor, lost).error


def test_arguments_of_a_newer_shop_are_refused(floor, jobs, runner):
    newer = Jobs("test")

    @newer.job(version=3)
    def send(context):
        pass

    @jobs.job(version=2, upgrade=lambda payload, version: payload)
    def send(context):  # noqa: F811
        raise AssertionError("must not run")

    identifier = promise(floor, newer.find("test.send"))
    runner.run_due()

    assert view(floor, identifier).state == JobState.failed


def test_asking_twice_for_one_key_is_asking_once_with_the_newer_arguments(floor, jobs, runner):
    ran = []

    @jobs.job()
    def index(context, version):
        ran.append(version)

    first = promise(floor, index, version=1, unique="p:1", delay=timedelta(hours=1))
    second = promise(floor, index, version=2, unique="p:1")
    other = promise(floor, index, version=9, unique="p:2")

    assert first == second != other
    assert runner.run_due() == 2
    assert sorted(ran) == [2, 9]
    third = promise(floor, index, version=3, unique="p:1")
    assert third != first


def test_a_key_asked_for_while_it_runs_runs_once_more(floor, jobs, runner):
    ran = []

    @jobs.job()
    def index(context, version):
        ran.append(version)
        if version == 1:
            promise(floor, index, version=2, unique="p:1")
            promise(floor, index, version=3, unique="p:1")

    identifier = promise(floor, index, version=1, unique="p:1")

    assert runner.run_due() == 2
    assert ran == [1, 3]
    assert [(row.public_id, row.state) for row in rows(floor)] == [(identifier, JobState.done)]


def test_a_job_that_returns_what_is_no_result_fails(floor, jobs, runner):
    @jobs.job(retries=0)
    def answer(context):
        return 42

    identifier = promise(floor, answer)
    runner.run_due()

    assert view(floor, identifier).state == JobState.failed
    assert "not a dict or None" in view(floor, identifier).error


def test_progress_and_cursor_survive_a_failed_try(floor, jobs, runner):
    starts = []

    @jobs.job(first_pause=timedelta(0))
    def walk(context):
        begin = context.cursor.get("row", 0)
        starts.append(begin)
        for row in range(begin, 10):
            with context.writing():
                context.checkpoint({"row": row + 1})
            context.progress(row + 1, 10, f"row {row + 1}")
            if row == 3 and begin == 0:
                raise RuntimeError("the lights went out")

    identifier = promise(floor, walk)
    runner.run_due()

    assert starts == [0, 4]
    job = view(floor, identifier)
    assert (job.state, job.progress_current, job.progress_total, job.progress_note) == (
        JobState.done,
        10,
        10,
        "row 10",
    )
    assert rows(floor)[0].cursor == {}


def test_a_checkpoint_falls_with_the_work_it_tells_about(floor, jobs, runner):
    cursors = []

    @jobs.job(first_pause=timedelta(0), retries=1)
    def walk(context):
        cursors.append(context.cursor)
        with context.writing():
            context.checkpoint({"row": 5})
            raise RuntimeError("undone")

    promise(floor, walk)
    runner.run_due()

    assert cursors == [{}, {}]


def test_a_cancelled_job_does_not_run_and_one_that_runs_cannot_write_any_more(floor, jobs, runner):
    reached = []

    @jobs.job()
    def work(context):
        with context.writing():
            reached.append("before")
        with floor.writing() as session:
            cancel(session, context.job_id)
        with context.writing():
            reached.append("after")

    waiting = promise(floor, work, delay=timedelta(hours=1))
    running = promise(floor, work)
    with floor.writing() as session:
        cancel(session, waiting)
    runner.run_due()

    assert reached == ["before"]
    assert view(floor, waiting).state == JobState.cancelled
    assert view(floor, running).state == JobState.cancelled
    with pytest.raises(Refused), floor.writing() as session:
        cancel(session, running)
    with pytest.raises(NotFound), floor.writing() as session:
        cancel(session, "job_none")


def test_a_retry_is_refused_while_the_same_work_is_on_its_way(floor, jobs, runner):
    @jobs.job(retries=0)
    def fall(context):
        raise RuntimeError

    failed = promise(floor, fall, unique="same")
    runner.run_due()
    again = promise(floor, fall, unique="same")

    with pytest.raises(Refused), floor.writing() as session:
        retry(session, failed)
    assert view(floor, failed).state == JobState.failed
    assert view(floor, again).state == JobState.queued


def test_the_backlog_counts_and_tells_the_longest_wait(floor, jobs, runner):
    @jobs.job(retries=0)
    def fall(context):
        raise RuntimeError

    promise(floor, fall)
    runner.run_due()
    promise(floor, fall)
    promise(floor, fall, delay=timedelta(days=30))

    with moved(timedelta(minutes=10)), floor.reading() as session:
        found = backlog(session)
    assert (found.queued, found.running, found.failed) == (2, 0, 1)
    assert timedelta(minutes=10) <= found.oldest_wait < timedelta(minutes=11)


def test_two_jobs_of_one_name_are_refused():
    jobs, others = Jobs("a"), Jobs("a")

    @jobs.job()
    def same(context):
        pass

    @others.job()
    def same(context):  # noqa: F811
        pass

    with pytest.raises(ValueError, match=r"two jobs called a\.same"):
        jobs.include(others)
    with pytest.raises(TypeError, match="delay"):

        @jobs.job()
        def other(context, delay):
            pass
