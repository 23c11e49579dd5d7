"""Who may have which file, and from when until when."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from tests.factories.cart import make_goods
from tests.factories.downloads import make_download, make_file
from tests.factories.orders import CLERK, make_order, make_paid_order
from tests.factories.people import mails_to
from tests.orders.books import faults
from webapp.downloads import commands, queries
from webapp.downloads.audit import entitlements_are_paid, files_are_there
from webapp.downloads.errors import Expired, NoSuchFile, UsedUp, Withdrawn
from webapp.downloads.models import DigitalAsset, Entitlement
from webapp.kit import clock
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import now
from webapp.kit.money import Money
from webapp.ops.audit import audit
from webapp.orders import commands as orders
from webapp.orders.models import CancelReason, Order
from webapp.orders.queries import by_public_id, page_of
from webapp.runtime.events import EventRecord


def told(db: Session, order: Order) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the order's page says of its digital lines."""
    db.expire_all()
    return [
        (line.state.value, [(file.name, file.state.value) for file in line.files])
        for line in queries.of_order(db, order.public_id)
    ]


def facts(db: Session, beginning: str) -> list[str]:
    names = select(EventRecord.name).order_by(col(EventRecord.seq))
    return [name for name in db.exec(names).all() if name.startswith(beginning)]


def the_one(db: Session) -> Entitlement:
    db.expire_all()
    return db.exec(select(Entitlement)).one()


def test_files_are_given_when_the_money_is_in_and_not_before(db):
    suppers = make_download(db)
    make_file(db, suppers, "For screens")
    make_file(db, suppers, "For printing")
    order = make_order(db, suppers, make_goods(db))
    assert told(db, order) == [("waits_for_payment", [])]

    orders.mark_paid(db, CLERK, order, amount=Money(1, "EUR"))
    assert told(db, order) == [("waits_for_payment", [])]
    orders.mark_paid(db, CLERK, order)
    db.commit()

    assert told(db, order) == [("given", [("For screens", "ready"), ("For printing", "ready")])]
    assert facts(db, "entitlement") == ["entitlement.granted", "entitlement.granted"]
    assert facts(db, "order")[-2:] == ["order.paid", "order.files_ready"]
    assert entitlements_are_paid(db) == []

    orders.mark_paid(db, CLERK, order, amount=Money(100, "EUR"))
    db.commit()
    assert len(facts(db, "entitlement")) == 2


def test_what_was_given_is_handed_over_and_the_rest_is_left_to_send(db, run_jobs):
    suppers, stool = make_download(db), make_goods(db)
    make_file(db, suppers)
    alone, beside = make_paid_order(db, suppers), make_paid_order(db, (suppers, 2), stool)
    run_jobs()

    assert (alone.status, alone.fulfilment_status) == ("completed", "delivered")
    assert (beside.status, beside.fulfilment_status) == ("open", "partially_fulfilled")
    (parcel,) = page_of(db, beside).parcels
    assert parcel.is_download
    assert [(title, quantity) for _, title, quantity in parcel.units] == [("Twelve suppers", 2)]
    kinds = [mail.kind for mail in mails_to(db, "ada@example.com")]
    assert kinds.count("downloads.files_ready") == 2
    assert "orders.order_shipped" not in kinds
    assert faults(db) == []


def test_what_costs_nothing_is_given_at_once(db):
    year = make_download(db, "The garden year", price=0)
    make_file(db, year, "Chart")

    order = make_order(db, year)

    assert told(db, order) == [("given", [("Chart", "ready")])]
    assert entitlements_are_paid(db) == []


def test_an_order_that_is_paid_by_what_was_called_off_gets_its_files(db):
    suppers, stool = make_download(db, price=900), make_goods(db, price=5000)
    make_file(db, suppers, "For screens")
    order = make_order(db, suppers, stool)
    orders.mark_paid(db, CLERK, order, amount=Money(900, "EUR"))
    line = next(line.public_id for line in orders_lines(db, order) if line.title == "Oak stool")

    orders.cancel(db, CLERK, order, reason=CancelReason.inventory, quantities={line: 1})
    db.commit()

    assert told(db, order) == [("given", [("For screens", "ready")])]


