"""The runner with its threads, beside other runners and other processes, and after their end."""

import contextlib
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from tests.runtime import racing
from tests.runtime.promises import LONG, promise, until, view
from webapp.kit.clock import moved, now
from webapp.runtime.jobs import JobRecord, Jobs, JobState, cancel, housekeeping
from webapp.runtime.jobs.endings import ENDED, INTERRUPTIONS_BORNE
from webapp.runtime.jobs.leases import LEASE
from webapp.runtime.jobs.running import Runner
from webapp.runtime.jobs.scheduling import ensure_scheduled

ROOT = Path(__file__).parents[2]


@pytest.fixture
def other_process(floor, tmp_path):
    """Starts processes that each have a runner over the same file; ends them all."""
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.runtime.racing", str(floor.url), str(tmp_path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def test_a_commit_wakes_the_runner(floor, means, jobs):
    ran = threading.Event()

    @jobs.job()
    def ring(context):
        ran.set()

    runner = Runner(floor, means, jobs, look_every=3600)
    runner.start()
    try:
        promise(floor, ring)
        assert ran.wait(LONG)
    finally:
        assert runner.stop()


def test_what_another_process_promised_is_found_by_looking(floor, means, jobs):
    ran = threading.Event()

    @jobs.job()
    def ring(context):
        ran.set()

    runner = Runner(floor, means, jobs, look_every=0.05)
    runner.start()
    floor.info.pop("wake_jobs")  # as if the promise came from elsewhere
    try:
        promise(floor, ring)
        assert ran.wait(LONG)
    finally:
        assert runner.stop()


def test_many_threads_of_many_runners_run_each_job_once(floor, jobs, new_runner):
    seen, lock = Counter(), threading.Lock()

    @jobs.job()
    def count(context, number):
        with lock:
            seen[number] += 1

    with floor.writing() as session:
        for number in range(120):
            count.later(session, number=number)
    runners = [new_runner(threads=1) for _ in range(6)]
    together = threading.Barrier(6)

    def race(runner):
        together.wait(LONG)
        runner.run_due()

    threads = [threading.Thread(target=race, args=(runner,)) for runner in runners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONG)

    assert seen == Counter(range(120))


def test_several_processes_run_each_job_once(floor, tmp_path, other_process):
    marks = tmp_path / "marks"
    marks.touch()
    with floor.writing() as session:
        for number in range(90):
            racing.mark.later(session, number=number, file=str(marks))

    processes = [other_process() for _ in range(3)]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    ran = [int(process.stdout.readline()) for process in processes]

    lines = [line.split() for line in marks.read_text().splitlines()]
    assert sum(ran) == 90
    assert sorted(int(number) for number, _ in lines) == list(range(90))


def test_a_killed_process_loses_nothing_and_its_job_goes_on_where_it_was(
    floor, tmp_path, other_process
):
    sign = tmp_path / "sign"
    identifier = promise(floor, racing.climb, steps=5, sign=str(sign))
    process = other_process()
    process.stdin.write("go\n")
    process.stdin.flush()
    assert process.stdout.readline() == "hanging\n"
    process.kill()
    process.wait()

    runner = racing.runner_over(str(floor.url), tmp_path)
    assert runner.run_due() == 0
    assert view(floor, identifier).state == JobState.running
    with moved(LEASE + timedelta(seconds=1)):
        assert runner.run_due() == 1
    runner.database.dispose()

    assert sign.read_text().splitlines() == [
        *("1 in try 1", "2 in try 1", "3 in try 1"),
        *("4 in try 2", "5 in try 2"),
    ]
    assert view(floor, identifier).state == JobState.done


def test_a_job_that_takes_every_process_down_ends_among_the_dead_letters(floor, jobs, runner):
    @jobs.job(retries=1)
    def crash(context):
        raise KeyboardInterrupt  # leaves the row as a killed process does

    identifier = promise(floor, crash)
    for later in range(3 * INTERRUPTIONS_BORNE):
        with moved(later * timedelta(minutes=6)), contextlib.suppress(KeyboardInterrupt):
            runner.run_due()

    job = view(floor, identifier)
    assert (job.state, job.attempts, job.error) == (JobState.failed, INTERRUPTIONS_BORNE, ENDED)


def test_a_job_that_was_interrupted_has_as_many_tries_of_its_own_as_ever(floor, jobs, runner):
    """Whoever was under way each time when the machine lost its power did nothing wrong."""
    begun = []

    @jobs.job(retries=1, first_pause=timedelta(0))
    def work(context):
        begun.append(context.attempt)
        if len(begun) <= 5:
            raise KeyboardInterrupt
        if len(begun) == 6:
            raise RuntimeError("its own fault, for the first time")

    identifier = promise(floor, work)
    for later in range(20):
        with moved(later * timedelta(minutes=6)), contextlib.suppress(KeyboardInterrupt):
            runner.run_due()

    job = view(floor, identifier)
    assert begun == [1, 2, 3, 4, 5, 6, 7]
    assert (job.state, job.attempts, job.max_attempts) == (JobState.done, 7, 7)


def test_what_may_be_tried_once_is_not_tried_again_when_its_process_ended(floor, jobs, runner):
    @jobs.job(retries=0)
    def crash(context):
        raise KeyboardInterrupt

    identifier = promise(floor, crash)
    with pytest.raises(KeyboardInterrupt):
        runner.run_due()
    with moved(2 * LEASE):
        assert runner.run_due() == 0

    assert view(floor, identifier).state == JobState.failed


