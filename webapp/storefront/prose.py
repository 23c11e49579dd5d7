"""Text of merchants as part of a page of ours."""

import re

from markupsafe import Markup

_HEADING = re.compile(r"<(/?)h([1-6])\b", re.IGNORECASE)


def article(html: str, *, top: int = 2) -> Markup:
    """Clean HTML with its headings renumbered to begin at ``top`` and to skip no level.

    Who reads with the ears moves from heading to heading, and would look for what is missing.
    """
    above: list[int] = []

    def renumbered(found: re.Match[str]) -> str:
        closing, level = found[1], int(found[2])
        if not closing:
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        return f"<{closing}h{min(top + max(len(above), 1) - 1, 6)}"

    return Markup(_HEADING.sub(renumbered, html))  # noqa: S704 (cleaned when it was stored)
