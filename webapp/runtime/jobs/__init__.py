"""Work that outlives a request: rows in our own table, written with their cause, run after it."""

from webapp.runtime.jobs.context import FILES, GiveUp, Interrupted, JobContext, Means, file_key
from webapp.runtime.jobs.declaring import Job, Jobs
from webapp.runtime.jobs.events import JobCancelled, JobFailed, JobRetried
from webapp.runtime.jobs.listing import FailingKind, Schedule, failing_kinds, listing, schedules
from webapp.runtime.jobs.overseeing import (
    Backlog,
    JobRow,
    JobView,
    backlog,
    cancel,
    dead_letters,
    job_of,
    retry,
    retry_all,
)
from webapp.runtime.jobs.running import Runner
from webapp.runtime.jobs.scheduling import housekeeping
from webapp.runtime.jobs.table import JobRecord, JobState

__all__ = [
    "FILES",
    "Backlog",
    "FailingKind",
    "GiveUp",
    "Interrupted",
    "Job",
    "JobCancelled",
    "JobContext",
    "JobFailed",
    "JobRecord",
    "JobRetried",
    "JobRow",
    "JobState",
    "JobView",
    "Jobs",
    "Means",
    "Runner",
    "Schedule",
    "backlog",
    "cancel",
    "dead_letters",
    "failing_kinds",
    "file_key",
    "housekeeping",
    "job_of",
    "listing",
    "retry",
    "retry_all",
    "schedules",
]
