"""Mail to staff: at once or once a day, to those who chose it and still may know."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from tests.factories.orders import make_order
from tests.notices.test_telling import low, make_staff
from webapp.accounts import commands as accounts
from webapp.accounts import queries as people
from webapp.exchange.events import ImportFailed
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import frozen
from webapp.notices import commands
from webapp.notices.jobs import write_digests
from webapp.notices.models import Notice
from webapp.runtime.events import emit
from webapp.runtime.mail import MailRecord
from webapp.shop import commands as shop

NOON = datetime(2040, 11, 26, 12, 5, tzinfo=UTC)


@pytest.fixture
def written(db):
    """(to, subject) of the mail to staff."""

    def read():
        db.expire_all()
        query = select(MailRecord).where(MailRecord.kind.startswith("notices."))
        return [(one.to_address, one.mail_subject) for one in db.exec(query.order_by("id"))]

    return read


@pytest.fixture
def morning_round(db, run_jobs):
    """What the hourly schedule does."""

    def run():
        write_digests.later(db)
        db.commit()
        run_jobs()

    return run


def test_who_asked_for_it_hears_of_an_order_at_once(db, run_jobs, written):
    owner, _ = make_staff(db), make_staff(db, "viewer")
    commands.choose(db, owner, {"orders": "mail"})
    with frozen(NOON):
        make_order(db)
        db.commit()
    with frozen(NOON + timedelta(seconds=20)):
        run_jobs()

        assert written() == [("owner@example.com", "New order 1001: €19.99")]
        run_jobs()
        assert len(written()) == 1
    mail = db.exec(select(MailRecord).where(MailRecord.kind == "notices.notice")).one()
    order_path = f"/admin/orders/{db.exec(select(Notice)).one().subject_id}"
    assert order_path in mail.text_body
    assert order_path in mail.html_body


def test_nobody_asked_and_no_job_is_made(db, run_jobs, statements, written):
    make_staff(db)

    with statements.counted() as seen:
        emit(db, low(1))
    db.commit()

    assert not [one for one in seen if "INTO jobs" in one]
    run_jobs()
    assert written() == []


def test_a_burst_is_one_message_and_what_follows_is_another(db, run_jobs, written):
    owner = make_staff(db)
    commands.choose(db, owner, {"stock": "mail"})
    with frozen(NOON):
        for number in range(5):
            emit(db, low(number))
        db.commit()
    with frozen(NOON + timedelta(seconds=20)):
        run_jobs()
        emit(db, low(6))
        db.commit()
    with frozen(NOON + timedelta(seconds=40)):
        run_jobs()

        assert [subject for _, subject in written()] == [
            "A product that is gone and 4 others are running low",
            "A product that is gone and 5 others are running low",
        ]


def test_who_may_not_see_it_any_more_is_not_written_to(db, run_jobs, written):
    owner, editor = make_staff(db), make_staff(db, "editor")
    for actor in (owner, editor):
        commands.choose(db, actor, {"imports": "mail"})
    person = people.by_public_id(db, editor.id)
    with frozen(NOON):
        emit(db, ImportFailed("imp_1", "spring.csv", problem="Unreadable"))
        accounts.change_staff(db, SYSTEM, person, role="viewer")
        db.commit()
    with frozen(NOON + timedelta(seconds=20)):
        run_jobs()

        assert written() == [("owner@example.com", "The import of spring.csv failed")]


def test_a_daily_mail_has_what_was_not_read_and_comes_once(db, morning_round, written):
    shop.change(db, SYSTEM, time_zone="Europe/Berlin")
    with frozen(NOON - timedelta(hours=1)):
        owner = make_staff(db)
        commands.choose(db, owner, {"stock": "digest", "imports": "digest"})
    with frozen(NOON):
        emit(db, low(1))
        emit(db, ImportFailed("imp_1", "spring.csv", problem="Unreadable"))
        make_order(db)
        read = db.exec(select(Notice).where(Notice.event == "stock.low")).one()
        commands.mark_read(db, owner, read.public_id)
        db.commit()
        morning_round()
        assert written() == []
    early = datetime(2040, 11, 27, 5, 59, tzinfo=UTC)  # 06:59 in Berlin
    with frozen(early):
        morning_round()
        assert written() == []
    for later in (timedelta(minutes=61), timedelta(hours=3), timedelta(days=1, hours=2)):
        with frozen(early + later):
            morning_round()

            assert written() == [("owner@example.com", "The import of spring.csv failed")]


def test_a_daily_mail_tells_how_many_there_are_besides(db, morning_round, written):
    with frozen(NOON - timedelta(hours=1)):
        owner = make_staff(db)
        commands.choose(db, owner, {"imports": "digest"})
    with frozen(NOON):
        for number in range(60):
            emit(db, ImportFailed(f"imp_{number}", f"{number}.csv", problem="Unreadable"))
        db.commit()
    with frozen(NOON + timedelta(days=1)):
        morning_round()

        ((_, subject),) = written()
        assert subject.endswith(" and 59 more")
        mail = db.exec(select(MailRecord).where(MailRecord.kind == "notices.digest")).one()
        assert mail.text_body.count("\n* The import of ") == 50
        assert "And 10 more:" in mail.text_body
        assert "And <a" in mail.html_body
