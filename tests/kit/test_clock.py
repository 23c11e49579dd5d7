import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from webapp.kit import clock

NOON = datetime(2026, 2, 28, 12, 0, tzinfo=UTC)


def test_time_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_a_frozen_clock_stands_still_in_every_thread() -> None:
    seen: list[datetime] = []
    with clock.frozen(NOON):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
        assert clock.now() == NOON
    assert seen == [NOON]
    assert clock.now() != NOON


def test_a_frozen_clock_speaks_utc() -> None:
    with clock.frozen(NOON.astimezone(timezone(timedelta(hours=9)))):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC


def test_a_frozen_clock_can_be_moved_and_comes_back() -> None:
    with clock.frozen(NOON):
        with clock.moved(timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
            with clock.moved(timedelta(hours=-2)):
                assert clock.now() == NOON + timedelta(hours=22)
        assert clock.now() == NOON


def test_a_moved_clock_runs_on() -> None:
    real = datetime.now(UTC)
    with clock.moved(timedelta(days=400)) as start:
        assert start - real >= timedelta(days=400)
        assert clock.now() >= start


def test_the_clock_comes_back_after_an_error() -> None:
    with pytest.raises(RuntimeError), clock.frozen(NOON):
        raise RuntimeError
    assert clock.now() != NOON


def test_a_moment_without_a_zone_is_not_taken() -> None:
    with pytest.raises(ValueError), clock.frozen(datetime(2026, 1, 1)):
        pass
