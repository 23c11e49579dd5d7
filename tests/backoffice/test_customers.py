"""Customers as staff see them: found, looked at, sorted, helped and let go."""

import pytest
from sqlmodel import select

from tests.factories.orders import BERLIN, make_paid_order
from tests.factories.people import link_in, mails_to, make_customer
from webapp.accounts import commands, queries
from webapp.accounts.models import Consent, CustomerNote, DataExport, Person
from webapp.accounts.permissions import ROLES
from webapp.kit.actors import SYSTEM
from webapp.kit.values import replace
from webapp.runtime.mail.smtp import mail_server

NEW = "correct horse battery"


def found(page):
    """The names in the list."""
    return [row.split(" ")[0] for row in page.texts("tbody th")]


def settle(db):
    db.rollback()
    db.expire_all()


@pytest.fixture
def shoppers(db):
    """Ada has bought, Bob has not confirmed, Cy is closed."""
    ada = make_customer(db, "ada@example.com", name="Ada")
    make_customer(db, "bob@example.com", name="Bob", is_verified=False)
    cy = make_customer(db, "cy@example.com", name="Cy")
    commands.close_customer(db, SYSTEM, cy)
    commands.tag_customer(db, SYSTEM, ada, ["VIP"])
    trade = commands.add_group(db, SYSTEM, "Trade")
    commands.group_customer(db, SYSTEM, cy, [trade.public_id])
    order = make_paid_order(db)
    order.person_id = ada.id
    db.add(order)
    db.commit()
    return {
        "ada": ada.public_id,
        "order": order.number,
        "id": order.public_id,
        "trade": trade.public_id,
    }


def test_the_list_is_searched_and_filtered(office, shoppers):
    page = office.get("/admin/customers")

    assert found(page) == ["Cy", "Bob", "Ada"]
    for query, names in {
        "q=bob": ["Bob"],
        "q=ADA@example": ["Ada"],
        f"q=%23{shoppers['order']}": ["Ada"],
        "q=vip": ["Ada"],
        "tag=vip": ["Ada"],
        f"group={shoppers['trade']}": ["Cy"],
        "state=verified": ["Cy", "Ada"],
        "state=unverified": ["Bob"],
        "state=closed": ["Cy"],
        "q=owner": [],
        "q=%25": [],
        "q=ada&state=closed": [],
    }.items():
        assert found(office.get(f"/admin/customers?{query}")) == names, query
    assert "19.99" in office.get("/admin/customers?q=ada").text("tbody")


def test_the_list_is_turned_by_keyset(office, db):
    db.add_all(
        Person(email=f"c{number:03}@example.com", name=f"C{number:03}", password_hash="x")
        for number in range(85)
    )
    db.commit()

    first = office.get("/admin/customers")
    second = first.click("Next")
    last = second.click("Next")

    assert found(first) == [f"C{number:03}" for number in range(84, 44, -1)]
    assert found(second)[0] == "C044"
    assert found(last) == [f"C{number:03}" for number in range(4, -1, -1)]
    assert found(last.click("Previous")) == found(second)
    assert office.get("/admin/customers?cursor=nonsense").status == 422


def test_an_order_leads_to_its_customer_and_back(office, shoppers):
    page = office.get(f"/admin/orders/{shoppers['id']}").click("The customer’s account")

    assert page.path == f"/admin/customers/{shoppers['ada']}"
    assert page.text("h1") == "Ada"
    assert page.click(shoppers["order"]).path == f"/admin/orders/{shoppers['id']}"


@pytest.mark.parametrize("htmx", [False, True])
def test_staff_note_and_sort_a_customer(office, db, shoppers, htmx):
    path = f"/admin/customers/{shoppers['ada']}"

    office.get(path).submit("#note-form", htmx=htmx, note="Rings at noon.\nTwice.")
    page = office.get(path).submit(
        "#sort-form", htmx=htmx, tags="Oak, vip", groups=[shoppers["trade"]]
    )

    assert page.status == 200
    assert page.one("#tags").attributes["value"] == "oak, vip"
    assert page.has("#group-1[checked]")
    assert "Rings at noon." in office.get(path).text("body")
    note = db.exec(select(CustomerNote)).one()
    office.get(path).submit(f"#forget-{note.public_id}", htmx=htmx)
    assert "Rings at noon." not in office.get(path).text("body")


