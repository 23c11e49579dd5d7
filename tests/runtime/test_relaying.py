"""Handing jobs to a broker: what is told when, and what happens when it cannot be told."""

import threading
from datetime import timedelta

import pytest

from webapp.kit.clock import moved
from webapp.runtime.jobs import JobState, job_of, retry
from webapp.runtime.jobs.relaying import MOST_WAITING, RELAY_AGAIN, Relay

LONG = 30


class Board:
    """A broker that remembers, and can be out of order."""

    def __init__(self):
        self.words, self.left, self.is_down, self.heard = [], 0, False, threading.Event()

    def send(self, words):
        if self.is_down:
            raise ConnectionError("nobody there")
        self.words += [word.job for word in words]
        self.heard.set()

    def waiting(self):
        return self.left


@pytest.fixture
def board():
    return Board()


@pytest.fixture
def relay(floor, jobs, board):
    made = Relay(floor, jobs, lambda: board)
    yield made
    made.stop()


@pytest.fixture
def work(jobs):
    @jobs.job(retries=1, first_pause=timedelta(seconds=10))
    def work(context, fails=False):
        if fails:
            raise RuntimeError

    return work


def promise(floor, job, **more):
    with floor.writing() as session:
        return job.later(session, **more)


def test_what_is_due_is_told_once_the_most_urgent_first(floor, relay, board, work):
    second = promise(floor, work)
    first = promise(floor, work, priority=-1)
    promise(floor, work, delay=timedelta(hours=1))

    assert relay.relay_due() == 2
    assert relay.relay_due() == 0
    assert board.words == [first, second]


def test_a_word_that_was_lost_is_said_again(floor, relay, board, work):
    identifier = promise(floor, work)
    relay.relay_due()

    with moved(RELAY_AGAIN + timedelta(seconds=1)):
        assert relay.relay_due() == 1
    assert board.words == [identifier, identifier]


def test_what_runs_or_has_run_is_not_told_of(floor, relay, board, work, runner):
    promise(floor, work)
    runner.run_due()

    with moved(timedelta(hours=2)):
        assert relay.relay_due() == 0
    assert board.words == []


def test_a_retry_is_told_when_it_is_due_also_one_by_hand(floor, relay, board, work, runner):
    identifier = promise(floor, work, fails=True)
    relay.relay_due()
    runner.run_one(identifier)
    assert relay.relay_due() == 0
    with moved(timedelta(seconds=15)):
        assert relay.relay_due() == 1
        runner.run_one(identifier)
    with floor.writing() as session:
        retry(session, identifier)
    assert relay.relay_due() == 1

    assert board.words == [identifier] * 3


def test_nothing_is_lost_while_the_broker_is_down(floor, relay, board, work):
    identifier = promise(floor, work)
    board.is_down = True
    with pytest.raises(ConnectionError):
        relay.relay_due()

    board.is_down = False
    assert relay.relay_due() == 1
    assert board.words == [identifier]


def test_the_board_is_not_filled_where_nobody_reads_it(floor, relay, board, work):
    promise(floor, work)
    board.left = MOST_WAITING

    assert relay.relay_due() == 0
    board.left = MOST_WAITING - 1
    assert relay.relay_due() == 1


def test_a_commit_is_relayed_at_once_and_runs_nothing_here(floor, relay, board, work):
    relay.start()
    identifier = promise(floor, work)

    assert board.heard.wait(LONG)
    assert board.words == [identifier]
    with floor.reading() as session:
        assert job_of(session, identifier).state == JobState.queued


def test_the_same_word_twice_is_one_run(floor, jobs, new_runner):
    ran, hold = [], threading.Event()

    @jobs.job()
    def slowly(context):
        ran.append(1)
        assert hold.wait(LONG)

    identifier = promise(floor, slowly)
    first = threading.Thread(target=new_runner(1).run_one, args=(identifier,))
    first.start()
    while not ran:
        first.join(0.01)
    assert new_runner(1).run_one(identifier) is False
    hold.set()
    first.join(LONG)

    assert len(ran) == 1
    with floor.reading() as session:
        assert job_of(session, identifier).state == JobState.done


def test_a_run_by_id_stops_when_its_process_ends(floor, jobs, new_runner):
    begun, ending = threading.Event(), threading.Event()

    @jobs.job()
    def long(context):
        pace = threading.Event()
        for step in range(10**9):
            begun.set()
            context.progress(step)
            pace.wait(0.005)

    identifier = promise(floor, long)
    thread = threading.Thread(target=new_runner(1).run_one, args=(identifier, ending))
    thread.start()
    assert begun.wait(LONG)
    ending.set()
    thread.join(LONG)

    with floor.reading() as session:
        job = job_of(session, identifier)
    assert (job.state, job.attempts) == (JobState.queued, 0)
