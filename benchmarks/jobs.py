"""No-op jobs a second of the embedded runner beside a serving site, and how soon a due job begins.

In turns with bare durable commits of the same run, so that a busy machine slows both alike. What
counts is the ratio: ``python -m benchmarks.jobs [--jobs 600] [--rounds 3]``.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import uvicorn
from fastapi import FastAPI

from benchmarks.pages import durable_commits
from tests.proofs.servers import free_port
from tests.proofs.shops import settings_of, stocked_shop
from webapp.main import create_app
from webapp.runtime import log
from webapp.runtime.db import Database
from webapp.runtime.jobs import JobContext, Jobs, JobState, listing

jobs = Jobs("bench")
begun: dict[int, float] = {}
has_begun = threading.Condition()


@jobs.job()
def nothing(context: JobContext) -> None:
    """What it costs to run a job is all there is to it."""


@jobs.job()
def tell(context: JobContext, number: int) -> None:
    with has_begun:
        begun[number] = time.perf_counter()
        has_begun.notify_all()


@contextmanager
def site(data: Path) -> Iterator[tuple[FastAPI, str]]:
    """A site of this process, with its jobs in threads beside it, that somebody looks at."""
    app = create_app(settings_of(data).model_copy(update={"job_threads": 2}))
    app.state.shop.runner.registry.include(jobs)
    port = free_port()
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    ends = threading.Event()
    address = f"http://127.0.0.1:{port}"
    visitor = threading.Thread(target=_visit, args=(address, ends))
    visitor.start()
    try:
        yield app, address
    finally:
        ends.set()
        visitor.join()
        server.should_exit = True
        thread.join()


def _visit(address: str, ends: threading.Event) -> None:
    with httpx.Client(base_url=address) as client:
        while not ends.wait(0.05):
            client.get("/products").raise_for_status()


def jobs_a_second(database: Database, number: int) -> float:
    with database.writing() as session:
        for _ in range(number):
            nothing.later(session)
        began = time.perf_counter()
    while True:
        with database.reading() as session:
            left = [
                state
                for state in (JobState.queued, JobState.running)
                if listing(session, state=state, kind="bench.nothing", size=1).items
            ]
        if not left:
            return number / (time.perf_counter() - began)
        time.sleep(0.02)


def starts_after_ms(database: Database, first: int, number: int) -> list[float]:
    """From the end of the commit to the first line of the job, one at a time."""
    took = []
    for each in range(first, first + number):
        with database.writing() as session:
            tell.later(session, number=each)
        promised = time.perf_counter()
        with has_begun:
            has_begun.wait_for(lambda each=each: each in begun)  # type: ignore[misc]
        took.append((begun[each] - promised) * 1000)
        time.sleep(0.01)
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    log.set_up("error")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        stocked_shop(data, units=1)
        with site(data) as (app, _):
            rounds = [
                (
                    durable_commits(_fresh(data, number), 200).per_second,
                    jobs_a_second(app.state.database, asked.jobs),
                )
                for number in range(asked.rounds)
            ]
            here = starts_after_ms(app.state.database, 0, 40)
            elsewhere = Database(str(settings_of(data).database))
            there = starts_after_ms(elsewhere, 1000, 40)
            elsewhere.dispose()
    for commits, done in rounds:
        print(f"bare commits {commits:7.0f}/s   jobs {done:7.0f}/s   ratio {done / commits:5.2f}")
    ratio = statistics.median(done / commits for commits, done in rounds)
    print(f"jobs for each bare durable commit: {ratio:.2f} (median of {len(rounds)})")
    _say("commit here to start", here)
    _say("commit of another process to start", there)


def _fresh(data: Path, number: int) -> Path:
    folder = data / f"commits-{number}"
    folder.mkdir()
    return folder


def _say(what: str, took: list[float]) -> None:
    middle, late = statistics.median(took), statistics.quantiles(took, n=10)[-1]
    print(f"{what}: median {middle:.1f} ms, slowest tenth from {late:.1f} ms")


if __name__ == "__main__":
    main()
