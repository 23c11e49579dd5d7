import pytest
from sqlmodel import Session, select

from tests.factories.cart import fresh, make_cart, make_goods, set_price, withdraw
from webapp.cart import commands, goods, queries
from webapp.cart.errors import (
    CartIsClosed,
    CartIsFull,
    NoSuchLine,
    NotEnough,
    NotForSale,
    QuantityOutOfBounds,
)
from webapp.cart.models import CartLine
from webapp.cart.queries import LineProblem
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM
from webapp.kit.money import Money
from webapp.shop import commands as shops
from webapp.shop.queries import Shop, current


def quantities(db: Session, cart) -> list[int]:
    return [line.quantity for line in queries.lines_of(db, cart)]


def shop(db: Session, **values) -> Shop:
    for name, value in values.items():
        setattr(shops.row(db), name, value)
    db.commit()
    return current(db)


def view(db: Session, cart, **settings):
    return queries.cart_view(db, shop(db, **settings), cart)


def test_the_same_thing_twice_is_one_line(db):
    stool = make_goods(db)
    cart = make_cart(db, (stool, 2))

    commands.add(db, cart, stool, 3)

    assert quantities(db, cart) == [5]
    assert cart.version == 2


@pytest.mark.parametrize("quantity", [0, -1, 10_000, 10**30])
def test_an_impossible_quantity_is_refused(db, quantity):
    stool = make_goods(db, on_hand=None)
    cart = make_cart(db)

    with pytest.raises(QuantityOutOfBounds):
        commands.add(db, cart, stool, quantity)

    assert quantities(db, cart) == []
    assert cart.version == 0


@pytest.mark.parametrize("quantity", [-1, 10_000, 10**30])
def test_an_impossible_new_quantity_is_refused(db, quantity):
    stool = make_goods(db, on_hand=None)
    cart = make_cart(db, (stool, 2))

    with pytest.raises(QuantityOutOfBounds):
        commands.set_quantity(db, cart, queries.lines_of(db, cart)[0].public_id, quantity)

    assert quantities(db, cart) == [2]


@pytest.mark.parametrize(
    ("on_hand", "there", "more", "sentence"),
    [
        (0, 0, 1, "This has just sold out."),
        (1, 0, 2, "There is only 1 left."),
        (3, 0, 4, "There are only 3 left."),
        (3, 3, 1, "There are only 3 left, all in your cart already."),
        (3, 2, 2, "There are only 3 left, 2 of them in your cart already."),
    ],
)
def test_more_than_there_is_is_refused_with_what_is_left(db, on_hand, there, more, sentence):
    stool = make_goods(db, on_hand=on_hand)
    cart = make_cart(db, *([(stool, there)] if there else []))

    with pytest.raises(NotEnough) as refused:
        commands.add(db, cart, stool, more)

    assert refused.value.detail == sentence
    assert refused.value.facts["left"] == on_hand
    assert quantities(db, cart) == ([there] if there else [])


def test_what_is_not_counted_has_no_end_but_the_cart_has(db):
    course = make_goods(db, on_hand=None)
    cart = make_cart(db, (course, 9999))

    with pytest.raises(QuantityOutOfBounds, match="at most 9999"):
        commands.add(db, cart, course, 1)

    assert quantities(db, cart) == [9999]


def test_the_limits_of_the_product_hold(db):
    stool = make_goods(db, minimum_quantity=2, maximum_quantity=4)
    cart = make_cart(db)

    with pytest.raises(QuantityOutOfBounds, match="sold from 2 pieces"):
        commands.add(db, cart, stool, 1)
    with pytest.raises(QuantityOutOfBounds, match="at most 4"):
        commands.add(db, cart, stool, 5)
    commands.add(db, cart, stool, 3)
    with pytest.raises(QuantityOutOfBounds, match="3 are in your cart already"):
        commands.add(db, cart, stool, 2)

    assert quantities(db, cart) == [3]


def test_what_was_withdrawn_is_not_added(db):
    stool = withdraw(db, make_goods(db))
    cart = make_cart(db)

    with pytest.raises(NotForSale):
        commands.add(db, cart, stool)

    assert quantities(db, cart) == []


def test_a_quantity_of_nothing_removes_the_line(db):
    stool, table = make_goods(db), make_goods(db, "Table")
    cart = make_cart(db, stool, table)
    first, second = queries.lines_of(db, cart)

    assert commands.set_quantity(db, cart, first.public_id, 0) is None
    commands.remove(db, cart, second.public_id)

    assert quantities(db, cart) == []
    with pytest.raises(NoSuchLine):
        commands.remove(db, cart, second.public_id)


