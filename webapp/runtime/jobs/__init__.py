"""Work that outlives a request: rows in our own table, written with their cause, run after it."""

from webapp.runtime.jobs.context import GiveUp, Interrupted, JobContext, Means
from webapp.runtime.jobs.declaring import Job, Jobs
from webapp.runtime.jobs.overseeing import (
    Backlog,
    JobView,
    backlog,
    cancel,
    dead_letters,
    job_of,
    retry,
)
from webapp.runtime.jobs.running import Runner
from webapp.runtime.jobs.scheduling import housekeeping
from webapp.runtime.jobs.table import JobRecord, JobState

__all__ = [
    "Backlog",
    "GiveUp",
    "Interrupted",
    "Job",
    "JobContext",
    "JobRecord",
    "JobState",
    "JobView",
    "Jobs",
    "Means",
    "Runner",
    "backlog",
    "cancel",
    "dead_letters",
    "housekeeping",
    "job_of",
    "retry",
]
