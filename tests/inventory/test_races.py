"""Many at once: nothing is sold twice, nobody waits in a ring."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from sqlmodel import Session, func, select

from tests.factories.catalogue import make_product, variants_of
from tests.factories.inventory import counters
from webapp.inventory import commands
from webapp.inventory.audit import CHECKS
from webapp.inventory.errors import OutOfStock
from webapp.inventory.models import StockMovement
from webapp.kit.errors import ShopError
from webapp.runtime.db import Database

BUYERS = 24


def at_once(work, count: int = BUYERS) -> Counter[str]:  # type: ignore[no-untyped-def]
    """How each of so many threads fared."""
    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(work, range(count)))


def balanced(db: Session) -> bool:
    return not [
        fault for name, check in CHECKS.items() if "open orders" not in name for fault in check(db)
    ]


def test_the_last_ten_are_sold_to_ten(database: Database, db: Session) -> None:
    product = make_product(db, on_hand=10)
    one = variants_of(db, product)[0].id
    db.commit()

    def buy(number: int) -> str:
        try:
            with database.writing() as session:
                commands.take(session, {one: 1}, reference=f"ord_{number}", key=f"ord_{number}")
        except OutOfStock as short:
            return f"short, {short.left[one]} left"
        return "sold"

    assert at_once(buy) == {"sold": 10, "short, 0 left": BUYERS - 10}
    assert counters(db, product) == (10, 10, 0)
    assert balanced(db)


def test_carts_in_opposite_order_do_not_lock_each_other_out(
    database: Database, db: Session
) -> None:
    product = make_product(db, sizes=["S", "M", "L"], on_hand=BUYERS)
    ids = [one.id for one in variants_of(db, product)]
    db.commit()

    def buy(number: int) -> str:
        order = ids if number % 2 else list(reversed(ids))
        try:
            with database.writing() as session:
                wanted = dict.fromkeys(order, 1)
                commands.take(session, wanted, reference=f"ord_{number}", key=f"ord_{number}")
        except ShopError:
            return "refused"
        return "sold"

    assert at_once(buy) == {"sold": BUYERS}
    assert [counters(db, product, place) for place in range(3)] == [(BUYERS, BUYERS, 0)] * 3


def test_one_cause_told_by_many_moves_once(database: Database, db: Session) -> None:
    product = make_product(db, on_hand=10)
    one = variants_of(db, product)[0].id
    db.commit()

    def buy(_number: int) -> str:
        with database.writing() as session:
            commands.take(session, {one: 2}, reference="ord_1", key="ord_1")
        return "sold"

    assert at_once(buy, 8) == {"sold": 8}
    assert counters(db, product) == (10, 2, 8)
    assert db.exec(select(func.count()).select_from(StockMovement)).one() == 2
    assert balanced(db)
