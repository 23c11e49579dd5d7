"""Merchants' HTML: what is harmless stays, what runs or reaches out does not."""

import pytest

from webapp.runtime.markup import clean_html, plain_line


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("<p>Oak, <b>oiled</b></p>", "<p>Oak, <b>oiled</b></p>"),
        ("<script>alert(1)</script><p>a</p>", "<p>a</p>"),
        ("<p onclick='x()' style='color:red' class='y'>a</p>", "<p>a</p>"),
        ("<a href='javascript:alert(1)'>a</a>", '<a rel="noopener nofollow">a</a>'),
        ("<h1>Big</h1>", "<h2>Big</h2>"),
        ("<img src='https://elsewhere.example/x.gif'>", ""),
        ("<iframe src='//x'>in</iframe>", ""),
        ("Two lines\nand\n\nanother & one", "<p>Two lines<br>and</p><p>another &amp; one</p>"),
        ("4 < 5", "<p>4 &lt; 5</p>"),
        ("AT&amp;T", "AT&amp;T"),
        ("a\x00b", "<p>ab</p>"),
        ("  ", ""),
    ],
)
def test_html_is_cleaned(dirty: str, clean: str) -> None:
    assert clean_html(dirty) == clean


@pytest.mark.parametrize(
    "text", ["<p>a <b>b</b></p>", "plain & simple", "<a href='https://a.example'>a</a>"]
)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    once = clean_html(text)
    assert clean_html(once) == once


def test_a_line_has_no_breaks_or_controls() -> None:
    assert plain_line(" Oak\n\tstool\x07 ") == "Oak stool"
