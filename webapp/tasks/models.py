"""What was asked for by scripts, so that asking twice with one key is asking once."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import utc_field


class TaskRequest(SQLModel, table=True):
    """A request that carried an ``Idempotency-Key``, and the task it started."""

    __tablename__ = "task_requests"
    __table_args__ = (UniqueConstraint("asked_by", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    asked_by: str = Field(max_length=60)
    key: str = Field(max_length=255)
    fingerprint: str = Field(max_length=64)
    """SHA-256 of what was asked; another question under the same key is refused."""
    task: str = Field(max_length=40)
    created_at: datetime = utc_field(index=True, default_factory=now)
