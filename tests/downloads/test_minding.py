"""What staff do with what an order gave, and files that come after the sale."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session, col, select

from tests.factories.downloads import make_download, make_file
from tests.factories.orders import CLERK, make_order, make_paid_order
from tests.factories.people import mails_to
from webapp.downloads import commands, queries
from webapp.downloads.audit import entitlements_are_paid
from webapp.downloads.errors import BadLimit, NothingToGive, UsedUp, Withdrawn
from webapp.downloads.models import Entitlement
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import now
from webapp.kit.money import Money
from webapp.orders import commands as orders
from webapp.orders.models import OrderLine
from webapp.runtime.events import EventRecord


@pytest.fixture
def given(db):
    """(A paid order of one file, what it gave.)"""
    suppers = make_download(db)
    make_file(db, suppers, "For screens")
    order = make_paid_order(db, suppers)
    return order, db.exec(select(Entitlement)).one()


def facts(db: Session, kind: str) -> list[EventRecord]:
    query = select(EventRecord).where(EventRecord.subject_kind == kind)
    return list(db.exec(query.order_by(col(EventRecord.seq))).all())


def had(db: Session, order) -> dict[str, str]:
    db.expire_all()
    lines = queries.of_order(db, order.public_id)
    return {file.name: file.state.value for line in lines for file in line.files}


def test_staff_withdraw_a_file_and_give_it_again(db, given):
    order, one = given

    commands.withdraw(db, CLERK, one)
    commands.withdraw(db, CLERK, one)
    db.commit()
    assert had(db, order) == {"For screens": "withdrawn"}
    with pytest.raises(Withdrawn, match="Write to us"):
        commands.take(db, one.public_id)
    commands.give_again(db, CLERK, one)
    commands.give_again(db, CLERK, one)
    db.commit()

    assert had(db, order) == {"For screens": "ready"}
    assert commands.take(db, one.public_id)
    told = [(fact.name, fact.actor_name) for fact in facts(db, "entitlement")]
    assert told == [
        ("entitlement.granted", SYSTEM.name),
        ("entitlement.revoked", CLERK.name),
        ("entitlement.granted", CLERK.name),
        ("entitlement.downloaded", told[-1][1]),
    ]
    assert facts(db, "entitlement")[1].payload["reason"] == "staff"


def test_what_staff_give_again_stays_without_the_money(db, given):
    order, one = given
    orders.record_refund(db, CLERK, order, amount=Money(900, "EUR"))
    assert had(db, order) == {"For screens": "withdrawn"}

    commands.give_again(db, CLERK, one)
    db.commit()

    assert had(db, order) == {"For screens": "ready"}
    assert entitlements_are_paid(db) == []
    (line,) = queries.given_by(db, order.public_id)
    (file,) = line.files
    assert (file.by_staff, file.reason, file.used, line.is_paid) == (True, "", 0, False)


def test_the_limit_is_raised_and_what_was_used_up_can_be_had_again(db, given):
    order, one = given
    until = now() + timedelta(days=9)
    commands.take(db, one.public_id)
    commands.limit(db, CLERK, one, max_downloads=1, expires_at=None)
    db.commit()
    assert had(db, order) == {"For screens": "used_up"}
    with pytest.raises(UsedUp):
        commands.take(db, one.public_id)

    commands.limit(db, CLERK, one, max_downloads=3, expires_at=until)
    commands.limit(db, CLERK, one, max_downloads=3, expires_at=until)
    db.commit()
    assert had(db, order) == {"For screens": "ready"}
    assert commands.take(db, one.public_id)

    changed = [
        fact.payload["changed"]
        for fact in facts(db, "entitlement")
        if fact.name == "entitlement.updated"
    ]
    assert changed == [
        {"max_downloads": [None, 1]},
        {"max_downloads": [1, 3], "expires_at": [None, until.isoformat()]},
    ]
    for wrong in (0, 1, commands.MOST_DOWNLOADS + 1):
        with pytest.raises(BadLimit) as refusal:
            commands.limit(db, CLERK, one, max_downloads=wrong, expires_at=None)
        assert refusal.value.facts["field"] == "max_downloads"
    assert (one.used, one.max_downloads, one.expires_at) == (2, 3, until)
    assert entitlements_are_paid(db) == []


def test_the_mail_about_the_files_goes_out_again_once_for_each_press(db, given, run_jobs):
    order, one = given
    run_jobs()
    db.rollback()

    commands.tell_again(db, CLERK, order, key="pressed")
    commands.tell_again(db, CLERK, order, key="pressed")
    db.commit()
    run_jobs()

    def sent() -> int:
        db.rollback()
        mails = mails_to(db, "ada@example.com")
        return len([mail for mail in mails if mail.kind == "downloads.files_ready"])

    assert sent() == 2
    commands.withdraw(db, CLERK, one)
    with pytest.raises(NothingToGive):
        commands.tell_again(db, CLERK, order)
    db.commit()
    run_jobs()
    assert sent() == 2


def test_a_file_that_came_later_is_given_to_earlier_buyers_when_it_is_offered(db, run_jobs):
    small, other = make_download(db, "Small"), make_download(db, "Other")
    make_file(db, small, "First")
    make_file(db, other, "Of another")
    whole, back, revoked, elsewhere = (
        make_paid_order(db, goods) for goods in (small, small, small, other)
    )
    unpaid = make_order(db, small)
    orders.record_refund(db, CLERK, back, amount=Money(900, "EUR"))
    key = queries.given_by(db, revoked.public_id)[0].files[0].key
    commands.withdraw(db, CLERK, queries.entitlement(db, revoked.public_id, key))
    second = make_file(db, small, "Second", variant=small.variant)
    make_file(db, small, "Third")
    run_jobs()
    assert had(db, whole) == {"First": "ready"}
    rows = queries.assets_of(db, small.product, {})
    assert {row.name: row.without for row in rows} == {"First": 0, "Second": 1, "Third": 1}

    commands.offer(db, SYSTEM, second)
    commands.offer(db, SYSTEM, second)
    db.commit()
    run_jobs()

    assert had(db, whole) == {"First": "ready", "Second": "ready"}
    assert had(db, back) == had(db, revoked) == {"First": "withdrawn"}
    assert had(db, elsewhere) == {"Of another": "ready"}
    assert had(db, unpaid) == {}
    assert commands.give_to_buyers(db, second.public_id) == 0
    rows = queries.assets_of(db, small.product, {})
    assert {row.name: row.without for row in rows} == {"First": 0, "Second": 0, "Third": 1}
    subjects = [fact.subject_id for fact in facts(db, "order") if fact.name == "order.files_ready"]
    assert [subjects.count(one.public_id) for one in (whole, back, revoked)] == [2, 1, 1]
    assert entitlements_are_paid(db) == []

    commands.remove_asset(db, SYSTEM, second)
    with pytest.raises(NothingToGive):
        commands.offer(db, SYSTEM, second)


def test_the_files_of_a_product_take_two_statements_however_many(db, statements):
    suppers = make_download(db)
    make_file(db, suppers, "First")
    make_paid_order(db, suppers)
    for name in ("Second", "Third"):
        make_file(db, suppers, name)

    with statements.counted() as seen:
        rows = queries.assets_of(db, suppers.product, {})

    assert [(row.buyers, row.without) for row in rows] == [(1, 0), (0, 1), (0, 1)]
    assert len(seen) == 2


def test_earlier_buyers_get_it_some_at_a_time(db):
    suppers = make_download(db)
    make_file(db, suppers, "First")
    for _ in range(3):
        make_paid_order(db, suppers)
    second = make_file(db, suppers, "Second")

    counts = [commands.give_to_buyers(db, second.public_id, 2) for _ in range(3)]

    assert counts == [2, 1, 0]


def test_who_waits_for_a_file_is_found_among_lines_of_files_alone(db):
    suppers = make_download(db)
    order = make_paid_order(db, suppers)
    columns = [column.name for column in OrderLine.__table__.columns if column.name != "id"]
    other = {
        "public_id": "'oln_' || n.i",
        "variant_ref": "'var_' || (n.i % 200)",
        "is_digital": ":no",
    }
    # Two thousand of what is sent.
    db.execute(
        text(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) "
            f"INSERT INTO order_lines ({', '.join(columns)}) "
            f"SELECT {', '.join(other.get(name, f'o.{name}') for name in columns)} "
            "FROM order_lines o, n"
        ),
        {"no": False},
    )
    db.execute(text("ANALYZE"))

    found, steps = planned(db, lambda: queries.awaiting(db, [suppers.variant], 9))

    assert found == [order.public_id]
    assert "ix_order_lines_digital" in steps
    db.rollback()


def planned(db: Session, ask: Callable[[], Any]) -> tuple[Any, str]:
    """What is answered, and the steps by which the database comes to it."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    connection = db.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        found = ask()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    word = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    ((statement, parameters),) = sent
    return found, str(connection.exec_driver_sql(f"{word} {statement}", parameters).all())
