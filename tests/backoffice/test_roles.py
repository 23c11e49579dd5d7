"""Roles of the shop's own, on their page and on the page of the staff."""

import pytest

from webapp.accounts import queries
from webapp.accounts.permissions import ROLES


def code_of(db):
    db.rollback()
    db.expire_all()
    return [one.code for one in queries.roles(db) if not one.is_built_in]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_role_is_made_given_changed_and_cannot_go_while_it_is_in_use(office, db, htmx):
    page = office.get("/admin/settings").click("Roles")
    page = page.submit("#role-form", htmx=htmx, name="Post room", permissions=["orders:read"])
    assert page.status == 200
    assert code_of(db) == ["post-room"]

    office.get("/admin/staff").submit("#staff-form", email="ada@example.com", role="post-room")
    assert code_of(db) == ["post-room"]
    assert queries.by_email(db, "ada@example.com").role == "post-room"
    page = office.get("/admin/roles/post-room").submit(
        "#role-editor", name="Post", permissions=["orders:read", "orders:write"]
    )
    assert page.path == "/admin/roles"
    db.rollback()
    assert queries.held_by(db, "post-room") == {"orders:read", "orders:write"}

    page = office.get("/admin/roles").submit("#delete-post-room", htmx=htmx)
    assert page.status == 422
    assert "1 person has this role" in page.text("tbody")
    assert code_of(db) == ["post-room"]


def test_what_is_wrong_comes_back_as_it_was_typed(office, db):
    page = office.get("/admin/roles").submit(
        "#role-form", name="viewer", permissions=["orders:read"]
    )

    assert page.status == 422
    assert page.one("#name").attributes["value"] == "viewer"
    assert len(page.all("#permissions input[checked]")) == 1
    assert "already" in page.text("#name-error")
    nothing = office.get("/admin/roles").submit("#role-form", name="Empty")
    assert "at least one" in nothing.text("#permissions-error")
    assert code_of(db) == []


def test_somebody_with_a_role_of_their_own_is_offered_what_they_may_give(office, as_role, db):
    rights = ["staff:write", "orders:read", "catalogue:read", "customers:read", "jobs:read"]
    office.get("/admin/roles").submit("#role-form", name="Head", permissions=rights)
    head = as_role("head")
    owner = queries.by_email(db, "owner@example.com").public_id

    page = head.get("/admin/staff")

    offered = [option.attributes["value"] for option in page.all("#staff-form option")]
    assert offered == ["viewer", "head"]
    assert f"role-{owner}" not in page.html
    for door, data in (("role", {"role": "viewer"}), ("closing", {}), ("password", {})):
        assert head.post(f"/admin/staff/{owner}/{door}", data=data).status in (403, 422), door
    own = queries.by_email(db, "head@example.com").public_id
    assert head.post(f"/admin/staff/{own}/role", data={"role": "owner"}).status == 422
    assert head.post("/admin/roles", data={"name": "X", "permissions": "shop:own"}).status == 422
    db.rollback()
    db.expire_all()
    assert queries.by_email(db, "head@example.com").role == "head"
    assert queries.by_email(db, "owner@example.com").role == "owner"


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"owner", "admin"}))
def test_others_may_not_even_look(as_role, db, role):
    browser = as_role(role)

    assert browser.get("/admin/roles").status == 403
    for path in ("/admin/roles", "/admin/roles/post", "/admin/roles/post/removal"):
        answer = browser.post(path, data={"name": "X", "permissions": "orders:read"})
        assert answer.status == 403, path
    assert code_of(db) == []
