"""People who may sign in, the browsers they are signed in with, and the keys of their scripts."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import json_field, optional_utc_field, public_id_field, utc_field


class Person(SQLModel, table=True):
    """Somebody with an account. ``role`` is set for staff and null for customers."""

    __tablename__ = "people"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("per")
    email: str = Field(unique=True, max_length=254)
    """Normalised: trimmed, lower case, international domains in ASCII."""
    name: str = Field(default="", max_length=120)
    password_hash: str = Field(max_length=255)
    role: str | None = Field(default=None, max_length=20, index=True)
    is_active: bool = True
    created_at: datetime = utc_field(default_factory=now)
    last_sign_in_at: datetime | None = optional_utc_field()

    @property
    def is_staff(self) -> bool:
        return self.role is not None and self.is_active


class SignIn(SQLModel, table=True):
    """One signed-in browser. The cookie carries the token; the row only knows its hash."""

    __tablename__ = "sign_ins"

    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(unique=True, max_length=64)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    user_agent: str = Field(default="", max_length=200)
    created_at: datetime = utc_field(default_factory=now)
    last_seen_at: datetime = utc_field(default_factory=now)
    expires_at: datetime = utc_field(index=True)


class ApiKey(SQLModel, table=True):
    """What a script shows to act for a person. Never more than its scopes, nor than that person.

    The secret is 256 random bits: nobody finds it by trying, so its SHA-256 is as safe to keep as
    a slow hash would be, and can be looked up (passwords, which can be guessed, are another thing).
    """

    __tablename__ = "api_keys"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("key")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=80)
    prefix: str = Field(unique=True, max_length=16)
    """How the key begins: what people and logs may see of it."""
    secret_hash: str = Field(unique=True, max_length=64)
    scopes: list[str] = json_field(list)
    created_at: datetime = utc_field(default_factory=now)
    expires_at: datetime | None = optional_utc_field()
    last_used_at: datetime | None = optional_utc_field()
    """To a few minutes: it is not written for every use."""
    revoked_at: datetime | None = optional_utc_field()
