"""What staff send about a catalogue file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from webapp.exchange.policy import Blank, NewStatus, OnAbsent, OnError, OnMatch, OnMissing
from webapp.web.fields import Says
from webapp.web.submissions import Form
from webapp.web.uploads import Upload

Mark = Literal["", "comma", "semicolon", "tab", "bar"]
MARKS: dict[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
PARTS: dict[str, str] = {"comma": ",", "semicolon": ";", "bar": "|", "lines": "\n"}


class UploadForm(Form):
    """A catalogue file, perhaps with a ZIP of the pictures that it names."""

    file: Annotated[Upload, Says(missing="Choose the file.")]
    pictures: Upload | None = None


class ReadingForm(Form):
    """How the bytes are to be read, where what was found is wrong."""

    delimiter: Mark = ""
    encoding: str = Field(default="", max_length=40)


class ColumnForm(Form):
    """What one column means. ``place`` is its number in the header, from 0."""

    place: Annotated[int, Field(ge=0, le=1000)]
    to: str = Field(default="", max_length=80)
    name: str = Field(default="", max_length=120)
    kind: Literal["text", "number", "boolean", "date", "choice"] = "text"
    unit: str = Field(default="", max_length=12)


class MappingForm(Form):
    """What the columns of an unknown file mean."""

    columns: list[ColumnForm] = Field(default_factory=list)
    title: str = Field(default="", max_length=255)
    by_row: bool = False
    separator: Literal["comma", "semicolon", "bar", "lines"] = "comma"
    step: str = Field(default=">", max_length=4)
    weight_unit: str = Field(default="kg", max_length=5)
    length_unit: str = Field(default="cm", max_length=5)
    decimal_comma: bool = False
    currency: str = Field(default="", max_length=3)
    language: str = Field(default="", max_length=8)


class PolicyForm(Form):
    """What to do on a match, on none, on an error and with a blank cell."""

    on_match: OnMatch = "update"
    on_missing: OnMissing = "create"
    on_error: OnError = "rows"
    blank: Blank = "clear"
    new_status: NewStatus = "active"
    on_absent: OnAbsent = "keep"
    agreed: bool = False
    """Whether what the check listed may be archived."""


class RevertForm(Form):
    """How to take an import back."""

    force: bool = False
    """Whether products that somebody changed since go back as well."""
