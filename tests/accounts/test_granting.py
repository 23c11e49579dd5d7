"""Programs that somebody lets in, on both engines: what renews their access, and what ends it."""

from datetime import timedelta

import pytest

from tests.factories.people import mails_to, make_customer
from webapp.accounts import commands, queries
from webapp.accounts.commands.granting import GRANTS_KEPT
from webapp.accounts.permissions import of_role
from webapp.accounts.queries import ME, Credentials
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved
from webapp.kit.errors import Invalid
from webapp.runtime.events import history


def let_in(db, person, *, client="Till", scopes=(ME,)):
    granted = commands.grant(db, Credentials.of(person), client=client, scopes=scopes)
    assert granted is not None
    return granted


def is_in(db, granted):
    return queries.holder_of(db, granted.person, granted.grant) is not None


def test_a_token_renews_once_and_the_next_one_goes_on(db):
    ada = make_customer(db)
    first = let_in(db, ada)

    second = commands.renew(db, first.secret)
    third = commands.renew(db, second.secret)

    assert len({first.secret, second.secret, third.secret}) == 3
    assert first.grant == third.grant and third.scopes == (ME,)
    assert is_in(db, first)


def test_a_token_that_comes_twice_ends_all_of_them_and_the_person_is_told(db, run_jobs):
    ada = make_customer(db)
    stolen = let_in(db, ada)
    hers = commands.renew(db, stolen.secret)
    other = let_in(db, ada, client="Phone")

    assert commands.renew(db, stolen.secret) is commands.Renewal.reused
    assert commands.renew(db, hers.secret) is commands.Renewal.unknown
    assert commands.renew(db, stolen.secret) is commands.Renewal.unknown
    assert (is_in(db, hers), is_in(db, other)) == (False, True)
    ended = [fact.payload for fact in history(db, "person", ada.public_id)][-1]
    assert ended == {"grant": stolen.grant, "how": "reused"}
    db.commit()
    run_jobs()
    (mail,) = mails_to(db, ada.email)
    assert mail.kind == "accounts.token_reused"
    assert "(of Till)" in mail.text_body


def close(db, person, _granted):
    person.is_active = False
    db.flush()


def change_password(db, person, _granted):
    commands.change_password(db, person, "another hash", keeping="sgn_none")


def set_another_password_in_any_way(db, person, _granted):
    person.password_hash = "another hash"
    db.flush()


def sign_out_everywhere(db, person, _granted):
    commands.sign_out_everywhere(db, person, SYSTEM)


def sign_out(db, _person, granted):
    commands.end_grant(db, granted.grant)
    commands.end_grant(db, granted.grant)


def sign_out_by_refresh_token(db, _person, granted):
    commands.end_grant_of(db, granted.secret)
    commands.end_grant_of(db, "vr_never-was")


def change_role(db, person, _granted):
    commands.change_staff(db, SYSTEM, person, role="viewer")


ENDS = [
    close,
    change_password,
    set_another_password_in_any_way,
    sign_out_everywhere,
    sign_out,
    sign_out_by_refresh_token,
    change_role,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_what_ends_a_grant_ends_it_at_once_and_for_good(db, end):
    make_customer(db, "eve@example.com")
    ada = make_customer(db, role="manager")
    granted, others = let_in(db, ada), let_in(db, make_customer(db, "bob@example.com"))

    end(db, ada, granted)

    assert not is_in(db, granted)
    assert commands.renew(db, granted.secret) is commands.Renewal.unknown
    assert is_in(db, others)


def test_it_is_over_after_a_month_however_often_it_was_renewed(db):
    ada = make_customer(db)
    granted = let_in(db, ada)
    with moved(timedelta(days=29)):
        granted = commands.renew(db, granted.secret)
        assert is_in(db, granted)
        assert commands.forget_old_grants(db) == 0
    with moved(timedelta(days=31)):
        assert not is_in(db, granted)
        assert commands.renew(db, granted.secret) is commands.Renewal.unknown
        assert commands.forget_old_grants(db) == 1


def test_a_program_may_do_what_its_person_may_do_today(db):
    ada = make_customer(db, role="manager")
    granted = let_in(db, ada, scopes=("catalogue:read", "orders:read", "orders:write"))

    def may():
        found = queries.holder_of(db, granted.person, granted.grant)
        return set(found.actor.permissions)

    assert may() == {"catalogue:read", "orders:read", "orders:write"}
    ada.role = "viewer"
    db.flush()
    assert may() == {"catalogue:read", "orders:read"}
    ada.role = None
    db.flush()
    assert may() == set()
    own = commands.make_role(db, SYSTEM, name="Packing", permissions=["orders:write", "jobs:read"])
    ada.role = own.code
    db.flush()
    assert may() == {"orders:write"}


def test_nobody_shows_the_grant_of_somebody_else(db):
    ada, bob = make_customer(db), make_customer(db, "bob@example.com")
    hers, his = let_in(db, ada), let_in(db, bob)

    assert queries.holder_of(db, ada.public_id, his.grant) is None
    assert queries.holder_of(db, bob.public_id, hers.grant) is None


@pytest.mark.parametrize("change", [{"is_active": False}, {"password_hash": "another"}])
def test_what_changed_while_the_password_was_checked_is_not_passed_over(db, change):
    ada = make_customer(db)
    known = Credentials.of(ada)
    for name, value in change.items():
        setattr(ada, name, value)
    db.flush()

    assert commands.grant(db, known, client="Till", scopes=[ME]) is None


def test_the_oldest_of_many_makes_room(db):
    ada = make_customer(db)
    made = [let_in(db, ada) for _ in range(GRANTS_KEPT + 1)]

    assert [is_in(db, one) for one in made] == [False] + [True] * GRANTS_KEPT


def test_a_program_that_was_not_seen_before_is_told_of_once(db, run_jobs):
    ada = make_customer(db)
    with moved(timedelta(hours=2)):
        let_in(db, ada, client="Till")
        let_in(db, ada, client="Till")
        db.commit()
        run_jobs()

    assert [mail.kind for mail in mails_to(db, ada.email)] == ["accounts.new_program"]


@pytest.mark.parametrize(
    ("role", "asked", "given"),
    [
        (None, [], {ME}),
        (None, [ME], {ME}),
        (None, ["orders:read", ME], {ME}),
        ("viewer", [], {ME, *of_role("viewer")}),
        ("viewer", ["orders:read", "orders:write"], {"orders:read"}),
        ("manager", ["orders:write"], {"orders:write"}),
    ],
)
def test_nobody_gives_more_than_they_have(db, role, asked, given):
    assert set(commands.scopes_for(db, role, asked)) == given


@pytest.mark.parametrize(
    ("role", "asked"),
    [(None, ["orders:read"]), ("viewer", ["orders:write"]), ("owner", ["everything"])],
)
def test_what_cannot_be_given_is_refused(db, role, asked):
    with pytest.raises(Invalid) as refusal:
        commands.scopes_for(db, role, asked)

    assert refusal.value.facts["field"] == "scope"
