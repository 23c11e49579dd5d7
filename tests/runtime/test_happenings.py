"""Looking through everything that happened: what is found, in pages, and out of an index."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, inspect
from sqlmodel import SQLModel

from tests.runtime.test_events import ADA, LampDimmed, LampLit
from webapp.kit.clock import frozen
from webapp.kit.errors import Invalid
from webapp.runtime.chains import verify_chain
from webapp.runtime.events import emit, emit_all, history, known_names
from webapp.runtime.happenings import Sought, happenings, recorded_under

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def shelf(floor):
    """Nine facts, an hour apart, about three lamps; every third is Ada's."""
    for hour in range(9):
        with frozen(NOON + timedelta(hours=hour)), floor.writing() as session:
            fact = LampLit if hour % 2 == 0 else LampDimmed
            emit(session, fact(f"lam_{hour % 3}", watts=hour), *([ADA] if hour % 3 == 0 else []))
    return floor


def watts(page):
    return [each.payload["watts"] for each in page]


ALL = [8, 7, 6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        (Sought(), ALL),
        (Sought(kind="lamp"), ALL),
        (Sought(kind="chair"), []),
        (Sought(name="lamp.dimmed"), [7, 5, 3, 1]),
        (Sought(actor=("staff", "per_ada")), [6, 3, 0]),
        (Sought(actor=("system", None)), [8, 7, 5, 4, 2, 1]),
        (Sought(actor=("staff", None)), []),
        (Sought(since=NOON + timedelta(hours=7)), [8, 7]),
        (Sought(until=NOON + timedelta(hours=2)), [1, 0]),
        (Sought(subjects=(("lamp", "lam_1"),)), [7, 4, 1]),
        (Sought(subjects=(("lamp", "lam_1"), ("lamp", "lam_2"))), [8, 7, 5, 4, 2, 1]),
        (Sought(subjects=(("lamp", "lam_1"),), name="lamp.lit"), [4]),
        (Sought(subjects=()), []),
        (
            Sought(kind="lamp", name="lamp.lit", since=NOON + timedelta(hours=3),
                   actor=("system", None)),
            [8, 4],
        ),
    ],
)  # fmt: skip
def test_what_is_sought_is_found_in_pages_both_ways(shelf, sought, found):
    with shelf.reading() as session:
        pages = [happenings(session, sought, size=2)]
        while pages[-1].next_cursor:
            pages.append(happenings(session, sought, size=2, cursor=pages[-1].next_cursor))
        back = [pages[-1]]
        while back[-1].previous_cursor:
            back.append(happenings(session, sought, size=2, cursor=back[-1].previous_cursor))

    assert [each for page in pages for each in watts(page)] == found
    assert all(len(page) <= 2 for page in pages)
    assert [watts(page) for page in back[::-1]] == [watts(page) for page in pages]


def test_a_happening_says_who_and_by_which_request(floor):
    with floor.writing() as session:
        session.info["request_id"] = "req-7"
        emit(session, LampLit("lam_1"), ADA)

    with floor.reading() as session:
        (one,) = happenings(session, Sought())
    assert (one.name, one.subject, one.actor_name, one.request_id) == (
        "lamp.lit", ("lamp", "lam_1"), "Ada", "req-7",
    )  # fmt: skip


@pytest.mark.parametrize("sought", [Sought(), Sought(subjects=(("lamp", "lam_1"),))])
def test_a_cursor_of_another_list_is_refused(shelf, sought):
    other = Sought(subjects=(("lamp", "lam_1"),)) if sought.subjects is None else Sought()
    with shelf.reading() as session:
        cursor = happenings(session, other, size=2).next_cursor
        with pytest.raises(Invalid):
            happenings(session, sought, cursor=cursor)


def test_what_an_id_stands_for_is_found(shelf):
    with shelf.reading() as session:
        assert recorded_under(session, "lam_1", ["chair", "lamp"]) == [("lamp", "lam_1")]
        assert recorded_under(session, "lam_9", ["lamp"]) == []


def test_every_event_has_a_name_to_look_for():
    assert {"lamp.lit", "lamp.dimmed"} <= known_names()


# A table of a million events slows nothing: each question has an index in its own order.


