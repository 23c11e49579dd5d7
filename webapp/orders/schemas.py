"""What scripts send about orders, and get."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, EmailStr, Field, field_validator
from pydantic_core import PydanticCustomError


class NotificationIn(BaseModel):
    """A message to customers: those who placed these orders, and these people who ordered."""

    model_config = ConfigDict(extra="forbid")

    subject: str = Field(min_length=1, max_length=150, examples=["Your bowl is on its way"])
    text: str = Field(
        min_length=1, max_length=5000, description="Plain text; line breaks stay as they are."
    )
    orders: list[Annotated[str, Field(max_length=40)]] = Field(
        default=[], max_length=500, description="Ids of orders.", examples=[["ord_8Jk2..."]]
    )
    emails: list[EmailStr] = Field(
        default=[], max_length=500, description="Addresses of people who ordered something."
    )
    purpose: Literal["order", "news"] = Field(
        default="order",
        description="`order`: about what they ordered. `news`: anything else, like new things and "
        "offers; it goes to those alone who agreed to that, with a link to end it.",
    )

    @field_validator("subject", "text", "orders")
    @classmethod
    def _storable(cls, value: str | list[str]) -> str | list[str]:
        for each in value if isinstance(value, list) else (value,):
            if any((ch < " " and ch not in "\n\t\r") or "\ud800" <= ch <= "\udfff" for ch in each):
                raise PydanticCustomError(
                    "control_character", "This contains a character that cannot be stored."
                )
        return value


class NotificationTaskOut(BaseModel):
    order: str = Field(examples=["ord_8Jk2..."])
    """The order that the message leads to."""
    task: str = Field(examples=["job_4cK9..."])
    """The job that sends it."""


class NotificationOut(BaseModel):
    """One task for each person who is written to."""

    tasks: list[NotificationTaskOut]
    withheld: int = 0
    """How many are not written to because they did not agree to news."""
