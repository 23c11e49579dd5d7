"""Facts about keys and what programs were given."""

from datetime import datetime
from typing import Any, ClassVar

from webapp.accounts.events.people import PersonEvent
from webapp.runtime.events import Event, plain


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


class KeyRevoked(Event):
    name: ClassVar[str] = "key.revoked"
    key: str
    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("key", self.key)

    def payload(self) -> dict[str, Any]:
        return {"person": self.person}


class GrantMade(PersonEvent):
    """A program was let in with the person's password."""

    name: ClassVar[str] = "person.grant_made"
    grant: str
    client: str
    scopes: tuple[str, ...]
    is_new_client: bool = False

    def payload(self) -> dict[str, Any]:
        return {
            "grant": self.grant,
            "client": self.client,
            "scopes": plain(self.scopes),
            "is_new_client": self.is_new_client,
        }


class GrantEnded(PersonEvent):
    """``how``: ``signed_out`` by the program itself, ``reused`` when a refresh token came twice,
    ``replaced`` by newer ones, ``everywhere`` (``grant`` is empty) with the person's browsers."""

    name: ClassVar[str] = "person.grant_ended"
    grant: str
    how: str

    def payload(self) -> dict[str, Any]:
        return {"grant": self.grant, "how": self.how}
