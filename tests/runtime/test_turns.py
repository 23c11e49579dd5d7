"""The turnstile between the processes that write into one SQLite file."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from webapp.runtime import turns
from webapp.runtime.turns import Turnstile, turnstile

pytestmark = pytest.mark.skipif(turns.fcntl is None, reason="no such locks on this system")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def comer(database: Path) -> Iterator[Callable[[], Turnstile]]:
    """Another process's turnstile at the same file."""
    with ExitStack() as stack:

        def come() -> Turnstile:
            one = Turnstile(database)
            stack.callback(one.close)
            return one

        yield come


def is_waited_for(database: Path) -> bool:
    """Whether somebody has the place behind the one who writes."""
    probe = Turnstile(database)
    try:
        return not turns._take(probe._next, time.monotonic())
    finally:
        probe.close()


def test_who_waits_comes_before_who_comes_again(database: Path, comer):
    order: list[str] = []
    busy, patient = comer(), comer()
    busy.enter()

    def wait() -> None:
        patient.enter()
        order.append("patient")
        patient.leave()

    def come_again() -> None:
        busy.enter()
        order.append("busy")
        busy.leave()

    waiting = threading.Thread(target=wait)
    waiting.start()
    deadline = time.monotonic() + 20
    while not is_waited_for(database):
        assert time.monotonic() < deadline
    busy.leave()
    come_again()
    waiting.join(20)

    assert order == ["patient", "busy"]


def test_one_that_was_stopped_keeps_nobody_for_ever(comer, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_S", 0.0)
    stopped, other = comer(), comer()
    stopped.enter()

    other.enter()
    other.leave()

    assert not turns._take(other._writes, time.monotonic()), "it was not the other's to give"


def test_the_place_of_one_that_died_is_free(comer):
    gone, other = comer(), comer()
    gone.enter()
    gone.close()

    assert turns._take(other._writes, time.monotonic())


def test_where_no_file_is_there_are_no_turns(tmp_path: Path):
    assert turnstile(None) is None
    assert turnstile(tmp_path / "nowhere" / "shop.db") is None
