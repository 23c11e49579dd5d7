"""Whose account an introduction opens, on both engines: the rules behind every way to come."""

import pytest
from sqlmodel import select

from tests.factories.identities import make_identity, make_provider
from tests.factories.people import make_customer
from tests.forging import altered
from webapp.accounts import commands as accounts
from webapp.accounts import queries as people
from webapp.accounts.models import MailedLink, Person
from webapp.accounts.queries import Credentials
from webapp.identities import commands, queries
from webapp.identities.errors import (
    AccountThere,
    BadProvider,
    IdentityTaken,
    LastWayIn,
    NoSuchProvider,
    NotConfirmed,
    NotForStaff,
    TripLost,
)
from webapp.identities.models import Identity, Provider
from webapp.identities.values import Introduction, ProviderKind
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import moved
from webapp.kit.errors import NotAllowed, NotFound
from webapp.runtime.events import EventRecord
from webapp.runtime.secrets import Sealer

ADA = Introduction("acme", "ada-at-acme", "ada@example.com", is_verified=True, name="Ada")


def member_of(db, person):
    known = Credentials.of(person)
    secret = accounts.admit(db, known, accounts.Browser("Firefox"))
    member = people.member_of_token(db, secret or "")
    assert member is not None
    return member


def rows(db) -> list[str]:
    return [one.subject for one in db.exec(select(Identity).order_by(Identity.id)).all()]


def said(db) -> list[str]:
    return [one.name for one in db.exec(select(EventRecord).order_by(EventRecord.seq)).all()]


def test_somebody_new_gets_an_account_without_a_password(db):
    make_provider(db)
    before = len(said(db))

    person = commands.welcome(db, ADA)

    assert (person.email, person.name, person.password_hash) == ("ada@example.com", "Ada", "")
    assert person.is_verified
    assert said(db)[before:] == ["customer.created", "customer.verified", "person.identity_linked"]
    known = queries.known(db, ADA)
    assert known is not None
    assert known.person == person.public_id
    assert queries.known(db, Introduction("acme", "somebody-else")) is None
    assert db.exec(select(MailedLink)).all() == []


@pytest.mark.parametrize("is_verified", [True, False], ids=["verified", "not verified"])
def test_an_account_that_is_there_is_not_given_to_anybody(db, is_verified):
    make_provider(db)
    make_customer(db, is_verified=is_verified)

    with pytest.raises(AccountThere):
        commands.welcome(db, ADA)

    assert rows(db) == []


@pytest.mark.parametrize(
    "introduced",
    [
        Introduction("acme", "ada", "ada@example.com", is_verified=False),
        Introduction("acme", "ada", "", is_verified=True),
    ],
    ids=["not verified", "no address"],
)
def test_no_account_is_made_on_an_address_that_nobody_vouches_for(db, introduced):
    make_provider(db)

    with pytest.raises(NotConfirmed):
        commands.welcome(db, introduced)

    assert db.exec(select(Person)).all() == []


def test_the_owner_links_once_and_nobody_else_the_same(db):
    make_provider(db)
    ada = member_of(db, make_customer(db))
    eve = member_of(db, make_customer(db, "eve@example.com"))

    first = commands.link(db, ada, ADA)
    assert commands.link(db, ada, ADA).id == first.id
    with pytest.raises(IdentityTaken):
        commands.link(db, eve, ADA)

    assert rows(db) == ["ada-at-acme"]
    assert said(db).count("person.identity_linked") == 1


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [({"is_verified": False}, NotConfirmed), ({"role": "editor"}, NotForStaff)],
    ids=["an address that anybody typed", "staff, where the shop does not allow it"],
)
def test_what_is_not_linked_whoever_asks(db, fields, refusal):
    make_provider(db)
    member = member_of(db, make_customer(db, **fields))

    with pytest.raises(refusal):
        commands.link(db, member, ADA)

    assert rows(db) == []


def test_the_last_way_in_stays(db):
    acme = make_provider(db)
    off = make_provider(db, "Off", is_active=False)
    person = make_customer(db)
    one = make_identity(db, person, acme, "one")
    make_identity(db, person, off, "two")  # nobody comes in by what is switched off
    hers = make_identity(db, make_customer(db, "eve@example.com"), acme, "eve")
    person.password_hash = ""
    db.flush()
    member = member_of(db, person)

    with pytest.raises(LastWayIn):
        commands.unlink(db, member, one.public_id)
    with pytest.raises(NotFound):
        commands.unlink(db, member, hers.public_id)
    assert rows(db) == ["one", "two", "eve"]
    person.password_hash = "set"  # noqa: S105
    db.flush()
    commands.unlink(db, member, one.public_id)

    assert rows(db) == ["two", "eve"]
    assert said(db)[-1] == "person.identity_unlinked"


