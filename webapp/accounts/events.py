"""Facts about people and keys. They hold no name and no address: what was recorded stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from webapp.runtime.events import Event, plain


@dataclass(frozen=True)
class PersonEvent(Event):
    """Something about one person."""

    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class StaffAdded(PersonEvent):
    name: ClassVar[str] = "staff.added"
    role: str

    def payload(self) -> dict[str, Any]:
        return {"role": self.role, "changed": {"role": [None, self.role]}}


@dataclass(frozen=True)
class StaffChanged(PersonEvent):
    name: ClassVar[str] = "staff.changed"
    changed: dict[str, list[Any]]

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


@dataclass(frozen=True)
class CustomerCreated(PersonEvent):
    name: ClassVar[str] = "customer.created"


@dataclass(frozen=True)
class CustomerVerified(PersonEvent):
    """They showed that the mailbox is theirs."""

    name: ClassVar[str] = "customer.verified"


@dataclass(frozen=True)
class CustomerUpdated(PersonEvent):
    """``changed`` names what; the values are nobody's who reads this later."""

    name: ClassVar[str] = "customer.updated"
    changed: tuple[str, ...]

    def payload(self) -> dict[str, Any]:
        return {"changed": list(self.changed)}


@dataclass(frozen=True)
class SignedIn(PersonEvent):
    """``how``: ``password``, ``link``, ``passkey``, the name of a provider."""

    name: ClassVar[str] = "person.signed_in"
    how: str = "password"
    sign_in: str = ""
    is_new_device: bool = False

    def payload(self) -> dict[str, Any]:
        return {"how": self.how, "sign_in": self.sign_in, "is_new_device": self.is_new_device}


@dataclass(frozen=True)
class SignedOut(PersonEvent):
    """One browser, or (``sign_in`` empty) every other one."""

    name: ClassVar[str] = "person.signed_out"
    sign_in: str = ""

    def payload(self) -> dict[str, Any]:
        return {"sign_in": self.sign_in}


@dataclass(frozen=True)
class PasswordChanged(PersonEvent):
    """``how``: ``known`` (the old one was typed), ``reset`` (by a mailed link)."""

    name: ClassVar[str] = "person.password_changed"
    how: str

    def payload(self) -> dict[str, Any]:
        return {"how": self.how}


@dataclass(frozen=True)
class LinkPromised(PersonEvent):
    """A link is to be mailed; ``purpose`` as in ``LinkPurpose``."""

    name: ClassVar[str] = "person.link_promised"
    link: str
    purpose: str

    def payload(self) -> dict[str, Any]:
        return {"link": self.link, "purpose": self.purpose}


@dataclass(frozen=True)
class RegisteredAgain(PersonEvent):
    """Somebody asked for an account with an address that has one."""

    name: ClassVar[str] = "person.registered_again"


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
