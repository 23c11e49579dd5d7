"""What staff keep of customers, and what they do for them."""

import pytest
from sqlmodel import select

from tests.factories.people import make_customer
from webapp.accounts import commands, queries
from webapp.accounts.errors import NameTaken
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import CustomerNote, CustomerTag, GroupMember, MailedLink, SignIn
from webapp.accounts.permissions import ROLES, of_role
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import Invalid, NotAllowed, NotFound, Refused
from webapp.runtime.events import history

SUPPORT = Actor("staff", "per_support", "Sam", of_role("support"))
OTHER = Actor("staff", "per_other", "Otto", of_role("support"))


def facts(db, person):
    return [(fact.name, fact.payload) for fact in history(db, "person", person.public_id)]


def tags(db):
    return sorted(db.exec(select(CustomerTag.tag)))


def test_tags_are_words_whatever_their_capitals(db):
    ada = make_customer(db)

    commands.tag_customer(db, SUPPORT, ada, [" VIP ", "vip", "", "Likes  oak"])
    commands.tag_customer(db, SUPPORT, ada, ["likes oak", "VIP"])

    assert tags(db) == ["likes oak", "vip"]
    assert facts(db, ada) == [("customer.kept", {"changed": {"tags": [[], ["likes oak", "vip"]]}})]


@pytest.mark.parametrize("typed", [["x" * 41], [f"tag {number}" for number in range(31)]])
def test_too_much_of_a_tag_is_refused_and_the_old_ones_stay(db, typed):
    ada = make_customer(db)
    commands.tag_customer(db, SUPPORT, ada, ["vip"])

    with pytest.raises(Invalid):
        commands.tag_customer(db, SUPPORT, ada, typed)

    assert tags(db) == ["vip"]


def test_groups_gather_customers_and_go_without_them(db):
    ada = make_customer(db)
    trade = commands.add_group(db, SUPPORT, " Trade  buyers ")
    friends = commands.add_group(db, SUPPORT, "Friends")

    commands.group_customer(db, SUPPORT, ada, {trade.public_id, friends.public_id})
    commands.rename_group(db, SUPPORT, trade, "Wholesale")
    commands.delete_group(db, SUPPORT, friends)

    assert db.exec(select(GroupMember.group_id)).all() == [trade.id]
    assert trade.name == "Wholesale"
    assert facts(db, ada) == [
        ("customer.kept", {"changed": {"groups": [[], ["Friends", "Trade buyers"]]}})
    ]
    with pytest.raises(NameTaken):
        commands.add_group(db, SUPPORT, "WHOLESALE")
    with pytest.raises(Invalid):
        commands.group_customer(db, SUPPORT, ada, {"grp_gone"})
    assert db.exec(select(GroupMember.group_id)).all() == [trade.id]


def test_a_note_is_kept_once_outside_of_the_log_and_goes_with_its_customer(db):
    ada = make_customer(db)

    note = commands.note_customer(db, SUPPORT, ada, " Rings at noon. ")
    again = commands.note_customer(db, SUPPORT, ada, "Rings at noon.")

    assert again.public_id == note.public_id
    assert [(one.author, one.text) for one in db.exec(select(CustomerNote))] == [
        ("Sam", "Rings at noon.")
    ]
    assert "noon" not in str(facts(db, ada))
    with pytest.raises(NotAllowed):
        commands.forget_note(db, OTHER, ada, note.public_id)
    commands.forget_note(db, SUPPORT, ada, note.public_id)
    with pytest.raises(NotFound):
        commands.forget_note(db, SUPPORT, ada, note.public_id)
    commands.note_customer(db, SUPPORT, ada, "Moved.")
    db.delete(ada)
    db.flush()
    assert db.exec(select(CustomerNote)).all() == []


