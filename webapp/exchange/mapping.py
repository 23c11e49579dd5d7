"""How a file of unknown header is understood: a value that a person confirms and the shop keeps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping as AnyMapping
from hashlib import sha256
from typing import Any

from webapp.exchange.errors import NotUnderstood
from webapp.exchange.targets import BY_CODE
from webapp.exchange.values import GRAMS, MILLIMETRES
from webapp.kit.values import Value, asdict, field, names_of

_PLACE = re.compile(r"\{([^{}]+)\}")
_KINDS = frozenset(("text", "number", "boolean", "date", "choice"))


class Use(Value):
    """What one column means. ``name`` is that of an option, attribute or custom field."""

    to: str
    name: str = ""
    kind: str = "text"
    unit: str = ""


class Mapping(Value):
    """Columns by their names in the header; those not named are ignored."""

    columns: dict[str, Use] = field(default_factory=dict)
    title: str = ""
    """Makes a title where there is none: "{cut} diamond {carat} ct"."""
    by_row: bool = False
    """The rows have no key of their own: their numbers are it."""
    languages: tuple[str, ...] = ()
    """Of columns that differ by language only (name_en, name_fr): which are asked first."""
    separator: str = ","
    """Parts the values of a list in one cell."""
    step: str = ">"
    """Parts the steps of a category path."""
    weight_unit: str = "kg"
    length_unit: str = "cm"
    decimal_comma: bool = False
    currency: str = ""
    """Where the rows name one: those in this currency give the amounts."""
    source: str = "file"
    """Namespace of the file's own numbers."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: AnyMapping[str, Any]) -> Mapping:
        """The mapping kept as JSON. Refuses with ``NotUnderstood`` what is none."""
        try:
            columns = {str(name): Use(**use) for name, use in value["columns"].items()}
            rest = {name: value[name] for name in names_of(cls) if name in value}
            rest["languages"] = tuple(rest.get("languages", ()))
            return cls(**{**rest, "columns": columns})
        except (KeyError, TypeError, AttributeError):
            raise NotUnderstood(
                "This mapping cannot be read. Please map the columns anew."
            ) from None

    def columns_to(self, *targets: str) -> list[str]:
        """The names of the columns mapped to one of ``targets``, in the order of the mapping."""
        return [name for name, use in self.columns.items() if use.to in targets]


def problems_of(mapping: Mapping, header: tuple[str, ...]) -> list[str]:
    """What keeps the mapping from being used, in sentences; none when it can be."""
    found = []
    for name, use in mapping.columns.items():
        if name not in header:
            found.append(f"The file has no column “{name}”.")
        if use.to not in BY_CODE:
            found.append(f"“{name}” is mapped to something unknown.")
        elif BY_CODE[use.to].named and not use.name.strip():
            found.append(f"“{name}”: {BY_CODE[use.to].named} is missing.")
        if use.kind not in _KINDS:
            found.append(f"“{name}” has an unknown kind.")
    for place in _PLACE.findall(mapping.title):
        if place not in header:
            found.append(f"The title speaks of a column “{place}” that the file does not have.")
    if mapping.separator not in (",", ";", "|", "\n"):
        found.append("Values can be parted by , ; | or line breaks.")
    if mapping.weight_unit not in GRAMS or mapping.length_unit not in MILLIMETRES:
        found.append("We do not know this unit.")
    identity = ("handle", "id", "parent", "sku", "barcode", "variant_id")
    if not mapping.columns_to(*identity) and not mapping.by_row:
        found.append(
            "No column says which product a row is. Choose a column with an address, a number "
            "or a SKU, or let the number of the row be it."
        )
    if not mapping.columns_to("title", *identity) and not mapping.title:
        found.append("The products have no title. Choose its column, or compose one.")
    return found


def composed(template: str, cells: AnyMapping[str, str]) -> str:
    """The template filled from the cells; spaces left by empty ones are closed."""
    filled = _PLACE.sub(lambda place: cells.get(place[1], ""), template)
    return " ".join(filled.split()).strip(" -–,|/")


def fingerprint(header: tuple[str, ...]) -> str:
    """What a header is known by: its names, whatever their order and case. 64 characters."""
    names = sorted(normal(name) for name in header)
    return sha256("\x1f".join(names).encode()).hexdigest()


def normal(name: str) -> str:
    """A column name without case, accents and punctuation: "Prix H.T. (€)*" is "prix h t"."""
    bare = re.sub(r"\([^)]*\)", " ", name)
    apart = unicodedata.normalize("NFKD", (bare if bare.strip() else name).casefold())
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())
