"""Cells that a spreadsheet would run as a formula, made harmless on the way out and back."""

import re

_RISKY = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-][0-9][0-9 ().,/\u00a0-]*")


def guarded(text: str) -> str:
    """``text`` with a ``'`` before what a spreadsheet would run.

    Numbers stay as they are: ``-5`` and the telephone number ``+49 30 1234`` are no formulas.
    """
    if not text or text[0] not in "'=+-@\t\r" or not _RISKY.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def unguarded(text: str) -> str:
    """The text before it was ``guarded``: one ``'`` before ``= + - @`` is taken away."""
    return text[1:] if text[:1] == "'" and _GUARDED.match(text) else text
