"""What a person may send at checkout. The address is checked by ``choices``: its fields depend on
the country."""

from typing import Annotated

from pydantic import Field

from webapp.web.fields import Lines, Says
from webapp.web.submissions import Form


class CheckoutForm(Form):
    """``cart_version`` and ``shown_total`` (minor units) say what the shopper was looking at."""

    email: Annotated[
        str,
        Field(max_length=254),
        Says(missing="Enter your email address, so that we can reach you."),
    ]
    phone: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Lines(), Field(max_length=1000)] = ""
    gift_message: Annotated[str, Lines(), Field(max_length=500)] = ""
    method: Annotated[str, Field(max_length=40)] = ""
    payment: Annotated[str, Field(max_length=40)] = ""
    terms: bool = False
    terms_version: int = 0
    attempt: Annotated[str, Field(max_length=64)] = ""
    cart_version: int = -1
    shown_total: int = -1
