"""What staff should hear of, who has seen it, and how each of them wants to be told."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    public_id_field,
    utc_field,
)


class Way(StrEnum):
    """How somebody hears of a kind of notice: in the back office in every case, and besides ..."""

    here = "here"
    mail = "mail"
    digest = "digest"


class Notice(SQLModel, table=True):
    """One thing for everybody who may know of it. Who has seen it is written elsewhere.

    What happens again under the same ``live_key`` is counted here and is no notice of its own.
    """

    __tablename__ = "notices"
    __table_args__ = (Index("ix_notices_is_mail_due", "is_mail_due", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("ntc")
    kind: str = Field(max_length=20)
    event: str = Field(max_length=60)
    needs: str = Field(max_length=40)
    """The permission of those whom it concerns."""
    live_key: str = Field(unique=True, max_length=160)
    subject_id: str = Field(max_length=60)
    """What it is about; of several the first."""
    facts: dict[str, Any] = json_field()
    count: int = 1
    is_mail_due: bool = False
    """Somebody wants a mail about it at once, and none has been written."""
    created_at: datetime = utc_field(default_factory=now)
    last_at: datetime = utc_field(index=True)


class NoticeSeen(SQLModel, table=True):
    """Somebody has read a notice, as far as it went then: ``count`` of what it tells."""

    __tablename__ = "notices_seen"

    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", primary_key=True)
    notice_id: int = Field(
        foreign_key="notices.id", ondelete="CASCADE", primary_key=True, index=True
    )
    count: int


class NoticeReader(SQLModel, table=True):
    """Up to when somebody has read everything."""

    __tablename__ = "notice_readers"

    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", primary_key=True)
    read_until: datetime = utc_field()


class NoticeChoice(SQLModel, table=True):
    """How somebody wants to hear of a kind of notice, where it is not just ``here``."""

    __tablename__ = "notice_choices"
    __table_args__ = (Index("ix_notice_choices_kind", "kind", "way"),)

    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", primary_key=True)
    kind: str = Field(max_length=20, primary_key=True)
    way: Way = enum_field(Way)
    told_until: datetime = utc_field()
    """What happened before was in a daily mail already."""
