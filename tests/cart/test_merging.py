"""Two carts become one when somebody signs in (the table of the rules of the trade, 3.10)."""

import pytest
from sqlmodel import col, select

from tests.factories.cart import make_cart, make_goods, set_price, withdraw
from tests.factories.people import make_customer
from webapp.cart import commands, queries
from webapp.cart import goods as catalogue
from webapp.cart.commands import Policy
from webapp.cart.models import Cart, CartLine, CartState
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM
from webapp.runtime.events import history


def own_cart(db, person, *wanted):
    """The open cart of an account, with one of each or so many."""
    cart = make_cart(db, *wanted)
    cart.person_id = person.id
    db.add(cart)
    db.commit()
    return cart


def join(db, guest, person, **more):
    merged = commands.merge(
        db, guest.public_id, person=person.id, actor=SYSTEM, currency="EUR", **more
    )
    db.commit()
    return merged


def held(db, cart):
    """(title, quantity) of what is in it, then of what is saved for later."""
    db.expire_all()
    lines = db.exec(
        select(CartLine).where(CartLine.cart_id == cart.id).order_by(col(CartLine.variant_id))
    ).all()
    known = catalogue.by_variant(db, [line.variant_id for line in lines])
    found = [(known[line.variant_id].title, line.quantity) for line in lines if not line.is_saved]
    saved = [(known[line.variant_id].title, line.quantity) for line in lines if line.is_saved]
    return found, saved


STOOL, BENCH = "Oak stool", "Bench"

TABLE = [
    # (guest, member, stock), policy, in the cart, saved, words of the changes
    ("both empty", {}, {}, {}, Policy.sum, [], [], []),
    ("guest empty", {}, {STOOL: 2}, {}, Policy.sum, [(STOOL, 2)], [], []),
    ("member empty", {STOOL: 2}, {}, {}, Policy.sum, [(STOOL, 2)], [], []),
    (
        "no overlap",
        {STOOL: 1},
        {BENCH: 2},
        {},
        Policy.sum,
        [(STOOL, 1), (BENCH, 2)],
        [],
        ["beside"],
    ),
    ("overlap", {STOOL: 1}, {STOOL: 2}, {}, Policy.sum, [(STOOL, 3)], [], ["3 now, with the 2"]),
    ("the larger", {STOOL: 1}, {STOOL: 2}, {}, Policy.max, [(STOOL, 2)], [], []),
    ("the guest's", {STOOL: 1}, {STOOL: 2}, {}, Policy.guest, [(STOOL, 1)], [], ["1 now"]),
    (
        "short stock",
        {STOOL: 2},
        {STOOL: 2},
        {STOOL: 3},
        Policy.sum,
        [(STOOL, 3)],
        [],
        ["3 instead of 4"],
    ),
    (
        "sold out",
        {STOOL: 2},
        {BENCH: 1},
        {STOOL: 0},
        Policy.sum,
        [(BENCH, 1)],
        [(STOOL, 2)],
        ["saved for later"],
    ),
    (
        "most of one",
        {STOOL: 900},
        {STOOL: 900},
        {},
        Policy.sum,
        [(STOOL, 1000)],
        [],
        ["1000 instead of 1800"],
    ),
]


@pytest.mark.parametrize(
    ("guest", "member", "stock", "policy", "inside", "saved", "words"),
    [row[1:] for row in TABLE],
    ids=[row[0] for row in TABLE],
)
def test_two_carts_become_one(db, guest, member, stock, policy, inside, saved, words):
    ada = make_customer(db)
    goods = {
        title: make_goods(db, title, on_hand=1000, maximum_quantity=1000)
        for title in (STOOL, BENCH)
    }
    mine = own_cart(db, ada, *((goods[t], n) for t, n in member.items())) if member else None
    coming = make_cart(db, *((goods[t], n) for t, n in guest.items()))
    for title, left in stock.items():
        inventory.adjust(db, SYSTEM, goods[title].variant_id, left - 1000, reason="count")
    db.commit()

    merged = join(db, coming, ada, policy=policy)

    assert held(db, merged.cart) == (inside, saved)
    assert len(merged.changes) == len(words)
    assert all(word in said for word, said in zip(words, merged.changes, strict=True))
    assert mine is None or merged.cart.id == mine.id
    assert (coming.state, coming.merged_into) == (CartState.merged, merged.cart.public_id)


