"""Two accounts of one customer become one, and nothing of either is lost."""

import pytest
from sqlmodel import col, select

from tests.factories.cart import make_cart, make_goods
from tests.factories.orders import BERLIN, make_paid_order
from tests.factories.people import mails_to, make_customer
from webapp.accounts import commands, profiles, queries
from webapp.accounts.addresses import Address
from webapp.accounts.commands.addressing import MOST
from webapp.accounts.errors import CannotMerge, FullAddressBook, LinkSpent
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import AddressEntry, Consent, CustomerNote, Person
from webapp.accounts.queries import member_of_token
from webapp.cart.models import Cart, CartLine, CartState
from webapp.catalogue.audit import CHECKS as CATALOGUE
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import Invalid, NotAllowed, NotFound
from webapp.kit.values import replace
from webapp.ops.audit import audit
from webapp.orders.models import Order, OrderStatus
from webapp.runtime.events import history

HELPER = Actor("staff", "per_helper", "Hal Helper", frozenset({"customers:write"}))
ROME = Address("IT", name="Ada", street_address="Via Appia 1", postal_code="00184", city="Roma")
PREFERRED = select(AddressEntry).where(AddressEntry.is_delivery, AddressEntry.is_invoice)
KEPT, GONE = "ada@example.com", "ada.l@example.com"


@pytest.fixture
def two(db):
    return make_customer(db, KEPT, name=""), make_customer(db, GONE, name="Ada Lovelace")


def address_of(db, person, address):
    member = member_of_token(db, commands.sign_in(db, person))
    return commands.add_address(db, member, address)


def say(db, person, *, is_given, email=None):
    commands.say_consent(
        db,
        email or person.email,
        person=person if email is None else None,
        is_given=is_given,
        source="profile",
        wording="News",
    )


def counts(db, person):
    of = [
        select(AddressEntry).where(AddressEntry.person_id == person.id),
        select(CustomerNote).where(CustomerNote.person_id == person.id),
        select(Order).where(Order.person_id == person.id),
    ]
    return [len(db.exec(one).all()) for one in of]


def test_everything_of_the_other_is_theirs_and_the_other_is_gone(db, database, run_jobs):
    kept, gone = make_customer(db, KEPT, name=""), make_customer(db, GONE, name="Ada Lovelace")
    trade, friends = (commands.add_group(db, SYSTEM, name) for name in ("Trade", "Friends"))
    for person, tags, groups in ((kept, ["vip", "slow"], [trade]), (gone, ["vip"], [friends])):
        commands.tag_customer(db, SYSTEM, person, tags)
        commands.group_customer(db, SYSTEM, person, [one.public_id for one in groups])
        commands.note_customer(db, SYSTEM, person, f"of {person.email}")
        address_of(db, person, BERLIN)
    own = address_of(db, gone, ROME)
    order = make_paid_order(db, email=GONE)
    order.person_id = gone.id
    link = commands.promise_link(db, gone, LinkPurpose.sign_in).public_id
    token, gone_id = commands.sign_in(db, gone), gone.public_id
    db.commit()

    commands.merge_customers(db, HELPER, kept, gone)
    db.commit()
    run_jobs()

    assert kept.name == "Ada Lovelace"
    assert counts(db, kept) == [2, 2, 1]
    assert db.exec(select(Order.email).where(Order.person_id == kept.id)).all() == [GONE]
    assert (own.person_id, own.is_delivery, own.is_invoice) == (kept.id, False, False)
    assert queries.by_email(db, GONE) is None
    assert member_of_token(db, token) is None
    with pytest.raises(LinkSpent):
        commands.come_in_by_link(db, link)
    (fact,) = [one for one in history(db, "person", kept.public_id) if "merged" in one.name]
    assert (fact.actor_id, fact.payload) == (
        HELPER.id,
        {
            "gone": gone_id,
            "changed": {
                "addresses": [1, 2],
                "notes": [1, 2],
                "groups": [["Trade"], ["Friends", "Trade"]],
                "name": ["changed", "changed"],
            },
        },
    )
    assert history(db, "person", gone_id)[-1].name == "customer.erased"
    for address in (KEPT, GONE):
        assert [one.kind for one in mails_to(db, address)][-1] == "accounts.merged"
    # Goods of these tests are put on sale past the catalogue's own commands.
    assert audit(database).findings.keys() <= CATALOGUE.keys()


@pytest.mark.parametrize(
    ("kept_said", "gone_said", "is_given"),
    [
        (True, None, True),
        (True, True, True),
        (True, False, False),
        (None, True, False),
        (False, True, False),
        (False, False, False),
        (None, None, False),
    ],
)
@pytest.mark.parametrize("as_guest", [False, True])
def test_a_no_outdoes_a_yes_and_a_yes_stays_with_its_mailbox(
    db, two, kept_said, gone_said, is_given, as_guest
):
    kept, gone = two
    for person, word in ((kept, kept_said), (gone, gone_said)):
        guest = person.email if as_guest and person is gone else None
        if word is False:
            say(db, person, is_given=True, email=guest)
        if word is not None:
            say(db, person, is_given=word, email=guest)
    said = len(db.exec(select(Consent)).all())

    commands.merge_customers(db, HELPER, kept, gone)

    assert profiles.who_agreed(db, "marketing", [KEPT, GONE]) == ({KEPT} if is_given else set())
    after = db.exec(select(Consent).order_by(col(Consent.id))).all()
    assert {one.person_id for one in after} <= {kept.id}
    assert [one.source for one in after[said:]] in ([], ["merge"])
    assert not any(one.is_given for one in after[said:])


