import pytest

from webapp.runtime.limits import Buckets


class Clock:
    def __init__(self):
        self.at = 1000.0

    def __call__(self):
        return self.at


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

    assert len(buckets._buckets) == 2
    assert buckets.take("a") > 0
    assert buckets.take("b") == 0.0


def test_limits_that_let_nobody_through_are_refused():
    for wrong in ({"per_minute": 0, "burst": 1}, {"per_minute": 1, "burst": 0}):
        with pytest.raises(ValueError):
            Buckets(**wrong)
    with pytest.raises(ValueError, match="never holds 2"):
        Buckets(per_minute=1, burst=1).take("a", 2)
