"""Providers that say who somebody is, what they have said, and the trips that are over."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.identities.values import ProviderKind
from webapp.kit.clock import now
from webapp.runtime.columns import enum_field, optional_utc_field, public_id_field, utc_field


class Provider(SQLModel, table=True):
    """Somebody whose word is taken for who a person is: Google, GitHub, an OpenID Provider."""

    __tablename__ = "identity_providers"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("idp")
    slug: str = Field(unique=True, max_length=40)
    """Stands in the address that the provider sends people back to, so it never changes."""
    kind: ProviderKind = enum_field(ProviderKind)
    name: str = Field(max_length=40)
    """As the button says it."""
    issuer: str = Field(max_length=300)
    """Who it is. Never changes: what it said of people was said under this name."""
    client_id: str = Field(default="", max_length=255)
    secret_sealed: str = Field(default="", max_length=2000)
    """The client secret, sealed with a key made of the shop's own; see ``runtime.secrets``."""
    is_active: bool = False
    for_staff: bool = False
    trusts_addresses: bool = True
    """Whether an address that it calls verified is."""
    problem: str = Field(default="", max_length=300)
    """What went wrong the last time, until something goes right."""
    problem_at: datetime | None = optional_utc_field()
    created_at: datetime = utc_field(default_factory=now)


class Identity(SQLModel, table=True):
    """Who somebody is to a provider, and whose account that opens."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("provider_id", "subject"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("idn")
    provider_id: int = Field(foreign_key="identity_providers.id", ondelete="CASCADE")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    subject: str = Field(max_length=255)
    """The provider's own name for the person, which never goes to anybody else."""
    label: str = Field(default="", max_length=254)
    """By which the person recognises it: the address or name they have there."""
    created_at: datetime = utc_field(default_factory=now)
    last_used_at: datetime | None = optional_utc_field()


class SpentTrip(SQLModel, table=True):
    """A trip to a provider that came back. None comes back twice."""

    __tablename__ = "spent_trips"

    state_hash: str = Field(primary_key=True, max_length=64)
    forget_at: datetime = utc_field(index=True)
