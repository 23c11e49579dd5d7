"""Roles: nobody gives more than they have, nobody raises themselves, and an owner stays."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from webapp.accounts import commands, queries
from webapp.accounts.errors import LastOwner, MayDoMore, NameTaken, RoleInUse
from webapp.accounts.models import Person, Role, SignIn
from webapp.accounts.permissions import PERMISSIONS, ROLE_NAMES, ROLES
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import Invalid, NotAllowed
from webapp.runtime.events import history

CLERK = {"orders:read", "orders:write"}
HEAD = {"orders:read", "orders:write", "staff:write"}
"""What somebody may do who lets others in and has no other right over them."""


def make_person(db, role, email=None):
    address = email or f"{role}@example.com"
    return commands.add_staff(
        db, SYSTEM, email=address, password_hash="x", role=role, name=role.capitalize()
    )


def acting(db, person):
    """The person as who acts, with what they may do at this moment."""
    held = queries.held_by(db, person.role)
    return queries.actor_of(person.public_id, person.name, person.role, sorted(held))


def make_head(db):
    """Somebody with a role of the shop's own."""
    role = commands.make_role(db, SYSTEM, name="Head of orders", permissions=HEAD)
    return make_person(db, role.code, "head@example.com")


def test_a_role_of_the_shops_own_may_do_what_was_ticked_and_says_so(db):
    owner = acting(db, make_person(db, "owner"))

    role = commands.make_role(db, owner, name="  Post   room ", permissions=CLERK)
    ada = make_person(db, role.code, "ada@example.com")

    assert (role.code, role.name) == ("post-room", "Post room")
    assert queries.held_by(db, "post-room") == CLERK
    assert acting(db, ada).permissions == CLERK
    (made,) = history(db, "role", "post-room")
    assert made.payload["changed"]["permissions"] == [None, sorted(CLERK)]
    assert made.actor_id == owner.id


def test_a_changed_role_holds_at_the_next_request_and_signs_its_people_out(db):
    role = commands.make_role(db, SYSTEM, name="Post", permissions=CLERK)
    ada = make_person(db, role.code, "ada@example.com")
    token = commands.sign_in(db, ada)
    _, key = commands.make_key(db, SYSTEM, ada, name="Warehouse", scopes=CLERK)
    assert queries.member_of_token(db, token).actor.permissions == CLERK

    commands.change_role(db, SYSTEM, role.code, name="Post", permissions={"orders:read"})

    assert queries.member_of_token(db, token) is None
    fresh = commands.sign_in(db, ada)
    assert queries.member_of_token(db, fresh).actor.permissions == {"orders:read"}
    assert queries.key_of_secret(db, key).actor.permissions == {"orders:read"}
    assert history(db, "role", role.code)[-1].payload["changed"] == {
        "permissions": [sorted(CLERK), ["orders:read"]]
    }


def test_another_name_alone_signs_nobody_out(db):
    role = commands.make_role(db, SYSTEM, name="Post", permissions=CLERK)
    token = commands.sign_in(db, make_person(db, role.code, "ada@example.com"))

    commands.change_role(db, SYSTEM, role.code, name="Mail room", permissions=CLERK)

    assert queries.member_of_token(db, token).role == "post"
    assert queries.role_by(db, "post").name == "Mail room"


@pytest.mark.parametrize(
    ("name", "permissions", "refusal"),
    [
        ("", CLERK, Invalid),
        ("x" * 61, CLERK, Invalid),
        ("OWNER", CLERK, NameTaken),
        ("post", CLERK, NameTaken),
        ("New", set(), Invalid),
        ("New", {"shop:burn"}, Invalid),
        ("New", {"settings:write"}, MayDoMore),
        ("New", {"shop:own"}, MayDoMore),
    ],
)
def test_a_role_that_cannot_be_made_is_refused_and_changes_nothing(db, name, permissions, refusal):
    commands.make_role(db, SYSTEM, name="Post", permissions={"orders:read"})
    head = acting(db, make_head(db))

    with pytest.raises(refusal):
        commands.make_role(db, head, name=name, permissions=permissions)
    if refusal is not NameTaken or name == "OWNER":
        with pytest.raises(refusal):
            commands.change_role(db, head, "post", name=name, permissions=permissions)

    assert sorted(db.exec(select(Role.code))) == ["head-of-orders", "post"]
    assert queries.held_by(db, "post") == {"orders:read"}


def test_a_role_in_use_is_not_deleted_also_for_a_closed_account(db):
    role = commands.make_role(db, SYSTEM, name="Post", permissions=CLERK)
    ada = make_person(db, role.code, "ada@example.com")
    commands.change_staff(db, SYSTEM, ada, is_active=False)

    with pytest.raises(RoleInUse):
        commands.delete_role(db, SYSTEM, "post")
    commands.change_staff(db, SYSTEM, ada, role="viewer")
    commands.delete_role(db, SYSTEM, "post")

    assert queries.held_by(db, "post") == frozenset()
    with pytest.raises(Invalid):
        commands.change_staff(db, SYSTEM, ada, role="post")


