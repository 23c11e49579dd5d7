"""Nobody who writes past the shop can alter, remove, add or cut off an event unseen."""

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text, update
from sqlmodel import SQLModel, select

from tests.runtime.test_events import ADA, LampDimmed, LampLit
from webapp.kit.clock import frozen
from webapp.runtime.audit import MOST_TOLD, event_chains_hold
from webapp.runtime.chains import verify_all_chains, verify_chain
from webapp.runtime.events import EventRecord, emit, hash_of

EVENTS = SQLModel.metadata.tables["events"]
HEADS = SQLModel.metadata.tables["event_heads"]
LAMP = ("lamp", "lam_1")
TRIGGERS = (
    "events_are_not_changed",
    "events_are_not_deleted",
    "events_move_their_head",
    "event_heads_only_advance",
    "event_heads_are_not_deleted",
)
OTHER = {
    "seq": 1000,
    "subject_version": 1000,
    "actor_id": None,
    "at": datetime(2026, 3, 1, 12, 30, 15, 123457, UTC),
    "payload": {"lamp": "lam_1", "watts": 6},
}
"""What a column is changed to; of others, the last letter is changed."""


@pytest.fixture
def shelf(floor):
    """Three facts about one lamp between those of two others; and the guards are gone."""
    with frozen(datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)), floor.writing() as session:
        session.info["request_id"] = "req-1"
        for lamp in ("lam_0", "lam_1", "lam_1", "lam_2", "lam_1"):
            emit(session, LampLit(lamp), actor=ADA)
    with floor.reading() as session:
        assert event_chains_hold(session) == []
    return floor


def unguard(session):
    if session.get_bind().dialect.name == "postgresql":
        for table in ("events", "event_heads"):
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        return
    for name in TRIGGERS:
        session.execute(text(f"DROP TRIGGER {name}"))


def tamper(floor, *statements):
    with floor.writing() as session:
        unguard(session)
        for statement in statements:
            session.execute(statement if not isinstance(statement, str) else text(statement))


def found(floor):
    with floor.reading() as session:
        return event_chains_hold(session)


@pytest.mark.parametrize("seq", [2, 3, 5], ids=["first", "middle", "last"])
@pytest.mark.parametrize("column", [column.name for column in EVENTS.columns])
def test_no_byte_of_an_event_can_be_changed(shelf, column, seq):
    with shelf.reading() as session:
        before = session.execute(select(EVENTS.c[column]).where(EVENTS.c.seq == seq)).scalar_one()
    after = OTHER[column] if column in OTHER else before[:-1] + chr(ord(before[-1]) ^ 8)
    assert after != before

    tamper(shelf, update(EVENTS).where(EVENTS.c.seq == seq).values({column: after}))

    assert found(shelf) != []


@pytest.mark.parametrize("column", [column.name for column in HEADS.columns])
def test_no_byte_of_a_head_can_be_changed(shelf, column):
    after = {"version": 2, "seq": 3}.get(column, "x" * 40)

    tamper(shelf, update(HEADS).where(HEADS.c.subject_id == "lam_1").values({column: after}))

    assert found(shelf) != []


@pytest.mark.parametrize(
    ("gone", "fault"),
    [
        ("seq = 2", "event 3: number 1 of its subject is missing before it"),
        ("seq = 3", "event 5: number 2 of its subject is missing before it"),
        ("seq = 5", "the end is missing: 3 events were recorded, 2 are there"),
        ("seq IN (3, 5)", "the end is missing: 3 events were recorded, 1 are there"),
        ("subject_id = 'lam_1'", "all of its events are missing"),
    ],
)
def test_a_removed_event_is_found(shelf, gone, fault):
    tamper(shelf, f"DELETE FROM events WHERE {gone}")

    assert found(shelf) == [f"lamp lam_1: {fault}"]


def test_a_removed_head_is_found(shelf):
    tamper(shelf, "DELETE FROM event_heads WHERE subject_id = 'lam_1'")

    assert found(shelf) == ["lamp lam_1: event 5: nothing says that it is the last one"]


@pytest.mark.parametrize("version", [0, 4], ids=["before", "after"])
def test_an_event_that_was_slipped_in_is_found(shelf, version):
    with shelf.reading() as session:
        row = dict(session.execute(select(EVENTS).where(EVENTS.c.seq == 5)).mappings().one())

    tamper(
        shelf,
        insert(EVENTS).values(
            **{**row, "seq": 6, "id": "evt_forged", "subject_version": version,
               "prev_hash": row["hash"], "hash": "0" * 64}
        ),
    )  # fmt: skip

    assert found(shelf) != []


def test_a_whole_new_end_with_fitting_hashes_is_found(shelf):
    with shelf.reading() as session:
        row = session.execute(select(EVENTS).where(EVENTS.c.seq == 5)).mappings().one()
    forged = EventRecord(**{**row, "payload": {"lamp": "lam_1", "watts": 1}})

    tamper(
        shelf,
        update(EVENTS).where(EVENTS.c.seq == 5).values(
            payload=forged.payload, hash=hash_of(forged)
        ),
    )  # fmt: skip

    assert found(shelf) == ["lamp lam_1: event 5: is not the one that was noted as the last"]


