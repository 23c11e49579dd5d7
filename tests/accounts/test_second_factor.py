"""A second proof, on both engines: an app's codes, recovery codes, and who may take them away."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.factories.people import mails_to, make_customer
from tests.factories.second import code_of, member_for, with_app
from webapp.accounts import commands, factors
from webapp.accounts.errors import (
    NoAuthenticator,
    SecondFactorNeeded,
    SecondFactorRequired,
    WrongCode,
)
from webapp.accounts.models import Authenticator
from webapp.accounts.queries import Credentials
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import frozen, now
from webapp.kit.errors import NotAllowed, Refused
from webapp.runtime.events import history
from webapp.shop.commands import change as change_settings

PHONE = commands.Browser("Safari on a phone")


def told(db, person):
    return [entry.name for entry in history(db, "person", person.public_id)]


def test_a_password_alone_opens_nothing_once_the_app_has_shown_a_code(db):
    ada = make_customer(db)
    member = member_for(db, ada)

    secret = commands.begin_authenticator(db, member)

    assert commands.admit(db, Credentials.of(ada), PHONE) is not None  # no code was typed yet
    assert not factors.factors_of(db, member.key).is_on
    with pytest.raises(WrongCode):
        commands.check_second_factor(db, member.key, code_of(secret))
    with pytest.raises(WrongCode):
        commands.confirm_authenticator(db, member, "000000")
    codes = commands.confirm_authenticator(db, member, code_of(secret))
    with pytest.raises(SecondFactorNeeded):
        commands.admit(db, Credentials.of(ada), PHONE)
    assert commands.admit(db, Credentials.of(ada), PHONE, second="code") is not None
    assert (len(set(codes)), factors.factors_of(db, member.key).codes_left) == (10, 10)
    stored = db.get(Authenticator, 1)
    assert secret not in stored.sealed and stored.sealed_next == ""


@pytest.mark.parametrize(
    ("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_off_by_one_step(db, steps, is_good):
    ada = make_customer(db)
    secret, _ = with_app(db, ada)

    with frozen(now() + timedelta(minutes=5)):
        code = code_of(secret, steps=steps)
        if is_good:
            assert commands.check_second_factor(db, ada.id, f" {code[:3]} {code[3:]}") == "code"
        else:
            with pytest.raises(WrongCode):
                commands.check_second_factor(db, ada.id, code)


def test_a_code_is_never_good_twice_nor_an_older_one_after_it(db):
    ada = make_customer(db)
    secret, _ = with_app(db, ada)

    with frozen(now() + timedelta(minutes=5)):
        commands.check_second_factor(db, ada.id, code_of(secret))

        for steps in (0, -1):
            with pytest.raises(WrongCode):
                commands.check_second_factor(db, ada.id, code_of(secret, steps=steps))
        assert commands.check_second_factor(db, ada.id, code_of(secret, steps=1)) == "code"


def test_the_code_that_set_the_app_up_does_not_sign_in(db):
    ada = make_customer(db)
    member = member_for(db, ada)
    secret = commands.begin_authenticator(db, member)
    code = code_of(secret)
    commands.confirm_authenticator(db, member, code)

    with pytest.raises(WrongCode):
        commands.check_second_factor(db, ada.id, code)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "१२३४५६", "abcd-efgh-jkmn", "x" * 5000])
def test_what_is_no_code_of_theirs_is_refused(db, code):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    with_app(db, ada)
    hers, _ = with_app(db, eve)

    for typed in (code, code_of(hers)):
        with pytest.raises(WrongCode):
            commands.check_second_factor(db, ada.id, typed)


def test_a_recovery_code_is_good_once_and_for_its_person_alone(db, run_jobs):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    _, codes = with_app(db, ada)
    with_app(db, eve)

    with pytest.raises(WrongCode):
        commands.check_second_factor(db, eve.id, codes[0])
    typed = f" {codes[0].upper().replace('-', ' ')} "
    assert commands.check_second_factor(db, ada.id, typed) == "recovery"
    with pytest.raises(WrongCode):
        commands.check_second_factor(db, ada.id, codes[0])

    assert factors.codes_left(db, ada.id) == 9
    db.commit()
    run_jobs()
    assert "9 are left" in mails_to(db, "ada@example.com")[-1].text_body


def test_new_recovery_codes_replace_the_old_ones(db):
    ada = make_customer(db)
    member = member_for(db, ada)
    with pytest.raises(NoAuthenticator):
        commands.renew_recovery_codes(db, member)
    _, old = with_app(db, ada)

    new = commands.renew_recovery_codes(db, member)

    with pytest.raises(WrongCode):
        commands.check_second_factor(db, ada.id, old[3])
    assert commands.check_second_factor(db, ada.id, new[3]) == "recovery"


def test_another_app_takes_the_place_of_the_first_only_with_its_code(db):
    ada = make_customer(db)
    first, _ = with_app(db, ada)
    member = member_for(db, ada)

    second = commands.begin_authenticator(db, member)

    with frozen(now() + timedelta(minutes=5)):
        assert commands.check_second_factor(db, ada.id, code_of(first)) == "code"
        assert commands.confirm_authenticator(db, member, code_of(second)) == []
    with frozen(now() + timedelta(minutes=10)):
        with pytest.raises(WrongCode):
            commands.check_second_factor(db, ada.id, code_of(first))
        assert commands.check_second_factor(db, ada.id, code_of(second)) == "code"


def test_a_secret_moved_to_another_account_makes_no_code_there(db):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    with_app(db, ada)
    hers, _ = with_app(db, eve)
    rows = {row.person_id: row for row in db.exec(select(Authenticator)).all()}
    rows[ada.id].sealed = rows[eve.id].sealed
    db.commit()

    with frozen(now() + timedelta(minutes=5)), pytest.raises(WrongCode):
        commands.check_second_factor(db, ada.id, code_of(hers))


def test_taking_the_last_one_away_opens_the_account_to_a_password_again(db, run_jobs):
    ada = make_customer(db)
    _, codes = with_app(db, ada)
    member = member_for(db, ada)

    commands.remove_authenticator(db, member)
    commands.remove_authenticator(db, member)

    assert commands.admit(db, Credentials.of(ada), PHONE) is not None
    with pytest.raises(WrongCode):
        commands.check_second_factor(db, ada.id, codes[0])
    wanted = [
        "person.authenticator_added",
        "person.second_factor_on",
        "person.recovery_codes_made",
        "person.authenticator_removed",
        "person.second_factor_off",
    ]
    assert [name for name in told(db, ada) if name in wanted] == wanted
    db.commit()
    run_jobs()
    subjects = [mail.mail_subject for mail in mails_to(db, "ada@example.com")]
    assert [subject for subject in subjects if "You signed in" not in subject] == [
        "An app now makes codes for your account at My shop",
        "The app for your account at My shop was removed",
    ]


def test_staff_keep_one_where_the_shop_wants_it(db):
    ada = make_customer(db, role="owner")
    with_app(db, ada)
    change_settings(db, SYSTEM, staff_second_factor=True)
    member = member_for(db, ada)

    with pytest.raises(SecondFactorRequired):
        commands.remove_authenticator(db, member)

    assert factors.factors_of(db, ada.id).has_app
    assert not member.must_set_up


@pytest.mark.parametrize(
    ("role", "is_wanted", "must"),
    [("editor", True, True), ("editor", False, False), (None, True, False)],
)
def test_staff_without_one_are_told_to_set_one_up(db, role, is_wanted, must):
    change_settings(db, SYSTEM, staff_second_factor=is_wanted)

    assert member_for(db, make_customer(db, role=role)).must_set_up is must


def test_only_who_lets_staff_in_and_out_resets_a_second_factor_and_not_their_own(db, run_jobs):
    ada, eve = make_customer(db, role="owner"), make_customer(db, "eve@example.com", role="editor")
    with_app(db, ada)
    with_app(db, eve)
    owner, editor = member_for(db, ada).actor, member_for(db, eve).actor

    with pytest.raises(NotAllowed):
        commands.reset_second_factor(db, editor, ada)
    with pytest.raises(Refused):
        commands.reset_second_factor(db, owner, ada)
    assert commands.reset_second_factor(db, owner, eve)
    assert not commands.reset_second_factor(db, owner, eve)

    assert commands.admit(db, Credentials.of(eve), PHONE) is not None
    assert factors.factors_of(db, ada.id).is_on
    entry = [one for one in history(db, "person", eve.public_id) if "factor_off" in one.name][0]
    assert (entry.payload, entry.actor_id) == ({"how": "reset"}, ada.public_id)
    db.commit()
    run_jobs()
    assert "taken away" in mails_to(db, "eve@example.com")[-1].text_body


def test_where_somebody_stands_between_two_steps_is_void_once_anything_changes(db):
    ada = make_customer(db)
    secret, codes = with_app(db, ada)

    marks = [factors.half_way(db, ada.public_id).mark]
    with frozen(now() + timedelta(minutes=5)):
        commands.check_second_factor(db, ada.id, code_of(secret))
    marks.append(factors.half_way(db, ada.public_id).mark)
    commands.check_second_factor(db, ada.id, codes[0])
    marks.append(factors.half_way(db, ada.public_id).mark)
    ada.password_hash = "another"
    db.flush()
    marks.append(factors.half_way(db, ada.public_id).mark)

    assert len(set(marks)) == 4
    ada.is_active = False
    db.flush()
    assert factors.half_way(db, ada.public_id) is None


def test_nobody_resets_without_permission(db):
    ada = make_customer(db)
    with_app(db, ada)

    with pytest.raises(NotAllowed):
        commands.reset_second_factor(db, Actor("staff", "per_x", "Eve", frozenset()), ada)
