"""What a script gets of the shop's events."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field


class SubjectOut(BaseModel):
    """What it happened to."""

    type: str = Field(examples=["order"])
    id: str
    version: int
    """1, 2, 3 ... for each thing: older news than you have can be dropped."""


class EventOut(BaseModel):
    """One event, exactly as a webhook brings it."""

    sequence: int
    """Grows by one from event to event, in the order in which they came to be true."""
    id: str
    type: str = Field(examples=["order.paid"])
    timestamp: datetime
    api_version: str
    subject: SubjectOut
    data: dict[str, Any]
    """The thing as the API showed it when the event came to be true."""
    changed: list[str]
    facts: dict[str, Any] = {}
    """What else the event says."""


class EventsOut(BaseModel):
    """Events in order. ``next`` leads on, and later to what happened meanwhile: keep it.

    ``oldest`` is the smallest number that is still kept; if it is more than one beyond what you
    have, you were away too long and read the things themselves anew.
    """

    items: list[EventOut]
    next: str
    has_more: bool
    oldest: int | None
    latest: int
