"""What people tell about themselves, on both engines: addresses, consent, another address."""

import pytest
from sqlmodel import col, select

from tests.factories.orders import BERLIN, make_order
from tests.factories.people import make_customer
from webapp.accounts import commands, profiles, queries
from webapp.accounts.commands.addressing import MOST
from webapp.accounts.errors import FullAddressBook, LinkSpent, NameTaken, NoSuchAddress
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import Consent, MailedLink
from webapp.accounts.queries import Credentials
from webapp.accounts.words import MARKETING
from webapp.kit.errors import Invalid
from webapp.kit.values import replace
from webapp.runtime.events import history


def coming_in(db, person):
    """The person, and their browser."""
    secret = commands.admit(db, Credentials.of(person), commands.Browser("Firefox"))
    assert secret is not None
    member = queries.member_of_token(db, secret)
    assert member is not None
    return person, member


def preferred(db, person) -> list[tuple[str, bool, bool]]:
    return [
        (one.address.street_address, one.is_delivery, one.is_invoice)
        for one in profiles.address_book(db, person.id)
    ]


def test_of_an_address_book_one_is_for_deliveries_and_one_for_invoices(db):
    ada, member = coming_in(db, make_customer(db))
    _, eve = coming_in(db, make_customer(db, "eve@example.com"))
    other = replace(BERLIN, street_address="Torstraße 2")

    first = commands.add_address(db, member, BERLIN)
    assert commands.add_address(db, member, BERLIN).id == first.id
    second = commands.add_address(db, member, other, is_invoice=True)
    assert preferred(db, ada) == [("Torstraße 1", True, False), ("Torstraße 2", False, True)]
    for act in (
        lambda: commands.change_address(db, eve, first.public_id, other),
        lambda: commands.remove_address(db, eve, first.public_id),
    ):
        with pytest.raises(NoSuchAddress):
            act()
    commands.change_address(db, member, first.public_id, replace(BERLIN, city="Potsdam"))
    commands.remove_address(db, member, second.public_id)

    assert preferred(db, ada) == [("Torstraße 1", True, True)]
    assert profiles.address_book(db, ada.id)[0].address.city == "Potsdam"
    for number in range(1, MOST):
        commands.add_address(db, member, replace(BERLIN, street_address=f"Torstraße {number + 9}"))
    with pytest.raises(FullAddressBook):
        commands.add_address(db, member, replace(BERLIN, street_address="One too many"))
    assert len(preferred(db, ada)) == MOST


def test_what_was_said_about_news_is_written_down_once_and_never_changed(db):
    ada = make_customer(db)

    def say(is_given, person=ada, source="profile"):
        return commands.say_consent(
            db, ada.email, person=person, is_given=is_given, source=source, wording="News"
        )

    said = [say(False), say(True), say(True, source="checkout"), say(False), say(True)]
    guest = [say(True, person=None), say(True, person=None)]

    assert (said, guest) == ([False, True, False, True, True], [True, False])
    (word,) = db.exec(select(Consent.id).where(col(Consent.person_id).is_(None))).all()
    (fact,) = history(db, "consent", str(word))
    assert fact.payload == {"is_given": True, "source": "profile"}
    rows = db.exec(
        select(Consent.is_given).where(Consent.person_id == ada.id).order_by(col(Consent.id))
    ).all()
    assert rows == [True, False, True]
    latest = profiles.consent_of(db, ada.id)
    assert latest is not None and (latest.is_given, latest.source) == (True, "profile")


def test_the_newest_word_of_whoever_reads_there_counts_and_one_press_ends_all_of_it(db):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")

    def say(is_given, email, person=None):
        commands.say_consent(
            db, email, person=person, is_given=is_given, source="profile", wording="News"
        )

    asked = ["Ada@example.com", "eve@example.com", "guest@example.com", "nobody@example.com"]
    say(True, "ada@example.com", ada)
    say(True, "Ada@Example.com")
    say(True, "guest@example.com")
    say(True, "eve@example.com")
    say(False, "eve@example.com")
    say(True, "former@example.com", eve)
    agreed = {"ada@example.com", "eve@example.com", "guest@example.com"}
    assert profiles.who_agreed(db, MARKETING, asked) == agreed
    assert not profiles.agreed(db, "surveys", "ada@example.com")

    ended = [
        commands.end_news(db, address, wording="No more")
        for address in ("ADA@example.com", "former@example.com", "nobody@example.com")
    ]
    again = commands.end_news(db, "ada@example.com", wording="No more")

    assert (ended, again) == ([True, True, False], False)
    assert profiles.who_agreed(db, MARKETING, asked) == {"guest@example.com"}
    latest = profiles.consent_of(db, eve.id)
    assert latest is not None
    assert (latest.is_given, latest.source, latest.wording) == (False, "unsubscribe", "No more")
    said = [fact.payload for fact in history(db, "person", ada.public_id)][-1]
    assert said == {"is_given": False, "source": "unsubscribe"}


@pytest.mark.parametrize("first", [LinkPurpose.old_email, LinkPurpose.new_email])
def test_an_address_changes_with_the_second_yes_whichever_that_is(db, first):
    ada, member = coming_in(db, make_customer(db))
    coming_in(db, ada)
    order = make_order(db, email="countess@example.com")
    commands.ask_for_new_email(db, member.actor, ada, "countess@example.com")
    links = {one.purpose: one.public_id for one in db.exec(select(MailedLink)).all()}
    (second,) = {*links} - {first}

    assert commands.confirm_email(db, links[first], first) == (ada, False)
    assert ada.email == "ada@example.com"
    assert profiles.email_to_come(db, ada.id) == "countess@example.com"
    with pytest.raises(LinkSpent):
        commands.confirm_email(db, links[first], first)
    assert commands.confirm_email(db, links[second], second, keeping=member.sign_in)[1] is True

    assert (ada.email, profiles.email_to_come(db, ada.id)) == ("countess@example.com", "")
    assert [one.sign_in for one in queries.devices(db, ada.id)] == [member.sign_in]
    db.flush()
    db.expire(order)
    assert order.person_id == ada.id


def test_an_address_that_another_account_has_by_then_is_not_taken(db):
    ada, member = coming_in(db, make_customer(db))
    with pytest.raises(Invalid):
        commands.ask_for_new_email(db, member.actor, ada, ada.email)
    commands.ask_for_new_email(db, member.actor, ada, "first@example.com")
    commands.ask_for_new_email(db, member.actor, ada, "bob@example.com")
    links = {one.purpose: one.public_id for one in db.exec(select(MailedLink)).all()}
    assert len(links) == 2
    make_customer(db, "bob@example.com")

    commands.confirm_email(db, links[LinkPurpose.new_email], LinkPurpose.new_email)
    with pytest.raises(LinkSpent):
        commands.confirm_email(db, links[LinkPurpose.old_email], LinkPurpose.old_email)

    assert ada.email == "ada@example.com"


def test_a_user_name_is_one_persons_and_can_be_given_up(db):
    ada, bob = make_customer(db), make_customer(db, "bob@example.com", username="bob")

    commands.change_profile(db, ada, username="Ada.L", name="Ada")
    with pytest.raises(NameTaken):
        commands.change_profile(db, ada, username="BOB")
    commands.change_profile(db, bob, username="")
    commands.change_profile(db, ada, username="bob")

    assert (ada.username, bob.username) == ("bob", None)
