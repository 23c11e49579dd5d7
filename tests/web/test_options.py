"""The choices inside a select."""

import pytest

from webapp.web.options import options

PLAIN = [("a", "One & two"), ("b", "<script>")]
GROUPED = [("Near", [("a", "One")]), ("Far", [("b", "Two")])]


@pytest.mark.parametrize("kind", [list, tuple])
def test_one_choice_is_selected_and_words_are_escaped(kind: type):
    assert str(options(kind(PLAIN), "b")) == (
        '<option value="a">One &amp; two</option>\n'
        '<option value="b" selected>&lt;script&gt;</option>'
    )


def test_groups_hold_their_choices():
    assert str(options(GROUPED, "a")) == (
        '<optgroup label="Near">\n<option value="a" selected>One</option>\n</optgroup>\n'
        '<optgroup label="Far">\n<option value="b">Two</option>\n</optgroup>'
    )


@pytest.mark.parametrize("chosen", ["", "c", '"><script>', 'a">One &amp; two</option>'])
def test_what_is_not_offered_selects_nothing(chosen: str):
    assert options(tuple(PLAIN), chosen) == options(PLAIN, "")
    assert "selected" not in options(PLAIN, chosen)


def test_what_one_chose_is_not_chosen_for_the_next():
    assert "selected" in options(tuple(PLAIN), "a")
    assert "selected" not in options(tuple(PLAIN), "")


def test_numbers_are_values_too():
    assert str(options([(1, "One")], "1")) == '<option value="1" selected>One</option>'
