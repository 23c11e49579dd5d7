"""What the other processes of ``test_running`` do: they share nothing with it but the file."""

import os
import sys
import time
from pathlib import Path

from webapp.runtime import log
from webapp.runtime.db import Database
from webapp.runtime.jobs import Jobs, Means, Runner
from webapp.runtime.outbound import Outbound
from webapp.runtime.storage import MemoryStorage
from webapp.settings import Settings

jobs = Jobs("race")


@jobs.job()
def mark(context, number, file):
    """Leave a line: one write to a file opened for appending is never torn."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.write(descriptor, f"{number} {os.getpid()}\n".encode())
    os.close(descriptor)


@jobs.job()
def climb(context, steps, sign):
    """Climb step by step; say so and hang at the third, so that somebody can pull the plug."""
    for step in range(context.cursor.get("step", 0) + 1, steps + 1):
        with context.writing():
            context.checkpoint({"step": step})
        with Path(sign).open("a") as file:
            file.write(f"{step} in try {context.attempt}\n")
        if step == 3 and context.attempt == 1:
            say("hanging")
            time.sleep(600)


def say(word):
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def runner_over(url, folder):
    settings = Settings(_env_file=None, data_dir=Path(folder))  # type: ignore[call-arg]
    return Runner(Database(url), Means(settings, MemoryStorage(), Outbound()), jobs)


if __name__ == "__main__":
    log.set_up("error")
    runner = runner_over(sys.argv[1], sys.argv[2])
    say("ready")
    sys.stdin.readline()
    say(str(runner.run_due()))
