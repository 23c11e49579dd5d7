"""The one clock. Everything that asks for the time asks here, so that a test can set it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


def _real() -> datetime:
    return datetime.now(UTC)


# A module variable and not a context variable: a test that moves the clock means every thread,
# also those of the server and of the job runner.
_reading: Callable[[], datetime] = _real


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _reading()


@contextmanager
def frozen(at: datetime) -> Iterator[datetime]:
    """For tests: time stands still at ``at`` (which must be aware) in every thread.

    Nests with ``moved``: the innermost decides.
    """
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be compared with the others.")
    moment = at.astimezone(UTC)
    with _set(lambda: moment):
        yield moment


@contextmanager
def moved(by: timedelta) -> Iterator[datetime]:
    """For tests: the clock runs on, ``by`` later than it would (earlier when negative).

    Inside ``frozen`` it moves the frozen moment.
    """
    before = _reading
    with _set(lambda: before() + by):
        yield now()


@contextmanager
def _set(reading: Callable[[], datetime]) -> Iterator[None]:
    global _reading
    before = _reading
    _reading = reading
    try:
        yield
    finally:
        _reading = before
