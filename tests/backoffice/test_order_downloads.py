"""The page of what an order gave: seen, withdrawn, given again, limited."""

import pytest
from sqlmodel import select

from tests.factories.cart import make_goods
from tests.factories.downloads import make_download, make_file
from tests.factories.orders import make_order, make_paid_order
from webapp.downloads.models import Entitlement


def the_one(db) -> Entitlement:
    db.rollback()
    db.expire_all()
    return db.exec(select(Entitlement)).one()


@pytest.fixture
def sold(db):
    """(The order of two booklets, where its downloads are.)"""
    suppers = make_download(db)
    make_file(db, suppers, "For “screens”")
    order = make_paid_order(db, (suppers, 2))
    return order, f"/admin/orders/{order.public_id}/downloads"


@pytest.mark.parametrize("htmx", [False, True])
def test_staff_see_limit_withdraw_and_give_again(office, db, sold, htmx):
    order, address = sold
    page = office.get(f"/admin/orders/{order.public_id}").click("Downloads")
    assert page.text("h1") == f"Downloads of order {order.number}"
    for shown in ("For “screens”", "Not downloaded yet", "without end", "for all 2 units"):
        assert shown in page.text("main")
    key = the_one(db).public_id

    def submit(page, what, **fields):
        answer = page.submit(f"form[action='{address}/{key}/{what}']", htmx=htmx, **fields)
        return answer if answer.status == 422 else office.get(address)

    page = submit(page, "limits", max_downloads="3", expires_at="2041-03-01T12:30")
    assert "Not downloaded yet, 3 allowed" in page.text("main")
    assert "until 01/03/2041, 12:30" in page.text("main")
    assert page.one(f"#until-{key}").attributes["value"] == "2041-03-01T12:30"
    until = the_one(db).expires_at
    page = submit(page, "limits", max_downloads="4")
    assert (the_one(db).max_downloads, the_one(db).expires_at) == (4, until)

    for typed in ("none", "0", "9" * 9):
        refused = submit(page, "limits", max_downloads=typed)
        assert (refused.status, refused.one(f"#most-{key}").attributes["value"]) == (422, typed)
        assert "Enter a whole number of 1 or more, or nothing." in refused.text(".field__error")
        assert the_one(db).max_downloads == 4

    page = submit(page, "withdrawal")
    assert page.texts(".pill") == ["Withdrawn"]
    assert "withdrawn by staff" in page.text("main")
    assert page.all(f"form[action='{address}/mail']") == []
    page = submit(page, "grant")
    assert page.texts(".pill") == ["Can be downloaded"]
    assert "given again by staff" in page.text("main")

    told = office.get(f"/admin/history/entitlement/{key}").text("main")
    for shown in ("Withdrawn", "Given to the buyer", "Limits changed", "Downloads allowed"):
        assert shown in told


def test_the_mail_is_sent_again_from_there(office, db, sold, run_jobs):
    order, address = sold

    page = office.get(address).submit(f"form[action='{address}/mail']")

    assert "The mail is on its way." in page.text("#notices")
    timeline = office.get(f"/admin/orders/{order.public_id}").text("main")
    assert "Written to the customer again about 1 file" in timeline


def test_orders_without_files_say_why(office, db):
    nothing = make_paid_order(db, make_goods(db))
    waits = make_order(db, make_download(db))
    empty = make_paid_order(db, make_download(db, "Slow bread"))
    said = [
        (nothing, "Nothing in this order is sold as a file."),
        (waits, "Files are given as soon as the order is paid."),
        (empty, "No file yet."),
    ]

    for order, words in said:
        assert words in office.get(f"/admin/orders/{order.public_id}/downloads").text("main")
    assert "Downloads" not in office.get(f"/admin/orders/{nothing.public_id}").texts("a.button")


def test_what_is_of_another_order_is_not_found_and_who_may_look_has_no_controls(
    office, as_role, db, sold
):
    _, address = sold
    other = make_paid_order(db, make_goods(db))
    key = the_one(db).public_id
    elsewhere = f"/admin/orders/{other.public_id}/downloads/{key}"

    for verb in ("withdrawal", "grant", "limits"):
        assert office.send("POST", f"{elsewhere}/{verb}").status_code == 404
    with_eyes = as_role("viewer")

    assert "For “screens”" in with_eyes.get(address).text("main")
    assert with_eyes.get(address).all("main form") == []
    assert with_eyes.send("POST", f"{address}/{key}/withdrawal").status_code == 403
    assert the_one(db).state == "active"
