"""Who works here: added, given more or less to do, and let go."""

import pytest
from sqlmodel import select

from webapp.accounts import commands, passwords, queries
from webapp.accounts.models import Person, SignIn
from webapp.accounts.permissions import ROLES
from webapp.kit.actors import SYSTEM

NEW = "correct horse battery"


def people(db):
    """(email, role, whether the account is open)."""
    db.rollback()
    db.expire_all()
    return [(one.email, one.role, one.is_active) for one in queries.staff(db)]


def person(db, role):
    db.rollback()
    db.expire_all()
    return queries.by_email(db, f"{role}@example.com")


OWNER = ("owner@example.com", "owner", True)


def test_the_settings_lead_to_it(office):
    page = office.get("/admin/settings").click("Staff")

    assert page.text("h1") == "Staff"
    assert page.text("tbody th") == "Owner (you) owner@example.com"


def told_path(page):
    """The path of the link that this page tells, and that it was told nowhere else."""
    assert page.headers["cache-control"] == "private, no-store"
    return page.text("#told-link").removeprefix("http://testserver")


@pytest.mark.parametrize("htmx", [False, True])
def test_where_no_mail_is_sent_a_link_is_shown_once_and_its_person_chooses_the_password(
    office, browser, db, htmx
):
    page = office.get("/admin/staff").submit(
        "#staff-form", htmx=htmx, email="Ada@Example.com", name="Ada", role="manager"
    )
    path = told_path(page)

    assert page.status == 200
    assert people(db) == [("ada@example.com", "manager", True), OWNER]
    assert queries.by_email(db, "ada@example.com").password_hash == ""
    assert path not in office.get("/admin/staff").html
    door = browser.get(path).submit("#password-form form", password=NEW)
    home = door.submit("#sign-in-form", email="ada@example.com", password=NEW)
    assert (home.path, home.status) == ("/admin", 200)
    assert browser.get(path).status == 404


def test_nobody_chooses_the_password_of_somebody_else(office, db):
    page = office.get("/admin/staff")
    assert not page.has("#staff-form [type=password]")

    office.post("/admin/staff", data={"email": "a@example.com", "role": "viewer", "password": NEW})

    assert queries.by_email(db, "a@example.com").password_hash == ""


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"email": "ada@"}, "email", "email address"),
        ({"email": ""}, "email", "Enter their email address."),
        ({"email": "OWNER@example.com"}, "email", "Somebody works here under that address."),
        ({"name": "x" * 121}, "name", "120"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nobody_is_added(
    office, db, typed, name, sentence
):
    filled = {"email": "ada@example.com", "name": "Ada", "role": "editor"} | typed

    page = office.get("/admin/staff").submit("#staff-form", **filled)

    assert page.status == 422
    assert sentence in page.text(f"#{name}-error")
    assert page.value("#email") == filled["email"]
    assert page.value("#role") == "editor"
    assert not page.has("#told-link")
    assert people(db) == [OWNER]


def test_a_role_that_is_none_is_refused(office, db):
    page = office.post("/admin/staff", data={"email": "ada@example.com", "role": "emperor"})

    assert page.status == 422
    assert "emperor" in page.text("#role-error")
    assert people(db) == [OWNER]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_role_is_changed_and_the_browser_signed_out(office, as_role, db, htmx):
    viewer = as_role("viewer")
    found = person(db, "viewer")

    page = office.get("/admin/staff").submit(f"#role-{found.public_id}", htmx=htmx, role="manager")

    assert page.status == 200
    assert "Viewer is manager now." in page.text("body")
    assert people(db) == [OWNER, ("viewer@example.com", "manager", True)]
    assert viewer.get("/admin/orders").path == "/admin/sign-in"


def test_an_account_is_closed_and_opened_again(office, as_role, db):
    viewer = as_role("viewer")
    found = person(db, "viewer")

    closed = office.get("/admin/staff").submit(f"#close-{found.public_id}")

    assert "The account of Viewer is closed." in closed.text("body")
    assert people(db) == [OWNER, ("viewer@example.com", "viewer", False)]
    assert viewer.get("/admin/orders").path == "/admin/sign-in"
    assert not closed.has(f"#role-{found.public_id}")

    closed.submit(f"#open-{found.public_id}", htmx=True)

    assert people(db) == [OWNER, ("viewer@example.com", "viewer", True)]


@pytest.mark.parametrize("htmx", [False, True])
def test_the_last_owner_stays_an_owner(office, db, htmx):
    own = person(db, "owner").public_id
    shown = office.get("/admin/staff")

    for page in (
        shown.submit(f"#role-{own}", htmx=htmx, role="viewer"),
        shown.submit(f"#close-{own}", htmx=htmx),
    ):
        assert page.status == 422
        assert page.text("tbody .field__error") == "Make somebody else an owner first."
        assert page.value(f"#role-of-{own}") == "owner"
    assert people(db) == [OWNER]
    assert len(db.exec(select(SignIn)).all()) == 1


def test_a_lost_password_is_replaced_by_whoever_lost_it(office, as_role, browser, db):
    viewer = as_role("viewer")
    found = person(db, "viewer")

    page = office.get("/admin/staff").submit(f"#password-{found.public_id}", htmx=True)

    assert viewer.get("/admin/orders").path == "/admin/orders"
    browser.get(told_path(page)).submit("#password-form form", password=NEW)
    assert passwords.matches(NEW, person(db, "viewer").password_hash)
    assert viewer.get("/admin/orders").path == "/admin/sign-in"


def test_a_customer_is_none_of_this_pages_business(office, db):
    customer = Person(email="grace@example.com", password_hash="hers")
    db.add(customer)
    db.commit()
    key = customer.public_id

    for door in ("role", "closing", "opening", "password"):
        assert office.post(f"/admin/staff/{key}/{door}", data={"role": "owner"}).status == 404
    db.refresh(customer)
    assert (customer.role, customer.is_active, customer.password_hash) == (None, True, "hers")


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"owner", "admin"}))
def test_others_may_not_even_look(as_role, db, role):
    browser = as_role(role)
    own = person(db, role).public_id

    assert browser.get("/admin/staff").status == 403
    assert browser.post("/admin/staff", data={"email": "a@b.example"}).status == 403
    for door in ("role", "closing", "opening", "password"):
        assert browser.post(f"/admin/staff/{own}/{door}", data={"role": "owner"}).status == 403
    assert people(db) == [(f"{role}@example.com", role, True)]


def test_an_administrator_may_not_leave_the_shop_without_an_owner(as_role, db):
    commands.add_staff(db, SYSTEM, email="own@example.com", password_hash="x", role="owner")
    db.commit()
    key = queries.by_email(db, "own@example.com").public_id

    admin = as_role("admin")

    assert not admin.get("/admin/staff").has(f"#close-{key}")
    assert admin.post(f"/admin/staff/{key}/closing").status == 422
    assert ("own@example.com", "owner", True) in people(db)
