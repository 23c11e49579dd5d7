"""What a person may send about an order."""

from typing import Annotated

from pydantic import EmailStr, Field

from webapp.web.fields import Says
from webapp.web.submissions import Form


class LookupForm(Form):
    number: Annotated[str, Field(max_length=40), Says(missing="Enter the order number.")]
    email: Annotated[EmailStr, Says(missing="Enter the email address you ordered with.")]
