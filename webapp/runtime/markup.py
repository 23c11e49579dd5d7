"""Text written by merchants and by foreign systems, cleaned once when it is stored."""

import re
from html import escape

_TAGS = {
    "p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd",
    "strong", "b", "em", "i", "u", "s", "small", "sub", "sup", "mark", "abbr", "code", "pre",
    "blockquote", "cite", "q", "a", "span", "div", "figure", "figcaption",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_H1 = re.compile(r"(</?)h1\b", re.IGNORECASE)
_LOOKS_LIKE_HTML = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]")
_BLANK_LINE = re.compile(r"\n\s*\n")


def plain_line(text: str) -> str:
    """One line of plain text: no control characters, white space at single spaces."""
    return " ".join(_CONTROL.sub("", text).split())


def plain_text(text: str) -> str:
    """Plain text of several lines, without control characters."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_html(html: str) -> str:
    """The harmless part of ``html``: no script, style, event or foreign frame survives.

    Text that is no HTML at all becomes paragraphs. The page has its own first heading, so an
    ``h1`` becomes an ``h2``. Pictures are not taken over: a page asks no other host for anything.
    """
    text = plain_text(html)
    if not text:
        return ""
    if not _LOOKS_LIKE_HTML.search(text):
        parts = [
            escape(part.strip(), quote=False).replace("\n", "<br>")
            for part in _BLANK_LINE.split(text)
        ]
        return "".join(f"<p>{part}</p>" for part in parts if part)
    # Merchants write now and then; a megabyte and a half of parser waits for that outside.
    import nh3

    return nh3.clean(
        _H1.sub(r"\1h2", text),
        tags=_TAGS,
        clean_content_tags={"script", "style", "noscript", "template", "iframe", "object", "svg"},
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener nofollow",
    )
