"""Style sheets as they are sent: without comments and the space that only people read."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<whole>
          "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'     # strings
        | url\(\s*[^"'\s][^)]*\)                    # addresses without quotes
        | \\[0-9a-f]{1,6}\s? | \\.                  # escapes, with the space that ends one
        | /\*!.*?\*/                                # licences
      )
    | (?P<space> (?: \s | /\*(?!!).*?\*/ )+ )
    | (?P<mark> [{};,:>] )
    | (?P<text> [^\s{};,:>"'\\/u]+ | . )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def shrunk(css: str) -> str:
    """The same style sheet in fewer bytes; strings, addresses and escapes stay as written."""
    kept: list[str] = []
    space = ""
    last = "{"
    """The mark before this token, or empty after anything else."""
    for token in _TOKEN.finditer(css):
        if token["space"]:
            # A comment alone keeps two words apart without being space between them.
            space = " " if _COMMENT.sub("", token[0]) else "/**/"
            continue
        mark = token["mark"] or ""
        # No space is dropped before a colon: ``a :hover`` is another selector than ``a:hover``.
        if space and not last and mark in {"", ":"}:
            kept.append(space)
        if mark == "}" and last == ";":
            kept.pop()
        kept.append(token[0])
        space, last = "", mark
    return "".join(kept)
