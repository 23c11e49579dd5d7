"""API keys in the back office: made, shown once, listed, revoked."""

import pytest
from sqlmodel import select

from webapp.accounts import queries
from webapp.accounts.models import ApiKey


def kept(db):
    db.rollback()
    db.expire_all()
    return [(one.name, one.scopes, one.revoked_at is not None) for one in db.exec(select(ApiKey))]


def test_the_settings_lead_to_it(office):
    page = office.get("/admin/settings").click("API keys")

    assert page.text("h1") == "API keys"
    assert "No keys yet" in page.text("#key-desk")


@pytest.mark.parametrize("htmx", [False, True])
def test_a_key_is_shown_once_and_works(office, browser, db, htmx):
    page = office.get("/admin/keys").submit(
        "#key-form", htmx=htmx, name="Warehouse", scopes=["orders:read", "stock:write"]
    )

    secret = page.text("#told-key")
    assert page.headers["cache-control"] == "private, no-store"
    assert kept(db) == [("Warehouse", ["orders:read", "stock:write"], False)]
    answer = browser.send("GET", "/api/v1/key", headers={"X-API-Key": secret})
    assert answer.json()["permissions"] == ["orders:read", "stock:write"]
    again = office.get("/admin/keys")
    assert secret not in again.html
    assert secret[:11] in again.text("tbody th")
    assert again.texts("td[data-label='Last used']") != ["Never"]


@pytest.mark.parametrize(
    ("typed", "name", "sentence"),
    [
        ({"name": ""}, "name", "Say what the key is for."),
        ({"scopes": []}, "scopes", "Choose at least one thing that the key may do."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_chosen_stays(office, db, typed, name, sentence):
    filled = {"name": "Warehouse", "scopes": ["orders:read"], "expires": "30"} | typed

    page = office.get("/admin/keys").submit("#key-form", **filled)

    assert page.status == 422
    assert sentence in page.text(f"#{name}-error")
    assert page.value("#name") == filled["name"]
    assert page.value("#expires") == "30"
    chosen = [node.attributes["value"] for node in page.all("input[name=scopes][checked]")]
    assert chosen == filled["scopes"]
    assert kept(db) == []


@pytest.mark.parametrize("expires", ["1", "many", "9999999999999"])
def test_a_time_that_is_not_offered_is_refused(office, db, expires):
    data = {"name": "Warehouse", "scopes": "orders:read", "expires": expires}

    page = office.post("/admin/keys", data=data)

    assert page.status == 422
    assert kept(db) == []


def test_a_forged_scope_is_refused(as_role, db):
    manager = as_role("manager")
    data = {"name": "Up", "scopes": ["orders:read", "staff:write"], "expires": "30"}

    page = manager.post("/admin/keys", data=data)

    assert page.status == 422
    assert "cannot do more" in page.text("#scopes-error")
    assert not manager.get("/admin/keys").has("input[value='staff:write']")
    assert kept(db) == []


@pytest.mark.parametrize("htmx", [False, True])
def test_a_revoked_key_opens_nothing(office, browser, db, htmx):
    page = office.get("/admin/keys").submit("#key-form", name="Till", scopes=["orders:read"])
    secret = page.text("#told-key")
    key = queries.key_by(db, secret[:11])

    page = office.get("/admin/keys").submit(f"#revoke-{key.public_id}", htmx=htmx)

    assert page.status == 200
    assert "The key Till opens nothing any more." in page.text("body")
    assert "Revoked" in page.text("tbody")
    assert kept(db) == [("Till", ["orders:read"], True)]
    assert browser.send("GET", "/api/v1/key", headers={"X-API-Key": secret}).status_code == 401


def test_a_manager_sees_and_revokes_their_own_only(office, as_role, db):
    manager = as_role("manager")
    office.get("/admin/keys").submit("#key-form", name="Owner's", scopes=["orders:read"])
    manager.get("/admin/keys").submit("#key-form", name="Mine", scopes=["orders:read"])
    theirs = db.exec(select(ApiKey).where(ApiKey.name == "Owner's")).one()

    assert manager.get("/admin/keys").texts("tbody th > span:first-child") == ["Mine"]
    assert manager.post(f"/admin/keys/{theirs.public_id}/revocation").status == 403
    assert office.get("/admin/keys").texts("tbody th > span:first-child") == ["Mine", "Owner's"]
    assert office.post("/admin/keys/nothing/revocation").status == 404
