import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kit.slugs import LONGEST, slugify, unique_slug


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Oak Stool", "oak-stool"),
        ("  --Oak__Stool!! ", "oak-stool"),
        ("Größe: Łódź", "grosse-lodz"),
        ("Crème brûlée", "creme-brulee"),
        ("Men's shirt / it\u2019s new", "mens-shirt-its-new"),
        ("Ærø & Þórr", "aero-thorr"),
        ("Щётка для обуви", "shchetka-dlya-obuvi"),
        ("Αθήνα", "athina"),
        ("İstanbul", "istanbul"),
        ("\uff21\uff22\uff23", "abc"),
        ("100 % Wool, 2.5 kg", "100-wool-2-5-kg"),
        ("椅子", "item"),
        ("", "item"),
        ("<script>", "script"),
        ("../../etc", "etc"),
    ],
)
def test_text_becomes_a_slug(text: str, slug: str) -> None:
    assert slugify(text) == slug


def test_the_fallback_is_the_callers() -> None:
    assert slugify("椅子", fallback="product") == "product"


@given(st.text(max_size=300))
def test_a_slug_is_always_fit_for_a_url(text: str) -> None:
    slug = slugify(text)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= LONGEST
    assert slugify(slug) == slug


def test_a_long_name_ends_at_a_word() -> None:
    assert slugify("wooden " * 40) == "-".join(["wooden"] * 11)


def test_a_taken_slug_counts_on() -> None:
    taken = {"stool", "stool-2"}
    assert unique_slug("chair", taken.__contains__) == "chair"
    assert unique_slug("stool", taken.__contains__) == "stool-3"


def test_a_name_of_hundreds_does_not_ask_for_ever() -> None:
    asked: list[str] = []

    def taken(slug: str) -> bool:
        asked.append(slug)
        return bool(re.fullmatch(r"stool(-\d{1,3})?", slug))

    slug = unique_slug("stool", taken)
    assert re.fullmatch(r"stool-[0-9a-z]{8}", slug)
    assert len(asked) == 51


def test_a_counted_slug_stays_short() -> None:
    base = "a" * LONGEST
    slug = unique_slug(base, {base}.__contains__)
    assert slug.endswith("-2")
    assert len(slug) <= LONGEST
