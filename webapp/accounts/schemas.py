"""What a script may send about people, and what it gets of them and of keys."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from webapp.accounts.directory import Entry
from webapp.accounts.models import Person


class KeyOut(BaseModel):
    """The key that is asking."""

    id: str = Field(examples=["key_8Jk2..."])
    name: str = Field(examples=["Warehouse"])
    permissions: list[str] = Field(examples=[["orders:read", "stock:write"]])
    """What it may do at this moment: its scopes, as far as its person may do them as well."""


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"),
]
"""One line of text."""


class _In(BaseModel):
    """What is not asked for is refused: nobody slips in a role or a permission."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class TokenIn(BaseModel):
    """The form of RFC 6749, sections 4.3 and 6. Further fields are ignored, as it says."""

    grant_type: str = Field("", description="`password` or `refresh_token`.")
    username: str = Field("", description="The email address, or the user name.")
    password: str = Field("", json_schema_extra={"format": "password"})
    otp: str = Field("", description="The code of a second factor, where the account has one.")
    refresh_token: str = Field("", description="For `grant_type=refresh_token`.")
    scope: str = Field("", description="Permissions and `me`, parted by spaces; empty: all.")
    client_id: str = Field("", description="What the program calls itself.")


class LoginForm(BaseModel):
    username: str = Field("", description="The email address, or the user name.")
    password: str = Field("", json_schema_extra={"format": "password"})
    otp: str = ""
    scope: str = ""
    client_id: str = ""


class LoginIn(_In):
    email: str = Field(max_length=254, description="The email address, or the user name.")
    password: str = Field(json_schema_extra={"format": "password"})
    otp: str = ""
    scope: str = ""
    client_id: str = ""


class TokenOut(BaseModel):
    """RFC 6749, section 5.1."""

    access_token: str = Field(description="A JWT for `Authorization: Bearer`.")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105
    expires_in: int = Field(description="Seconds.", examples=[900])
    refresh_token: str = Field(description="Good once; the next one comes with what it gives.")
    scope: str = Field(examples=["me orders:read"])


class TokenErrorOut(BaseModel):
    """RFC 6749, section 5.2."""

    error: str = Field(examples=["invalid_grant"])
    error_description: str


class RefreshIn(_In):
    refresh_token: str = Field(max_length=200)


class LogoutIn(_In):
    refresh_token: str = Field("", max_length=200, description="Instead of the access token.")


class RegisterIn(_In):
    email: str = Field(max_length=254)
    password: str = Field(json_schema_extra={"format": "password"})
    name: Line = ""
    username: str = Field("", max_length=60, description="Where the shop lets people choose one.")


class RegisteredOut(BaseModel):
    """The same whether the address is new or has an account, whose owner is told by mail."""

    status: Literal["registered"] = "registered"
    detail: str = "We have written to you. Open the link in that mail to confirm the address."


class MeOut(BaseModel):
    """Whose token it is."""

    id: str = Field(examples=["per_8Jk2..."])
    email: str
    is_verified: bool
    username: str | None
    name: str
    role: str | None = Field(description="Null for a customer.")
    locale: str
    time_zone: str
    created_at: datetime
    scopes: list[str] = Field(description="What this token may be used for at this moment.")


class MeIn(_In):
    """What one may change of oneself. What is left out stays as it is."""

    name: Line | None = None
    locale: Annotated[str, StringConstraints(max_length=12)] | None = None
    time_zone: Annotated[str, StringConstraints(max_length=60)] | None = None


class UserOut(BaseModel):
    """Somebody with an account."""

    id: str = Field(examples=["per_8Jk2..."])
    email: str
    username: str | None
    name: str
    role: str | None = Field(description="Null for a customer.")
    is_active: bool = Field(description="False: the account is closed.")
    is_verified: bool = Field(description="Whether the mailbox was shown to be theirs.")
    created_at: datetime

    @classmethod
    def of(cls, person: Entry | Person) -> "UserOut":
        return cls(
            id=person.public_id,
            email=person.email,
            username=person.username,
            name=person.name,
            role=person.role,
            is_active=person.is_active,
            is_verified=person.is_verified,
            created_at=person.created_at,
        )


class UsersOut(BaseModel):
    items: list[UserOut]
    next_cursor: str | None


class UserIn(_In):
    """Nobody chooses the password of somebody else: they choose it themselves, by a link."""

    email: str = Field(max_length=254)
    name: Line = ""
    role: str | None = Field(None, max_length=20, description="None: a customer.")


class InvitationOut(BaseModel):
    """How somebody comes to a password of their own: by a link that works once."""

    is_mailed: bool = Field(description="Whether the link was mailed to them.")
    expires_at: datetime
    url: str | None = Field(
        description="The link, where the shop can send no mail: hand it over. Else null."
    )


class AddedOut(UserOut):
    invitation: InvitationOut


class UserChangeIn(_In):
    """What is left out stays as it is."""

    name: Line | None = None
    role: str | None = Field(None, max_length=20)
    is_active: bool | None = None
