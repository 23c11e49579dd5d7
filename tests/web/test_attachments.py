"""The names of files that go out: read by every program, and harmless in a header."""

import pytest

from webapp.web.attachments import disposition


@pytest.mark.parametrize(
    ("name", "plain", "whole"),
    [
        ("suppers.pdf", "suppers.pdf", None),
        ("The garden year (2).pdf", "The garden year (2).pdf", None),
        ("Zwölf Abende.pdf", "Zwolf Abende.pdf", "Zw%C3%B6lf%20Abende.pdf"),
        ('a"; filename=b.exe', "a__ filename_b.exe", "a%22%3B%20filename%3Db.exe"),
        ("a\r\nSet-Cookie: x=1", "a__Set-Cookie_ x_1", "a%0D%0ASet-Cookie%3A%20x%3D1"),
        ("../../etc/passwd", "_.._etc_passwd", "..%2F..%2Fetc%2Fpasswd"),
        ("it's 100%.zip", "it_s 100_.zip", "it%27s%20100%25.zip"),
        ("\u202egpj.exe", "gpj.exe", "%E2%80%AEgpj.exe"),
        ("夕食", "file", "%E5%A4%95%E9%A3%9F"),
        (" . ", "file", "%20.%20"),
    ],
)
def test_a_name_is_told_in_plain_letters_and_whole(name, plain, whole):
    told = f'attachment; filename="{plain}"'

    assert disposition(name) == (told if whole is None else f"{told}; filename*=UTF-8''{whole}")
