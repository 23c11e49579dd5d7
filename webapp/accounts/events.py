"""Facts about people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from webapp.runtime.events import Event, plain


@dataclass(frozen=True)
class StaffAdded(Event):
    name: ClassVar[str] = "staff.added"
    person: str
    role: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {"role": self.role, "changed": {"role": [None, self.role]}}


@dataclass(frozen=True)
class StaffChanged(Event):
    name: ClassVar[str] = "staff.changed"
    person: str
    changed: dict[str, list[Any]]

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


@dataclass(frozen=True)
class SignedOut(Event):
    name: ClassVar[str] = "staff.signed_out"
    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class SignedIn(Event):
    name: ClassVar[str] = "staff.signed_in"
    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class KeyMade(Event):
    name: ClassVar[str] = "key.made"
    key: str
    person: str
    title: str
    prefix: str
    scopes: tuple[str, ...]
    expires_at: datetime | None

    @property
    def subject(self) -> tuple[str, str]:
        return ("key", self.key)

    def payload(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "name": self.title,
            "prefix": self.prefix,
            "scopes": plain(self.scopes),
            "expires_at": plain(self.expires_at),
        }


@dataclass(frozen=True)
class KeyRevoked(Event):
    name: ClassVar[str] = "key.revoked"
    key: str
    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("key", self.key)

    def payload(self) -> dict[str, Any]:
        return {"person": self.person}
