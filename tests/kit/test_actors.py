import pytest

from webapp.kit.actors import SHOPPER, SYSTEM, Actor
from webapp.kit.errors import NotAllowed


def test_an_actor_may_do_only_what_it_holds() -> None:
    clerk = Actor("staff", "stf_1", "Clerk", frozenset({"orders:read"}))
    clerk.must("orders:read")
    assert not clerk.may("orders:write")
    with pytest.raises(NotAllowed) as refusal:
        clerk.must("orders:write")
    assert refusal.value.facts == {"needs": "orders:write"}


def test_the_shop_itself_may_do_everything_and_a_visitor_nothing() -> None:
    SYSTEM.must("settings:write")
    with pytest.raises(NotAllowed):
        SHOPPER.must("orders:read")


def test_holding_a_word_of_the_system_does_not_make_one() -> None:
    script = Actor("key", "key_1", "Script", frozenset({"*", "system"}))
    assert not script.may("orders:write")