def test_a_customer_who_starts_to_work_here_links_anew(db):
    acme = make_provider(db, for_staff=True)
    make_identity(db, make_customer(db), acme, "ada-at-acme")

    accounts.add_staff(db, SYSTEM, email="ada@example.com", password_hash="another", role="editor")

    assert rows(db) == []
    assert queries.known(db, ADA) is None


def test_a_mailbox_begins_an_account_but_links_nothing(db):
    make_provider(db)
    make_customer(db, "boss@example.com", role="owner")

    commands.begin_account(db, "Ada@Example.com", name="Ada")
    commands.begin_account(db, "ada@example.com", name="Eve")
    commands.begin_account(db, "boss@example.com")

    ada = people.by_email(db, "ada@example.com")
    assert ada is not None
    assert (ada.name, ada.is_verified, rows(db)) == ("Ada", False, [])
    assert {link.email for link in db.exec(select(MailedLink)).all()} == {"ada@example.com"}


def test_a_trip_comes_back_once(db):
    commands.use_up(db, "state")
    with pytest.raises(TripLost):
        commands.use_up(db, "state")
    commands.use_up(db, "another state")

    assert commands.forget_spent(db) == 0
    with moved(2 * commands.linking.TRIP_LASTS * 1.1):
        assert commands.forget_spent(db) == 2


def test_a_provider_is_who_it_was_and_switched_on_once_it_is_complete(db):
    made = commands.add_provider(
        db,
        SYSTEM,
        kind=ProviderKind.openid,
        name="Acme Log-in",
        issuer="https://id.example/realm/.well-known/openid-configuration",
    )
    assert (made.slug, made.issuer, made.is_active) == (
        "acme-log-in",
        "https://id.example/realm",
        False,
    )
    keys = {"name": "Acme", "client_id": "shop", "is_active": True}
    with pytest.raises(BadProvider):
        commands.change_provider(db, SYSTEM, made, **keys)
    with pytest.raises(BadProvider):
        commands.change_provider(
            db, SYSTEM, made, **{**keys, "client_id": ""}, secret_sealed="sealed"
        )
    with pytest.raises(NoSuchProvider):
        queries.client_row(db, "acme-log-in")

    commands.change_provider(db, SYSTEM, made, **keys, secret_sealed="sealed")

    assert queries.client_row(db, "acme-log-in").name == "Acme"
    told = db.exec(select(EventRecord).where(EventRecord.name == "provider.changed")).all()
    assert "sealed" not in str([one.payload for one in told])
    with pytest.raises(BadProvider):
        commands.add_provider(db, SYSTEM, kind=ProviderKind.google, name="ACME")


def test_only_who_may_change_settings_says_whose_word_is_taken(db):
    provider = make_provider(db)
    nobody = Actor("staff", "per_x", "Viewer", frozenset({"orders:read"}))

    for act in (
        lambda: commands.add_provider(db, nobody, kind=ProviderKind.google, name="Google"),
        lambda: commands.change_provider(db, nobody, provider, name="A", client_id="b"),
        lambda: commands.remove_provider(db, nobody, provider),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert [one.name for one in db.exec(select(Provider)).all()] == ["Acme"]


def test_what_goes_wrong_is_stated_when_it_begins_and_over_when_somebody_comes_through(db):
    make_provider(db)

    for problem in ("down", "down again"):
        commands.note_failure(db, "acme", problem)
    commands.note_failure(db, "nobody", "down")

    assert said(db).count("provider.failing") == 1
    assert queries.providers(db)[0].problem == "down"
    commands.note_success(db, "acme")
    assert queries.providers(db)[0].problem == ""


def test_removing_one_removes_what_it_said_and_leaves_the_accounts(db):
    acme = make_provider(db)
    commands.welcome(db, ADA)

    commands.remove_provider(db, SYSTEM, acme)

    assert rows(db) == []
    assert people.by_email(db, "ada@example.com") is not None
    assert said(db)[-1] == "provider.removed"


def test_a_secret_is_read_by_its_shop_in_its_row_alone():
    sealer = Sealer("a secret of this shop", "clients")

    sealed = sealer.seal("s3cret ✓", about="idp_1")

    assert "s3cret" not in sealed
    assert sealer.seal("s3cret ✓", about="idp_1") != sealed
    assert sealer.open(sealed, about="idp_1") == "s3cret ✓"
    for other, about, text in (
        (sealer, "idp_2", sealed),
        (Sealer("another secret", "clients"), "idp_1", sealed),
        (Sealer("a secret of this shop", "codes"), "idp_1", sealed),
        (sealer, "idp_1", altered(sealed)),
        (sealer, "idp_1", "no base64 ✓"),
        (sealer, "idp_1", ""),
    ):
        assert other.open(text, about=about) is None
