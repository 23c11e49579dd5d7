"""Stock moves by its ledger: all or nothing, once for each cause, never below what was promised."""

import pytest
from sqlmodel import Session, select

from tests.factories.catalogue import make_product, variants_of
from tests.factories.inventory import counters, stock
from webapp.catalogue.models import Product
from webapp.inventory import commands, queries
from webapp.inventory.audit import CHECKS
from webapp.inventory.commands import StockSave
from webapp.inventory.errors import NothingToMove, OutOfStock, StockIsPromised
from webapp.inventory.models import MovementKind, StockMovement, StockPolicy
from webapp.kit.actors import SHOPPER, SYSTEM, Actor
from webapp.kit.errors import Invalid, NotAllowed, NotFound
from webapp.runtime.events import EventRecord


def variant(db: Session, product: Product, place: int = 0) -> int:
    found: int = variants_of(db, product)[place].id
    return found


def ledger(db: Session) -> list[tuple[str, int, int]]:
    rows = db.exec(select(StockMovement).order_by(StockMovement.id)).all()
    return [(row.kind, row.on_hand, row.committed) for row in rows]


def told(db: Session) -> list[str]:
    query = select(EventRecord.name).where(EventRecord.subject_kind == "stock")
    return list(db.exec(query.order_by(EventRecord.seq)))


def faults(db: Session) -> list[str]:
    # What is committed in these tests belongs to no order; that check has its own test.
    return [
        fault for name, check in CHECKS.items() if "open orders" not in name for fault in check(db)
    ]


def test_a_variant_that_nobody_counted_has_none(db: Session) -> None:
    product = make_product(db, on_hand=0)
    one = variant(db, product)

    assert queries.availability(db, [one]) == {one: queries.NO_STOCK}
    with pytest.raises(OutOfStock) as refusal:
        commands.take(db, {one: 1}, reference="ord_1", key="ord_1")
    assert refusal.value.left == {one: 0}
    assert ledger(db) == []


def test_from_the_van_to_the_parcel(db: Session) -> None:
    product = make_product(db, on_hand=0)
    one = variant(db, product)

    commands.receive(db, SYSTEM, one, 10, reference="delivery 7")
    assert (counters(db, product), product.is_available) == ((10, 0, 10), True)
    commands.take(db, {one: 4}, reference="ord_1", key="take ord_1")
    assert counters(db, product) == (10, 4, 6)
    commands.release(db, {one: 1}, reference="ord_1", key="release ord_1")
    assert counters(db, product) == (10, 3, 7)
    commands.ship(db, {one: 3}, reference="ord_1", key="ship ord_1")
    assert counters(db, product) == (7, 0, 7)
    commands.restock(db, {one: 2}, reference="ord_1", key="return ord_1")
    assert counters(db, product) == (9, 0, 9)

    assert ledger(db) == [
        ("receive", 10, 0),
        ("sell", 0, 4),
        ("release", 0, -1),
        ("ship", -3, -3),
        ("return", 2, 0),
    ]
    assert faults(db) == []


