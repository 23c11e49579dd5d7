"""Tasks as scripts see them."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from webapp.runtime.jobs import JobRow, JobState


class TaskIn(BaseModel):
    """What is to be done."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(
        max_length=60, description="One of `GET /api/v1/task-kinds`.", examples=["export"]
    )
    arguments: dict[str, Any] = Field(
        default_factory=dict,
        description="What the kind takes: its `arguments` in `GET /api/v1/task-kinds`.",
        examples=[{"dialect": "vitrine"}],
    )


class ProgressOut(BaseModel):
    current: int
    total: int | None = Field(description="Null where nobody knows.")
    note: str


class TaskOut(BaseModel):
    """Work in the background: how far it is, what it gave, or why it failed."""

    id: str = Field(examples=["job_4cK9..."])
    kind: str = Field(examples=["export"])
    state: JobState
    is_finished: bool
    attempts: int
    progress: ProgressOut
    result: dict[str, Any] | None = Field(description="What it gave, once it is done.")
    error: str | None = Field(description="Why it failed, in a sentence.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    live: str = Field(description="The same as server-sent events.")

    @classmethod
    def of(cls, job: JobRow, kind: str) -> "TaskOut":
        has_failed = job.state == JobState.failed or (job.is_live and job.attempts > 0)
        return cls(
            id=job.public_id,
            kind=kind,
            state=job.state,
            is_finished=not job.is_live,
            attempts=job.attempts,
            progress=ProgressOut(
                current=job.progress_current,
                total=job.progress_total or None,
                note=job.progress_note,
            ),
            result=job.result if job.state == JobState.done else None,
            error=(job.reason or None) if has_failed else None,
            created_at=job.created_at,
            started_at=job.started_at,
            finished_at=job.finished_at,
            live=f"/api/v1/tasks/{job.public_id}/live",
        )


class TasksOut(BaseModel):
    items: list[TaskOut]
    next_cursor: str | None


class KindOut(BaseModel):
    """A kind of task that scripts may start."""

    kind: str = Field(examples=["export"])
    about: str
    permission: str = Field(examples=["imports:write"])
    arguments: dict[str, Any] = Field(description="JSON Schema of what it takes.")


class KindsOut(BaseModel):
    items: list[KindOut]
