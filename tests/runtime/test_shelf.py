"""Small files at hand: for a minute, and within bounds."""

import pytest

from tests.runtime.clock import Clock
from webapp.runtime.shelf import LARGEST_BYTES, Shelf


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_was_put_there_lies_there_for_its_time(clock):
    shelf = Shelf(kept_s=60, clock=clock)
    shelf.put("stool/320", b"stool")

    assert shelf.get("stool/320") == b"stool"
    assert shelf.get("stool/640") is None
    clock.at += 59.9
    assert shelf.get("stool/320") == b"stool"
    clock.at += 0.1
    assert shelf.get("stool/320") is None


def test_being_asked_for_does_not_keep_it_longer(clock):
    shelf = Shelf(kept_s=60, clock=clock)
    shelf.put("stool/320", b"stool")
    for after in range(50, 65, 5):
        clock.at = 1000.0 + after
        lies_there = shelf.get("stool/320") is not None
        assert lies_there is (after < 60)


def test_the_longest_unused_makes_room(clock):
    shelf = Shelf(most_bytes=10, clock=clock)
    for name in ("a", "b"):
        shelf.put(name, b"12345")
    shelf.get("a")

    shelf.put("c", b"12345")

    assert [name for name in "abc" if shelf.get(name)] == ["a", "c"]


def test_what_is_put_there_again_is_counted_once(clock):
    shelf = Shelf(most_bytes=10, clock=clock)
    for body in (b"12345", b"123456", b"1234"):
        shelf.put("a", body)
    shelf.put("b", b"123456")

    assert shelf.get("a") == b"1234"
    assert shelf.get("b") == b"123456"


def test_nothing_large_and_nothing_empty_is_kept():
    shelf = Shelf()
    shelf.put("large", b"1" * (LARGEST_BYTES + 1))
    shelf.put("empty", b"")

    assert shelf.get("large") is None
    assert shelf.get("empty") is None
