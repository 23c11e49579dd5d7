"""What staff hear of: once for all of them, together where much happens, and only who may."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from tests.factories.cart import make_goods
from tests.factories.catalogue import make_product, variants_of
from tests.factories.orders import make_order
from webapp.accounts import commands as accounts
from webapp.accounts.permissions import of_role
from webapp.exchange.events import ImportCompleted, ImportFailed
from webapp.identities.events import ProviderFailing
from webapp.inventory import commands as inventory
from webapp.inventory.events import StockLow, StockOut
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import frozen, moved, now
from webapp.kit.errors import Invalid, NotFound
from webapp.notices import commands, queries
from webapp.notices.models import Notice, NoticeChoice, NoticeSeen
from webapp.runtime.events import emit_all
from webapp.runtime.jobs.events import JobFailed
from webapp.runtime.mail import MailBounced, MailServerRefused
from webapp.webhooks.events import EndpointDisabled, EndpointFailing

NOON = datetime(2040, 11, 26, 12, 5, tzinfo=UTC)


def make_staff(db, role="owner"):
    person = accounts.add_staff(
        db, SYSTEM, email=f"{role}@example.com", password_hash="x", role=role, name=role
    )
    return Actor("staff", person.public_id, person.name, of_role(role))


def told(db, actor, **more):
    return [(one.title, one.text) for one in queries.notices_for(db, actor, **more).items]


def state(db, *facts):
    """What happened in one transaction: staff hear of it when it ends."""
    emit_all(db, facts)
    db.commit()


def low(number, product="prd_x"):
    return StockLow(f"var_{number}", product, available=2, threshold=3)


def test_a_new_order_is_told_with_its_total(db):
    clerk = make_staff(db, "fulfilment")

    order = make_order(db, (make_goods(db, price=1999), 2))
    db.commit()

    (notice,) = queries.notices_for(db, clerk).items
    assert (notice.title, notice.text) == ("New order 1001", "2 items")
    assert notice.total.minor == order.total_minor
    assert notice.path == f"/admin/orders/{order.public_id}"
    assert notice.is_unread


def test_the_last_one_sold_is_told_by_its_name(db):
    owner = make_staff(db)
    stool = make_product(db, "Oak stool", on_hand=3)
    variant = variants_of(db, stool)[0]

    inventory.adjust(db, SYSTEM, variant.id, -3, reason="Broken")
    db.commit()

    (notice,) = queries.notices_for(db, owner).items
    assert notice.title == "Oak stool is sold out"
    assert notice.path == f"/admin/stock/{variant.public_id}"


def test_what_happens_by_the_hundred_is_one_notice_with_a_count(db):
    owner = make_staff(db)
    stool = make_product(db, "Oak stool")

    with frozen(NOON):
        state(db, *[low(number, stool.public_id) for number in range(200)])

    (notice,) = db.exec(select(Notice)).all()
    assert notice.count == 200
    assert told(db, owner) == [("Oak stool and 199 others are running low", "")]
    assert queries.notices_for(db, owner).items[0].path == "/admin/products?state=low"


def test_the_next_hour_begins_a_new_count_and_being_sold_out_is_another_thing(db):
    owner = make_staff(db)

    with frozen(NOON):
        state(db, low(1))
        state(db, StockOut("var_1", "prd_x", available=0))
    with frozen(NOON + timedelta(hours=1)):
        state(db, low(2))

    assert [one.count for one in db.exec(select(Notice))] == [1, 1, 1]
    assert len(told(db, owner)) == 3


def test_facts_of_one_transaction_can_be_told_in_one_statement(db, statements):
    facts = [low(number) for number in range(40)]
    facts += [ImportFailed("imp_1", "spring.csv", problem="Unreadable"), low(41)]

    with statements.counted() as seen:
        due = commands.tell(db, facts)

    assert len(seen) == 1
    assert due is False
    assert sorted(one.count for one in db.exec(select(Notice))) == [1, 41]


def test_a_failed_import_and_refused_rows_are_told_and_success_is_not(db):
    editor = make_staff(db, "editor")
    counts = {"rows": 9, "created": 1}

    state(db, ImportFailed("imp_1", "spring.csv", problem="The file ends in the middle."))
    state(db, ImportCompleted("imp_2", "summer.csv", **counts, failed=1))
    state(db, ImportCompleted("imp_3", "autumn.csv", **counts, failed=0))

    assert told(db, editor) == [
        ("1 row of summer.csv was refused", ""),
        ("The import of spring.csv failed", "The file ends in the middle."),
    ]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("owner", {"New order 1001", "The import of spring.csv failed"}),
        ("viewer", {"New order 1001"}),
        ("editor", {"The import of spring.csv failed"}),
    ],
)
def test_only_those_who_may_see_the_thing_hear_of_it(db, role, sees):
    actor = make_staff(db, role)
    make_order(db)
    state(db, ImportFailed("imp_1", "spring.csv", problem="Unreadable"))

    assert {title for title, _ in told(db, actor)} == sees
    assert queries.unread_count(db, actor) == len(sees)


def test_nobody_reads_what_is_none_of_their_business(db):
    viewer = make_staff(db, "viewer")
    state(db, ImportFailed("imp_1", "spring.csv", problem="Unreadable"))
    notice = db.exec(select(Notice)).one()

    with pytest.raises(NotFound):
        commands.mark_read(db, viewer, notice.public_id)

    assert db.exec(select(NoticeSeen)).all() == []


def test_what_one_has_read_another_has_not(db):
    owner, viewer = make_staff(db), make_staff(db, "viewer")
    make_order(db)
    notice = db.exec(select(Notice)).one()

    commands.mark_read(db, owner, notice.public_id)
    commands.mark_read(db, owner, notice.public_id)

    assert queries.unread_count(db, owner) == 0
    assert queries.unread_count(db, viewer) == 1
    assert told(db, owner, only_unread=True) == []
    assert len(told(db, owner)) == 1


def test_a_notice_that_went_on_is_unread_again(db):
    owner = make_staff(db)
    with frozen(NOON):
        state(db, low(1))
    commands.mark_read(db, owner, db.exec(select(Notice)).one().public_id)
    assert queries.unread_count(db, owner) == 0

    with frozen(NOON + timedelta(minutes=5)):
        state(db, low(2))

    db.expire_all()
    assert queries.unread_count(db, owner) == 1


def test_all_that_was_looked_at_is_read_and_what_came_after_is_not(db):
    owner = make_staff(db)
    state(db, low(1))
    looked_at = queries.notices_for(db, owner).items[0].last_at
    with moved(timedelta(minutes=1)):
        state(db, ImportFailed("imp_1", "spring.csv", problem="Unreadable"))

    with moved(timedelta(minutes=2)):
        commands.mark_all_read(db, owner, until=looked_at)
        assert [title for title, _ in told(db, owner, only_unread=True)] == [
            "The import of spring.csv failed"
        ]
        commands.mark_all_read(db, owner)
        assert queries.unread_count(db, owner) == 0
        commands.mark_all_read(db, owner, until=looked_at)
        assert queries.unread_count(db, owner) == 0


def test_somebody_new_has_not_missed_what_was_before(db):
    with moved(-timedelta(days=3)):
        state(db, low(1))

    owner = make_staff(db)

    assert queries.unread_count(db, owner) == 0
    assert len(told(db, owner)) == 1


def test_the_bell_counts_no_further_than_it_shows(db, statements):
    owner = make_staff(db)
    for number in range(130):
        fact = ImportFailed(f"imp_{number}", "spring.csv", problem="Unreadable")
        commands.tell(db, [fact])

    with statements.counted() as seen:
        assert queries.unread_count(db, owner) == 100
    assert len(seen) == 1


def test_the_list_goes_on_page_by_page(db):
    owner = make_staff(db)
    for number in range(35):
        with frozen(NOON + timedelta(minutes=number)):
            state(db, ImportFailed(f"imp_{number}", f"{number}.csv", problem="Unreadable"))

    first = queries.notices_for(db, owner)
    second = queries.notices_for(db, owner, cursor=first.next_cursor)

    assert [one.title for one in first.items + second.items] == [
        f"The import of {number}.csv failed" for number in range(34, -1, -1)
    ]
    assert second.next_cursor is None


def test_a_choice_is_kept_for_that_person_and_kind(db):
    owner, viewer = make_staff(db), make_staff(db, "viewer")

    commands.choose(db, viewer, {"orders": "digest"})
    commands.choose(db, viewer, {"orders": "mail", "stock": "here"})

    assert queries.choices_of(db, viewer) == {
        "orders": "mail",
        "stock": "here",
        "jobs": "here",
    }
    assert queries.choices_of(db, owner)["orders"] == "here"


@pytest.mark.parametrize("ways", [{"orders": "pigeon"}, {"imports": "mail"}, {"weather": "mail"}])
def test_a_choice_that_is_none_is_refused(db, ways):
    viewer = make_staff(db, "viewer")

    with pytest.raises(Invalid):
        commands.choose(db, viewer, ways)

    assert db.exec(select(NoticeChoice)).all() == []


def test_old_notices_are_forgotten_with_who_read_them(db):
    with moved(-timedelta(days=61)):
        owner = make_staff(db)
        state(db, low(1))
        commands.mark_read(db, owner, db.exec(select(Notice)).one().public_id)
    state(db, low(2))

    assert commands.forget(db, now() - commands.KEPT_FOR) == 1

    assert [one.subject_id for one in db.exec(select(Notice))] == ["var_2"]
    assert db.exec(select(NoticeSeen)).all() == []


@pytest.mark.parametrize(
    ("fact", "title", "text", "path"),
    [
        (
            MailBounced("mail_1", "orders.order_placed", 550, "550 No such user"),
            "A message did not arrive",
            "550 No such user",
            "/admin/mail/mail_1",
        ),
        (
            MailServerRefused("smtp.example", 535, "535 Wrong password"),
            "The mail server does not take our mail",
            "535 Wrong password",
            "/admin/mail",
        ),
        (
            EndpointFailing("whe_1", "https://till.example/in", days=1, problem="It hangs."),
            "Nothing got through to https://till.example/in for 1 day",
            "It hangs.",
            "/admin/webhooks/whe_1",
        ),
        (
            EndpointDisabled("whe_1", "https://till.example/in", reason="Nothing got through."),
            "The endpoint https://till.example/in was switched off",
            "Nothing got through.",
            "/admin/webhooks/whe_1",
        ),
        (
            ProviderFailing("idp_1", "Acme", problem="It answered with 500."),
            "Signing in with Acme does not work",
            "It answered with 500.",
            "/admin/settings/sign-in/idp_1",
        ),
    ],
)
def test_what_fails_behind_their_backs_is_told_to_those_who_can_mend_it(
    db, fact, title, text, path
):
    owner, editor = make_staff(db), make_staff(db, "editor")

    state(db, fact)

    (notice,) = queries.notices_for(db, owner).items
    assert (notice.title, notice.text, notice.path) == (title, text, path)
    assert told(db, editor) == []


def test_several_that_did_not_arrive_lead_to_the_outbox(db):
    owner = make_staff(db)

    with frozen(NOON):
        for number in range(3):
            state(db, MailBounced(f"mail_{number}", "orders.order_placed", 550, "550 No"))

    (notice,) = queries.notices_for(db, owner).items
    assert (notice.title, notice.path) == ("3 messages did not arrive", "/admin/mail")


def test_a_job_that_failed_for_good_is_told_and_leads_there(db):
    owner = make_staff(db)
    state(db, JobFailed("job_1", "media.make_renditions", 6, "The file is gone."))
    db.commit()

    (notice,) = queries.notices_for(db, owner).items
    assert (notice.title, notice.text) == (
        "The job media.make_renditions failed for good",
        "The file is gone.",
    )
    assert notice.path == "/admin/jobs/job_1"

    state(db, JobFailed("job_2", "media.make_renditions", 6, "The disk is full."))
    state(db, JobFailed("job_3", "mail.send", 6, "No such kind."))
    db.commit()

    assert sorted(title for title, _ in told(db, owner)) == [
        "2 jobs media.make_renditions failed for good",
        "The job mail.send failed for good",
    ]
    assert told(db, make_staff(db, "editor")) == []
