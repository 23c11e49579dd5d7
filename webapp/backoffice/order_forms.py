"""What staff send about an order. Rows are numbered as the lines of the order are:
``sends-0-quantity`` is how many of its first line go out.
"""

from typing import Annotated, Literal

from pydantic import Field

from webapp.orders.models import CancelReason
from webapp.web.fields import Says, Text
from webapp.web.submissions import Form

REASONS = (
    (CancelReason.customer, "The customer changed their mind"),
    (CancelReason.inventory, "We do not have the goods"),
    (CancelReason.declined, "The payment was declined"),
    (CancelReason.fraud, "It looks like fraud"),
    (CancelReason.staff, "We made a mistake"),
    (CancelReason.other, "Another reason"),
)
"""Those that a person may choose: an order expires by itself."""

Reference = Annotated[str, Field(max_length=200)]
Token = Annotated[str, Field(max_length=64)]
Seen = Annotated[int, Field(ge=0)]


class PaidForm(Form):
    """Money came in. The amount is text, because its currency is the order's."""

    paid: Annotated[str, Field(max_length=40), Says(missing="Enter the amount that came in.")]
    paid_reference: Reference = ""
    token: Token = ""
    """Made with the form: the same form sent twice is one payment."""
    moves: Seen | None = None
    """How often money had moved when the form was shown."""


class RefundForm(Form):
    """Money was given back."""

    refund: Annotated[str, Field(max_length=40), Says(missing="Enter the amount you gave back.")]
    refund_reference: Reference = ""
    token: Token = ""
    moves: Seen | None = None


class UnitsForm(Form):
    """Some units of one line."""

    line: str = Field(max_length=40)
    quantity: Annotated[
        int, Field(ge=0, le=1_000_000), Says(wrong="Enter a whole number of 0 or more.")
    ] = 0


class FulfilForm(Form):
    """What goes into a parcel, and how to follow it."""

    sends: list[UnitsForm] = Field(default_factory=list)
    carrier: str = Field(default="", max_length=80)
    tracking_number: str = Field(default="", max_length=120)
    tracking_url: str = Field(default="", max_length=500)
    seen: Seen = 0
    """How much had happened to the order when the form was shown."""


class CancelForm(Form):
    """What is called off, and why."""

    cancels: list[UnitsForm] = Field(default_factory=list)
    whole: bool = False
    reason: Annotated[
        Literal["customer", "inventory", "declined", "fraud", "staff", "other"],
        Says(missing="Choose a reason."),
    ]
    note: Annotated[Text, Field(max_length=500)] = ""
    restock: bool = False
    notify: bool = False
    seen: Seen = 0


class NoteForm(Form):
    """A word for colleagues."""

    text: Annotated[Text, Field(max_length=2000), Says(missing="Write something first.")]


class MessageForm(Form):
    """A word to the customer, by mail."""

    message_subject: Annotated[str, Field(max_length=150), Says(missing="Write a subject.")]
    message_text: Annotated[Text, Says(missing="Write something first.")]
    token: str = Field(default="", max_length=60)


def units_of(rows: list[UnitsForm]) -> dict[str, int]:
    """Units by line; a line that was sent twice counts twice."""
    units: dict[str, int] = {}
    for row in rows:
        units[row.line] = units.get(row.line, 0) + row.quantity
    return units
