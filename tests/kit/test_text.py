import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kit.text import excerpt, plain


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("<p>One</p><p>Two</p>", "One Two"),
        ("H<b>al</b>f a <em>word</em>", "Half a word"),
        ("Tea &amp; cake&nbsp;&lt;3", "Tea & cake <3"),
        ("a<br>b<br/>c", "a b c"),
        ("<ul><li>x<li>y</ul>", "x y"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("<style>p{}</style>a<script>alert('<p>')</script>b", "ab"),
        ("<svg><title>no</title></svg>yes", "yes"),
        ("a<!-- hidden -->b", "ab"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("  many\n\n lines\t", "many lines"),
    ],
)
def test_html_is_read_as_a_reader_sees_it(html: str, text: str) -> None:
    assert plain(html) == text


@given(st.text(st.sampled_from("<>/ab&;!-= \"'sxcript"), max_size=60))
def test_broken_html_is_no_error(html: str) -> None:
    assert "  " not in plain(html)


@pytest.mark.parametrize(
    ("text", "n", "short"),
    [
        ("short", 10, "short"),
        ("exactly ten", 11, "exactly ten"),
        ("the quick brown fox", 12, "the quick…"),
        ("the quick brown fox", 10, "the quick…"),
        ("well, then we go", 7, "well…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("a\n b", 10, "a b"),
        ("ab", 1, "…"),
        ("cafe\u0301s", 5, "caf…"),
        ("x\U0001f469\u200d\U0001f680 rest", 4, "x…"),
    ],
)
def test_long_text_is_cut_between_words(text: str, n: int, short: str) -> None:
    assert excerpt(text, n) == short


@given(st.text(max_size=80), st.integers(1, 40))
def test_an_excerpt_is_never_longer_and_never_starts_an_accent(text: str, n: int) -> None:
    short = excerpt(text, n)
    assert len(short) <= n
    if short.endswith("…"):
        rest = " ".join(text.split())[len(short) - 1 :]
        assert not rest or not unicodedata.combining(rest[0]) or short == "…"


def test_an_excerpt_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError):
        excerpt("text", 0)
