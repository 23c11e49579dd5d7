"""Who works here: added, given more or less to do, and let go."""

import re

import pytest
from sqlmodel import select

from webapp.accounts import commands, passwords, queries
from webapp.accounts.models import Person, SignIn
from webapp.accounts.permissions import ROLES
from webapp.backoffice.staff import made_up_password
from webapp.kit.actors import SYSTEM


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


@pytest.mark.parametrize("htmx", [False, True])
def test_somebody_is_added_with_a_password_shown_once(office, db, htmx):
    page = office.get("/admin/staff").submit(
        "#staff-form", htmx=htmx, email="Ada@Example.com", name="Ada", role="manager"
    )

    assert page.status == 200
    secret = page.text("#told-password")
    ada = queries.by_email(db, "ada@example.com")
    assert passwords.matches(secret, ada.password_hash)
    assert people(db) == [("ada@example.com", "manager", True), OWNER]
    assert page.headers["cache-control"] == "private, no-store"
    assert secret not in office.get("/admin/staff").html


def test_who_was_added_signs_in_with_it(office, browser):
    page = office.get("/admin/staff").submit("#staff-form", email="ada@example.com", role="viewer")
    secret = page.text("#told-password")

    home = browser.get("/admin/sign-in").submit(
        "#sign-in-form", email="ada@example.com", password=secret
    )

    assert home.path == "/admin"
    assert home.status == 200


def test_a_password_of_their_own_is_not_shown(office, db):
    page = office.get("/admin/staff").submit(
        "#staff-form", email="ada@example.com", role="viewer", password="four calm grey geese"
    )

    assert page.path == "/admin/staff"
    assert "ada can sign in now." in page.text("body")
    assert "four calm grey geese" not in page.html
    assert passwords.matches(
        "four calm grey geese", queries.by_email(db, "ada@example.com").password_hash
    )


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"email": "ada@"}, "email", "email address"),
        ({"email": ""}, "email", "Enter their email address."),
        ({"email": "OWNER@example.com"}, "email", "Somebody works here under that address."),
        ({"password": "short"}, "password", "Use at least 10 characters"),
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
    assert not page.has("#told-password")
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


def test_a_lost_password_is_replaced(office, as_role, db):
    viewer = as_role("viewer")
    found = person(db, "viewer")

    page = office.get("/admin/staff").submit(f"#password-{found.public_id}", htmx=True)

    secret = page.text("#told-password")
    assert passwords.matches(secret, person(db, "viewer").password_hash)
    assert viewer.get("/admin/orders").path == "/admin/sign-in"


def test_made_up_passwords_differ_and_can_be_read_out():
    made = {made_up_password() for _ in range(50)}

    assert len(made) == 50
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{5}-){3}[a-hjkmnp-z2-9]{5}", one) for one in made)
    for one in made:
        commands.check_password(one)


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
