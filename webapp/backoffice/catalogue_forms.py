"""What the pages of categories, collections and attributes send."""

from typing import Annotated, Literal

from pydantic import Field

from webapp.web.fields import Lines, Text
from webapp.web.submissions import Form, Upload


class CategoryForm(Form):
    name: str = Field(max_length=120)
    parent: int | None = None
    slug: str = Field(default="", max_length=120)
    description: Annotated[str, Lines(), Field(max_length=20_000)] = ""
    seo_title: str = Field(default="", max_length=200)
    seo_description: Annotated[Text, Field(max_length=400)] = ""
    is_visible: bool = False
    image: str = Field(default="", max_length=40)
    """The file's public id; empty for none."""


class CollectionRow(Form):
    product: str = Field(max_length=40)
    """Public id."""


class CollectionForm(Form):
    title: str = Field(max_length=160)
    slug: str = Field(default="", max_length=120)
    description: Annotated[Text, Field(max_length=4000)] = ""
    is_featured: bool = False
    image: str = Field(default="", max_length=40)
    products: list[CollectionRow] = Field(default_factory=list)
    find: str = Field(default="", max_length=200)


class AttributeForm(Form):
    name: str = Field(max_length=120)
    code: str = Field(default="", max_length=120)
    type: Literal["text", "number", "boolean", "date", "choice"] = "text"
    unit: str = Field(default="", max_length=20)
    choices: Annotated[Text, Field(max_length=20_000)] = ""
    is_filter: bool = False


class ImageForm(Form):
    """The picture beside it, read on its own: it is kept even if a field is wrong."""

    upload: Upload | None = None