def test_a_run_that_wakes_up_after_its_lease_cannot_write_beside_its_successor(
    floor, jobs, new_runner
):
    asleep, awake = threading.Event(), threading.Event()
    wrote = []

    @jobs.job()
    def work(context):
        if context.attempt == 1:
            asleep.set()
            assert awake.wait(LONG)
        with context.writing():
            wrote.append(context.attempt)
        return {"by": context.attempt}

    identifier = promise(floor, work)
    sleeper = threading.Thread(target=new_runner().run_due, kwargs={"limit": 1})
    sleeper.start()
    assert asleep.wait(LONG)
    with moved(LEASE + timedelta(seconds=1)):
        assert new_runner().run_due() == 1
    awake.set()
    sleeper.join(LONG)

    assert wrote == [2]
    job = view(floor, identifier)
    assert (job.state, job.result) == (JobState.done, {"by": 2})


def test_stopping_waits_for_short_jobs_and_puts_long_ones_back(floor, jobs, new_runner):
    begun, go_on = threading.Event(), threading.Event()
    steps = []

    @jobs.job()
    def long(context):
        for step in range(context.cursor.get("step", 0), 1000):
            begun.set()
            assert go_on.wait(LONG)
            steps.append(step)
            context.checkpoint({"step": step + 1})

    identifier = promise(floor, long)
    runner = new_runner()
    runner.start()
    assert begun.wait(LONG)
    stopper = threading.Thread(target=runner.stop)
    stopper.start()
    while not runner._stopping.is_set():
        stopper.join(0.01)
    go_on.set()
    stopper.join(LONG)

    job = view(floor, identifier)
    assert (job.state, job.attempts) == (JobState.queued, 0)
    with floor.reading() as session:
        kept = session.exec(select(JobRecord.cursor)).one()
    assert kept == {"step": len(steps)}
    assert steps == list(range(len(steps)))


def test_a_running_job_shows_its_progress_and_stops_when_it_is_cancelled(floor, jobs, new_runner):
    @jobs.job()
    def work(context):
        step = 0
        pace = threading.Event()
        while True:
            step += 1
            context.progress(step, 10**9, "working")
            pace.wait(0.005)

    identifier = promise(floor, work)
    runner = new_runner()
    runner.start()
    gone = threading.Event()
    for _ in range(LONG * 50):
        if view(floor, identifier).progress_current:
            break
        gone.wait(0.02)
    assert view(floor, identifier).progress_note == "working"
    with floor.writing() as session:
        cancel(session, identifier)

    assert runner.stop(grace=LONG)
    assert view(floor, identifier).state == JobState.cancelled


def test_slow_jobs_leave_a_thread_for_quick_ones(floor, jobs, new_runner):
    hold, quick_ran = threading.Event(), threading.Event()
    running, most, lock = [], [], threading.Lock()

    @jobs.job(slow=True)
    def slow(context):
        with lock:
            running.append(1)
            most.append(len(running))
        assert hold.wait(LONG)
        with lock:
            running.pop()

    @jobs.job()
    def quick(context):
        quick_ran.set()

    slow_ones = [promise(floor, slow) for _ in range(4)]
    promise(floor, quick)
    runner = new_runner(threads=3)
    runner.start()
    assert quick_ran.wait(LONG)
    hold.set()
    for identifier in slow_ones:
        until(floor, identifier, JobState.done)

    assert max(most) <= 2


def test_a_schedule_comes_round_once_for_all_processes(floor, jobs, runner):
    ran = []

    @jobs.job(every=timedelta(hours=1))
    def tidy(context):
        ran.append(now())

    start = now()
    for _ in range(3):
        ensure_scheduled(floor, jobs)
    with moved(timedelta(minutes=2)):
        assert runner.run_due() == 1
        ensure_scheduled(floor, jobs)
        ensure_scheduled(floor, jobs)
        assert runner.run_due() == 0
    with moved(timedelta(hours=5)):
        # Four hours late: it runs once, not four times.
        assert runner.run_due() == 1
        ensure_scheduled(floor, jobs)
        assert runner.run_due() <= 1
        ensure_scheduled(floor, jobs)
        assert runner.run_due() == 0
    assert ran[0] - start < timedelta(minutes=3)


def test_a_schedule_goes_on_after_it_failed_for_good(floor, jobs, runner):
    @jobs.job(every=timedelta(hours=1), retries=0)
    def tidy(context):
        raise RuntimeError

    ensure_scheduled(floor, jobs)
    with moved(timedelta(minutes=2)):
        assert runner.run_due() == 1
        ensure_scheduled(floor, jobs)
    with moved(timedelta(hours=2)):
        assert runner.run_due() == 1


def test_what_finished_long_ago_is_forgotten_but_for_the_latest_of_each_kind(floor, means, jobs):
    everything = Jobs("all")

    @jobs.job(retries=0)
    def work(context, fails=False):
        if fails:
            raise RuntimeError

    everything.include(jobs)
    everything.include(housekeeping)
    runner = Runner(floor, means, everything)
    old = [promise(floor, work), promise(floor, work, fails=True)]
    runner.run_due()
    with moved(timedelta(days=8)):
        latest = promise(floor, work)
        runner.run_due()
    with moved(timedelta(days=30)):
        sweep = promise(floor, everything.find("jobs.sweep"))
        assert runner.run_due() == 1

    with floor.reading() as session:
        kept = session.exec(select(JobRecord.public_id).order_by(JobRecord.id)).all()
    assert kept == [old[1], latest, sweep]
    assert view(floor, sweep).result == {"swept": 1}


def test_a_server_without_job_threads_leaves_the_jobs_to_a_worker(floor, jobs, new_runner):
    @jobs.job()
    def work(context):
        pass

    server, worker = new_runner(threads=0), new_runner(threads=1)
    server.start()
    identifier = promise(floor, work)
    assert server.stop()
    assert view(floor, identifier).state == JobState.queued

    worker.start()
    until(floor, identifier, JobState.done)
