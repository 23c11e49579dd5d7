"""Plain text from HTML, and short text from long."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "template", "noscript", "head", "svg"})
_WITHIN_A_LINE = """
a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small span strike strong sub
sup time tt u var wbr
"""
_INLINE = frozenset(_WITHIN_A_LINE.split())
_SPACE = re.compile(r"\s+")
_JOINER = "\u200d"


def plain(html: str) -> str:
    """What a reader sees of ``html``, as one line: no tags, no scripts, entities resolved.

    Text that was apart (paragraphs, list items, cells) stays apart by a space. The result is
    text, not HTML: escape it where it is shown.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _SPACE.sub(" ", "".join(reader.heard)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.heard: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag not in _INLINE:
            self.heard.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self.heard.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._silent:
            while self._silent.pop() != tag:
                pass
        elif tag not in _INLINE:
            self.heard.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.heard.append(data)


def excerpt(text: str, n: int) -> str:
    """``text`` in at most ``n`` characters, cut between words where it can be, ending in "…".

    Takes plain text (see ``plain``); runs of white space become one space. A letter is never
    parted from its accents, nor an emoji from its other half.
    """
    if n < 1:
        raise ValueError("An excerpt has at least one character.")
    text = _SPACE.sub(" ", text).strip()
    if len(text) <= n:
        return text
    head = text[: n - 1]
    if text[n - 1] != " ":
        word_start = head.rfind(" ")
        # Going back far for the sake of one long word would throw away most of the text.
        if word_start >= (n - 1) // 2:
            head = head[:word_start]
    end = len(head)
    while end and (_clings(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    return head[:end].rstrip(" ,;:-–—") + "…"


def _clings(character: str) -> bool:
    return unicodedata.combining(character) != 0 or unicodedata.category(character) in (
        "Mn",
        "Me",
        "Cf",
        "Sk",
    )
