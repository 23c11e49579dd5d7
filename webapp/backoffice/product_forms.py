"""What the product editor sends. Rows are numbered: ``variants-0-price``, ``options-1-name``.

A variant's choices (``variants-0-choice-1``: its value on the option of row 1) are not fields
here, because how many there are is the merchant's business; ``product_saving`` reads them.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from webapp.web.fields import Lines, Price, Says, Text
from webapp.web.submissions import Accept, Form, Upload

MOST_NEW_VARIANTS = 150
"""Rows that "make the combinations" adds at once: a form has only so many fields."""

WHOLE = Says(wrong="Enter a whole number.")
MEASURE = Annotated[Decimal, Field(ge=0, le=2_000_000)]
LENGTH = Annotated[int, Field(ge=0, le=2_000_000), WHOLE]


class OptionForm(Form):
    name: str = Field(max_length=120)
    values: Annotated[Text, Field(max_length=20_000)] = ""
    """One on a line, or parted by commas; ``Blue #3a5f9c`` also gives its colour."""


class VariantForm(Form):
    id: str = Field(default="", max_length=40)
    """Public id; empty for one that is new."""
    remove: bool = False
    sku: str = Field(default="", max_length=120)
    barcode: str = Field(default="", max_length=40)
    price: Price
    compare_at: Price | None = None
    cost: Price | None = None
    weight: MEASURE | None = None
    """In the shop's unit of weight."""
    length: LENGTH | None = None
    width: LENGTH | None = None
    height: LENGTH | None = None
    unit_amount: MEASURE | None = None
    unit: str = Field(default="", max_length=12)
    unit_base_amount: MEASURE | None = None
    unit_base: str = Field(default="", max_length=12)
    requires_shipping: bool = False
    is_digital: bool = False
    is_tracked: bool = False
    on_hand: Annotated[int, Field(ge=-1_000_000, le=100_000_000), WHOLE] | None = None
    on_hand_shown: int | None = None
    """What the page said was there: only a number that the merchant changed is a count."""
    policy: Literal["deny", "continue", "preorder"] = "deny"
    low_threshold: Annotated[int, Field(ge=0, le=100_000_000), WHOLE] | None = None
    safety: Annotated[int, Field(ge=0, le=100_000_000), WHOLE] = 0
    picture: str = Field(default="", max_length=40)
    """The file's public id."""


class PictureForm(Form):
    file: str = Field(max_length=40)
    """The file's public id."""
    alt: str = Field(default="", max_length=500)


class AttributeForm(Form):
    code: str = Field(max_length=120)
    value: Annotated[Text, Field(max_length=2000)] = ""


class ProductForm(Form):
    title: str = Field(max_length=300)
    summary: Annotated[Text, Field(max_length=2000)] = ""
    body: Annotated[str, Lines(), Field(max_length=200_000)] = ""
    slug: str = Field(default="", max_length=200)
    brand: str = Field(default="", max_length=120)
    category: int | None = None
    categories: list[int] = Field(default_factory=list, max_length=200)
    tags: Annotated[Text, Field(max_length=5000)] = ""
    status: Literal["draft", "active", "archived"] = "draft"
    publish_at: Annotated[datetime, Says(wrong="Enter a day and a time.")] | None = None
    """On the shop's clock, without a zone."""
    is_featured: bool = False
    is_gift_card: bool = False
    is_taxable: bool = False
    tax_class: str = Field(default="standard", max_length=40)
    hs_code: str = Field(default="", max_length=14)
    origin_country: str = Field(default="", max_length=2)
    minimum_quantity: Annotated[int, Field(ge=1, le=10_000), WHOLE] = 1
    maximum_quantity: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] | None = None
    seo_title: str = Field(default="", max_length=200)
    seo_description: Annotated[Text, Field(max_length=400)] = ""
    custom: Annotated[str, Lines(), Field(max_length=100_000)] = ""
    related: Annotated[Text, Field(max_length=5000)] = ""
    options: list[OptionForm] = Field(default_factory=list)
    variants: list[VariantForm] = Field(default_factory=list)
    pictures: list[PictureForm] = Field(default_factory=list)
    attributes: list[AttributeForm] = Field(default_factory=list)
    seen: str = Field(default="", max_length=60)
    """When the product had last changed as this page was made."""


class PicturesForm(Form):
    """The files beside it, read on their own: they are kept even if a field is wrong."""

    uploads: list[Upload] = Field(default_factory=list)


class FilesForm(Form):
    """Files that buyers of the product get."""

    uploads: Annotated[
        list[Upload], Field(min_length=1), Accept(), Says("Choose a file.", "Choose a file.")
    ]
    variant: str = Field(default="", max_length=40)
    """Public id; empty for all of them."""
    give: bool = False
    """To those as well who bought the product before."""


class FileNameForm(Form):
    """What people call a file."""

    name: Annotated[str, Field(max_length=200), Says(missing="Give it a name.")]
