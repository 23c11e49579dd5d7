"""Facts about providers and whom they introduce. They hold no name and no address of a person."""

from typing import Any, ClassVar

from webapp.runtime.events import Event


class ProviderEvent(Event):
    """``title`` is what its button says."""

    provider: str
    title: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("provider", self.provider)

    def payload(self) -> dict[str, Any]:
        return {"title": self.title}


class ProviderAdded(ProviderEvent):
    name: ClassVar[str] = "provider.added"
    issuer: str

    def payload(self) -> dict[str, Any]:
        return {"title": self.title, "issuer": self.issuer}


class ProviderChanged(ProviderEvent):
    """That the client secret is another one is said; neither of them is."""

    name: ClassVar[str] = "provider.changed"
    changed: dict[str, list[Any]]

    def payload(self) -> dict[str, Any]:
        return {"title": self.title, "changed": self.changed}


class ProviderRemoved(ProviderEvent):
    """``identities``: how many people came in by it."""

    name: ClassVar[str] = "provider.removed"
    identities: int

    def payload(self) -> dict[str, Any]:
        return {"title": self.title, "identities": self.identities}


class ProviderFailing(ProviderEvent):
    """Stated once, when it begins."""

    name: ClassVar[str] = "provider.failing"
    problem: str

    def payload(self) -> dict[str, Any]:
        return {"title": self.title, "problem": self.problem}


class IdentityEvent(Event):
    """Something about one person and a provider (``title``: what its button says)."""

    person: str
    identity: str
    provider: str
    title: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {"identity": self.identity, "provider": self.provider, "with": self.title}


class IdentityLinked(IdentityEvent):
    name: ClassVar[str] = "person.identity_linked"
    is_first: bool = False
    """The account was made with it."""


class IdentityUnlinked(IdentityEvent):
    name: ClassVar[str] = "person.identity_unlinked"