@pytest.mark.parametrize("built_in", sorted(ROLES))
def test_nobody_gives_more_than_they_have(db, built_in):
    """One with the right over staff and little else, against every role there is."""
    head = acting(db, make_head(db))
    viewer = make_person(db, "viewer")

    with pytest.raises(MayDoMore):
        commands.add_staff(db, head, email="n@example.com", password_hash="x", role=built_in)
    with pytest.raises(MayDoMore):
        commands.change_staff(db, head, viewer, role=built_in)

    assert viewer.role == "viewer"
    assert queries.by_email(db, "n@example.com") is None


@pytest.mark.parametrize(
    "change", [{"role": "head-of-orders"}, {"is_active": False}, {"password_hash": "mine"}]
)
def test_nobody_changes_a_colleague_who_may_do_more(db, change):
    """A new password for the owner would be the owner's account."""
    head = acting(db, make_head(db))
    owner = make_person(db, "owner")
    make_person(db, "owner", "second@example.com")

    with pytest.raises(MayDoMore):
        commands.change_staff(db, head, owner, **change)

    assert (owner.role, owner.is_active, owner.password_hash) == ("owner", True, "x")


def test_nobody_raises_themselves(db):
    head = make_head(db)
    actor = acting(db, head)

    with pytest.raises(MayDoMore):
        commands.change_staff(db, actor, head, role="owner")
    with pytest.raises(MayDoMore):
        commands.change_role(db, actor, head.role, name="Head", permissions=set(PERMISSIONS))

    assert acting(db, head).permissions == HEAD


def test_an_administrator_makes_no_owner_and_removes_none(db):
    admin = acting(db, make_person(db, "admin"))
    owner = make_person(db, "owner")
    make_person(db, "owner", "second@example.com")

    with pytest.raises(MayDoMore):
        commands.add_staff(db, admin, email="n@example.com", password_hash="x", role="owner")
    with pytest.raises(MayDoMore):
        commands.change_staff(db, admin, owner, role="viewer")

    assert owner.role == "owner"


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"owner", "admin"}))
def test_whoever_may_not_change_staff_makes_no_role(db, role):
    actor = acting(db, make_person(db, role))
    commands.make_role(db, SYSTEM, name="Post", permissions={"orders:read"})

    for act in (
        lambda: commands.make_role(db, actor, name="New", permissions={"orders:read"}),
        lambda: commands.change_role(db, actor, "post", name="P", permissions={"orders:read"}),
        lambda: commands.delete_role(db, actor, "post"),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert [one.code for one in queries.roles(db) if not one.is_built_in] == ["post"]


@pytest.mark.parametrize("change", [{"role": "admin"}, {"is_active": False}])
def test_the_last_owner_whose_account_is_open_stays(db, change):
    owner = make_person(db, "owner")
    gone = make_person(db, "owner", "gone@example.com")
    commands.change_staff(db, SYSTEM, gone, is_active=False)

    with pytest.raises(LastOwner):
        commands.change_staff(db, acting(db, owner), owner, **change)

    assert (owner.role, owner.is_active) == ("owner", True)


@pytest.mark.parametrize("whom", ["each other", "themselves"])
def test_two_owners_who_let_go_at_once_leave_one(db, database, whom):
    keys = [make_person(db, "owner", f"{name}@example.com").public_id for name in ("ada", "bea")]
    db.commit()
    start = threading.Barrier(2)

    def demote(place):
        target = keys[1 - place] if whom == "each other" else keys[place]
        start.wait()
        try:
            with database.writing() as session:
                actor = acting(session, queries.by_public_id(session, keys[place]))
                person = queries.by_public_id(session, target)
                commands.change_staff(session, actor, person, role="viewer")
        except (LastOwner, NotAllowed) as refusal:
            return type(refusal)
        return None

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(demote, range(2)))

    db.rollback()
    db.expire_all()
    roles = sorted(db.exec(select(Person.role).where(col(Person.public_id).in_(keys))))
    assert roles == ["owner", "viewer"]
    assert results.count(None) == 1


def test_a_change_of_role_is_a_fact_with_before_and_after(db):
    owner = acting(db, make_person(db, "owner"))
    ada = make_person(db, "viewer", "ada@example.com")
    commands.sign_in(db, ada)

    commands.change_staff(db, owner, ada, role="editor")

    assert history(db, "person", ada.public_id)[-1].payload["changed"] == {
        "role": ["viewer", "editor"]
    }
    assert db.exec(select(SignIn)).all() == []


def test_every_built_in_role_has_its_name():
    assert set(ROLE_NAMES) == set(ROLES)
