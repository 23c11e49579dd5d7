"""The words of search: one spelling for all, and how far apart two are."""

import pytest

from webapp.catalogue import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Oak stool, 45 cm", ["oak", "stool", "45", "cm"]),
        ("Ærø STÜHLE", ["aero", "stuhle"]),
        ("Straße", ["strasse"]),
        ("AB-12/3", ["ab", "12", "3"]),
        ("木の椅子", ["木", "の", "椅", "子"]),
        ("한국 의자", ["한국", "의자"]),
        ('" OR 1=1 --*:^', ["or", "1", "1"]),
        ("\x00\ud800 ", []),
        ("", []),
    ],
)
def test_text_becomes_bare_words(text: str, found: list[str]) -> None:
    assert words.words(text) == found


def test_a_word_without_end_is_cut() -> None:
    assert words.words("a" * 10_000) == ["a" * 40]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("chair", "chair", 0),
        ("chair", "chiar", 1),
        ("chair", "char", 1),
        ("chair", "vhair", 1),
        ("chair", "chairs", 1),
        ("chandelier", "chandeleir", 1),
        ("lamp", "clamps", 2),
        ("lamp", "table", 3),
        ("", "ab", 2),
    ],
)
def test_distance_counts_slips(one: str, other: str, apart: int) -> None:
    assert words.distance(one, other, 2) == apart
    assert words.distance(other, one, 2) == apart


def test_words_one_slip_apart_share_a_gram() -> None:
    for wrong in ("lmap", "lap", "lampp", "lump", "almp"):
        assert set(words.grams(wrong)) & set(words.grams("lamp")), wrong


def test_a_facet_key_can_stand_in_an_address_and_never_is_empty() -> None:
    assert words.key("Sky Blue") == "sky-blue"
    assert words.key("½ Liter") == "1-2-liter"
    assert words.key("+") == "+"
