"""From the flat names of a form to nested data, and from an error back to the input to blame."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from starlette.datastructures import FormData, UploadFile

from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.web.fields import Says, Verbatim
from webapp.web.uploads import Accept, Upload

MOST_ROWS = 500


class Kind(Enum):
    """How a field appears among the names of a form."""

    ONE = auto()
    MANY = auto()
    GROUP = auto()
    GROUPS = auto()


class Slot(Value):
    """One field of a form: what kind of input it is read from."""

    name: str
    kind: Kind
    type: Any
    label: str
    marks: tuple[Any, ...]
    inner: Shape | None = None

    @property
    def is_file(self) -> bool:
        return self.type is Upload

    @property
    def says(self) -> Says:
        return next((mark for mark in self.marks if isinstance(mark, Says)), Says())

    def accepts(self, upload: Upload) -> str | None:
        """The first objection to a file, as a sentence."""
        rules = (mark for mark in self.marks if isinstance(mark, Accept))
        return next((no for rule in rules if (no := rule.objection(upload))), None)


class Shape(Value):
    """The fields of a form class, worked out once."""

    slots: dict[str, Slot]

    @property
    def has_files(self) -> bool:
        return any(slot.is_file for slot in self._deep())

    @property
    def has_amounts(self) -> bool:
        return any(slot.type is Money for slot in self._deep())

    def is_verbatim(self, name: str) -> bool:
        """Whether the input ``name`` holds something that is never shown again."""
        last = name.rpartition("-")[2]
        return any(
            slot.name == last and any(isinstance(mark, Verbatim) for mark in slot.marks)
            for slot in self._deep()
        )

    def _deep(self) -> Iterator[Slot]:
        for slot in self.slots.values():
            yield slot
            if slot.inner is not None:
                yield from slot.inner._deep()


@dataclass
class Gathered:
    """Nested data for a form class, and what was found wrong while gathering it."""

    shape: Shape
    data: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    """The row numbers that were sent for each repeated group: data has no gaps, names may."""

    def blamed(self, loc: tuple[int | str, ...]) -> tuple[str, Slot | None]:
        """The name of the input that an error's location means (``""``: the form as a whole)."""
        shape: Shape | None = self.shape
        name, prefix, slot = "", "", None
        parts = iter(loc)
        for part in parts:
            found = shape.slots.get(str(part)) if shape is not None else None
            if found is None:
                break
            slot, name = found, f"{prefix}{found.name}"
            if slot.kind is Kind.GROUPS:
                row = next(parts, None)
                if not isinstance(row, int):
                    break
                name = f"{name}-{self.rows[name][row]}"
            elif slot.kind is not Kind.GROUP:
                break
            shape, prefix = slot.inner, f"{name}-"
        return name, slot


@lru_cache(maxsize=512)
def shape_of(form: type[BaseModel]) -> Shape:
    """The shape of a form class. Raises ``TypeError`` for a field that no input can fill."""
    slots = {}
    for name, info in form.model_fields.items():
        kind, base, marks = _kind_of(info.annotation)
        inner = shape_of(base) if kind in {Kind.GROUP, Kind.GROUPS} else None
        label = info.title or name.replace("_", " ")
        slots[name] = Slot(name, kind, base, label, (*info.metadata, *marks), inner)
    return Shape(slots)


def gather(shape: Shape, pairs: FormData) -> Gathered:
    """Sort what was sent into the form's fields; blank inputs and blank rows are left out."""
    gathered = Gathered(shape)
    sent: dict[str, list[Any]] = {}
    for name, value in pairs.multi_items():
        sent.setdefault(name, []).append(value)
    gathered.data = _group(shape, "", sent, gathered)
    return gathered


def _group(
    shape: Shape, prefix: str, sent: Mapping[str, list[Any]], gathered: Gathered
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for slot in shape.slots.values():
        name = f"{prefix}{slot.name}"
        if slot.kind is Kind.GROUPS:
            data |= _rows(slot, name, sent, gathered)
        elif slot.kind is Kind.GROUP:
            if slot.inner is not None and any(key.startswith(f"{name}-") for key in sent):
                data[slot.name] = _group(slot.inner, f"{name}-", sent, gathered)
        else:
            values = _filled(slot, name, sent.get(name, []), gathered)
            if slot.kind is Kind.MANY and (values or name in sent):
                data[slot.name] = values
            elif values:
                data[slot.name] = values[-1]
            elif slot.type is bool and not _may_be_none(slot):
                data[slot.name] = False
    return data


def _rows(
    slot: Slot, name: str, sent: Mapping[str, list[Any]], gathered: Gathered
) -> dict[str, Any]:
    assert slot.inner is not None
    numbered = re.compile(re.escape(name) + r"-(\d{1,4})-")
    filled: set[int] = set()
    for key, values in sent.items():
        found = numbered.match(key)
        if found and not all(_is_blank(value) for value in values):
            filled.add(int(found[1]))
    if len(filled) > MOST_ROWS:
        gathered.errors[name] = f"Send at most {MOST_ROWS} of these at once."
        return {}
    numbers = sorted(filled)
    gathered.rows[name] = numbers
    groups = [_group(slot.inner, f"{name}-{row}-", sent, gathered) for row in numbers]
    return {slot.name: groups} if groups else {}


def _filled(slot: Slot, name: str, values: list[Any], gathered: Gathered) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if _is_blank(value):
            continue
        if isinstance(value, UploadFile):
            upload = Upload.of(value)
            objection = slot.accepts(upload) if slot.is_file else "Send text here, not a file."
            if objection:
                gathered.errors[name] = objection
            kept.append(upload)
        else:
            kept.append(value)
    return kept


def _is_blank(value: object) -> bool:
    if isinstance(value, UploadFile):
        return not value.filename and not value.size
    return not str(value).strip()


def _may_be_none(slot: Slot) -> bool:
    return _OPTIONAL in slot.marks


_OPTIONAL = object()


def _kind_of(annotation: Any) -> tuple[Kind, Any, tuple[Any, ...]]:
    """How a field is read, its innermost type, and the marks met on the way."""
    origin = get_origin(annotation)
    if origin is Annotated:
        kind, base, deeper = _kind_of(get_args(annotation)[0])
        return kind, base, (*get_args(annotation)[1:], *deeper)
    if origin in {Union, UnionType}:
        options = [option for option in get_args(annotation) if option is not NoneType]
        if len(options) == 1:
            kind, base, marks = _kind_of(options[0])
            return kind, base, (*marks, _OPTIONAL)
        return Kind.ONE, annotation, ()
    if origin in {list, set, tuple, frozenset}:
        kind, base, marks = _kind_of(get_args(annotation)[0])
        if kind is Kind.GROUP:
            return Kind.GROUPS, base, marks
        if kind is not Kind.ONE:
            raise TypeError(f"A form cannot hold lists of lists: {annotation}.")
        return Kind.MANY, base, marks
    if origin is Literal:
        return Kind.ONE, annotation, ()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Kind.GROUP, annotation, ()
    return Kind.ONE, annotation, ()
