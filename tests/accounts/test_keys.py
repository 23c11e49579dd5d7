"""API keys: never more than their person, never after their end, and never kept."""

from datetime import timedelta

import pytest
from sqlmodel import select

from webapp.accounts import commands, queries
from webapp.accounts.errors import TooManyKeys
from webapp.accounts.models import ApiKey
from webapp.accounts.permissions import PERMISSIONS, of_role
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import moved, now
from webapp.kit.errors import Invalid, NotAllowed
from webapp.runtime.events import history


def make_person(db, role="manager", name="Ada"):
    return commands.add_staff(
        db, SYSTEM, email=f"{role}@example.com", password_hash="x", role=role, name=name
    )


def acting(person):
    return Actor("staff", person.public_id, person.name, of_role(person.role))


def make_key(db, person, *, scopes=("orders:read",), **more):
    return commands.make_key(db, acting(person), person, name="Warehouse", scopes=scopes, **more)


def opens(db, secret):
    """What the key may do, or None when it opens nothing."""
    found = queries.key_of_secret(db, secret)
    return None if found is None else set(found.actor.permissions)


def test_a_key_is_made_shown_once_and_only_its_hash_kept(db):
    ada = make_person(db)

    key, secret = make_key(db, ada, scopes=["orders:write", "orders:read"])

    assert secret.startswith(f"{key.prefix}_")
    assert len(secret) == len("vk_12345678_") + 43
    assert secret not in str(key.model_dump())
    assert opens(db, secret) == {"orders:read", "orders:write"}
    assert opens(db, secret[:-1]) is None
    assert opens(db, key.prefix) is None
    actor = queries.key_of_secret(db, secret).actor
    assert (actor.kind, actor.id, actor.name) == ("key", key.public_id, "Warehouse")


def test_making_and_revoking_are_facts_without_the_secret(db):
    ada = make_person(db)
    key, secret = make_key(db, ada)

    commands.revoke_key(db, acting(ada), key)
    commands.revoke_key(db, acting(ada), key)

    made, revoked = history(db, "key", key.public_id)
    assert (made.name, made.actor_id) == ("key.made", ada.public_id)
    assert made.payload == {
        "person": ada.public_id,
        "name": "Warehouse",
        "prefix": key.prefix,
        "scopes": ["orders:read"],
        "expires_at": None,
    }
    assert (revoked.name, revoked.payload) == ("key.revoked", {"person": ada.public_id})
    assert opens(db, secret) is None


def test_nobody_gives_a_key_more_than_they_may_do(db):
    ada = make_person(db)

    with pytest.raises(NotAllowed):
        make_key(db, ada, scopes=["orders:read", "staff:write"])
    with pytest.raises(NotAllowed):
        commands.make_key(db, SYSTEM, ada, name="Warehouse", scopes=["staff:write"])

    assert db.exec(select(ApiKey)).all() == []


def test_a_key_given_to_somebody_does_not_outgrow_the_giver(db):
    owner, ada = make_person(db, "owner"), make_person(db)

    with pytest.raises(NotAllowed):
        commands.make_key(db, acting(ada), owner, name="Up", scopes=["staff:write"])


@pytest.mark.parametrize("role", ["viewer", "support", "fulfilment", "editor"])
def test_not_everybody_makes_keys(db, role):
    with pytest.raises(NotAllowed) as refusal:
        make_key(db, make_person(db, role), scopes=["catalogue:read"])

    assert refusal.value.facts == {"needs": "keys:write"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["orders:read", "orders:everything"]}, "scopes"),
        ({"expires_at": now() - timedelta(seconds=1)}, "expires"),
    ],
)
def test_what_is_wrong_is_told_and_no_key_made(db, wrong, field):
    ada = make_person(db)
    right = {"name": "Warehouse", "scopes": ["orders:read"], "expires_at": None}

    with pytest.raises(Invalid) as refusal:
        commands.make_key(db, acting(ada), ada, **{**right, **wrong})

    assert refusal.value.facts["field"] == field
    assert db.exec(select(ApiKey)).all() == []


def test_a_key_does_what_its_person_may_do_today(db):
    ada = make_person(db)
    make_person(db, "owner")
    _, secret = make_key(db, ada, scopes=["orders:read", "orders:write"])

    commands.change_staff(db, SYSTEM, ada, role="viewer")
    assert opens(db, secret) == {"orders:read"}

    commands.change_staff(db, SYSTEM, ada, is_active=False)
    assert opens(db, secret) is None

    commands.change_staff(db, SYSTEM, ada, role="owner", is_active=True)
    assert opens(db, secret) == {"orders:read", "orders:write"}


def test_a_key_ends_on_its_day(db):
    ada = make_person(db)
    key, secret = make_key(db, ada, expires_at=now() + timedelta(days=30))

    assert opens(db, secret) == {"orders:read"}
    with moved(timedelta(days=31)):
        assert opens(db, secret) is None
        assert [row.state for row in queries.keys(db)] == ["expired"]


def test_own_keys_are_revoked_by_their_person_and_all_by_who_lets_staff_in(db):
    owner, ada, admin = make_person(db, "owner"), make_person(db), make_person(db, "admin")
    own, _ = commands.make_key(db, acting(owner), owner, name="Till", scopes=["orders:read"])
    hers, _ = make_key(db, ada)

    with pytest.raises(NotAllowed):
        commands.revoke_key(db, acting(ada), own)
    commands.revoke_key(db, acting(admin), hers)

    states = {row.prefix: row.state for row in queries.keys(db)}
    assert states == {own.prefix: "live", hers.prefix: "revoked"}
    assert [row.prefix for row in queries.keys(db, of=ada.public_id)] == [hers.prefix]


def test_there_is_an_end_to_the_number_of_keys(db, monkeypatch):
    ada = make_person(db)
    made = [make_key(db, ada)[0] for _ in range(50)]

    with pytest.raises(TooManyKeys):
        make_key(db, ada)
    commands.revoke_key(db, acting(ada), made[0])

    assert make_key(db, ada)[0].prefix


def test_use_is_noted_to_a_few_minutes(db):
    ada = make_person(db)
    key, secret = make_key(db, ada)

    def used(later):
        with moved(timedelta(minutes=later)):
            commands.note_key_use(db, key.public_id)
        db.expire_all()
        return key.last_used_at - key.created_at

    assert used(1) // timedelta(minutes=1) == 1
    assert used(4) // timedelta(minutes=1) == 1
    assert used(7) // timedelta(minutes=1) == 7


def test_every_permission_can_be_given_by_an_owner(db):
    owner = make_person(db, "owner")

    _, secret = commands.make_key(db, acting(owner), owner, name="All", scopes=PERMISSIONS)

    assert opens(db, secret) == set(PERMISSIONS)