def orders_lines(db: Session, order: Order):
    from webapp.orders.commands.settling import lines_of

    return lines_of(db, order)


def test_a_file_of_one_version_is_for_its_buyers_alone(db):
    small, large = make_download(db, "Small"), make_download(db, "Large")
    make_file(db, small, "Both", variant=small.variant)

    both = make_paid_order(db, small, large)

    assert told(db, both) == [("given", [("Both", "ready")]), ("being_prepared", [])]
    assert queries.awaiting(db, [small.variant, large.variant], 9) == [both.public_id]


def test_what_was_paid_before_there_was_a_file_waits_for_the_word_of_staff(db):
    suppers = make_download(db)
    order = make_paid_order(db, suppers)
    make_order(db, suppers)  # not paid: waits for something else
    assert queries.awaiting(db, [suppers.variant], 9) == [order.public_id]
    ((_, product),) = queries.lines_without_files(db, order.public_id)
    assert product == suppers.product

    make_file(db, suppers, "For screens")
    assert told(db, order) == [("being_prepared", [])]
    given = commands.grant_waiting(db, SYSTEM, [suppers.variant])
    db.commit()

    assert given == 1
    assert told(db, order) == [("given", [("For screens", "ready")])]
    assert queries.awaiting(db, [suppers.variant], 9) == []
    assert commands.grant_waiting(db, SYSTEM, [suppers.variant]) == 0


def test_a_file_that_comes_later_is_for_those_who_buy_later(db):
    suppers = make_download(db)
    make_file(db, suppers, "First")
    before = make_paid_order(db, suppers)
    make_file(db, suppers, "Second")

    after = make_paid_order(db, suppers)

    assert told(db, before) == [("given", [("First", "ready")])]
    assert told(db, after) == [("given", [("First", "ready"), ("Second", "ready")])]


def test_money_that_went_back_takes_the_files_with_it(db):
    suppers = make_download(db)
    make_file(db, suppers, "For screens")
    order = make_paid_order(db, suppers)

    orders.record_refund(db, CLERK, order, amount=Money(100, "EUR"))
    assert told(db, order) == [("given", [("For screens", "ready")])]
    orders.record_refund(db, CLERK, order, amount=Money(800, "EUR"))
    db.commit()

    assert told(db, order) == [("given", [("For screens", "withdrawn")])]
    assert the_one(db).reason == "refunded"
    assert facts(db, "entitlement") == ["entitlement.granted", "entitlement.revoked"]
    with pytest.raises(Withdrawn):
        commands.take(db, the_one(db).public_id)
    assert the_one(db).used == 0
    assert entitlements_are_paid(db) == []


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        ({"max_downloads": 0}, UsedUp),
        ({"expires_at": now() - timedelta(seconds=1)}, Expired),
    ],
)
def test_a_refusal_counts_nothing(db, limits, refusal):
    suppers = make_download(db)
    make_file(db, suppers)
    make_paid_order(db, suppers)
    one = the_one(db)
    for name, value in limits.items():
        setattr(one, name, value)
    db.commit()

    with pytest.raises(refusal):
        commands.take(db, one.public_id)

    db.rollback()
    assert (the_one(db).used, the_one(db).last_used_at) == (0, None)
    assert "entitlement.downloaded" not in facts(db, "entitlement")


def test_the_parts_of_one_download_are_counted_once(db):
    suppers = make_download(db)
    make_file(db, suppers)
    make_paid_order(db, suppers)
    key = the_one(db).public_id
    the_one(db).max_downloads = 2

    assert commands.take(db, key, is_part=True)
    assert not commands.take(db, key, is_part=True)
    assert commands.take(db, key)
    assert not commands.take(db, key, is_part=True)
    db.commit()
    assert the_one(db).used == 2
    with clock.moved(timedelta(minutes=61)), pytest.raises(UsedUp):
        commands.take(db, key, is_part=True)

    db.rollback()
    assert facts(db, "entitlement").count("entitlement.downloaded") == 2
    with pytest.raises(NoSuchFile):
        commands.take(db, "ent_nothing")


