"""A million finished jobs slow nothing: what is asked often is answered from an index.

The plan is looked at and not the time: what a database reads does not depend on the machine.
"""

import re

import pytest
from sqlalchemy import event, text

from webapp.runtime.jobs import JobState, backlog, failing_kinds, job_of, listing, schedules
from webapp.runtime.jobs.endings import reclaim_lost
from webapp.runtime.jobs.leases import claim, claim_one, look
from webapp.runtime.jobs.relaying import take_words

pytestmark = pytest.mark.parametrize("floor", ["sqlite"], indirect=True)


@pytest.fixture
def plan_of(floor, jobs):
    """The steps by which the database answers what is asked in a call."""

    @jobs.job()
    def work(context):
        pass

    with floor.writing() as session:
        work.later(session)
        session.connection().execute(
            text(
                """
                INSERT INTO jobs (public_id, queue, kind, payload, version, state, priority,
                    due_at, attempts, max_attempts, interruptions, lease_owner, progress_current,
                    progress_total,
                    progress_note, cursor, asked_again, result, error, reason, asked_by, created_at)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
                SELECT 'job_' || i, 'quick', 'k' || (i % 9), '{}', 1, 'done', 0,
                    '2026-01-01 00:00:00', 1, 6, 0, '', 0, 0, '', '{}', 0, '{}', '', '',
                    CASE WHEN i % 100 THEN '' ELSE 'key_' || (i % 3) END, '2026-01-01 00:00:00'
                FROM n
                """
            )
        )
        session.connection().execute(text("ANALYZE"))

    def plan(call):
        sent = []

        def note(_conn, _cursor, statement, parameters, *_):
            if re.match(r"SELECT|UPDATE|WITH", statement):
                sent.append((statement, parameters))

        event.listen(floor.engine, "before_cursor_execute", note)
        try:
            call()
        finally:
            event.remove(floor.engine, "before_cursor_execute", note)
        assert sent
        with floor.engine.connect() as connection:
            return [
                row[3]
                for statement, parameters in sent
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]

    return plan


def reads_all(steps):
    """Steps that go through the whole table, or sort what they found."""
    whole = re.compile(r"SCAN jobs$|SCAN jobs USING (COVERING )?INDEX (?!ix_jobs_(queued|due))")
    return [step for step in steps if whole.match(step) or "TEMP B-TREE FOR ORDER" in step]


def test_what_the_runner_asks_is_answered_by_what_waits(floor, jobs, plan_of):
    def write(what):
        def call():
            with floor.writing() as session:
                what(session)

        return call

    def read(what):
        def call():
            with floor.reading() as session:
                what(session)

        return call

    asked = {
        "look": read(lambda session: look(session.connection(), quick=True, slow=True)),
        "claim": write(lambda session: claim(session, "me:1", most=32, queue="quick")),
        "claim_one": write(lambda session: claim_one(session, "me:2", "job_1")),
        "words": write(lambda session: take_words(session, 100)),
        "lost": lambda: reclaim_lost(floor),
    }
    found = {name: reads_all(plan_of(call)) for name, call in asked.items()}
    assert found == dict.fromkeys(found, [])


@pytest.mark.parametrize(
    "asked",
    [
        {"state": JobState.failed},
        {"kind": "k3"},
        {"state": JobState.done, "kind": "k3"},
        {"asked_by": "key_1"},
    ],
)
def test_the_pages_of_the_list_are_read_from_an_index(floor, plan_of, asked):
    def page(**more):
        with floor.reading() as session:
            return listing(session, **asked, **more)

    first = plan_of(lambda: page(size=5))
    cursor = page(size=1).next_cursor
    later = plan_of(lambda: page(size=5, cursor=cursor)) if cursor else []

    assert reads_all(first + later) == []


def test_the_whole_list_is_read_from_its_end(floor, plan_of):
    def page():
        with floor.reading() as session:
            return listing(session, size=5)

    # By row id, backwards, until the page is full.
    assert plan_of(page) == ["SCAN jobs"]


def test_what_pages_and_probes_count_is_counted_from_an_index(floor, jobs, plan_of):
    def look_around():
        with floor.reading() as session:
            backlog(session)
            failing_kinds(session)
            schedules(session, jobs)
            job_of(session, "job_7")

    assert reads_all(plan_of(look_around)) == []
