"""What is to be sent, and how it went."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from webapp.kit.values import Value, field
from webapp.webhooks.models import Cause

API_VERSION = "2026-01"

RETRY_AFTER = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Pauses after each failed try; a bit more than three days altogether."""
JITTER = 0.1

DOWN_AFTER = 5
"""So many failures in a row mean that the endpoint itself is down, not one event poison."""

KEEP = timedelta(days=90)
"""Bodies and deliveries; the events themselves stay for good."""
KEEP_FEED = timedelta(days=30)

ENDED = "The endpoint was switched off."


class Letter(Value):
    """One event for one endpoint, ready to be sent."""

    delivery_id: int | None
    """None while it has no row: it is the next in order."""
    sequence: int | None
    event_id: str
    name: str
    subject: tuple[str, str]
    cause: Cause
    attempts: int
    """Tries before this one."""
    body: bytes
    """Exactly the bytes to send."""


class Outcome(Value):
    """What came of one try."""

    letter: Letter
    at: datetime
    duration_ms: int
    status: int | None = None
    """None: no answer; ``problem`` says why."""
    problem: str = ""
    answer_head: str = ""
    answer: str = ""
    retry_after: datetime | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == 410


class Step(Value):
    """The next event in order; without a letter where it has to wait behind another."""

    sequence: int
    letter: Letter | None


class Work(Value):
    """What can be sent to an endpoint now."""

    endpoint_id: int = 0
    url: str = ""
    salts: tuple[str, ...] = ()
    """The present one first."""
    cursor: int = 0
    replay_to: int | None = None
    is_strict: bool = False
    waiting: Sequence[Letter] = ()
    """Those that have a row, due now."""
    steps: Sequence[Step] = field(default=())
    """Events beyond the cursor, in order."""
    through: int | None = None
    """The cursor once all steps are done; None: that of the last step."""
    again_at: datetime | None = None
    """When to look again if nobody asks before."""

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.steps and (self.through or 0) <= self.cursor
