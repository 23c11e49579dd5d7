"""What a person sent: a form says what is right, a submission remembers what was typed.

Names in a form: ``email``; the same name again for a list (``tags``); ``variants-0-price`` for the
field ``price`` of the first row of ``variants: list[VariantForm]``; ``address-city`` for the field
``city`` of ``address: AddressForm``. Errors stand under the name of the input to blame, and under
``""`` when the form as a whole is.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from webapp.kit.money import Money
from webapp.web.body import allow_body
from webapp.web.deps import SAFE_METHODS
from webapp.web.fields import (
    LARGEST_INTEGER,
    Amount,
    Lines,
    LongText,
    Price,
    Says,
    Secret,
    Text,
    Verbatim,
    as_typed,
    clean_text,
)
from webapp.web.gathering import gather, shape_of
from webapp.web.manners import Manners, manners_of
from webapp.web.sentences import sentence_for
from webapp.web.uploads import Accept, Upload

__all__ = [
    "Accept",
    "Amount",
    "Form",
    "LongText",
    "Price",
    "Says",
    "Secret",
    "Submission",
    "Text",
    "Upload",
    "check",
    "submitted",
]

MOST_FIELDS = 5000
MOST_FILES = 100


class Form(BaseModel):
    """What is right. Subclass it with typed fields; ``submitted(TheForm)`` reads it.

    Texts are trimmed, brought to one Unicode form and at most 255 characters long unless the
    field says otherwise; control characters are refused, line breaks too unless the field is
    ``Text``. Blank inputs count as missing. A ``bool`` that was not sent is False (that is how a
    browser sends an empty checkbox); ``bool | None`` is a choice of yes, no and nothing.
    """

    model_config = ConfigDict(
        defer_build=True,  # its validator is made when it is first read: of sixty, few are in a day
        str_max_length=255,
        extra="ignore",
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        validate_default=False,
    )

    @field_validator("*", mode="before")
    @classmethod
    def _clean(cls, value: object, info: ValidationInfo) -> object:
        marks = shape_of(cls).slots[info.field_name or ""].marks
        if any(isinstance(mark, Verbatim) for mark in marks):
            return as_typed(value) if isinstance(value, str) else value
        several = any(isinstance(mark, Lines) for mark in marks)
        if isinstance(value, str):
            return clean_text(value, several_lines=several)
        if isinstance(value, list):
            return [
                clean_text(item, several_lines=several) if isinstance(item, str) else item
                for item in value
            ]
        return value

    @field_validator("*", mode="after")
    @classmethod
    def _bounded(cls, value: object) -> object:
        for item in value if isinstance(value, list | tuple | set) else (value,):
            if isinstance(item, int) and abs(item) > LARGEST_INTEGER:
                raise PydanticCustomError("too_large", "This number is too large.")
            if isinstance(item, Decimal) and item and not -18 <= item.adjusted() <= 18:
                # 1e999999 is a few characters, and a million of them when written out.
                raise PydanticCustomError("too_large", "This number is too large or too fine.")
        return value


F = TypeVar("F", bound=Form)


@dataclass
class Submission(Generic[F]):
    """A form as it was sent: what was typed, what is wrong with it, and its data when right.

    ``values`` has the text under each name (the last, when there are several), ``lists`` all of
    them. An empty one shows a blank form; ``showing`` one that is filled from what we have.
    """

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    data: F | None = None
    lists: dict[str, list[str]] = field(default_factory=dict)

    def refuse(self, name: str, sentence: str) -> None:
        """Blame the input ``name`` (``""``: the whole form); there is no ``data`` any more."""
        self.errors[name] = sentence
        self.data = None

    def chosen(self, name: str, value: object) -> bool:
        """Whether ``value`` is among what was sent under ``name``: for checkboxes and options."""
        return _shown(value) in self.lists.get(name, [])

    def rows(self, name: str) -> list[int]:
        """The numbers of the rows of ``name`` that were sent, in order: for repeated groups."""
        start = re.compile(re.escape(name) + r"-(\d{1,4})-")
        return sorted({int(found[1]) for key in self.values if (found := start.match(key))})

    @classmethod
    def showing(cls, values: Mapping[str, object]) -> Submission[F]:
        """A form to edit what there is: ``{"name": "Stool", "variants": [{"price": Money}]}``."""
        submission = cls()
        for name, value in _flat(values):
            submission.lists.setdefault(name, []).append(value)
            submission.values[name] = value
        return submission


def submitted(
    form: type[F], *, max_bytes: int | None = None
) -> Callable[[Request], AsyncIterator[Submission[F]]]:
    """A dependency that reads ``form`` from a body (or, on GET, from the query). Never raises for
    what a person can type: it is in ``errors``.

    A form with files may be as large as the setting ``max_upload_bytes``, another as
    ``max_body_bytes``, unless ``max_bytes`` says otherwise.
    """
    shape = shape_of(form)

    async def read(request: Request) -> AsyncIterator[Submission[F]]:
        if request.method in SAFE_METHODS:
            pairs = FormData([*request.query_params.multi_items()])
        else:
            settings = request.app.state.settings
            allow_body(
                request,
                max_bytes
                or (settings.max_upload_bytes if shape.has_files else settings.max_body_bytes),
            )
            pairs = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES)
        try:
            # In a thread: the shop's currency may have to be read, and pictures looked at.
            yield await run_in_threadpool(_checked, form, pairs, request)
        finally:
            await request.close()

    return read


def check(form: type[F], values: Mapping[str, object], manners: Manners) -> Submission[F]:
    """Check values that did not come by HTTP as if they had been typed."""
    pairs: list[tuple[str, str | UploadFile]] = [*_flat(values)]
    return _submission(form, FormData(pairs), lambda: manners)


def _checked(form: type[F], pairs: FormData, request: Request) -> Submission[F]:
    submission = _submission(form, pairs, lambda: manners_of(request))
    request.state.typed = submission.lists
    return submission


def typed_in(request: Request) -> list[tuple[str, str]]:
    """What was typed into the form that this request sent, but for passwords and files; empty
    where no form was read."""
    lists: Mapping[str, list[str]] = getattr(request.state, "typed", {})
    return [(name, value) for name, values in lists.items() for value in values]


def _submission(form: type[F], pairs: FormData, manners: Callable[[], Manners]) -> Submission[F]:
    shape = shape_of(form)
    submission = Submission[F]()
    for name, value in pairs.multi_items():
        if not isinstance(value, UploadFile) and not shape.is_verbatim(name):
            submission.values[name] = str(value)
            submission.lists.setdefault(name, []).append(str(value))

    gathered = gather(shape, pairs)
    submission.errors.update(gathered.errors)
    context = {"manners": manners()} if shape.has_amounts else {}
    try:
        data = form.model_validate(gathered.data, context=context)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False):
            name, slot = gathered.blamed(error["loc"])
            submission.errors.setdefault(name, sentence_for(error, slot))
        return submission
    if not submission.errors:
        submission.data = data
    return submission


def _flat(values: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            pairs += _flat(value, f"{name}-")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            for index, item in enumerate(value):
                if isinstance(item, Mapping):
                    pairs += _flat(item, f"{name}-{index}-")
                else:
                    pairs.append((name, _shown(item)))
        elif value is not None and value is not False:
            pairs.append((name, _shown(value)))
    return pairs


def _shown(value: object) -> str:
    if value is True:
        return "on"
    if isinstance(value, Money):
        return value.decimal_string()
    if isinstance(value, Enum):
        return str(value.value)
    return str(value)
