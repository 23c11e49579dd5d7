"""Many at once, on a real file with the real lock: what is sold is what there was."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlmodel import Session, func, select

from tests.factories.cart import fresh, make_cart, make_goods
from tests.factories.orders import CLERK, make_order, make_placement
from tests.orders.books import faults
from webapp.kit.money import Money
from webapp.orders import commands, queries
from webapp.orders.errors import NothingLeft, OrderChanged
from webapp.orders.models import Order
from webapp.runtime.db import Database
from webapp.shop.queries import current


def at_once(number: int, work: Callable[[int], object]) -> list[object]:
    """Run ``work`` on so many threads that start together; what each gives or raises."""
    start = threading.Barrier(number)

    def run(place: int) -> object:
        start.wait()
        try:
            return work(place)
        except Exception as error:
            return error

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))


def test_fifty_buyers_of_ten_get_ten(db: Session, database: Database):
    stool = make_goods(db, on_hand=10)
    carts = [make_cart(db, stool) for _ in range(50)]
    placements = [make_placement(db, cart) for cart in carts]
    keys = [cart.public_id for cart in carts]
    db.rollback()

    def buy(place: int) -> object:
        with database.writing() as session:
            return commands.place(session, current(session), keys[place], placements[place])

    results = at_once(50, buy)

    assert sum(isinstance(result, Order) for result in results) == 10
    assert sum(isinstance(result, OrderChanged) for result in results) == 40
    assert fresh(db, stool.variant).left == 0
    numbers = db.exec(select(Order.number)).all()
    assert sorted(numbers) == [str(1001 + place) for place in range(10)]
    assert faults(db) == []


def test_twenty_posts_of_one_form_give_one_order(db: Session, database: Database):
    stool = make_goods(db, on_hand=10)
    cart = make_cart(db, stool)
    placement = make_placement(db, cart, attempt="a" * 43)
    key = cart.public_id
    db.rollback()

    def buy(_place: int) -> object:
        with database.writing() as session:
            return commands.place(session, current(session), key, placement).number

    results = at_once(20, buy)

    assert set(results) == {"1001"}
    assert db.exec(select(func.count()).select_from(Order)).one() == 1
    assert fresh(db, stool.variant).left == 9
    assert faults(db) == []


def test_carts_in_opposite_order_do_not_wait_for_each_other(db: Session, database: Database):
    one, two = make_goods(db, "One", on_hand=100), make_goods(db, "Two", on_hand=100)
    carts = [make_cart(db, *((one, two) if n % 2 else (two, one))) for n in range(20)]
    placements = [make_placement(db, cart) for cart in carts]
    keys = [cart.public_id for cart in carts]
    db.rollback()

    def buy(place: int) -> object:
        with database.writing() as session:
            return commands.place(session, current(session), keys[place], placements[place])

    results = at_once(20, buy)

    assert all(isinstance(result, Order) for result in results)
    assert (fresh(db, one.variant).left, fresh(db, two.variant).left) == (80, 80)
    assert faults(db) == []


def test_two_clerks_send_the_goods_once(db: Session, database: Database):
    number = make_order(db, (make_goods(db), 3)).number
    db.rollback()

    def send(_place: int) -> object:
        with database.writing() as session:
            mine = queries.by_number(session, number)
            return commands.fulfil(session, CLERK, mine).number

    results = at_once(8, send)

    assert [result for result in results if isinstance(result, str)] == ["1001-F1"]
    assert sum(isinstance(result, NothingLeft) for result in results) == 7
    assert faults(db) == []


def test_two_clerks_record_the_same_money_once(db: Session, database: Database):
    number = make_order(db, make_goods(db, price=1999)).number
    db.rollback()

    def record(_place: int) -> object:
        with database.writing() as session:
            mine = queries.by_number(session, number)
            commands.mark_paid(session, CLERK, mine, amount=Money(1999, "EUR"), key="once")
            return None

    results = at_once(8, record)

    assert results == [None] * 8
    assert queries.by_number(db, number).captured_minor == 1999
    assert faults(db) == []
