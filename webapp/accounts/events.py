"""Facts about people."""

from dataclasses import dataclass
from typing import Any, ClassVar

from webapp.runtime.events import Event


@dataclass(frozen=True)
class StaffAdded(Event):
    name: ClassVar[str] = "staff.added"
    person: str
    role: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {"role": self.role}


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
class SignedIn(Event):
    name: ClassVar[str] = "staff.signed_in"
    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {}