def test_a_file_that_was_bought_stays_with_its_buyers_and_another_goes(db, run_jobs, app):
    suppers = make_download(db)
    bought = make_file(db, suppers, "Bought", storage=app.state.storage)
    order = make_paid_order(db, suppers)
    other = make_file(db, suppers, "Not bought", storage=app.state.storage)
    keys = {one.name: one.storage_key for one in (bought, other)}

    assert commands.remove_asset(db, SYSTEM, bought) is False
    assert commands.remove_asset(db, SYSTEM, other) is True
    db.commit()
    run_jobs()

    assert told(db, order) == [("given", [("Bought", "ready")])]
    assert told(db, make_paid_order(db, suppers)) == [("being_prepared", [])]
    assert app.state.storage.exists(keys["Bought"])
    assert not app.state.storage.exists(keys["Not bought"])


def test_files_stand_in_the_order_that_staff_give_them(db):
    suppers = make_download(db)
    for name in ("One", "Two", "Three"):
        last = make_file(db, suppers, name)

    commands.raise_asset(db, SYSTEM, last)
    commands.raise_asset(db, SYSTEM, last)
    commands.raise_asset(db, SYSTEM, last)
    commands.rename_asset(db, SYSTEM, last, "  Third ")
    db.commit()

    names = [one.name for one in queries.on_sale(db, [suppers.product])]
    assert names == ["Third", "One", "Two"]
    assert facts(db, "asset") == ["asset.updated"] * 6


def test_the_audit_finds_what_nobody_paid_for(db):
    suppers = make_download(db)
    asset = make_file(db, suppers)
    order = make_order(db, suppers)
    (line,) = orders_lines(db, order)
    db.add(Entitlement(line_id=line.id, asset_id=asset.id, public_id="ent_x"))
    db.commit()

    assert entitlements_are_paid(db) == [
        f"order {order.number}, entitlement ent_x: is active, but the order is not paid"
    ]


def test_the_audit_finds_files_that_are_sold_and_lost(db, app):
    database, storage = app.state.database, app.state.storage
    suppers = make_download(db)
    kept = {
        name: make_file(db, suppers, name, storage=storage, file_name=f"{name}.pdf")
        for name in ("whole", "torn", "gone", "bought")
    }
    make_paid_order(db, suppers)
    commands.remove_asset(db, SYSTEM, kept["bought"])
    db.commit()
    assert files_are_there(database, storage) == []

    storage.put(b"%PDF", kept["torn"].storage_key)
    storage.delete(kept["gone"].storage_key)
    storage.delete(kept["bought"].storage_key)

    torn, gone, bought = files_are_there(database, storage)
    assert torn.startswith(
        "Twelve suppers: the file “torn” (torn.pdf), which is on sale, has 4 bytes on the disk, "
        "but 40 bytes were uploaded, so nobody can download it."
    )
    assert "(gone.pdf), which is on sale, is not on the disk any more" in gone
    assert f"Put {kept['gone'].storage_key} back from a backup" in gone
    assert "(bought.pdf), which buyers still have, is not on the disk any more" in bought
    assert "upload it again" not in bought
    report = audit(database, storage)
    assert report.findings["files that are sold are there"] == [torn, gone, bought]
    assert "files that are sold are there" not in audit(database).checked


def test_placing_an_order_that_has_to_be_paid_asks_nothing_of_downloads(db, statements):
    suppers = make_download(db)
    make_file(db, suppers)

    with statements.counted() as seen:
        order = make_order(db, suppers)

    assert by_public_id(db, order.public_id).captured_minor == 0
    assert [one for one in seen if "entitlements" in one or "digital_assets" in one] == []
    assert db.exec(select(DigitalAsset)).one().position == 0