@contextmanager
def asked(database):
    """Every statement about events that is sent meanwhile, with what was bound."""
    sent = []

    def note(_connection, _cursor, statement, parameters, *_more):
        if statement.startswith("SELECT") and "FROM event" in statement:
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


QUESTIONS = {
    "everything": Sought(),
    "a kind": Sought(kind="lamp"),
    "a name": Sought(name="lamp.lit"),
    "a person": Sought(actor=("staff", "per_ada")),
    "the shop itself": Sought(actor=("system", None)),
    "a period": Sought(since=NOON, until=NOON + timedelta(hours=5)),
    "a kind in a period": Sought(kind="lamp", since=NOON, until=NOON + timedelta(hours=5)),
    "a name by a person": Sought(name="lamp.lit", actor=("staff", "per_ada")),
    "everything at once": Sought(
        kind="lamp", name="lamp.lit", actor=("staff", "per_ada"), since=NOON
    ),
    "one thing": Sought(subjects=(("lamp", "lam_1"),)),
    "some things by a person": Sought(
        subjects=(("lamp", "lam_1"), ("lamp", "lam_2")), actor=("staff", "per_ada")
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_pages_of_a_long_history_come_out_of_an_index(shelf, name):
    if not shelf.is_sqlite:
        pytest.skip("a server database decides by its statistics; its indexes have a test below")
    with asked(shelf) as sent, shelf.reading() as session:
        page = happenings(session, QUESTIONS[name], size=1)
        if page.next_cursor:
            page = happenings(session, QUESTIONS[name], size=1, cursor=page.next_cursor)
        if page.previous_cursor:
            happenings(session, QUESTIONS[name], size=1, cursor=page.previous_cursor)

    assert len(sent) > 1
    assert slow(shelf, sent) == []


def test_stating_and_reading_one_history_comes_out_of_an_index(shelf):
    if not shelf.is_sqlite:
        pytest.skip("a server database decides by its statistics; its indexes have a test below")
    with asked(shelf) as sent, shelf.writing() as session:
        emit(session, LampLit("lam_1"))
        emit_all(session, [LampLit("lam_1"), LampLit("lam_2")])
        history(session, "lamp", "lam_1", limit=3)
        recorded_under(session, "lam_1", ["lamp"])
        verify_chain(session, ("lamp", "lam_1"))

    assert len(sent) > 5
    assert slow(shelf, sent) == []


def test_stating_a_fact_reads_one_row_however_long_the_history_is(shelf):
    with shelf.writing() as session:
        emit_all(session, [LampLit("lam_1") for _ in range(50)])
    rows = []

    def count(_connection, cursor, statement, *_more):
        if statement.startswith("SELECT") and "FROM event" in statement:
            rows.append(statement)
            assert "event_heads" in statement

    event.listen(shelf.engine, "before_cursor_execute", count)
    with shelf.writing() as session:
        emit_all(session, [LampLit("lam_1"), LampLit("lam_2")])
    event.remove(shelf.engine, "before_cursor_execute", count)

    assert len(rows) >= 1


def slow(database, sent):
    """The plans that read the table itself from end to end, or sort what they read."""
    found = []
    with database.engine.connect() as connection:
        for statement, parameters in sent:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = [row[3] for row in rows]
            bad = [
                step
                for step in plan
                if "TEMP B-TREE" in step or (step.startswith("SCAN") and "INDEX" not in step)
            ]
            if bad:
                found.append((statement, plan))
    return found


def test_both_engines_have_the_indexes(floor):
    indexes = {
        tuple(index["column_names"]) for index in inspect(floor.engine).get_indexes("events")
    }
    unique = {
        tuple(each["column_names"])
        for each in inspect(floor.engine).get_unique_constraints("events")
    }

    assert {
        ("at", "seq"),
        ("subject_kind", "at", "seq"),
        ("name", "at", "seq"),
        ("name", "seq"),
        ("actor_kind", "actor_id", "at", "seq"),
    } <= indexes
    assert ("subject_kind", "subject_id", "subject_version") in unique
    key = inspect(floor.engine).get_pk_constraint("event_heads")["constrained_columns"]
    assert key == ["subject_kind", "subject_id"]
    assert SQLModel.metadata.tables["event_heads"].primary_key.columns.keys() == key