def test_the_same_cause_moves_the_same_goods_once(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"], on_hand=5)
    small, medium = variant(db, product), variant(db, product, 1)

    for _ in range(3):
        commands.take(db, {small: 2, medium: 1}, reference="ord_1", key="ord_1")
        commands.receive(db, SYSTEM, small, 3, key="delivery 7")

    assert (counters(db, product), counters(db, product, 1)) == ((8, 2, 6), (5, 1, 4))


def test_all_or_nothing_and_every_short_line_is_told(db: Session) -> None:
    product = make_product(db, sizes=["S", "M", "L"], on_hand=2)
    small, medium, large = (variant(db, product, place) for place in range(3))
    before = (ledger(db), told(db))

    with pytest.raises(OutOfStock) as refusal:
        commands.take(db, {large: 3, small: 2, medium: 5}, reference="ord_1", key="ord_1")

    assert refusal.value.left == {medium: 2, large: 2}
    assert refusal.value.facts == {"left": {medium: 2, large: 2}}
    db.commit()
    assert (ledger(db), told(db)) == before
    assert [counters(db, product, place) for place in range(3)] == [(2, 0, 2)] * 3


def test_availability_turns_when_the_last_is_promised(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"], on_hand=1)
    small, medium = variant(db, product), variant(db, product, 1)

    commands.take(db, {small: 1}, reference="ord_1", key="1")
    db.refresh(product)
    assert [one.is_available for one in variants_of(db, product)] == [False, True]
    assert product.is_available
    commands.take(db, {medium: 1}, reference="ord_2", key="2")
    db.refresh(product)
    assert not product.is_available
    commands.release(db, {medium: 1}, reference="ord_2", key="3")
    db.refresh(product)
    assert product.is_available
    assert faults(db) == []


def test_what_happened_to_stock_is_stated(db: Session) -> None:
    product = make_product(db, on_hand=0)
    one = variant(db, product)
    commands.set_policy(db, SYSTEM, one, low_threshold=2)

    commands.receive(db, SYSTEM, one, 5)
    commands.take(db, {one: 2}, reference="ord_1", key="1")
    commands.take(db, {one: 1}, reference="ord_2", key="2")
    commands.take(db, {one: 2}, reference="ord_3", key="3")
    commands.ship(db, {one: 2}, reference="ord_1", key="4")

    assert told(db) == [
        "stock.updated",
        "stock.changed",
        "stock.back",
        "stock.changed",
        "stock.changed",
        "stock.low",
        "stock.changed",
        "stock.out",
        "stock.changed",
    ]


def test_a_correction_says_who_why_and_what_it_was_before(db: Session) -> None:
    product = make_product(db, on_hand=5)
    one = variant(db, product)
    ada = Actor("staff", "per_ada", "Ada", frozenset({"stock:write"}))

    commands.adjust(db, ada, one, -2, reason="Two were broken")
    commands.set_policy(db, ada, one, safety=1, policy=StockPolicy.allow)

    last, rules = list(db.exec(select(EventRecord).order_by(EventRecord.seq)))[-2:]
    assert (last.name, last.actor_id) == ("stock.changed", "per_ada")
    assert last.payload["reason"] == "Two were broken"
    assert last.payload["changed"] == {"on_hand": [5, 3]}
    assert (rules.name, rules.payload["available"]) == ("stock.updated", 2)
    assert rules.payload["changed"] == {"policy": ["deny", "continue"], "safety": [0, 1]}


@pytest.mark.parametrize(
    ("fields", "most"),
    [
        ({"policy": "continue"}, None),
        ({"is_tracked": False}, None),
        ({"policy": "preorder"}, None),
        ({"policy": "preorder", "preorder_limit": 4}, 6),
        ({"policy": "deny"}, 2),
        ({"policy": "deny", "safety": 1}, 1),
        ({"policy": "deny", "safety": 5}, 0),
    ],
)
def test_how_many_can_be_bought_depends_on_the_policy(
    db: Session, fields: dict[str, object], most: int | None
) -> None:
    product = make_product(db, on_hand=2)
    one = variant(db, product)
    commands.set_policy(db, SYSTEM, one, **fields)  # type: ignore[arg-type]

    found = queries.availability(db, [one])[one]

    assert found.most == most
    if most is None:
        commands.take(db, {one: 1000}, reference="ord_1", key="1")
    else:
        assert (found.sellable(most), found.sellable(most + 1)) == (True, False)
        with pytest.raises(OutOfStock) as refusal:
            commands.take(db, {one: most + 1}, reference="ord_1", key="1")
        assert refusal.value.left == {one: most}
        if most:
            commands.take(db, {one: most}, reference="ord_1", key="2")
            assert not queries.availability(db, [one])[one].is_sellable
    db.refresh(product)
    assert product.is_available is (most is None)
    assert faults(db) == []


def test_nothing_goes_below_what_was_promised(db: Session) -> None:
    product = make_product(db, on_hand=5)
    one = variant(db, product)
    commands.take(db, {one: 3}, reference="ord_1", key="1")
    before = (stock(db, product), ledger(db))

    for attempt in (
        lambda: commands.adjust(db, SYSTEM, one, -3, reason="broken"),
        lambda: commands.count(db, SYSTEM, one, 2),
        lambda: commands.set_aside(db, SYSTEM, one, 3, reason="scratched"),
        lambda: commands.save_stock(db, SYSTEM, [StockSave(variant_id=one, on_hand=2)]),
    ):
        with pytest.raises(StockIsPromised):
            attempt()
    for attempt in (
        lambda: commands.release(db, {one: 4}, reference="ord_1", key="2"),
        lambda: commands.ship(db, {one: 4}, reference="ord_1", key="3"),
        lambda: commands.set_aside(db, SYSTEM, one, -1, reason="found"),
    ):
        with pytest.raises(NothingToMove):
            attempt()

    assert (stock(db, product), ledger(db)) == before


def test_back_orders_forbid_going_back_to_no(db: Session) -> None:
    product = make_product(db, on_hand=1)
    one = variant(db, product)
    commands.set_policy(db, SYSTEM, one, policy=StockPolicy.allow)
    commands.take(db, {one: 5}, reference="ord_1", key="1")

    with pytest.raises(StockIsPromised):
        commands.set_policy(db, SYSTEM, one, policy=StockPolicy.deny)
    commands.receive(db, SYSTEM, one, 4)
    commands.set_policy(db, SYSTEM, one, policy=StockPolicy.deny)
    db.refresh(product)
    assert not product.is_available
    assert faults(db) == []


def test_counting_writes_the_difference(db: Session) -> None:
    product = make_product(db, on_hand=5)
    one = variant(db, product)

    commands.count(db, SYSTEM, one, 7, reason="stocktake")
    commands.count(db, SYSTEM, one, 7)
    commands.adjust(db, SYSTEM, one, 0, reason="nothing")
    commands.adjust(db, SYSTEM, one, -2, reason="broken")
    commands.set_aside(db, SYSTEM, one, 1, reason="scratched")

    assert ledger(db)[1:] == [("count", 2, 0), ("adjust", -2, 0), ("damage", 0, 0)]
    assert counters(db, product) == (5, 0, 4)
    assert faults(db) == []


def test_an_import_sets_counts_and_policies_of_many(db: Session, statements) -> None:  # type: ignore[no-untyped-def]
    product = make_product(db, sizes=[str(number) for number in range(40)], on_hand=0)
    ids = [one.id for one in variants_of(db, product)]
    saves = [
        StockSave(variant_id=one, on_hand=place % 3, fields={"policy": StockPolicy.allow})
        for place, one in enumerate(ids)
    ]

    with statements.counted() as seen:
        changes = commands.save_stock(db, SYSTEM, saves, reference="imp_1", reason="import")
        assert len(seen) <= 20

    assert changes[ids[2]] == {
        "policy": [StockPolicy.deny, StockPolicy.allow], "on_hand": [0, 2],
    }  # fmt: skip
    assert commands.save_stock(db, SYSTEM, saves) == {}
    assert {kind for kind, *_ in ledger(db)} == {MovementKind.adjust}
    db.refresh(product)
    assert product.is_available
    assert faults(db) == []


@pytest.mark.parametrize("quantity", [0, -1, 10**10, True, 1.5, "3"])
def test_a_quantity_is_a_whole_number(db: Session, quantity: object) -> None:
    product = make_product(db)
    one = variant(db, product)
    before = ledger(db)

    with pytest.raises(Invalid):
        commands.take(db, {one: quantity}, reference="ord_1", key="1")  # type: ignore[dict-item]
    with pytest.raises(Invalid):
        commands.receive(db, SYSTEM, one, quantity)  # type: ignore[arg-type]
    assert ledger(db) == before


def test_a_variant_that_is_gone_is_not_found(db: Session) -> None:
    with pytest.raises(NotFound):
        commands.receive(db, SYSTEM, 999_999, 1)
    with pytest.raises(NotFound):
        commands.take(db, {999_999: 1}, reference="ord_1", key="1")


def test_nobody_without_the_right_moves_stock(db: Session) -> None:
    one = variant(db, make_product(db))

    for attempt in (
        lambda: commands.receive(db, SHOPPER, one, 1),
        lambda: commands.adjust(db, SHOPPER, one, 1, reason="x"),
        lambda: commands.count(db, SHOPPER, one, 1),
        lambda: commands.set_aside(db, SHOPPER, one, 1, reason="x"),
        lambda: commands.set_policy(db, SHOPPER, one, safety=1),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_the_history_tells_what_was_there_after_each_step(db: Session) -> None:
    product = make_product(db, on_hand=5)
    one = variant(db, product)
    commands.take(db, {one: 2}, reference="ord_1", key="1")
    commands.ship(db, {one: 2}, reference="ord_1", key="2")
    commands.adjust(db, SYSTEM, one, 4, reason="found")

    history = queries.movements(db, one)

    assert [(row.kind, row.on_hand, row.on_hand_after) for row in history] == [
        ("adjust", 4, 7),
        ("ship", -2, 3),
        ("sell", 0, 5),
        ("receive", 5, 5),
    ]
    assert (history[0].reason, history[0].actor) == ("found", "Vitrine")
    assert [row.on_hand_after for row in queries.movements(db, one, limit=2)] == [7, 3]
