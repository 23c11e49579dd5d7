import threading

import pytest

from webapp.runtime.jobs import Jobs
from webapp.runtime.joining import Once
from webapp.runtime.mail import Mails


def test_whoever_asks_first_brings_all_and_the_others_wait():
    jobs, mails, begun, go = Jobs("shop"), Mails("shop"), threading.Event(), threading.Event()
    brought = Jobs("lamps")

    @brought.job()
    def light(context):
        """Nothing."""

    times = []

    def join():
        times.append(1)
        begun.set()
        go.wait(10)
        jobs.include(brought)

    once = Once(join)
    jobs.join_with(once)
    mails.join_with(once)
    found = []
    first = threading.Thread(target=lambda: found.append(jobs.find("lamps.light")))
    second = threading.Thread(target=lambda: found.append((list(mails), jobs.find("lamps.light"))))
    first.start()
    begun.wait(10)
    second.start()
    go.set()
    first.join(10)
    second.join(10)

    assert times == [1]
    assert sorted(map(bool, found)) == [True, True]
    assert jobs.find("lamps.light") is light


def test_what_failed_is_tried_again():
    jobs, tries = Jobs("shop"), []

    def join():
        tries.append(1)
        if len(tries) == 1:
            raise ImportError("no such library")

    jobs.join_with(Once(join))

    with pytest.raises(ImportError):
        jobs.find("lamps.light")
    assert jobs.find("lamps.light") is None
    assert jobs.find("lamps.light") is None
    assert len(tries) == 2
