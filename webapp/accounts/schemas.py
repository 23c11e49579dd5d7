"""What a script gets of people and keys."""

from pydantic import BaseModel, Field


class KeyOut(BaseModel):
    """The key that is asking."""

    id: str = Field(examples=["key_8Jk2..."])
    name: str = Field(examples=["Warehouse"])
    permissions: list[str] = Field(examples=[["orders:read", "stock:write"]])
    """What it may do at this moment: its scopes, as far as its person may do them as well."""
