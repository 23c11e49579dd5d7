"""Leaving for good, and a copy of everything before it."""

import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlmodel import col, select

from tests.factories.cart import make_cart, make_goods
from tests.factories.orders import CLERK, make_order, make_paid_order, make_shipped_order
from tests.factories.people import make_customer
from webapp.accounts import commands, profiles, queries
from webapp.accounts.errors import LastOwner, LinkSpent, NotLeaving
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import Consent, DataExport, ExportState, MailedLink, Person
from webapp.accounts.queries import actor_of
from webapp.cart.models import Cart, CartState
from webapp.catalogue.audit import CHECKS as CATALOGUE
from webapp.kit.actors import Actor
from webapp.kit.clock import frozen, moved, now
from webapp.kit.errors import NotAllowed
from webapp.ops.audit import audit
from webapp.orders.commands import cancel, forget_due
from webapp.orders.models import CancelReason, Order
from webapp.runtime.events import history
from webapp.runtime.mail import MailRecord
from webapp.runtime.personal import personal_of
from webapp.shop.commands import row as shop_row
from webapp.webhooks.envelopes import unpack
from webapp.webhooks.models import Announcement, AnnouncementBody

HELPER = Actor("staff", "per_helper", "Hal Helper", frozenset({"customers:write"}))


class Clock:
    """Stands still until it is told to tick."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        stack.enter_context(frozen(now()))

    def tick(self, by: timedelta) -> None:
        self._stack.enter_context(moved(by))


@pytest.fixture
def clock() -> Iterator[Clock]:
    with ExitStack() as stack:
        yield Clock(stack)


def acting(person: Person) -> Actor:
    return actor_of(person.public_id, person.name, person.role)


def leave(db, clock, person: Person, *, after: timedelta = timedelta(hours=73)) -> bool:
    """Ask for it, let the time pass, and have it done."""
    commands.ask_for_erasure(db, acting(person), person)
    db.commit()
    clock.tick(after)
    erased = commands.erase(db, person.public_id)
    db.commit()
    return erased


@pytest.mark.parametrize(
    ("actor", "role", "may"),
    [
        (None, None, True),
        (HELPER, None, True),
        (CLERK, None, False),
        (HELPER, "viewer", False),
        (None, "viewer", True),
    ],
)
def test_it_is_theirs_to_ask_or_the_staffs(db, actor, role, may):
    ada = make_customer(db, role=role)
    who = actor or acting(ada)

    for ask in (commands.ask_for_erasure, commands.ask_for_export):
        if may:
            ask(db, who, ada)
        else:
            with pytest.raises(NotAllowed):
                ask(db, who, ada)

    assert (ada.erase_at is not None) is may


def test_asking_twice_is_asking_once_and_it_can_be_stopped_by_link(db, clock):
    ada = make_customer(db)

    at = commands.ask_for_erasure(db, acting(ada), ada)
    clock.tick(timedelta(hours=1))
    again = commands.ask_for_erasure(db, acting(ada), ada)
    link = db.exec(select(MailedLink).where(MailedLink.purpose == LinkPurpose.stay)).one()
    commands.stay(db, link.public_id)

    assert at == again == now() + timedelta(hours=71)
    assert ada.erase_at is None
    with pytest.raises(LinkSpent):
        commands.stay(db, link.public_id)
    with pytest.raises(NotLeaving):
        commands.stop_erasure(db, acting(ada), ada)
    clock.tick(timedelta(hours=80))
    assert commands.erase(db, ada.public_id) is False
    names = [fact.name for fact in history(db, "person", ada.public_id)]
    assert names == [
        "customer.erasure_asked",
        "person.link_promised",
        "customer.erasure_stopped",
    ]


def test_the_last_owner_stays(db):
    ada = make_customer(db, role="owner")

    with pytest.raises(LastOwner):
        commands.ask_for_erasure(db, acting(ada), ada)
    make_customer(db, "bob@example.com", role="owner")
    commands.ask_for_erasure(db, acting(ada), ada)

    assert ada.erase_at is not None


def test_before_its_time_and_while_an_order_is_under_way_nobody_is_erased(db, clock):
    ada = make_customer(db)
    order = make_paid_order(db, person_id=ada.id)

    assert leave(db, clock, ada, after=timedelta(hours=71)) is False
    clock.tick(timedelta(hours=2))
    assert commands.erase(db, ada.public_id) is False
    assert ada.erase_at == now() + timedelta(hours=24)

    cancel(db, CLERK, order, reason=CancelReason.staff)
    db.commit()
    clock.tick(timedelta(hours=25))
    assert profiles.to_be_erased(db) == [ada.public_id]
    assert commands.erase(db, ada.public_id) is True


@pytest.mark.parametrize("years", [0, 10])
def test_nothing_of_them_is_left_and_the_books_balance(db, database, clock, years):
    shop_row(db).invoice_years = years
    ada = make_customer(db)
    public_id, key = ada.public_id, ada.id
    shipped = make_shipped_order(
        db, person_id=key, email="elsewhere@example.com", phone="+49 30 1", note="The blue door"
    )
    guest = make_shipped_order(db, make_goods(db, title="Lamp"))
    other = make_order(db, make_goods(db, title="Vase"), email="bob@example.com")
    cart = make_cart(db, make_goods(db, title="Bowl"))
    cart.person_id = key
    converted = db.get(Cart, shipped.cart_id)
    converted.person_id = key
    for email, person in (("ada@example.com", key), ("ada@example.com", None)):
        db.add(Consent(person_id=person, email=email, is_given=True, source="checkout"))
    db.add_all([cart, converted])
    db.commit()
    total = shipped.total_minor

    assert leave(db, clock, ada) is True

    db.expire_all()
    assert db.exec(select(Person)).all() == []
    assert db.exec(select(Consent)).all() == []
    assert db.exec(select(Cart.person_id).where(Cart.state != CartState.converted)).all() == []
    for order in db.exec(select(Order).where(col(Order.id).in_([shipped.id, guest.id]))):
        assert (order.person_id, order.email, order.phone, order.note) == (None, "", "", "")
        assert order.shipping_address["lines"] == ["Germany"]
        assert order.customer_name == ("Ada Lovelace" if years else "")
        assert order.billing_address["country"] == "DE"
        assert bool(order.billing_address["city"]) is bool(years)
        assert (order.forget_at is not None) is bool(years)
    assert db.get(Order, shipped.id).total_minor == total
    assert db.get(Order, other.id).email == "bob@example.com"
    written = db.exec(select(MailRecord).where(MailRecord.to_address != "")).all()
    assert {mail.to_address for mail in written} == {"bob@example.com"}
    assert not says(db, "Lovelace", but="Vase") or years
    assert not says(db, "ada@example.com")
    assert not says(db, "elsewhere@example.com")
    names = [fact.name for fact in history(db, "person", public_id)]
    assert names[-1] == "customer.erased"
    # Goods of these tests are put on sale past the catalogue's own commands.
    assert audit(database).findings.keys() <= CATALOGUE.keys()


def says(db, text: str, *, but: str = "") -> bool:
    """Whether any message frozen for those outside still has this in it."""
    rows = db.exec(
        select(AnnouncementBody.body).join(
            Announcement, col(Announcement.event_id) == col(AnnouncementBody.event_id)
        )
    )
    bodies = [unpack(body, None).decode() for body in rows]
    return any(text in body for body in bodies if not but or but not in body)


def test_what_an_invoice_said_goes_when_the_law_lets_it(db, clock):
    shop_row(db).invoice_years = 2
    ada = make_customer(db)
    order = make_shipped_order(db, person_id=ada.id)
    leave(db, clock, ada)
    year = order.placed_at.year

    assert (order.forget_at.year, order.forget_at.month) == (year + 3, 1)
    assert forget_due(db) == 0
    clock.tick(timedelta(days=366 * 3))
    assert forget_due(db) == 1

    assert (order.customer_name, order.forget_at) == ("", None)
    assert order.billing_address["lines"] == ["Germany"]
    assert forget_due(db) == 0


def test_a_copy_holds_everything_and_lies_there_for_a_week(db, app, clock, run_jobs):
    ada = make_customer(db)
    order = make_order(db, person_id=ada.id)
    make_order(db, make_goods(db, title="Vase"), email="bob@example.com")
    app.state.storage.put(b"a picture", "avatars/one.webp")
    ada.avatar = "avatars/one.webp"
    db.add(ada)

    export = commands.ask_for_export(db, acting(ada), ada)
    assert commands.ask_for_export(db, acting(ada), ada) is export
    db.commit()
    run_jobs()

    db.expire_all()
    (row,) = profiles.exports(db, ada.id)
    assert (row.state, row.storage_key) == (ExportState.ready, f"exports/{row.public_id}.zip")
    with app.state.storage.open(row.storage_key) as file:
        copy = zipfile.ZipFile(io.BytesIO(file.read()))
    parts = {name: copy.read(name) for name in copy.namelist()}
    assert parts.pop("avatar.webp") == b"a picture"
    told = {name: json.loads(text) for name, text in parts.items()}
    assert sorted(told) == [
        "account.json",
        "addresses.json",
        "api_keys.json",
        "carts.json",
        "consents.json",
        "downloads.json",
        "events.json",
        "linked_providers.json",
        "mails.json",
        "notes.json",
        "orders.json",
        "programs.json",
        "second_factors.json",
        "sign_ins.json",
        "wrong_passwords.json",
    ]
    assert told["account.json"]["email"] == "ada@example.com"
    assert [one["number"] for one in told["orders.json"]] == [order.number]
    assert "password_hash" not in json.dumps(told)
    assert "bob@example.com" not in json.dumps(told)
    assert "customer.export_asked" in [one["name"] for one in told["events.json"]]
    mails = db.exec(select(MailRecord.kind).where(MailRecord.subject_kind == "person")).all()
    assert mails == ["accounts.export_ready"]

    clock.tick(timedelta(days=8))
    assert profiles.exports(db, ada.id) == []
    assert commands.forget_old_exports(db) == [row.storage_key]
    assert db.exec(select(DataExport)).all() == []


def test_whoever_has_not_shown_the_mailbox_is_theirs_gets_nothing_of_it(db):
    """Anybody could have typed the address: neither its orders nor its mail go to them."""
    mallory = make_customer(db, is_verified=False)
    make_shipped_order(db)

    given = {
        name: give(db, queries.whose(mallory))
        for name, give in personal_of(db).parts
        if name in {"orders", "mails", "consents"}
    }
    assert given == {"orders": [], "mails": [], "consents": []}