def test_a_line_of_another_cart_is_out_of_reach(db):
    stool = make_goods(db)
    mine, yours = make_cart(db, stool), make_cart(db, stool)
    theirs = queries.lines_of(db, yours)[0].public_id

    with pytest.raises(NoSuchLine):
        commands.set_quantity(db, mine, theirs, 3)

    assert quantities(db, yours) == [1]


def test_an_ordered_cart_takes_nothing_more(db):
    stool = make_goods(db)
    cart = make_cart(db, stool)
    commands.convert(db, cart)

    with pytest.raises(CartIsClosed):
        commands.add(db, cart, stool)
    assert view(db, cart).is_empty


def test_a_cart_has_room_for_a_hundred_things(db):
    cart = make_cart(db)
    for number in range(commands.MOST_LINES):
        commands.add(db, cart, make_goods(db, f"Thing {number}"))

    with pytest.raises(CartIsFull):
        commands.add(db, cart, make_goods(db, "One too many"))

    assert len(db.exec(select(CartLine)).all()) == commands.MOST_LINES


def test_a_price_that_moved_is_told_until_it_is_accepted(db):
    stool = make_goods(db, price=1999)
    cart = make_cart(db, (stool, 2))
    set_price(db, stool, 2499)

    line = view(db, cart).lines[0]
    assert (line.was, line.unit, line.total) == (
        Money(1999, "EUR"),
        Money(2499, "EUR"),
        Money(4998, "EUR"),
    )
    assert line.problem is None
    version = cart.version
    commands.accept_prices(db, cart)

    assert view(db, cart).lines[0].was is None
    assert cart.version == version


@pytest.mark.parametrize(
    ("on_hand_now", "problem", "sentence", "reduce_to"),
    [
        (5, None, "", None),
        (4, LineProblem.short, "Only 4 left.", 4),
        (1, LineProblem.short, "Only 1 left.", 1),
        (0, LineProblem.sold_out, "This has sold out.", None),
    ],
)
def test_a_line_says_when_there_is_not_enough(db, on_hand_now, problem, sentence, reduce_to):
    stool = make_goods(db, on_hand=5)
    cart = make_cart(db, (stool, 5))
    inventory.count(db, SYSTEM, stool.variant_id, on_hand_now)

    line = view(db, cart).lines[0]

    assert (line.problem, line.sentence, line.reduce_to) == (problem, sentence, reduce_to)
    assert view(db, cart).can_be_ordered is (problem is None)


def test_what_cannot_be_bought_does_not_count_in_the_sum(db):
    stool, table = make_goods(db, price=1000), make_goods(db, "Table", price=5000)
    cart = make_cart(db, stool, table)
    withdraw(db, table)

    shown = view(db, cart)

    assert shown.subtotal == Money(1000, "EUR")
    assert [line.problem for line in shown.lines] == [None, LineProblem.withdrawn]
    assert [item.unit_minor for item in shown.items()] == [1000]


def test_the_shop_sets_how_much_an_order_must_be_worth(db):
    cart = make_cart(db, (make_goods(db, price=1000), 2))

    assert view(db, cart, minimum_order_minor=2001).order_problem == (
        "We deliver orders from €20.01."
    )
    assert not view(db, cart, minimum_order_minor=2001).can_be_ordered
    assert view(db, cart, minimum_order_minor=2000).can_be_ordered
    assert "up to €19.99" in view(db, cart, maximum_order_minor=1999).order_problem


def test_what_was_typed_is_kept_and_changes_nothing_else(db):
    cart = make_cart(db, make_goods(db))

    commands.keep(db, cart, {"email": "ada@example.com"})
    commands.set_note(db, cart, "Ring twice")

    assert cart.checkout == {"email": "ada@example.com", "note": "Ring twice"}
    assert cart.version == 1
    with pytest.raises(QuantityOutOfBounds):
        commands.set_note(db, cart, "x" * 1001)


def test_a_cart_is_read_in_four_statements_however_long(db, statements):
    short = make_cart(db, make_goods(db))
    long = make_cart(db, *[make_goods(db, f"Thing {n}") for n in range(12)])
    settings = shop(db)
    db.expire_all()

    counts = []
    for cart in (short, long):
        db.refresh(cart)
        with statements.counted() as seen:
            queries.cart_view(db, settings, cart)
        counts.append(len(seen))

    assert counts == [4, 4]


def test_goods_are_found_by_what_pages_and_links_say(db):
    stool = make_goods(db)

    assert goods.by_public_id(db, "var_nothing") is None
    assert goods.by_choices(db, stool.slug, []).variant == stool.variant
    assert goods.by_choices(db, stool.product, [12345]) is None
    assert list(goods.by_skus(db, [stool.sku, "NOPE"])) == [stool.sku]
    assert fresh(db, stool.variant).left == 10
