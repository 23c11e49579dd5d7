"""The files that the demo shop sells: small PDFs (ISO 32000-1) made of its own words.

Written by hand and not with a library, because a page or two of one of the fonts that every reader
has needs no more than this.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from textwrap import wrap
from typing import Any

WIDTH, HEIGHT, MARGIN = 420, 595, 48
"""A5 in points."""
_LEADING = 15
_LINES = 33
_LETTERS = 62
"""That fit into a line of 11 points, on average."""


def booklet(product: Mapping[str, Any], choice: str = "") -> bytes:
    """What somebody gets who bought the product, perhaps in one of its versions."""
    title = f"{product['title']}, {choice}" if choice else product["title"]
    lines = [*wrap(product["summary"], _LETTERS), ""]
    for paragraph in _paragraphs(product["body"]):
        lines += [*wrap(paragraph, _LETTERS), ""]
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
    return _document(
        [_page(title if not number else "", page) for number, page in enumerate(pages)]
    )


def _paragraphs(html: str) -> Iterator[str]:
    """The texts of its blocks, those of lists with a mark."""
    for tag, inner in re.findall(r"<(p|h3|li)>(.*?)</\1>", html, re.S):
        text = unescape(re.sub(r"<[^>]+>", "", inner)).strip()
        yield f"- {text}" if tag == "li" else text.upper() if tag == "h3" else text


def _page(title: str, lines: list[str]) -> bytes:
    top = HEIGHT - MARGIN
    marks = [b"BT"]
    if title:
        marks += [b"/F2 20 Tf", b"%d %d Td" % (MARGIN, top - 20), _shown(title), b"0 -34 Td"]
    else:
        marks.append(b"%d %d Td" % (MARGIN, top - 11))
    marks += [b"/F1 11 Tf", b"%d TL" % _LEADING]
    for line in lines:
        marks += [_shown(line), b"T*"]
    return b"\n".join([*marks, b"ET"])


def _shown(text: str) -> bytes:
    """The text as the standard fonts hold it, with what would end it marked."""
    raw = text.encode("cp1252", "replace")
    return b"(" + re.sub(rb"([\\()])", rb"\\\1", raw) + b") Tj"


def _document(pages: list[bytes]) -> bytes:
    """The pages as a file: catalogue, tree of pages, two fonts, each page and its text."""
    first = 5
    kids = b" ".join(b"%d 0 R" % (first + 2 * number) for number in range(len(pages)))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(pages), kids),
        font % b"Times-Roman",
        font % b"Times-Bold",
    ]
    for number, content in enumerate(pages):
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
            % (WIDTH, HEIGHT, first + 2 * number + 1),
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)
