"""Passkeys, on both engines: whose they are, what an answer proves, and what a copy gives away."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.factories.people import mails_to, make_customer
from tests.factories.second import PRESENT, Device, member_for, with_app
from webapp.accounts import commands, factors, passkeys
from webapp.accounts.errors import (
    NoSuchPasskey,
    PasskeyKnown,
    PasskeyRefused,
    SecondFactorNeeded,
    SecondFactorRequired,
)
from webapp.accounts.models import Passkey, Person
from webapp.accounts.passkeys import Challenge, Place
from webapp.accounts.queries import Credentials
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved, now
from webapp.shop.commands import change as change_settings

SHOP = Place("http://localhost")
PHONE = commands.Browser("Safari on a phone")


def challenge(value=b"c" * 32):
    return Challenge(value, now())


def creation(db, member, asked):
    return passkeys.creation_options(
        SHOP,
        asked,
        shop="My shop",
        handle=commands.passkey_handle(db, member),
        account=member.email,
        name=member.name,
        known=factors.credentials_on_devices(db, member.key),
    )


def added(db, person, device=None, name="Phone"):
    """A device with a passkey of this person."""
    device = device or Device()
    member, asked = member_for(db, person), challenge()
    made = passkeys.read_made(device.make(creation(db, member, asked)), SHOP, asked)
    assert made is not None
    commands.add_passkey(db, member, made, name=name)
    db.commit()
    return device


def shown(db, device, *, place=SHOP, minutes=1):
    """What the device's answer proves, some minutes later."""
    with moved(timedelta(minutes=minutes)):
        asked = challenge()
        answer = device.show(passkeys.request_options(SHOP, asked))
        known = factors.passkey_of(db, passkeys.credential_of(answer))
        return passkeys.read_shown(answer, known.public_key, place, asked) if known else None


def test_a_passkey_says_whose_it_is_and_is_both_factors(db):
    ada = make_customer(db)
    device = added(db, ada)

    known = commands.use_passkey(db, shown(db, device))

    assert known.person == ada.public_id
    assert commands.admit(db, known, PHONE, how="passkey", second="passkey") is not None
    with pytest.raises(SecondFactorNeeded):
        commands.admit(db, Credentials.of(ada), PHONE)
    mine = factors.factors_of(db, ada.id)
    assert (len(mine.passkeys), mine.codes_left) == (1, 10)


def test_the_handle_is_random_and_stays(db):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    handles = [commands.passkey_handle(db, member_for(db, one)) for one in (ada, eve, ada)]

    assert handles[0] == handles[2] != handles[1]
    assert len(handles[0]) == 86 and ada.public_id not in handles[0]


@pytest.mark.parametrize(
    "device",
    [
        Device(origin="http://evil.example"),
        Device(origin="https://localhost"),
        Device(host="evil.example"),
        Device(flags=PRESENT),
    ],
    ids=["another origin", "another scheme", "another host", "nobody verified"],
)
def test_an_answer_from_elsewhere_or_without_its_person_is_none(db, device):
    ada = make_customer(db)
    member, asked = member_for(db, ada), challenge()
    assert passkeys.read_made(device.make(creation(db, member, asked)), SHOP, asked) is None

    good = added(db, ada)
    swapped = replace(good, origin=device.origin, host=device.host, flags=device.flags)

    assert shown(db, good) is not None
    assert shown(db, swapped) is None


def test_an_answer_to_another_challenge_is_none(db):
    ada = make_customer(db)
    device = added(db, ada)
    member = member_for(db, ada)
    asked, other = challenge(), challenge(b"o" * 32)
    answer = device.show(passkeys.request_options(SHOP, other))
    key = factors.passkey_of(db, passkeys.credential_of(answer)).public_key

    assert passkeys.read_shown(answer, key, SHOP, other) is not None
    assert passkeys.read_shown(answer, key, SHOP, asked) is None
    made = Device().make(creation(db, member, other))
    assert passkeys.read_made(made, SHOP, asked) is None


def test_an_answer_signed_with_another_key_is_none(db):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    hers, his = added(db, ada), added(db, eve)
    forged = replace(his, credential=hers.credential, handle=hers.handle)

    assert shown(db, forged) is None


@pytest.mark.parametrize(
    "answer",
    ["", "{", "[]", "{}", '{"id": 1, "response": {}}', '{"id": "x", "response": {"a": 1}}']
    + ["[" * 30_000, json.dumps({"id": "x", "response": {"clientDataJSON": "%%%"}}), "null"],
)
def test_what_is_no_answer_is_none(db, answer):
    asked = challenge()

    assert passkeys.read_made(answer, SHOP, asked) is None
    assert passkeys.read_shown(answer, "", SHOP, asked) is None
    assert passkeys.credential_of(answer) in (None, "x")


