from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.runtime.clock import Clock
from webapp.runtime.limits import Buckets, Delays


def test_a_bucket_empties_and_fills_again():
    clock = Clock()
    buckets = Buckets(per_minute=60, burst=3, clock=clock)

    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]
    assert buckets.take("b") == 0.0
    clock.at += 0.5
    assert buckets.take("a") == 0.5
    clock.at += 0.5
    assert buckets.take("a") == 0.0
    clock.at += 1000
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 1.0]


def test_a_refused_try_costs_nothing():
    clock = Clock()
    buckets = Buckets(per_minute=60, burst=5, clock=clock)
    buckets.take("a", 4)

    assert buckets.take("a", 3) == 2.0
    assert buckets.take("a", 1) == 0.0


def test_forgiving_fills_the_bucket():
    buckets = Buckets(per_minute=1, burst=1, clock=Clock())
    buckets.take("a")
    buckets.forgive("a")

    assert buckets.take("a") == 0.0


def test_memory_is_bounded_and_the_one_unused_for_longest_makes_room():
    buckets = Buckets(per_minute=1, burst=1, keep=2, clock=Clock())
    for key in ("a", "b", "a", "c"):
        buckets.take(key)

    assert len(buckets._memory) == 2
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0.0


def test_limits_that_let_nobody_through_are_refused():
    for wrong in ({"per_minute": 0, "burst": 1}, {"per_minute": 1, "burst": 0}):
        with pytest.raises(ValueError):
            Buckets(**wrong)
    with pytest.raises(ValueError, match="never holds 2"):
        Buckets(per_minute=1, burst=1).take("a", 2)


def test_a_delay_grows_to_its_bound_and_is_forgotten():
    clock = Clock()
    delays = Delays(free=2, first=10, most=50, memory=600, clock=clock)
    waits = []
    for _ in range(6):
        wait = delays.take("a")
        waits.append(wait)
        clock.at += wait
        if wait:
            assert delays.take("a") == 0.0

    assert waits == [0.0, 0.0, 10.0, 20.0, 40.0, 50.0]
    assert delays.take("b") == 0.0
    clock.at += 600
    assert [delays.take("a") for _ in range(3)] == [0.0, 0.0, 10.0]


def test_a_try_that_has_to_wait_is_not_counted_and_what_was_right_is_forgiven():
    clock = Clock()
    delays = Delays(free=2, first=10, most=50, clock=clock)
    assert [delays.take("a") for _ in range(5)] == [0.0, 0.0, 10.0, 10.0, 10.0]

    delays.forgive("a", 1)
    assert [delays.take("a") for _ in range(2)] == [0.0, 10.0]
    delays.forgive("a")
    assert [delays.take("a") for _ in range(3)] == [0.0, 0.0, 10.0]


def test_a_thousand_tries_at_once_get_no_more_through_than_a_few_in_a_row():
    delays = Delays(free=5, first=10, most=900, clock=Clock())

    with ThreadPoolExecutor(16) as pool:
        waits = list(pool.map(lambda _: delays.take("a"), range(1000)))

    assert waits.count(0.0) == 5


def test_the_one_unused_for_longest_makes_room():
    delays = Delays(free=1, first=10, most=50, keep=2, clock=Clock())
    for key in ("a", "b", "c"):
        delays.take(key)

    assert [delays.take(key) for key in ("c", "b", "a")] == [10.0, 10.0, 0.0]
