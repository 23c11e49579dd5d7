"""One process of the proof of leases: a server or a worker, with a kind that watches itself."""

import fcntl
import os
import random
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from tests.proofs.shops import settings_of
from webapp import main
from webapp.ops import serving
from webapp.runtime import log
from webapp.runtime.jobs import Jobs, crew, leases, running

LEASE = timedelta(seconds=6)
"""Instead of a minute: the proof must see many of them run out."""

jobs = Jobs("proof")


@jobs.job(retries=50, first_pause=timedelta(seconds=0.2))
def touch(context, number, folder):
    """Take effect once. Whoever finds somebody else at it says so, and who it was."""
    if context.cursor.get("done"):
        return
    place = Path(folder) / str(number)
    descriptor = os.open(place, os.O_RDWR | os.O_CREAT)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode()
            _say(Path(folder) / "meetings", f"{number} {holder} {os.getpid()}\n")
        else:
            os.pwrite(descriptor, f"{os.getpid():<20}".encode(), 0)
        time.sleep(random.uniform(0.005, 0.05))
        with context.writing() as session:
            session.execute(
                text("INSERT INTO proof_effects (number, pid) VALUES (:number, :pid)"),
                {"number": number, "pid": os.getpid()},
            )
            context.checkpoint({"done": True})
        time.sleep(random.uniform(0, 0.02))
    finally:
        os.close(descriptor)


def _say(place, line):
    descriptor = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, line.encode())
    os.close(descriptor)


def run(role, data, port):
    leases.LEASE = LEASE
    crew.TEND_S = running.TEND_S = LEASE.total_seconds() / 3
    settings = settings_of(Path(data)).model_copy(update={"job_threads": 2, "port": int(port)})
    log.set_up("error")
    if role == "server":
        site = main.create_app(settings)
        site.state.shop.runner.registry.include(jobs)
        serving.run(site, settings)
        return
    with main.open_shop(settings) as shop:
        shop.runner.registry.include(jobs)
        shop.start()
        while True:
            time.sleep(1)


if __name__ == "__main__":
    run(*sys.argv[1:])
