"""How somebody who is added comes to a password that nobody else knows."""

from datetime import timedelta

import pytest
from sqlmodel import select

from tests.accounts.test_roles import acting, make_head, make_person
from tests.factories.people import mails_to, make_customer
from webapp.accounts import commands, queries
from webapp.accounts.errors import LinkSpent, MayDoMore
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import MailedLink
from webapp.kit import clock
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import NotFound, Refused
from webapp.runtime.events import history
from webapp.runtime.links import links_of


def token_in(invitation):
    return invitation.path.rpartition("/")[2]


def add(db, **more):
    return commands.add_staff(db, SYSTEM, email="new@example.com", role="viewer", **more)


def facts_of(db, person):
    return [(one.name, one.actor_id) for one in history(db, "person", person.public_id)]


def test_who_is_added_has_no_password_until_they_choose_one(db, run_jobs):
    owner = acting(db, make_person(db, "owner"))
    new = commands.add_staff(db, owner, email="new@example.com", role="viewer")

    invitation = commands.invite(db, owner, new)
    db.commit()
    run_jobs()

    assert (new.password_hash, new.is_verified, invitation.path) == ("", False, None)
    assert [mail.kind for mail in mails_to(db, new.email)] == ["accounts.staff_invited"]
    assert ("person.link_promised", owner.id) in facts_of(db, new)


def test_a_link_that_was_handed_over_is_good_once_and_shows_nothing_of_the_mailbox(db, run_jobs):
    owner = acting(db, make_person(db, "owner"))
    new = add(db)

    invitation = commands.hand_staff_link(db, owner, new)
    commands.set_password(db, token_in(invitation), password_hash="theirs")
    db.commit()
    run_jobs()

    assert (new.password_hash, new.is_verified) == ("theirs", False)
    assert ("person.link_handed", owner.id) in facts_of(db, new)
    assert [mail.kind for mail in mails_to(db, new.email)] == ["accounts.password_changed"]
    with pytest.raises(LinkSpent):
        commands.set_password(db, token_in(invitation), password_hash="another")
    left = db.exec(select(MailedLink.purpose)).all()
    assert left == [LinkPurpose.handed_staff]


def test_it_runs_out_and_the_next_one_takes_its_place(db):
    new = add(db)
    commands.invite(db, SYSTEM, new)
    first, second = (commands.hand_staff_link(db, SYSTEM, new) for _ in range(2))

    assert len(db.exec(select(MailedLink)).all()) == 1
    with pytest.raises(LinkSpent):
        commands.colleague_of_link(db, token_in(first))
    assert commands.colleague_of_link(db, token_in(second)) is new
    with clock.moved(timedelta(days=3, seconds=1)), pytest.raises(LinkSpent):
        commands.colleague_of_link(db, token_in(second))


@pytest.mark.parametrize("lead", [commands.invite, commands.hand_staff_link])
def test_nobody_gets_a_link_to_whoever_may_do_more_is_out_or_does_not_work_here(db, lead):
    head = acting(db, make_head(db))
    closed = add(db)
    commands.change_staff(db, SYSTEM, closed, is_active=False)
    owner, customer = make_person(db, "owner"), make_customer(db)

    for person, refusal in ((owner, MayDoMore), (customer, NotFound), (closed, MayDoMore)):
        with pytest.raises(refusal):
            lead(db, head, person)
    with pytest.raises(Refused):
        lead(db, SYSTEM, closed)
    assert db.exec(select(MailedLink)).all() == []


def test_a_colleague_keeps_the_old_password_until_they_chose_another(db):
    clerk = make_person(db, "viewer")
    token = commands.sign_in(db, clerk)

    commands.invite(db, SYSTEM, clerk)

    assert clerk.password_hash == "x"
    assert queries.member_of_token(db, token) is not None
    (link,) = db.exec(select(MailedLink)).all()
    assert link.purpose is LinkPurpose.staff_reset


@pytest.mark.parametrize("is_mailed", [True, False])
def test_a_customer_is_added_and_chooses_a_password_by_link(db, run_jobs, is_mailed):
    person = commands.add_customer(db, SYSTEM, email="Ada@Example.com", name="Ada")
    lead = commands.welcome_customer if is_mailed else commands.hand_customer_link
    invitation = lead(db, SYSTEM, person)
    db.commit()
    run_jobs()

    kinds = [mail.kind for mail in mails_to(db, "ada@example.com")]
    (link,) = db.exec(select(MailedLink)).all()
    commands.reset_password(db, link.public_id, "theirs", purpose=link.purpose)

    assert kinds == (["accounts.welcome"] if is_mailed else [])
    assert (invitation.path is None) == is_mailed
    assert (person.password_hash, person.is_verified) == ("theirs", is_mailed)
    for again in (commands.welcome_customer, commands.hand_customer_link):
        with pytest.raises(Refused):
            again(db, SYSTEM, person)


def test_the_shop_of_an_owner_who_never_came_says_so(db):
    assert queries.owner_to_come(db) is None
    owner = commands.add_staff(db, SYSTEM, email="owner@example.com", role="owner")
    assert queries.owner_to_come(db) is owner

    invitation = commands.hand_staff_link(db, SYSTEM, owner)
    assert (
        links_of(db).absolute(invitation.path).startswith("http://127.0.0.1:8000/admin/password/")
    )
    commands.set_password(db, token_in(invitation), password_hash="theirs")

    assert queries.owner_to_come(db) is None
