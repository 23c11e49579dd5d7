"""The table of jobs: work that a transaction promised and somebody does after it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Table, Text, text
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    optional_utc_field,
    partial_index,
    public_id_field,
    utc_field,
)


class JobState(StrEnum):
    """``failed`` is the dead-letter list: nothing moves it on but a person who retries it."""

    queued = "queued"
    running = "running"
    done = "done"
    failed = "failed"
    cancelled = "cancelled"


LIVE = text("state IN ('queued', 'running')")
QUEUED = text("state = 'queued'")
RUNNING = text("state = 'running'")
ASKED = text("asked_by != ''")
"""Literal on purpose: a bound value would not match the partial indexes below."""


class JobRecord(SQLModel, table=True):
    """One piece of work: what to do, when, how often it was tried and how far it is."""

    __tablename__ = "jobs"
    __table_args__ = (
        partial_index("ux_jobs_live_unique_key", "unique_key", unique=True, where=LIVE),
        # The claim: the most urgent due job, oldest first. Finished jobs are not in the index, so
        # it stays as small as the backlog is.
        partial_index("ix_jobs_queued", "queue", "priority", "due_at", "id", where=QUEUED),
        partial_index("ix_jobs_lease", "lease_until", where=RUNNING),
        # When there will be something to do: read by an idle runner many times a minute.
        partial_index("ix_jobs_due", "due_at", where=QUEUED),
        Index("ix_jobs_state_finished", "state", "finished_at"),
        # The pages: the newest first, of a state, of a kind, of both, of whoever asked for them.
        Index("ix_jobs_state", "state", "id"),
        Index("ix_jobs_kind", "kind", "id"),
        Index("ix_jobs_state_kind", "state", "kind", "id"),
        partial_index("ix_jobs_asked_by", "asked_by", "id", where=ASKED),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("job")
    queue: str = Field(default="quick", max_length=20)
    """``quick`` or ``slow``; one thread is always kept free of slow ones."""
    kind: str = Field(max_length=120)
    """``feature.function``."""
    payload: dict[str, Any] = json_field()
    version: int = 1
    """Which shape the payload has; counted up when a job changes its parameters."""
    state: JobState = enum_field(JobState, JobState.queued)
    priority: int = 0
    """Lower goes first; 0 unless told, negative for what somebody waits for."""
    due_at: datetime = utc_field(default_factory=now)
    attempts: int = 0
    max_attempts: int = 6
    """One more for each interruption: those are not the job's own failures."""
    interruptions: int = 0
    """Tries that ended because their process did."""
    lease_owner: str = Field(default="", max_length=80)
    """Who runs it: different at every claim, so that a late finisher cannot pass for a new one."""
    lease_until: datetime | None = optional_utc_field()
    progress_current: int = 0
    progress_total: int = 0
    progress_note: str = Field(default="", max_length=300)
    cursor: dict[str, Any] = json_field()
    """Where a resumable job goes on after an interruption; empty at the beginning."""
    unique_key: str | None = Field(default=None, max_length=200)
    asked_again: bool = False
    """Its key was asked for while it ran: it runs once more, so that the newer cause is seen."""
    result: dict[str, Any] = json_field()
    error: str = Field(default="", sa_type=Text)
    """The last failure's traceback; kept when a later try succeeds, for whoever wonders."""
    reason: str = Field(default="", max_length=300)
    """The same as a sentence without secrets, for those who may not see the traceback."""
    asked_by: str = Field(default="", max_length=60)
    """Public id of the person or key that asked for it; empty for the shop itself."""
    relayed_at: datetime | None = optional_utc_field()
    """When it was last handed to the broker, where there is one; no promise that it arrived."""
    created_at: datetime = utc_field(default_factory=now)
    started_at: datetime | None = optional_utc_field()
    finished_at: datetime | None = optional_utc_field()


jobs: Table = JobRecord.__table__  # type: ignore[attr-defined]
"""For the statements that claim and settle, which are single and conditional, never an entity's."""