def test_what_is_not_sold_any_more_is_saved_for_later(db):
    ada, stool = make_customer(db), make_goods(db)
    coming = make_cart(db, stool)
    withdraw(db, stool)

    merged = join(db, coming, ada)

    assert held(db, merged.cart) == ([], [(STOOL, 1)])
    assert merged.changes == ("Oak stool cannot be had now; it is saved for later.",)
    assert queries.count_for(db, ada.id) == 0


def test_signing_in_again_changes_nothing(db):
    ada, stool = make_customer(db), make_goods(db)
    coming = make_cart(db, (stool, 2))
    first = join(db, coming, ada)

    assert join(db, coming, ada) is None
    assert held(db, first.cart) == ([(STOOL, 2)], [])


def test_two_devices_fill_one_cart(db):
    ada, stool = make_customer(db), make_goods(db)
    phone, laptop = make_cart(db, stool), make_cart(db, (stool, 2))

    one, other = join(db, phone, ada), join(db, laptop, ada)

    assert one.cart.id == other.cart.id
    assert held(db, other.cart) == ([(STOOL, 3)], [])
    open_ones = db.exec(select(Cart).where(Cart.state == CartState.open)).all()
    assert [cart.id for cart in open_ones] == [one.cart.id]


def test_a_cart_of_somebody_else_is_never_moved(db):
    ada, eve, stool = make_customer(db), make_customer(db, "eve@example.com"), make_goods(db)
    hers = own_cart(db, eve, stool)

    assert join(db, hers, ada) is None
    assert hers.person_id == eve.id
    assert queries.count_for(db, ada.id) == 0


def test_a_cart_that_was_ordered_is_not_merged(db):
    ada = make_customer(db)
    ordered = make_cart(db, make_goods(db))
    commands.convert(db, ordered)
    db.commit()

    assert join(db, ordered, ada) is None


def test_another_currency_is_priced_anew(db):
    ada, stool = make_customer(db), make_goods(db, price=1999)
    coming = make_cart(db, stool)
    coming.currency = "USD"
    db.add(coming)
    db.commit()
    set_price(db, stool, 2499)

    merged = join(db, coming, ada)

    assert merged.cart.currency == "EUR"
    assert merged.changes == ("Prices are in EUR now.",)
    line = db.exec(select(CartLine).where(CartLine.cart_id == merged.cart.id)).one()
    assert line.seen_price_minor == 2499


@pytest.mark.parametrize(
    ("guest_note", "expected"), [("for the guest", "for the guest"), ("", "mine")]
)
def test_of_two_notes_the_newer_one_stays_unless_it_is_empty(db, guest_note, expected):
    ada, stool = make_customer(db), make_goods(db)
    mine = own_cart(db, ada, stool)
    commands.set_note(db, mine, "mine")
    coming = make_cart(db, stool)
    commands.set_note(db, coming, guest_note)
    db.commit()

    merged = join(db, coming, ada)

    assert merged.cart.checkout["note"] == expected


def test_the_merge_is_on_record_with_before_and_after(db):
    ada, stool = make_customer(db), make_goods(db)
    mine = own_cart(db, ada, (stool, 2))
    coming = make_cart(db, stool)

    join(db, coming, ada)

    (fact,) = history(db, "cart", mine.public_id)
    assert fact.name == "cart.merged"
    assert fact.payload == {
        "guest": coming.public_id,
        "before": {stool.variant: 2},
        "after": {stool.variant: 3},
    }


def test_an_account_has_one_open_cart(db):
    ada = make_customer(db)

    first = commands.start(db, currency="EUR", person=ada.id)
    db.commit()

    assert commands.start(db, currency="EUR", person=ada.id).id == first.id
