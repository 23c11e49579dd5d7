"""What a person may send about a cart."""

from typing import Annotated

from pydantic import Field

from webapp.cart.goods import LARGEST_QUANTITY
from webapp.web.fields import Lines
from webapp.web.submissions import Form

Quantity = Annotated[int, Field(ge=1, le=LARGEST_QUANTITY)]
QuantityOrNone = Annotated[int, Field(ge=0, le=LARGEST_QUANTITY)]


class AddForm(Form):
    """Either ``variant``, or ``product`` (slug or id) with the keys of the chosen ``value``."""

    variant: Annotated[str, Field(max_length=40)] | None = None
    product: Annotated[str, Field(max_length=200)] | None = None
    value: list[int] = []
    quantity: Quantity = 1


class QuantityForm(Form):
    quantity: QuantityOrNone


class NoteForm(Form):
    note: Annotated[str, Lines(), Field(max_length=1000)] = ""


class SharedForm(Form):
    """``items`` as in the permalink: ``SKU:2,OTHER:1``."""

    items: Annotated[str, Field(max_length=4000)]
