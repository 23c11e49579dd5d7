"""Checkout of somebody with an account: filled in, and what they tick is kept."""

from sqlmodel import select

from tests.factories.cart import make_goods
from tests.factories.people import PASSWORD, mails_to, make_customer, people, signed_in
from tests.factories.pricing import make_shipping_method
from webapp.accounts.models import AddressEntry, Consent
from webapp.accounts.words import NEWS
from webapp.orders.models import Order

BERLIN = {"street_address": "Torstraße 1", "postal_code": "10119", "city": "Berlin"}
PARIS = {"street_address": "1 Rue de la Paix", "postal_code": "75002", "city": "Paris"}


def keep(db, person, country, fields, **more) -> AddressEntry:
    entry = AddressEntry(person_id=person.id, country=country, name="Ada", **fields, **more)
    db.add(entry)
    db.commit()
    return entry


def at_checkout(browser, db):
    make_shipping_method(db, price=0)
    stool = make_goods(db)
    browser.post("/cart/lines", data={"variant": stool.variant, "quantity": "1"})
    return browser.get("/checkout")


def rows(db, what):
    db.rollback()
    db.expire_all()
    return db.exec(select(what)).all()


def test_it_begins_with_the_addresses_they_keep_and_takes_another_of_them(browser, db):
    ada = make_customer(db)
    keep(db, ada, "DE", BERLIN, is_delivery=True)
    paris = keep(db, ada, "FR", PARIS, is_invoice=True)
    signed_in(browser, db, ada)

    page = at_checkout(browser, db)
    assert page.value("#email") == "ada@example.com"
    assert page.value("#shipping-city") == "Berlin"
    assert page.value("#billing-city") == "Paris"
    page = page.submit("#checkout-form", button="Use this address", saved=paris.public_id)
    assert page.value("#shipping-city") == "Paris"
    page = page.submit(
        "#checkout-form", button="Place order", **{"shipping-name": "Bob", "save_address": True}
    )

    assert page.path.startswith("/orders/"), page
    (order,) = rows(db, Order)
    assert order.shipping_address["name"] == "Bob"
    assert len(rows(db, AddressEntry)) == 3


def test_a_guest_says_yes_to_news_and_makes_an_account_after_paying(browser, db, run_jobs):
    page = at_checkout(browser, db)
    assert not page.has("#saved") and not page.has("#save_address")
    typed = {f"shipping-{name}": text for name, text in {**BERLIN, "name": "Ada"}.items()}
    page = page.submit(
        "#checkout-form", button="Place order", email="ada@example.com", news=True, **typed
    )

    (said,) = rows(db, Consent)
    assert (said.email, said.person_id, said.is_given) == ("ada@example.com", None, True)
    assert (said.source, said.wording) == ("checkout", NEWS)
    wrong = page.submit("#register-form", password="short")
    assert (wrong.status, wrong.value("#email")) == (422, "ada@example.com")
    page.submit("#register-form", password=PASSWORD)
    run_jobs()
    assert people(db) == [("ada@example.com", False)]
    assert "accounts.verify" in [mail.kind for mail in mails_to(db, "ada@example.com")]
    (order,) = rows(db, Order)
    assert order.person_id is None
