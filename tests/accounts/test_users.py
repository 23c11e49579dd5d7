"""People for scripts: who sees whom, who changes whom, and what nobody can slip in."""

import pytest
from sqlmodel import select

from tests.factories.people import PASSWORD, mails_to, make_customer
from webapp.accounts import commands, directory
from webapp.accounts.directory import Sought
from webapp.accounts.errors import AlreadyRegistered
from webapp.accounts.models import Person
from webapp.accounts.passwords import matches
from webapp.accounts.queries import by_email
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import NotAllowed, NotFound

BOTH = frozenset({"customers:read", "customers:write", "staff:write"})
OWNER = Actor("staff", "per_owner", "Owner", BOTH)


def able(*permissions):
    return Actor("key", "key_1", "Sync", frozenset(permissions))


@pytest.fixture
def sends_mail(request):
    return getattr(request, "param", False)


@pytest.fixture
def settings(settings, sends_mail):
    """Of a shop that sends no mail, or that would if anybody answered there."""
    server = {"smtp_url": "smtp://127.0.0.1:9", "mail_from": "shop@example.com"}
    return settings.model_copy(update=server if sends_mail else {})


@pytest.fixture
def everybody(db):
    make_customer(db, "olga@example.com", name="Olga Owner", role="owner")
    make_customer(db, "ada@example.com", name="Ada Lovelace")
    make_customer(db, "vic@example.com", name="Vic Viewer", role="viewer", is_active=False)
    make_customer(db, "bob@example.com", name="Bob 100%", is_active=False)
    return db


def found(db, sought=None, actor=OWNER, **more):
    page = directory.people(db, actor, sought or Sought(), **more)
    return [entry.email.partition("@")[0] for entry in page.items]


@pytest.mark.parametrize(
    ("sought", "names"),
    [
        ({}, ["bob", "vic", "ada", "olga"]),
        ({"is_active": True}, ["ada", "olga"]),
        ({"is_active": False, "is_staff": True}, ["vic"]),
        ({"is_staff": False}, ["bob", "ada"]),
        ({"role": "owner"}, ["olga"]),
        ({"text": "LOVE"}, ["ada"]),
        ({"text": "@example.com"}, ["bob", "vic", "ada", "olga"]),
        ({"text": "%"}, ["bob"]),
        ({"text": "_"}, []),
        ({"text": "nul\0l"}, []),
    ],
)
def test_people_are_found_by_what_is_asked(everybody, sought, names):
    assert found(everybody, Sought(**sought)) == names


def test_a_list_goes_on_where_it_ended_though_somebody_came(everybody):
    first = directory.people(everybody, OWNER, Sought(), size=2)
    make_customer(everybody, "new@example.com")

    assert found(everybody, cursor=first.next_cursor, size=2) == ["ada", "olga"]


@pytest.mark.parametrize(
    ("permissions", "names"),
    [
        (["customers:read"], ["bob", "ada"]),
        (["staff:write"], ["vic", "olga"]),
        (["customers:write"], None),
        (["orders:read"], None),
    ],
)
def test_everybody_sees_those_they_look_after(everybody, permissions, names):
    actor = able(*permissions)
    if names is None:
        with pytest.raises(NotAllowed):
            found(everybody, actor=actor)
        return
    assert found(everybody, actor=actor) == names
    hidden = make_customer(everybody, "x@example.com", role="viewer" if "bob" in names else None)
    with pytest.raises(NotFound):
        directory.seen(everybody, actor, hidden.public_id)
    with pytest.raises(NotAllowed):
        found(everybody, Sought(is_staff="bob" in names), actor=actor)


def test_an_address_has_one_account(db):
    commands.add_customer(db, OWNER, email="Ada@Example.com", name="Ada")

    with pytest.raises(AlreadyRegistered):
        commands.add_customer(db, OWNER, email="ada@example.com")


@pytest.fixture
def key(database):
    """Makes a key of the owner's with these scopes."""

    def make(*scopes):
        with database.writing() as session:
            olga = by_email(session, "olga@example.com")
            _, secret = commands.make_key(session, SYSTEM, olga, name="Sync", scopes=scopes)
        return {"X-API-Key": secret}

    return make


