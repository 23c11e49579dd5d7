"""Signing in, on both engines: what is remembered of a browser, and what ends it."""

from datetime import timedelta

import pytest

from tests.factories.people import make_customer
from webapp.accounts import commands, queries
from webapp.accounts.errors import NoSuchDevice
from webapp.accounts.queries import Credentials
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved

PHONE = commands.Browser("Safari on a phone")
KEPT_PHONE = commands.Browser("Safari on a phone", is_kept=True)


def come_in(db, person, browser=PHONE, **more):
    secret = commands.admit(db, Credentials.of(person), browser, **more)
    assert secret is not None
    return secret


def test_somebody_is_known_by_the_token_until_they_sign_out(db):
    person = make_customer(db)

    secret = come_in(db, person)

    member = queries.member_of_token(db, secret)
    assert member is not None
    assert (member.person, member.role) == (person.public_id, None)
    commands.sign_out(db, secret)
    commands.sign_out(db, secret)
    assert queries.member_of_token(db, secret) is None


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"password_hash": "another"}], ids=lambda it: next(iter(it))
)
def test_what_changed_while_the_password_was_checked_is_not_passed_over(db, change):
    person = make_customer(db)
    known = Credentials.of(person)
    for name, value in change.items():
        setattr(person, name, value)
    db.flush()

    assert commands.admit(db, known, PHONE) is None

    assert queries.devices(db, person.id) == []


def test_one_browser_has_one_sign_in_and_not_the_one_it_came_with(db):
    person = make_customer(db)
    planted = come_in(db, make_customer(db, "eve@example.com"))

    secret = come_in(db, person, instead_of=planted)

    assert queries.member_of_token(db, planted) is None
    member = queries.member_of_token(db, secret)
    assert member is not None and member.person == person.public_id


@pytest.mark.parametrize(
    ("browser", "role", "still", "over"),
    [
        (PHONE, None, timedelta(hours=3), timedelta(hours=5)),
        (KEPT_PHONE, None, timedelta(days=29), timedelta(days=31)),
        (KEPT_PHONE, "editor", timedelta(hours=11), timedelta(hours=13)),
    ],
    ids=["for a visit", "kept", "staff are not kept"],
)
def test_an_unused_browser_is_signed_out(db, browser, role, still, over):
    secret = come_in(db, make_customer(db, role=role), browser)

    with moved(still):
        assert queries.member_of_token(db, secret) is not None
    with moved(over):
        assert queries.member_of_token(db, secret) is None


def test_use_keeps_it_but_not_for_ever(db):
    secret = come_in(db, make_customer(db))

    for hours in range(3, 25, 3):
        with moved(timedelta(hours=hours)):
            member = queries.member_of_token(db, secret)
            if hours < 24:
                assert member is not None
                commands.note_seen(db, member)
            else:
                assert member is None


def test_proving_anew_replaces_the_token(db):
    secret = come_in(db, make_customer(db))
    member = queries.member_of_token(db, secret)
    assert member is not None

    replaced = commands.confirm(db, member)

    assert queries.member_of_token(db, secret) is None
    again = queries.member_of_token(db, replaced)
    assert again is not None and again.sign_in == member.sign_in


def test_a_browser_is_signed_out_from_another_but_only_by_its_person(db):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    lost, here, hers = come_in(db, ada), come_in(db, ada), come_in(db, eve)
    member, stranger = queries.member_of_token(db, here), queries.member_of_token(db, hers)
    gone = queries.member_of_token(db, lost)
    assert member and stranger and gone

    with pytest.raises(NoSuchDevice):
        commands.sign_out_device(db, stranger, gone.sign_in)
    assert queries.member_of_token(db, lost) is not None
    commands.sign_out_device(db, member, gone.sign_in)

    assert queries.member_of_token(db, lost) is None
    assert queries.member_of_token(db, here) is not None


def test_all_browsers_but_one_are_signed_out_and_what_is_over_is_forgotten(db):
    ada = make_customer(db)
    secrets = [come_in(db, ada) for _ in range(3)]
    here = queries.member_of_token(db, secrets[0])
    assert here is not None

    assert commands.sign_out_everywhere(db, ada, SYSTEM, but=here.sign_in) == 2

    assert [bool(queries.member_of_token(db, one)) for one in secrets] == [True, False, False]
    with moved(timedelta(days=2)):
        assert commands.forget_ended(db) == 1