def test_an_answer_is_good_once_and_none_to_an_older_challenge_after_it(db):
    ada = make_customer(db)
    device = added(db, ada)
    early, late = shown(db, device, minutes=1), shown(db, device, minutes=2)

    assert commands.use_passkey(db, late) is not None

    for spent in (late, early):
        with pytest.raises(PasskeyRefused):
            commands.use_passkey(db, spent)
    assert commands.use_passkey(db, shown(db, device, minutes=3)) is not None


@pytest.mark.parametrize("back", [4, 5], ids=["the same again", "less"])
def test_a_count_that_goes_back_is_a_copy_and_opens_nothing_ever_after(db, run_jobs, back):
    ada = make_customer(db)
    device = added(db, ada, Device(count=7))
    copy = replace(device, count=device.count)
    for minutes in (1, 2, 3):
        assert commands.use_passkey(db, shown(db, device, minutes=minutes)) is not None
    copy.count += 3 - (back - 4) - 1

    assert commands.use_passkey(db, shown(db, copy, minutes=4)) is None
    db.commit()

    for either in (copy, device):
        with pytest.raises(PasskeyRefused):
            commands.use_passkey(db, shown(db, either, minutes=5))
    with pytest.raises(SecondFactorNeeded):  # the copy did not take the lock away
        commands.admit(db, Credentials.of(ada), PHONE)
    db.rollback()
    run_jobs()
    assert "may have been copied" in mails_to(db, "ada@example.com")[-1].mail_subject


def test_a_device_that_does_not_count_is_let_in_again_and_again(db):
    device = added(db, make_customer(db))

    for minutes in (1, 2, 3):
        assert commands.use_passkey(db, shown(db, device, minutes=minutes)) is not None


def test_nobody_names_or_removes_the_passkey_of_somebody_else(db):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    added(db, ada)
    row, hers = db.exec(select(Passkey)).one(), member_for(db, eve)

    with pytest.raises(NoSuchPasskey):
        commands.rename_passkey(db, hers, row.public_id, "Mine")
    with pytest.raises(NoSuchPasskey):
        commands.remove_passkey(db, hers, row.public_id)

    assert db.exec(select(Passkey.name)).one() == "Phone"


def test_a_device_is_not_added_twice_whoever_asks(db):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    device = added(db, ada)
    member, asked = member_for(db, eve), challenge()
    made = passkeys.read_made(device.make(creation(db, member, asked)), SHOP, asked)

    with pytest.raises(PasskeyKnown):
        commands.add_passkey(db, member, made, name="")

    assert not factors.factors_of(db, eve.id).is_on


def test_a_passkey_is_named_and_removed_and_the_last_one_takes_the_codes_along(db):
    ada = make_customer(db)
    device = added(db, ada)
    member, row = member_for(db, ada), db.exec(select(Passkey)).one()

    commands.rename_passkey(db, member, row.public_id, " Ada's laptop ")
    assert factors.factors_of(db, ada.id).passkeys[0].name == "Ada's laptop"
    answer = shown(db, device)
    commands.remove_passkey(db, member, row.public_id)

    with pytest.raises(PasskeyRefused):
        commands.use_passkey(db, answer)
    mine = factors.factors_of(db, ada.id)
    assert (mine.is_on, mine.codes_left) == (False, 0)
    assert commands.admit(db, Credentials.of(ada), PHONE) is not None


def test_staff_keep_a_last_passkey_where_the_shop_wants_a_second_factor(db):
    ada = make_customer(db, role="owner")
    added(db, ada)
    change_settings(db, SYSTEM, staff_second_factor=True)
    member, row = member_for(db, ada), db.exec(select(Passkey)).one()

    with pytest.raises(SecondFactorRequired):
        commands.remove_passkey(db, member, row.public_id)
    with_app(db, ada)
    commands.remove_passkey(db, member, row.public_id)

    assert factors.factors_of(db, ada.id).has_app


def test_a_passkey_of_a_closed_account_opens_nothing(db):
    ada = make_customer(db)
    device = added(db, ada)
    answer = shown(db, device)
    db.get(Person, ada.id).is_active = False
    db.flush()

    with pytest.raises(PasskeyRefused):
        commands.use_passkey(db, answer)
    assert shown(db, device, minutes=2) is None


@pytest.mark.parametrize(
    ("origin", "can"),
    [
        ("https://shop.example", True),
        ("https://shop.example:8443", True),
        ("http://localhost:8000", True),
        ("http://shop.example", False),
        ("http://127.0.0.1:8000", False),
        ("https://192.168.1.7", False),
        ("https://[::1]", False),
        ("https://[fe80::ab]:8000", False),
    ],
)
def test_browsers_make_passkeys_for_names_over_https_and_for_this_machine(origin, can):
    assert Place(origin).can_have_passkeys is can