def test_a_closed_account_is_signed_out_and_lets_nobody_in_until_it_is_opened(db):
    ada = make_customer(db)
    token = commands.sign_in(db, ada)

    commands.close_customer(db, SUPPORT, ada)
    commands.close_customer(db, SUPPORT, ada)

    assert queries.member_of_token(db, token) is None
    assert queries.credentials(db, ada.email) is None
    with pytest.raises(Refused):
        commands.help_customer(db, SUPPORT, ada, LinkPurpose.reset)
    with pytest.raises(Refused):
        commands.hand_customer_password(db, SUPPORT, ada)
    commands.open_customer(db, SUPPORT, ada)
    assert queries.credentials(db, ada.email) is not None
    names = [name for name, _ in facts(db, ada)]
    assert names == [
        "person.signed_in", "person.signed_out", "customer.closed", "customer.opened"
    ]  # fmt: skip


def test_links_are_mailed_to_customers_and_never_for_another_purpose(db):
    ada = make_customer(db, is_verified=False)

    commands.help_customer(db, SUPPORT, ada, LinkPurpose.reset)
    commands.help_customer(db, SUPPORT, ada, LinkPurpose.verify)

    assert sorted(db.exec(select(MailedLink.purpose))) == ["reset", "verify"]
    for purpose in set(LinkPurpose) - {LinkPurpose.reset, LinkPurpose.verify}:
        with pytest.raises(Invalid):
            commands.help_customer(db, SUPPORT, ada, purpose)
    commands.prove_mailbox(db, ada)
    with pytest.raises(Refused):
        commands.help_customer(db, SUPPORT, ada, LinkPurpose.verify)


def test_a_link_that_is_handed_over_takes_the_place_of_others_and_shows_no_mailbox(db):
    ada = make_customer(db, is_verified=False)
    commands.help_customer(db, SUPPORT, ada, LinkPurpose.reset)

    invitation = commands.hand_customer_password(db, SUPPORT, ada)

    (link,) = db.exec(select(MailedLink)).all()
    assert link.purpose is LinkPurpose.handed_customer
    assert invitation.path is not None and invitation.path.startswith("/account/reset/")
    commands.reset_password(db, link.public_id, "theirs", purpose=link.purpose)
    assert (ada.password_hash, ada.is_verified) == ("theirs", False)
    assert [name for name, _ in facts(db, ada)][1:] == [
        "person.link_handed", "person.password_changed"
    ]  # fmt: skip


ACTS = {
    "tag": lambda db, actor, one: commands.tag_customer(db, actor, one, ["vip"]),
    "group": lambda db, actor, one: commands.group_customer(db, actor, one, []),
    "note": lambda db, actor, one: commands.note_customer(db, actor, one, "x"),
    "forget": lambda db, actor, one: commands.forget_note(db, actor, one, "not_1"),
    "close": lambda db, actor, one: commands.close_customer(db, actor, one),
    "open": lambda db, actor, one: commands.open_customer(db, actor, one),
    "sign out": lambda db, actor, one: commands.sign_customer_out(db, actor, one),
    "reset": lambda db, actor, one: commands.help_customer(db, actor, one, LinkPurpose.reset),
    "hand": lambda db, actor, one: commands.hand_customer_password(db, actor, one),
    "add": lambda db, actor, one: commands.add_group(db, actor, "New"),
}


@pytest.mark.parametrize("act", sorted(ACTS))
def test_only_who_may_write_of_customers_does_and_never_of_staff(db, act):
    ada = make_customer(db)
    colleague = make_customer(db, "owner@example.com", role="owner")
    commands.sign_in(db, ada)
    commands.sign_in(db, colleague)

    for role in sorted(role for role, may in ROLES.items() if "customers:write" not in may):
        with pytest.raises(NotAllowed):
            ACTS[act](db, Actor("staff", "per_x", "X", of_role(role)), ada)
    if act != "add":
        with pytest.raises(NotFound):
            ACTS[act](db, SYSTEM, colleague)

    assert (ada.is_active, colleague.is_active) == (True, True)
    assert len(db.exec(select(SignIn)).all()) == 2
    assert tags(db) == []
