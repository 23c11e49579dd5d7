import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.kit.errors import Invalid
from webapp.kit.paging import Cursor, Page, Turn

texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=60)
values = st.one_of(
    texts,
    st.integers(-(2**63) + 1, 2**63 - 1),
    st.none(),
    st.datetimes(timezones=st.just(UTC)),
)


@given(st.lists(values, max_size=4))
def test_a_cursor_comes_back_as_it_was(key: list[object]) -> None:
    written = Cursor.encode(key)  # type: ignore[arg-type]
    assert Cursor.decode(written) == tuple(key)
    assert set(written) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def test_a_moment_comes_back_in_utc() -> None:
    there = datetime(2026, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    (back,) = Cursor.decode(Cursor.encode([there]), datetime)
    assert back == there
    assert isinstance(back, datetime)
    assert back.tzinfo is UTC


@given(st.text(max_size=80))
def test_any_other_text_is_invalid_and_never_an_error(text: str) -> None:
    try:
        found = Cursor.decode(text, str, int)
    except Invalid as refusal:
        assert refusal.facts["field"] == "cursor"
    else:
        assert [type(value) for value in found] == [str, int]


def _written(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "forged",
    [
        _written({"a": 1}),
        _written([1.5]),
        _written([True]),
        _written([[1]]),
        _written([2**63]),
        _written(["\x00"]),
        _written(["\ud800"]),
        _written([{"at": "yesterday"}]),
        _written([{"at": "2026-01-01T00:00:00"}]),
        _written([{"at": 5}]),
        _written("x"),
        "[" * 1000,
        _written(["x" * 3000]),
        base64.urlsafe_b64encode(b"[" * 1400).decode(),
        base64.urlsafe_b64encode(b"[NaN]").decode().rstrip("="),
        "\u00e9",
        "",
    ],
)
def test_a_forged_cursor_is_invalid(forged: str) -> None:
    with pytest.raises(Invalid):
        Cursor.decode(forged)


def test_a_cursor_of_another_list_is_invalid() -> None:
    cursor = Cursor.encode(["oak stool", 7])
    assert Cursor.decode(cursor, str, int) == ("oak stool", 7)
    assert Cursor.decode(Cursor.encode([None, 7]), str | None, int) == (None, 7)
    for kinds in ((int, int), (str,), (str, int, int)):
        with pytest.raises(Invalid):
            Cursor.decode(cursor, *kinds)


@pytest.mark.parametrize("value", [1.5, True, b"x", datetime(2026, 1, 1)])
def test_only_sort_keys_can_be_written(value: object) -> None:
    with pytest.raises(TypeError):
        Cursor.encode([value])  # type: ignore[list-item]


def test_a_page_maps_and_keeps_its_way_on() -> None:
    page = Page([1, 2, 3], next_cursor="n", previous_cursor="p", total=9)
    told = page.map(str)
    assert list(told) == ["1", "2", "3"]
    assert len(told) == 3
    assert (told.next_cursor, told.previous_cursor, told.total) == ("n", "p", 9)


def turned(cursor, rows=range(10), size=3):
    """A list of numbers, small ones first, as a database would give it."""
    turn = Turn.of(cursor, int)
    beyond = [row for row in rows if turn.edge is None or row > turn.edge[0]]
    if turn.goes_back:
        beyond = [row for row in reversed(rows) if row < turn.edge[0]]
    return turn.page(beyond[: size + 1], size, lambda row: [row])


def test_a_list_is_turned_to_its_end_and_back_again():
    pages, cursor = [], None
    while not pages or cursor:
        pages.append(turned(cursor))
        cursor = pages[-1].next_cursor
    back = [turned(pages[-1].previous_cursor)]
    while back[-1].previous_cursor:
        back.append(turned(back[-1].previous_cursor))

    assert [list(page) for page in pages] == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]
    assert [list(page) for page in back] == [[6, 7, 8], [3, 4, 5], [0, 1, 2]]
    assert pages[0].previous_cursor is None
    assert back[-1].next_cursor is not None


def test_nothing_to_turn():
    assert turned(None, rows=[]) == Page(())


@pytest.mark.parametrize("cursor", [Cursor.encode(["up", 3]), Cursor.encode([3]), "nonsense"])
def test_a_foreign_turn_is_invalid(cursor):
    with pytest.raises(Invalid):
        Turn.of(cursor, int)
