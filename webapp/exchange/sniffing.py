"""Guessing how a text file was written: its encoding and what parts its columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress
from itertools import islice
from typing import BinaryIO

from webapp.exchange.errors import Unreadable
from webapp.kit.values import Value

DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 20
_SAMPLE = 256 * 1024
_BROKEN = re.compile("[\udc80-\udcff]")

_KINDS = (
    (b"PK\x03\x04", "an Excel or ZIP file", "Save the sheet as CSV and choose that file."),
    (b"\xd0\xcf\x11\xe0", "an old Excel file", "Save the sheet as CSV and choose that file."),
    (b"%PDF", "a PDF", ""),
    (b"\x1f\x8b", "a compressed file", "Unpack it first."),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"GIF8", "a picture", ""),
    (b"SQLite format 3", "a database", ""),
    (b"<!doctype", "a web page", ""),
    (b"<html", "a web page", ""),
    (b"<?xml", "XML", ""),
)
_JSON = re.compile(rb"\{\s*[\"}]|\[\s*[\[{\"\]]")


class Encoding(Value):
    name: str
    damaged: bool = False
    warnings: tuple[str, ...] = ()


class Delimiter(Value):
    mark: str
    certain: bool = True
    preamble: bool = False
    spaced: bool = False
    quoted: bool = True


def encoding_of(stream: BinaryIO, *, forced: str = "") -> Encoding:
    """UTF-8 and UTF-16 with or without mark, else Windows-1252 with a warning.

    UTF-8 with a few broken bytes stays UTF-8: reading all of it as Windows-1252 would spoil
    every accent for the sake of one.
    """
    head = stream.read(4096)
    _refuse_other_kinds(head)
    if forced:
        return _forced(forced)
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable("The file is written in UTF-32. Please save it as UTF-8.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16")
    zeros = head.count(0)
    if zeros * 5 > len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        if even > 4 * odd:
            return Encoding("utf-16-be")
        if odd > 4 * even:
            return Encoding("utf-16-le")
        raise Unreadable("This is not a text file. Save your table as CSV and choose that file.")
    name = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else "utf-8"
    broken, sound = _tally(stream)
    if not broken:
        return Encoding(name)
    if name == "utf-8-sig" or sound > 10 * broken:
        return Encoding(name, damaged=True, warnings=(_said(broken),))
    return Encoding(
        "windows-1252",
        warnings=("The file is not UTF-8; it is read as Windows-1252. Look at the accents.",),
    )


def _said(broken: int) -> str:
    return (
        f"{broken} bytes are not valid UTF-8 and show as \ufffd."
        if broken > 1
        else ("One byte is not valid UTF-8 and shows as \ufffd.")
    )


def _forced(name: str) -> Encoding:
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError):
        raise Unreadable(f"We do not know the encoding {name!r}.", field="encoding") from None
    # Text codecs only: a name like "rot13" or "zlib" is known to Python too.
    known = found.startswith(("utf-", "cp", "iso8859", "latin", "mac-", "koi8", "gb", "big5"))
    # UTF-7 spells halves of characters, which no database keeps.
    if found == "utf-7" or (not known and found not in {"ascii", "shift_jis", "euc_jp", "euc_kr"}):
        raise Unreadable(f"We do not know the encoding {name!r}.", field="encoding")
    return Encoding("utf-8-sig" if found == "utf-8" else found, damaged=True)


def _refuse_other_kinds(head: bytes) -> None:
    if not head.strip():
        raise Unreadable("The file is empty.")
    start = _start(head)
    if is_json(head):
        raise Unreadable("This is JSON, not a table in a text file.")
    for sign, kind, advice in _KINDS:
        if head.startswith(sign) or start.lower().startswith(sign):
            raise Unreadable(f"This is {kind}, not a table in a text file. {advice}".strip())


def is_json(head: bytes) -> bool:
    """Whether a file that begins so is a document in JSON."""
    return _JSON.match(_start(head)) is not None


def _start(head: bytes) -> bytes:
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:20]


def _tally(stream: BinaryIO) -> tuple[int, int]:
    """How many bytes are broken as UTF-8, and how many characters beyond ASCII are sound."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    broken = beyond = 0
    while chunk := stream.read(_CHUNK):
        text = decoder.decode(chunk)
        if not text.isascii():
            bad = len(_BROKEN.findall(text))
            broken += bad
            beyond += len(re.findall(r"[^\x00-\x7f]", text)) - bad
    broken += len(decoder.decode(b"", final=True))
    return broken, beyond


def delimiter_of(text: io.TextIOWrapper, *, forced: str = "") -> Delimiter:
    """What parts the columns: the mark that cuts header and rows into equally many cells."""
    sample = text.read(_SAMPLE)
    if len(sample) == _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    first, _, rest = sample.partition("\n")
    preamble = first.strip().lower().startswith("sep=") and len(first.strip()) <= 5
    if preamble:
        forced = forced or first.rstrip("\r")[4:5]
        sample = rest
    if forced:
        if forced not in DELIMITERS:
            raise Unreadable(
                "Columns can be parted by , ; tab or |, nothing else.", field="delimiter"
            )
        return _with_habits(Delimiter(forced, preamble=preamble), sample)
    scores = sorted(((_score(sample, mark), mark) for mark in DELIMITERS), reverse=True)
    (best, mark), (second, _) = scores[0], scores[1]
    if best <= 0:
        return _with_habits(Delimiter(",", preamble=preamble), sample)
    certain = second <= 0.9 * best
    return _with_habits(Delimiter(mark, certain=certain, preamble=preamble), sample)


def _cut(sample: str, mark: str, *, quoted: bool = True, limit: int = 200) -> list[list[str]]:
    reader = csv.reader(
        io.StringIO(sample, newline=""),
        delimiter=mark,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
    )
    cut: list[list[str]] = []
    # An endless cell ends the sample: what was read before it is enough.
    with suppress(csv.Error):
        cut.extend(record for record in islice(reader, limit) if record)
    return cut


def _score(sample: str, mark: str) -> float:
    records = _cut(sample, mark)
    if not records or len(records[0]) < 2:
        return 0.0
    width = len(records[0])
    body = records[1:] or records
    # A row may end early or with one delimiter too many; a wrong mark is wrong by far more.
    fit = sum(1.0 if len(r) == width else 0.4 if len(r) == width + 1 else 0.0 for r in body)
    short = sum(0.3 for r in body if 2 <= len(r) < width)
    named = sum(1 for name in records[0] if name.strip()) / width
    return (fit + short + 0.1) / len(body) * (1 + min(width, 50) / 50) * named


def _with_habits(found: Delimiter, sample: str) -> Delimiter:
    """Two habits of writers: a space after each delimiter; tabs with no quotation at all."""
    spaced = f'{found.mark} "' in sample.partition("\n")[0] and found.mark != "\t"
    quoted = True
    if found.mark == "\t":
        bare = _cut(sample, "\t", quoted=False)
        width = len(bare[0]) if bare else 0
        even = all(len(record) == width for record in bare)
        closed = all(
            cell.count('"') % 2 == 0 and cell.endswith('"')
            for record in bare
            for cell in record
            if cell.startswith('"')
        )
        quoted = not even or closed
    return Delimiter(found.mark, found.certain, found.preamble, spaced, quoted)
