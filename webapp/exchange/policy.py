"""What a person decided about an import: on a match, on none, on an error, on a blank cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from webapp.kit.errors import Invalid
from webapp.kit.values import Value, asdict

OnMatch = Literal["update", "skip"]
OnMissing = Literal["create", "skip"]
OnError = Literal["rows", "fields", "all"]
Blank = Literal["clear", "keep"]
NewStatus = Literal["active", "draft"]
OnAbsent = Literal["keep", "variants", "products"]


class Policy(Value):
    on_match: OnMatch = "update"
    on_missing: OnMissing = "create"
    on_error: OnError = "rows"
    """``rows`` leaves rows with errors out, ``fields`` takes what is right of them, ``all``
    imports nothing while there is an error anywhere."""
    blank: Blank = "clear"
    new_status: NewStatus = "active"
    """Of new products about which the file says nothing."""
    on_absent: OnAbsent = "keep"
    """What the shop has and the file has not: ``variants`` archives the versions that are missing
    from its products, ``products`` also the products that it does not have at all."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Policy:
        """Refuses with ``Invalid`` a word that is no choice; what is absent is as usual."""
        kinds = {
            "on_match": OnMatch,
            "on_missing": OnMissing,
            "on_error": OnError,
            "blank": Blank,
            "new_status": NewStatus,
            "on_absent": OnAbsent,
        }
        chosen = {name: value[name] for name in kinds if name in value}
        for name, word in chosen.items():
            if word not in get_args(kinds[name]):
                raise Invalid("Choose one of the options.", field=name)
        return cls(**chosen)
