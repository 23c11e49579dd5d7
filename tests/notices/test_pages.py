"""The bell, the list behind it, and how somebody wants to be told."""

import re

import pytest
from sqlmodel import select

from tests.factories.catalogue import make_product, variants_of
from tests.factories.orders import make_order
from webapp.exchange.events import ImportFailed
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM
from webapp.notices.kinds import path_of
from webapp.notices.models import Notice
from webapp.runtime.events import emit


@pytest.fixture
def two(office, db):
    """An order and a failed import, after the owner came."""
    make_order(db)
    emit(db, ImportFailed("imp_1", "spring.csv", problem="Unreadable"))
    db.commit()
    return {one.event: one for one in db.exec(select(Notice))}


def bell(page):
    return page.text("#office-nav a[href='/admin/notices']")


def test_the_bell_says_how_many_wait(office, two):
    assert bell(office.get("/admin")) == "Notices 2 unread"


def test_a_page_of_the_office_costs_one_statement_more_for_the_bell(office, two, statements):
    with statements.counted() as seen:
        office.get("/admin/notices/settings")

    assert len([one for one in seen if "FROM notices" in one]) == 1


def test_reading_one_takes_it_off_the_list(office, two):
    page = office.get("/admin").click("#office-nav a[href='/admin/notices']")
    assert page.texts("#notice-desk li strong") == [
        "The import of spring.csv failed",
        "New order 1001",
    ]

    page = page.submit(f"#read-{two['import.failed'].public_id}")

    assert (page.path, page.status) == ("/admin/notices", 200)
    assert page.texts("#notice-desk li strong") == ["New order 1001"]
    assert bell(page) == "Notices 1 unread"
    everything = office.get("/admin/notices?show=all")
    assert len(everything.all("#notice-desk li")) == 2
    assert len(everything.texts("#notice-desk li strong")) == 1


def test_opening_one_leads_to_the_thing_and_reads_it(office, two):
    order = two["order.placed"]

    page = office.get("/admin/notices").submit(f"#open-{order.public_id}")

    assert page.path == f"/admin/orders/{order.subject_id}"
    assert page.status == 200
    assert bell(page) == "Notices 1 unread"


def test_all_are_read_at_once_but_not_what_came_meanwhile(office, two, db):
    page = office.get("/admin/notices")
    emit(db, ImportFailed("imp_2", "summer.csv", problem="Unreadable"))
    db.commit()

    page = page.submit("#read-all")

    assert page.texts("#notice-desk li strong") == ["The import of summer.csv failed"]
    page = page.submit("#read-all")
    assert "Nothing new" in page.text("#notice-desk")
    assert bell(page) == "Notices"
    assert not page.has("#read-all")


def test_a_shop_in_which_nothing_happened_says_so(office):
    assert "No notices yet" in office.get("/admin/notices?show=all").text("#notice-desk")


@pytest.mark.parametrize("typed", ["", "yesterday", "9999-12-31T00:00:00"])
def test_an_odd_time_reads_what_there_is(office, two, typed):
    page = office.post("/admin/notices/reading", data={"until": typed})

    assert page.status == 200
    assert bell(page) == "Notices"


def test_a_viewer_sees_what_a_viewer_may(as_role, two):
    page = as_role("viewer").get("/admin/notices?show=all")

    assert [re.sub(" of .*", "", one) for one in page.texts("#notice-desk li p:first-child")] == [
        "New order 1001"
    ]
    path = f"/admin/notices/{two['import.failed'].public_id}"
    assert as_role("support").post(f"{path}/reading").status == 404
    assert as_role("fulfilment").post(f"{path}/opening").status == 404


@pytest.mark.parametrize("htmx", [False, True])
def test_a_choice_is_kept(office, htmx):
    page = office.get("/admin/notices").click("How you are told")
    assert page.value("#orders") == "here"

    page = page.submit("#notice-choices", htmx=htmx, orders="mail", stock="digest")

    assert page.status == 200
    assert "Saved." in page.text("body")
    again = office.get("/admin/notices/settings")
    assert [again.value(f"#{kind}") for kind in ("orders", "stock", "imports")] == [
        "mail",
        "digest",
        "here",
    ]


def test_only_what_concerns_somebody_can_be_chosen(as_role):
    viewer = as_role("viewer")

    assert not viewer.get("/admin/notices/settings").has("#imports")
    refused = viewer.post("/admin/notices/settings", data={"orders": "pigeon"})
    assert refused.status == 422
    assert "Choose one of these." in refused.text("#orders-error")
    assert viewer.get("/admin/notices/settings").value("#orders") == "here"


def test_many_lead_to_the_list_of_what_runs_low(office, db):
    stool = make_product(db, "Oak stool", on_hand=1)
    inventory.adjust(db, SYSTEM, variants_of(db, stool)[0].id, -1, reason="Broken")
    db.commit()

    page = office.get(path_of("stock.low", "var_1", 12))

    assert page.status == 200
    assert "Oak stool" in page.text("tbody")