def test_a_row_that_was_changed_with_a_fitting_hash_breaks_the_next(shelf):
    with shelf.reading() as session:
        row = session.execute(select(EVENTS).where(EVENTS.c.seq == 3)).mappings().one()
    forged = EventRecord(**{**row, "payload": {"lamp": "lam_1", "watts": 1}})

    tamper(
        shelf,
        update(EVENTS).where(EVENTS.c.seq == 3).values(
            payload=forged.payload, hash=hash_of(forged)
        ),
    )  # fmt: skip

    assert found(shelf) == ["lamp lam_1: event 5: does not follow from the one before it"]


def test_one_subject_is_looked_at_alone(shelf):
    tamper(shelf, "UPDATE events SET actor_name = 'Bob' WHERE subject_id = 'lam_0'")

    with shelf.reading() as session:
        assert verify_chain(session, LAMP) == []
        assert verify_chain(session, ("lamp", "lam_0")) == [
            "event 1: was changed after it was recorded"
        ]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event_heads",
        "UPDATE event_heads SET hash = 'x'",
        "UPDATE event_heads SET version = version - 1",
    ],
)
def test_the_database_refuses_to_turn_a_head_back(floor, statement):
    with floor.writing() as session:
        emit(session, LampLit("lam_1"))

    with pytest.raises(Exception, match="append-only"), floor.writing() as session:
        session.execute(text(statement))


def test_what_was_undone_leaves_no_head(floor):
    with floor.writing() as session:
        emit(session, LampLit("lam_1"))
    with floor.writing() as session:
        with pytest.raises(RuntimeError), session.begin_nested():
            emit(session, LampDimmed("lam_1"))
            raise RuntimeError
        emit(session, LampDimmed("lam_1"))

    assert found(floor) == []


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{\"lamp\": '",
        'payload = \'{"lamp":"lam_1", "watts": 5}\'',
        'payload = \'{"watts": 6, "lamp": "lam_1", "watts": 5}\'',
        "payload = x'ff00'",
        "at = 'yesterday'",
        "at = '2026-03-01 12:30:15.123456+00:00'",
        "actor_name = x'ff'",
        "subject_version = 'two'",
    ],
)
def test_what_cannot_be_read_is_told_and_not_stumbled_over(shelf, change):
    if not shelf.is_sqlite:
        pytest.skip("a server database lets nothing in that its types do not allow")
    tamper(shelf, f"UPDATE events SET {change} WHERE seq = 3")

    assert any("event 3" in fault for fault in found(shelf))


@pytest.mark.parametrize(
    "kept",
    [
        b'"watts": 5', b"lamp.lit", b"lam_1", b"Ada", b"per_ada", b"staff", b"req-1",
        b"2026-03-01 12:30:15.123456", b"evt_",
    ],
)  # fmt: skip
def test_one_byte_of_the_file_is_enough(shelf, kept):
    """As an editor of files would do it, past the database: wherever the byte stands."""
    if not shelf.is_sqlite:
        pytest.skip("a server database's files are its own affair")
    path = shelf.path
    with shelf.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    shelf.dispose()
    clean = path.read_bytes()
    places = [at for at in range(len(clean)) if clean.startswith(kept, at)]
    assert places

    unseen = []
    for place in places:
        content = bytearray(clean)
        content[place + len(kept) - 1] ^= 1
        path.write_bytes(content)
        if not found(shelf):
            unseen.append(place)
        shelf.dispose()

    assert unseen == []


def test_a_log_that_was_rewritten_does_not_print_itself(floor):
    with floor.writing() as session:
        for _ in range(MOST_TOLD + 10):
            emit(session, LampLit("lam_1"))

    tamper(floor, "UPDATE events SET name = 'x.y'")

    assert len(found(floor)) == MOST_TOLD + 1


def test_long_histories_are_read_a_page_at_a_time(floor):
    row = {
        "name": "lamp.lit", "subject_kind": "lamp", "actor_kind": "system", "actor_name": "Vitrine",
        "payload": {"text": "x" * 2000}, "request_id": "", "prev_hash": "0" * 64, "hash": "0" * 64,
    }  # fmt: skip
    at = datetime(2026, 3, 1, tzinfo=UTC)
    with floor.writing() as session:
        for lot in range(10):
            rows = [
                {**row, "id": f"evt_{lot}_{n}", "subject_id": f"lam_{lot}",
                 "subject_version": n + 1, "at": at + timedelta(seconds=n)}
                for n in range(500)
            ]  # fmt: skip
            session.execute(insert(EVENTS), rows)

    with floor.reading() as session:
        tracemalloc.start()
        faults = sum(1 for _ in verify_all_chains(session))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert faults == 5_000
    assert peak < 6_000_000, f"{peak:,} bytes for ten megabytes of events"
