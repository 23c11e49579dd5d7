"""What is stated about jobs: that one failed for good, and what people did about one."""

from typing import Any, ClassVar

from webapp.runtime.events import Event, Subject


class JobFact(Event):
    job: str
    kind: str

    @property
    def subject(self) -> Subject:
        return ("job", self.job)

    def payload(self) -> dict[str, Any]:
        return {"kind": self.kind}


class JobFailed(JobFact):
    """It rests among the dead letters. ``reason`` is a sentence of ours, never a traceback: what
    an exception says may hold what nobody else should read, and a fact is never deleted."""

    name: ClassVar[str] = "job.failed"
    attempts: int
    reason: str

    def payload(self) -> dict[str, Any]:
        return {"kind": self.kind, "attempts": self.attempts, "reason": self.reason}


class JobRetried(JobFact):
    """Somebody took it back into the queue."""

    name: ClassVar[str] = "job.retried"


class JobCancelled(JobFact):
    """Somebody called it off."""

    name: ClassVar[str] = "job.cancelled"