def test_what_is_wrong_comes_back_as_it_was_typed(office, shoppers):
    path = f"/admin/customers/{shoppers['ada']}"

    note = office.get(path).submit("#note-form", note=" ")
    tags = office.get(path).submit("#sort-form", tags=f"fine, {'x' * 50}")

    assert (note.status, tags.status) == (422, 422)
    assert note.text("#note-error") == "Write something."
    assert tags.one("#tags").attributes["value"] == f"fine, {'x' * 50}"
    assert "40 characters" in tags.text("#tags-error")
    assert office.get(path).one("#tags").attributes["value"] == "vip"


def test_staff_help_with_the_account(office, db, shoppers, run_jobs):
    ada = queries.by_public_id(db, shoppers["ada"])
    token = commands.sign_in(db, ada, user_agent="Firefox/140.0 Windows")
    db.commit()
    path = f"/admin/customers/{shoppers['ada']}"

    page = office.get(path)
    assert "Firefox on Windows" in page.text("body")
    post = office.app.state.means.post
    kept, post.server = post.server, mail_server("smtp://mail.example.com")
    sent = office.get(path).submit("#reset")
    post.server = kept
    page = office.get(path).submit("#sign-out")

    settle(db)
    assert queries.member_of_token(db, token) is None
    run_jobs()
    *_, mail = mails_to(db, "ada@example.com")
    assert link_in(mail).startswith("/account/reset/")
    assert link_in(mail) not in sent.html + office.get(path).html


@pytest.mark.parametrize("htmx", [False, True])
def test_where_no_mail_is_sent_a_link_is_shown_once_and_its_customer_chooses_the_password(
    office, browser, db, shoppers, run_jobs, htmx
):
    path = f"/admin/customers/{shoppers['ada']}"

    page = office.get(path).submit("#reset", htmx=htmx)

    assert page.headers["cache-control"] == "private, no-store"
    link = page.text("#told-link").removeprefix("http://testserver")
    assert link not in office.get(path).html
    assert "Link shown, to be handed over: choose a password" in office.get(path).text("body")
    run_jobs()
    assert {mail.subject_kind for mail in mails_to(db, "ada@example.com")} == {"order"}
    chosen = browser.get(link).submit("#reset-form", password=NEW)
    chosen = chosen.submit("#login-form", email="ada@example.com", password=NEW)
    assert chosen.path == "/account"
    assert "to be handed to you" in browser.get("/account/security/log").text(".timeline")
    settle(db)
    assert queries.by_email(db, "ada@example.com").password_hash
    assert "as soon as the shop can send" in office.get(
        f"/admin/customers/{queries.by_email(db, 'bob@example.com').public_id}"
    ).submit("#verify").text("body")


def test_an_account_is_closed_and_opened_again(office, db, shoppers):
    path = f"/admin/customers/{shoppers['ada']}"

    closed = office.get(path).submit("#close", htmx=True)
    assert "Closed" in closed.text("body")
    settle(db)
    assert queries.credentials(db, "ada@example.com") is None
    assert office.post(f"{path}/reset").status == 409

    office.get(path).submit("#open")
    settle(db)
    assert queries.credentials(db, "ada@example.com") is not None
    assert "Account opened again" in office.get(path).text("body")


def test_their_data_is_copied_and_erased_on_their_behalf(office, db, shoppers):
    ada = queries.by_public_id(db, shoppers["ada"])
    for is_given in (False, True):
        db.add(Consent(person_id=ada.id, email=ada.email, is_given=is_given, source="profile"))
    db.commit()
    path = f"/admin/customers/{shoppers['ada']}"

    assert found(office.get("/admin/customers?state=consent")) == ["Ada"]
    assert "May be written to" in office.get(path).text("main")
    office.get(path).submit("#export")
    page = office.get(path).submit("#erase", htmx=True)
    assert page.has("#keep") and not page.has("#erase")
    settle(db)
    assert db.exec(select(DataExport.person_id)).all() == [ada.id]
    page = office.get(path).submit("#keep")
    assert page.has("#erase") and not page.has("#keep")


