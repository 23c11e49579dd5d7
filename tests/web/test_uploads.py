"""What a file is and how it may be called."""

import pytest

from webapp.web.uploads import in_words, kind_of, safe_name


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"\xff\xd8\xff\xe0JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF89a", "image/gif"),
        (b"RIFF\x01\x02\x03\x04WEBPVP8 ", "image/webp"),
        (b"\0\0\0\x20ftypavif", "image/avif"),
        (b"\0\0\0\x20ftypisom", "video/mp4"),
        (b"%PDF-1.7", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
        (b"\x1f\x8b\x08", "application/gzip"),
        (b"<?xml version='1.0'?>\n<svg>", "image/svg+xml"),
        (b"\xef\xbb\xbf  <SVG onload=x>", "image/svg+xml"),
        (b"<!DOCTYPE html>", "text/html"),
        (b"Handle,Title\n", "text/plain"),
        ("Größe;Preis\n".encode("latin-1"), "text/plain"),
        (b"\xff\xfeH\0a\0", "text/plain"),
        (b"\0\x01\x02", "application/octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_a_kind_is_told_from_the_content(head, kind):
    assert kind_of(head) == kind


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("stool.png", "stool.png"),
        ("C:\\Users\\Ada\\My stool.png", "My stool.png"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.png", "aSet-Cookie- x.png"),
        (".htaccess", "htaccess"),
        ("Größe\u202e.png", "Größe.png"),
        ("a\u2066b\u2069\u200f.pdf", "ab.pdf"),
        ("one\u2028two\u2029\x00.pdf", "onetwo.pdf"),
        ('<img src="x">.svg', "-img src=-x-.svg"),
        ("", "file"),
        ("...", "file"),
        ("x" * 300 + ".jpeg", "x" * 115 + ".jpeg"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_name_is_safe_to_show(name, safe):
    assert safe_name(name) == safe


def test_sizes_in_words():
    assert [in_words(n) for n in (0, 999, 20_000, 1_000_000, 3_540_000)] == [
        "0 bytes",
        "999 bytes",
        "20 KB",
        "1 MB",
        "3.5 MB",
    ]
