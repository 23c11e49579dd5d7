import re

import pytest

from webapp.kit.ids import is_public_id, public_id, token


def test_a_public_id_has_its_form_and_is_fresh() -> None:
    ids = {public_id("ord") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"ord_[0-9A-Za-z]{22}", id_) for id_ in ids)
    assert all(is_public_id(id_, "ord") for id_ in ids)


@pytest.mark.parametrize("prefix", ["", "o", "ORD", "ord_", "o1", "ordersorders"])
def test_a_prefix_is_a_short_word(prefix: str) -> None:
    with pytest.raises(ValueError):
        public_id(prefix)


@pytest.mark.parametrize(
    "text", ["", "ord_", "ord_abc", "var_" + "a" * 22, "ord_" + "a" * 23, "ord_" + "\u00e9" * 22]
)
def test_other_texts_are_no_order_id(text: str) -> None:
    assert not is_public_id(text, "ord")


def test_a_token_is_43_characters_for_a_url() -> None:
    tokens = {token() for _ in range(1000)}
    assert len(tokens) == 1000
    assert all(re.fullmatch(r"[0-9A-Za-z_-]{43}", secret) for secret in tokens)
