"""What goes to a provider and comes back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from webapp.kit.values import Value, asdict, names_of


class ProviderKind(StrEnum):
    google = "google"
    github = "github"
    openid = "openid"


ISSUERS = {
    ProviderKind.google: "https://accounts.google.com",
    ProviderKind.github: "https://github.com",
}
"""Of those that have one of their own. GitHub may also be a company's own server."""


class Aim(StrEnum):
    """Why somebody goes to a provider."""

    enter = "enter"
    link = "link"
    """From their account, to add a way in."""
    staff = "staff"


class Client(Value):
    """The shop as a provider knows it."""

    key: int
    public_id: str
    slug: str
    kind: ProviderKind
    name: str
    issuer: str
    client_id: str
    secret: str
    redirect_uri: str = ""
    for_staff: bool = False
    trusts_addresses: bool = True
    is_failing: bool = False
    """Whether the last that was tried with it went wrong."""

    def __repr__(self) -> str:
        return f"Client({self.slug!r})"


class Trip(Value):
    """One way to a provider and back: what the browser carries meanwhile, signed."""

    provider: str
    """Its slug: what another one answers is not taken."""
    state: str
    nonce: str
    verifier: str
    """Of PKCE (RFC 7636): whoever steals the code cannot use it without."""
    aim: Aim = Aim.enter
    to: str = ""
    person: str = ""
    """Who set out, where somebody was signed in."""

    def packed(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def unpacked(cls, value: Any) -> "Trip | None":
        try:
            return cls(**{**value, "aim": Aim(value["aim"])})
        except (TypeError, KeyError, ValueError):
            return None


class Answer(Value):
    """With what a provider sends the browser back."""

    code: str = ""
    state: str = ""
    iss: str = ""
    error: str = ""
    error_description: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Answer":
        return cls(**{name: query.get(name, "")[:4000] for name in names_of(cls)})


class Introduction(Value):
    """What a provider says of somebody. ``email`` is normalised, or empty."""

    provider: str
    subject: str
    email: str = ""
    is_verified: bool = False
    name: str = ""
    handle: str = ""
    """How they are called there, for who has no address to show."""

    @property
    def label(self) -> str:
        return (self.email or self.handle or self.name)[:254]

    def packed(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def unpacked(cls, value: Any) -> "Introduction | None":
        try:
            return cls(**value)
        except TypeError:
            return None
