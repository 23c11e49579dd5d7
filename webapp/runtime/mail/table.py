"""The table of mail: what was to be said to whom, in which words, and what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    optional_utc_field,
    public_id_field,
    utc_field,
)


class MailState(StrEnum):
    """``kept`` is written and complete, and there was no way to send it. ``bounced`` is given up:
    the other side refused it for good, or for three days. Only a person moves those on.
    """

    queued = "queued"
    sent = "sent"
    deferred = "deferred"
    bounced = "bounced"
    kept = "kept"
    cancelled = "cancelled"


WAITING = (MailState.queued, MailState.deferred)


class MailRecord(SQLModel, table=True):
    """One message to one person. Its words are written once and never change after that."""

    __tablename__ = "mail_messages"
    __table_args__ = (
        UniqueConstraint(
            "kind", "subject_kind", "subject_id", "version", name="uq_mail_messages_said_once"
        ),
        Index("ix_mail_messages_subject", "subject_kind", "subject_id", "id"),
        Index("ix_mail_messages_state", "state", "id"),
        Index("ix_mail_messages_to_address", "to_address", "id"),
        Index("ix_mail_messages_created", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("mail")
    kind: str = Field(max_length=80)
    """``feature.name``."""
    subject_kind: str = Field(max_length=40)
    subject_id: str = Field(max_length=60)
    """What it is about: ``("order", "ord_...")``."""
    version: str = Field(default="", max_length=80)
    """Tells two messages of one kind about one thing apart: the second parcel from the first."""
    to_address: str = Field(max_length=320)
    to_name: str = Field(default="", max_length=200)
    locale: str = Field(default="", max_length=12)
    """Empty: the shop's."""
    facts: dict[str, Any] = json_field()
    """What the message is made from, until it is written."""
    state: MailState = enum_field(MailState, MailState.queued)

    message_id: str | None = Field(default=None, unique=True, max_length=400)
    """Made when it is written and the same ever after, so that a copy is known for one."""
    mail_subject: str = Field(default="", sa_type=Text)
    text_body: str = Field(default="", sa_type=Text)
    html_body: str = Field(default="", sa_type=Text)
    template_version: str = Field(default="", max_length=20)
    """A hash of the templates it was written with."""

    attempts: int = 0
    last_code: int | None = None
    last_answer: str = Field(default="", max_length=500)
    """What the mail server said last, or what kept us from asking it, as a sentence."""
    life: list[dict[str, Any]] = json_field(list)
    """What happened to it, oldest first: ``at`` (ISO 8601), ``what`` and a ``note``."""
    created_at: datetime = utc_field(default_factory=now)
    rendered_at: datetime | None = optional_utc_field()
    deferred_since: datetime | None = optional_utc_field()
    next_try_at: datetime | None = optional_utc_field()
    sent_at: datetime | None = optional_utc_field()
    expires_at: datetime | None = optional_utc_field()
    """After this it helps nobody: it is cancelled instead of sent."""


LONGEST_LIFE = 100
"""Entries of a life line that are kept: the first and the newest ones."""


def happened(record: MailRecord, what: str, note: str = "", *, at: datetime | None = None) -> None:
    """Add to the life line."""
    entry = {"at": (at or now()).isoformat(), "what": what, "note": note[:500]}
    life = [*record.life, entry]
    if len(life) > LONGEST_LIFE:
        life = [life[0], *life[-LONGEST_LIFE + 1 :]]
    record.life = life
