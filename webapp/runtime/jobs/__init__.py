"""Work that outlives a request: rows in our own table, written with their cause, run after it."""

from webapp.runtime.jobs.table import JobRecord, JobState

__all__ = ["JobRecord", "JobState"]
