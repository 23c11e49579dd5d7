from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from webapp.kit.actors import Actor
from webapp.kit.clock import frozen
from webapp.kit.money import Money
from webapp.runtime.chains import verify_all_chains, verify_chain
from webapp.runtime.events import (
    Event,
    EventRecord,
    Subject,
    emit,
    emit_all,
    history,
    plain,
)

ADA = Actor("staff", "per_ada", "Ada", frozenset())


class LampLit(Event):
    name = "lamp.lit"
    lamp: str
    watts: int = 5

    @property
    def subject(self) -> Subject:
        return "lamp", self.lamp


class LampDimmed(LampLit):
    name = "lamp.dimmed"


def test_a_fact_is_recorded_with_who_when_and_what(floor):
    at = datetime(2026, 3, 1, 12, 30, 15, 123456, UTC)
    with frozen(at), floor.writing() as session:
        session.info["request_id"] = "req-1"
        emit(session, LampLit("lam_1", watts=7), actor=ADA)

    with floor.reading() as session:
        (past,) = history(session, "lamp", "lam_1")
        row = session.get(EventRecord, past.seq)

        assert (past.name, past.at, past.payload) == ("lamp.lit", at, {"lamp": "lam_1", "watts": 7})
        assert (past.actor_kind, past.actor_id, past.actor_name) == ("staff", "per_ada", "Ada")
        assert past.id.startswith("evt_")
        assert (row.request_id, row.subject_version, row.prev_hash) == ("req-1", 1, "0" * 64)


def test_the_facts_of_one_subject_form_a_chain_of_their_own(floor):
    with floor.writing() as session:
        first = emit(session, LampLit("lam_1"))
        other = emit(session, LampLit("lam_2"))
        second = emit(session, LampDimmed("lam_1"))

        assert second.prev_hash == first.hash
        assert second.subject_version == 2
        assert other.prev_hash == "0" * 64
        assert verify_chain(session, ("lamp", "lam_1")) == []
        assert list(verify_all_chains(session)) == []


def test_history_is_oldest_first_and_a_limit_keeps_the_latest(floor):
    with floor.writing() as session:
        for watts in (1, 2, 3):
            emit(session, LampLit("lam_1", watts))

        assert [past.payload["watts"] for past in history(session, "lamp", "lam_1")] == [1, 2, 3]
        assert [p.payload["watts"] for p in history(session, "lamp", "lam_1", limit=2)] == [2, 3]


@pytest.mark.parametrize("statement", ["UPDATE events SET name = 'x.y'", "DELETE FROM events"])
def test_the_database_refuses_to_rewrite_history(floor, statement):
    with floor.writing() as session:
        emit(session, LampLit("lam_1"))

    with pytest.raises(DatabaseError, match="append-only"), floor.writing() as session:
        session.connection().execute(text(statement))

    with floor.reading() as session:
        assert [past.name for past in history(session, "lamp", "lam_1")] == ["lamp.lit"]


def test_listeners_hear_their_kind_and_a_base_class_hears_all_of_its_kinds(floor, handlers):
    heard = []
    handlers.on(LampLit)(lambda session, event: heard.append(("lit", event.name)))
    handlers.on(LampDimmed)(lambda session, event: heard.append(("dimmed", event.name)))
    handlers.on(Event)(lambda session, event: heard.append(("all", event.name)))

    with floor.writing() as session:
        emit(session, LampLit("lam_1"))
        emit(session, LampDimmed("lam_1"))

    assert heard == [
        ("lit", "lamp.lit"),
        ("all", "lamp.lit"),
        ("lit", "lamp.dimmed"),
        ("dimmed", "lamp.dimmed"),
        ("all", "lamp.dimmed"),
    ]


def test_a_listener_may_ask_who_did_it(floor, handlers):
    heard = []

    @handlers.on(LampLit)
    def note(session, event, actor):
        heard.append((event.lamp, actor.name))

    with floor.writing() as session:
        emit(session, LampLit("lam_1"), actor=ADA)
        emit_all(session, [LampLit("lam_2"), LampLit("lam_3")], actor=ADA)
        emit(session, LampLit("lam_4"))

    assert heard == [("lam_1", "Ada"), ("lam_2", "Ada"), ("lam_3", "Ada"), ("lam_4", "Vitrine")]


def test_a_listener_that_fails_undoes_the_cause(floor, handlers):
    @handlers.on(LampLit)
    def refuse(session, event):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError), floor.writing() as session:
        emit(session, LampLit("lam_1"))

    with floor.reading() as session:
        assert history(session, "lamp", "lam_1") == []


def test_a_name_must_be_a_resource_and_an_action():
    with pytest.raises(ValueError, match=r"resource\.action"):

        class Bad(Event):
            name = "Order Placed"


def test_payload_values_are_plain_json():
    assert plain(
        {
            "price": Money(1234, "EUR"),
            "on": date(2026, 3, 1),
            "at": datetime(2026, 3, 1, 12, tzinfo=UTC),
            "rate": Decimal("0.19"),
            "tags": frozenset({"b", "a"}),
            "lines": ({"n": 1}, None, True),
        }
    ) == {
        "price": {"minor": 1234, "currency": "EUR"},
        "on": "2026-03-01",
        "at": "2026-03-01T12:00:00+00:00",
        "rate": "0.19",
        "tags": ["a", "b"],
        "lines": [{"n": 1}, None, True],
    }


@pytest.mark.parametrize("value", [1.5, object(), b"bytes", {"inner": 0.1}])
def test_values_that_would_not_hash_alike_everywhere_are_refused(value):
    with pytest.raises(TypeError, match="cannot be recorded"):
        plain(value)


def test_many_facts_at_once_chain_as_if_stated_one_by_one(floor, handlers):
    heard = []
    handlers.on(LampLit)(lambda session, event: heard.append((event.lamp, event.watts)))
    with floor.writing() as session:
        emit(session, LampLit("lam_1", 1))
    facts = [LampLit("lam_1", 2), LampLit("lam_2", 3), LampDimmed("lam_1", 4)]

    with floor.writing() as session:
        emit_all(session, facts, actor=ADA)
        emit_all(session, [])
        emit(session, LampLit("lam_1", 5))

    with floor.reading() as session:
        assert list(verify_all_chains(session)) == []
        assert [past.payload["watts"] for past in history(session, "lamp", "lam_1")] == [1, 2, 4, 5]
        assert [past.actor_id for past in history(session, "lamp", "lam_2")] == ["per_ada"]
    assert heard == [("lam_1", 1), ("lam_1", 2), ("lam_2", 3), ("lam_1", 4), ("lam_1", 5)]