@pytest.mark.parametrize("has_own", [False, True])
def test_what_was_in_the_cart_is_in_the_cart(db, two, has_own):
    kept, gone = two
    stool, lamp = make_goods(db), make_goods(db, sku="LAMP")
    theirs = make_cart(db, (stool, 2), lamp)
    theirs.person_id = gone.id
    if has_own:
        own = make_cart(db, (stool, 1))
        own.person_id = kept.id
    db.commit()

    commands.merge_customers(db, HELPER, kept, gone)

    (cart,) = db.exec(select(Cart).where(Cart.person_id == kept.id)).all()
    lines = db.exec(select(CartLine).where(CartLine.cart_id == cart.id)).all()
    assert sorted(line.quantity for line in lines) == [1, 2]
    assert cart.state is CartState.open
    assert db.exec(select(Cart).where(Cart.person_id == gone.id)).all() == []


def test_who_may_not_or_must_not_be_merged_is_left_alone(db, two):
    kept, gone = two
    owner = make_customer(db, "owner@example.com", role="owner")
    unknown = make_customer(db, "typed@example.com", is_verified=False)
    closed = make_customer(db, "closed@example.com")
    commands.close_customer(db, SYSTEM, closed)
    leaving = make_customer(db, "leaving@example.com")
    commands.ask_for_erasure(db, SYSTEM, leaving)
    db.commit()

    for actor, into, other, refusal in (
        (Actor("staff", "per_x", "X", frozenset({"customers:read"})), kept, gone, NotAllowed),
        (HELPER, kept, kept, Invalid),
        (HELPER, kept, owner, NotFound),
        (HELPER, owner, gone, NotFound),
        (HELPER, unknown, gone, CannotMerge),
        (HELPER, closed, gone, CannotMerge),
        (HELPER, kept, leaving, CannotMerge),
        (HELPER, leaving, gone, CannotMerge),
    ):
        with pytest.raises(refusal):
            commands.merge_customers(db, actor, into, other)
    db.rollback()
    assert len(db.exec(select(Person)).all()) == 6

    commands.merge_customers(db, HELPER, kept, unknown)
    commands.merge_customers(db, HELPER, kept, closed)
    assert len(db.exec(select(Person)).all()) == 4


def test_what_was_merged_is_forgotten_with_the_one_who_stays(db, two, run_jobs):
    kept, gone = two
    order = make_paid_order(db, email=GONE)
    order.person_id = gone.id
    say(db, gone, is_given=True)
    db.commit()
    commands.merge_customers(db, HELPER, kept, gone)
    commands.ask_for_erasure(db, SYSTEM, kept)
    kept.erase_at = kept.created_at
    db.execute(order.__table__.update().values(status=OrderStatus.completed))
    db.commit()
    run_jobs()

    assert commands.erase(db, kept.public_id)
    db.commit()

    assert db.exec(select(Order.email)).all() == [""]
    assert db.exec(select(Consent)).all() == []
    assert mails_to(db, GONE) == []


def test_every_address_is_kept_once_however_many_there_are(db, two):
    kept, gone = two
    for person, first in ((kept, 0), (gone, 10)):
        for number in range(first, first + MOST - 1):
            address_of(db, person, replace(ROME, street_address=f"Via Appia {number}"))
    late, _ = (address_of(db, one, replace(ROME, city="Ostia")) for one in (gone, kept))
    last = db.exec(
        select(AddressEntry)
        .where(AddressEntry.person_id == gone.id, AddressEntry.id != late.id)
        .order_by(col(AddressEntry.id).desc())
    ).first()
    member = member_of_token(db, commands.sign_in(db, gone))
    # Written over, it is what another one is: only whoever adds one is kept from that.
    commands.change_address(
        db, member, last.public_id, replace(ROME, street_address="Via Appia 27")
    )
    db.commit()

    commands.merge_customers(db, HELPER, kept, gone)
    db.commit()

    book = [one.address for one in profiles.address_book(db, kept.id)]
    assert len(book) == len(set(book)) == 29
    assert [one.public_id for one in db.exec(PREFERRED).all()] == [
        profiles.address_book(db, kept.id)[0].public_id
    ]
    with pytest.raises(FullAddressBook, match="Remove 10 of your 29 first"):
        address_of(db, kept, BERLIN)


def test_doubles_hand_on_what_they_are_preferred_for(db, two):
    kept, gone = two
    member = member_of_token(db, commands.sign_in(db, gone))
    commands.add_address(db, member, ROME)
    second = commands.add_address(db, member, BERLIN, is_invoice=True)
    commands.change_address(db, member, second.public_id, ROME)
    db.commit()

    commands.merge_customers(db, HELPER, kept, gone)
    db.commit()

    book = profiles.address_book(db, kept.id)
    assert [(one.address, one.is_delivery, one.is_invoice) for one in book] == [(ROME, True, True)]