def test_a_script_looks_after_people_from_beginning_to_end(everybody, browser, key):
    headers = key("customers:read", "customers:write")

    def send(method, path="", **options):
        return browser.send(method, f"/api/v1/users{path}", headers=headers, **options)

    added = send("POST", json={"email": "eve@example.com"})
    path = added.headers["location"].removeprefix("/api/v1/users")
    renamed = send("PATCH", path, json={"name": "Eve"})
    closed = [send("DELETE", path).status_code for _ in range(2)]
    after = send("GET", path).json()
    opened = send("PATCH", path, json={"is_active": True})

    assert (added.status_code, renamed.status_code, closed) == (201, 200, [204, 204])
    assert (after["name"], after["is_active"], after["role"]) == ("Eve", False, None)
    assert opened.json()["is_active"] is True
    listed = send("GET", "?q=eve&active=true&limit=1").json()
    assert [one["email"] for one in listed["items"]] == ["eve@example.com"]
    assert listed["next_cursor"] is None


def rows(db):
    db.rollback()
    db.expire_all()
    return [one.model_dump() for one in db.exec(select(Person).order_by(Person.id))]


@pytest.mark.parametrize(
    ("scopes", "method", "whom", "body", "status"),
    [
        (("customers:write",), "PATCH", "ada", {"role": "owner"}, 409),
        (("customers:write",), "PATCH", "ada", {"email": "eve@example.com"}, 422),
        (("customers:write",), "PATCH", "ada", {"password_hash": "x"}, 422),
        (("customers:write",), "PATCH", "ada", {"is_active": "maybe"}, 422),
        (("customers:write",), "PATCH", "vic", {"is_active": True}, 403),
        (("customers:write",), "DELETE", "olga", None, 403),
        (("staff:write",), "PATCH", "ada", {"name": "x"}, 403),
        (("staff:write",), "DELETE", "ada", None, 403),
        (("staff:write",), "DELETE", "olga", None, 409),
        (("staff:write",), "PATCH", "olga", {"role": "viewer"}, 409),
        (("staff:write",), "PATCH", "olga", {"is_active": False}, 409),
        (("staff:write",), "PATCH", "vic", {"role": "owner"}, 403),
        (("staff:write",), "PATCH", "vic", {"role": "emperor"}, 403),
        (("orders:read",), "PATCH", "ada", {"name": "x"}, 403),
        (("staff:write",), "POST", "", {"email": "eve@example.com", "role": "owner"}, 403),
        (("customers:write",), "POST", "", {"email": "eve@example.com", "role": "viewer"}, 403),
        (("customers:write",), "POST", "", {"email": "eve@example.com", "is_active": 1}, 422),
        (("customers:write",), "POST", "", {"email": "ada@example.com"}, 409),
        (("customers:write",), "POST", "", {"email": "nobody"}, 422),
        (("customers:write",), "POST", "", {"email": "e@example.com", "password": PASSWORD}, 422),
    ],
)
def test_what_is_not_allowed_changes_nobody(
    everybody, browser, key, scopes, method, whom, body, status
):
    headers = key(*scopes)
    before = rows(everybody)
    person = by_email(everybody, f"{whom}@example.com")
    path = f"/{person.public_id}" if person else ""

    answer = browser.send(method, f"/api/v1/users{path}", headers=headers, json=body)

    assert answer.status_code == status, answer.text
    assert rows(everybody) == before


@pytest.mark.parametrize(
    ("role", "door", "kind"),
    [
        (None, "/account/reset/", "accounts.welcome"),
        ("viewer", "/admin/password/", "accounts.staff_invited"),
    ],
)
@pytest.mark.parametrize("sends_mail", [False, True], indirect=True)
def test_whoever_is_added_gets_a_link_to_a_password(
    everybody, browser, key, run_jobs, sends_mail, role, door, kind
):
    scopes = ("customers:write", "staff:write", "catalogue:read", "orders:read", "jobs:read")
    headers = key(*scopes, "customers:read")
    body = {"email": "new@example.com", "role": role, "name": "New"}

    answer = browser.send("POST", "/api/v1/users", headers=headers, json=body)

    assert (answer.status_code, answer.json()["role"]) == (201, role)
    assert answer.headers["cache-control"] == "no-store"
    invitation = answer.json()["invitation"]
    assert invitation["is_mailed"] is sends_mail
    run_jobs()
    kinds = [mail.kind for mail in mails_to(everybody, "new@example.com")]
    if sends_mail:
        assert (invitation["url"], kinds) == (None, [kind])
        return
    assert kinds == []
    path = invitation["url"].removeprefix("http://127.0.0.1:8000")
    assert path.startswith(door)
    page = browser.get(path)
    page.submit("#reset-form, #password-form form", password=PASSWORD)
    everybody.rollback()
    everybody.expire_all()
    assert matches(PASSWORD, by_email(everybody, "new@example.com").password_hash)