def test_staff_are_no_customers(office, as_role, db):
    viewer = as_role("viewer")
    key = queries.by_email(db, "viewer@example.com").public_id

    assert found(office.get("/admin/customers")) == []
    assert office.get(f"/admin/customers/{key}").status == 404
    assert office.post(f"/admin/customers/{key}/closing").status == 404
    assert viewer.get("/admin/customers").status == 200


@pytest.mark.parametrize("role", sorted(ROLES))
def test_who_may_look_and_who_may_act(as_role, db, shoppers, role):
    browser, may = as_role(role), ROLES[role]
    path = f"/admin/customers/{shoppers['ada']}"

    for address in ("/admin/customers", path, "/admin/customers/groups"):
        assert (browser.get(address).status == 200) == ("customers:read" in may), address
    status = browser.post(f"{path}/notes", data={"note": "x"}).status
    assert (status == 403) == ("customers:write" not in may)
    has_form = "note-form" in browser.get(path).html
    assert has_form == ("customers:write" in may)


def test_groups_are_made_renamed_and_given_up(office, shoppers):
    page = office.get("/admin/customers").click("Groups")
    page = page.submit("#group-form", name="Friends")
    assert [row for row in ("Friends", "Trade") if row in page.html] == ["Friends", "Trade"]

    taken = page.submit("#group-form", name="trade")
    assert (taken.status, taken.one("#name").attributes["value"]) == (422, "trade")
    key = shoppers["trade"]
    refused = office.get("/admin/customers/groups").submit(f"#rename-{key}", name="friends")
    assert "already" in refused.text("tbody")
    office.get("/admin/customers/groups").submit(f"#rename-{key}", name="Wholesale")
    page = office.get("/admin/customers/groups").submit(f"#delete-{key}", htmx=True)
    assert "Wholesale" not in page.html
    assert office.post(f"/admin/customers/groups/{key}/removal").status == 404


def test_the_addresses_of_the_account_stand_beside_those_that_orders_went_to(office, db, shoppers):
    ada = queries.by_public_id(db, shoppers["ada"])
    secret = commands.admit(db, queries.Credentials.of(ada), commands.Browser("Firefox"))
    member = queries.member_of_token(db, secret)
    commands.add_address(db, member, replace(BERLIN, street_address="Torstraße 99"))
    db.commit()

    page = office.get(f"/admin/customers/{shoppers['ada']}")

    contact = page.text("section[aria-labelledby=contact-title]")
    book, _, sent = contact.partition("Where orders went")
    assert "Address book" in book
    assert "Torstraße 99" in book and "For deliveries and invoices" in book
    assert "Torstraße 1 " in sent and "Torstraße 99" not in sent


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("by", ["email", "id"])
def test_two_accounts_of_one_customer_are_merged(office, db, shoppers, by, htmx):
    kept = make_customer(db, "a.lovelace@example.com", name="Ada L")
    key = kept.public_id
    page = office.get(f"/admin/customers/{key}").click("Merge with another")

    named = " ADA@example.com " if by == "email" else shoppers["ada"]
    shown = page.submit("#find-other", other=named)
    assert shown.texts("tbody tr")[2:6] == [
        "Orders 0 1", "Addresses 0 0", "Notes 0 0", "Tags None vip",
    ]  # fmt: skip
    assert "All addresses are kept" not in shown.text("#merge-form")
    after = shown.submit("#merge-form", htmx=htmx)

    assert "What was of ada@example.com is theirs now." in after.text("body")
    settle(db)
    assert queries.by_email(db, "ada@example.com") is None
    assert after.has(f"a[href$='/admin/orders/{shoppers['id']}']")


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ("", "Enter the address or the id of the other one."),
        ("nobody@example.com", "No customer has this address or id."),
        ("per_nobody", "No customer has this address or id."),
        ("owner@example.com", "No customer has this address or id."),
        ("bob@example.com", "Choose another customer than this one."),
        ("ada@example.com", "Keep the account whose address is confirmed."),
    ],
)
def test_what_cannot_be_merged_is_said_beside_the_field(office, db, shoppers, other, sentence):
    bob = queries.by_email(db, "bob@example.com").public_id

    page = office.post(f"/admin/customers/{bob}/merging", data={"other": other})

    assert page.status == 422
    assert sentence in page.text("#other-error")
    settle(db)
    assert len(db.exec(select(Person)).all()) == 4
