"""A command's refusal, said where the person looks."""

from collections.abc import Mapping
from typing import Any

from webapp.kit.errors import ShopError
from webapp.web.submissions import Submission


def blame(
    form: Submission[Any],
    refusal: ShopError,
    renamed: Mapping[str, str],
    *,
    otherwise: str = "",
) -> None:
    """Put it under the input it is about (``renamed``: the command's word for it to the form's),
    else under ``otherwise``; an empty name is the top of the form."""
    name = str(refusal.facts.get("field", ""))
    form.refuse(renamed.get(name, name) or otherwise, refusal.detail)
