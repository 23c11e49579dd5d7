"""Promising a job on the floor, looking at it, and waiting until it is where it should be."""

import threading

from webapp.runtime.jobs import job_of

LONG = 90
"""Seconds that nothing here ever takes; a wait that reaches it has failed."""


def promise(floor, job, **more):
    with floor.writing() as session:
        return job.later(session, **more)


def view(floor, public_id):
    with floor.reading() as session:
        return job_of(session, public_id)


def until(floor, public_id, *states):
    """Wait for a state without sleeping through it: each look is a query."""
    gone = threading.Event()
    for _ in range(LONG * 50):
        job = view(floor, public_id)
        if job.state in states:
            return job
        gone.wait(0.02)
    raise AssertionError(f"still {job.state}: {job.error}")
