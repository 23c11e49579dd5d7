"""What the Celery workers of ``test_celery`` run: a shop's worker, with kinds that leave marks."""

import os
import time
from pathlib import Path

from webapp import worker
from webapp.runtime.jobs import Jobs
from webapp.settings import Settings

jobs = Jobs("marks")


@jobs.job()
def mark(context, number, file):
    """Leave a line when it begins and one when it ends."""
    for word in ("begin", "end"):
        descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, f"{word} {number} {os.getpid()}\n".encode())
        os.close(descriptor)
    context.progress(1, 1, "Marked")
    return {"by": os.getpid()}


@jobs.job(retries=0)
def fall(context):
    raise RuntimeError("fell down")


@jobs.job()
def hang_once(context, sign):
    """Hang in the first try, so that somebody can pull the plug."""
    if context.attempt == 1:
        Path(sign).write_text(str(os.getpid()))
        time.sleep(600)
    return {"try": context.attempt}


def __getattr__(name):
    if name == "app":
        found = worker.celery_worker(Settings(), also=jobs)
        globals()["app"] = found
        return found
    raise AttributeError(name)
