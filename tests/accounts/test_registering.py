"""Who asks for an account, on both engines: whether there was one, nobody outside can tell."""

from sqlmodel import col, select

from tests.factories.people import link_in, mails_to, make_customer
from webapp.accounts.commands import Registration, register
from webapp.accounts.models import Consent, Person
from webapp.runtime.events import history

NEWS = "Write to me about new things."


def wanted(email, **more):
    return Registration(email=email, password_hash="a hash", **{"news": NEWS, **more})


def counted(db, statements, wanted):
    with statements.counted() as sent:
        found = register(db, wanted)
        cost = len(sent)
    db.commit()
    return found, cost


def names(db, person):
    return [fact.name for fact in history(db, "person", person.public_id)]


def test_both_cost_the_same_and_only_who_is_new_has_agreed_to_anything(
    database, statements, run_jobs
):
    with database.writing() as db:
        ada = make_customer(db)
        nobody, cost = counted(db, statements, wanted("Ada@example.com ", name="Eve"))
        bob, cost_of_new = counted(db, statements, wanted("bob@example.com", name="Bob"))

        assert nobody is None
        assert cost == cost_of_new
        assert [(one.person_id, one.email, one.purpose) for one in db.exec(select(Consent))] == [
            (bob.id, "bob@example.com", "marketing")
        ]
        consent = db.exec(select(Consent)).one()
        assert (consent.is_given, consent.source, consent.wording) == (True, "register", NEWS)
        assert (bob.name, bob.is_active, bob.is_verified, bob.role) == ("Bob", True, False, None)
        assert names(db, bob) == ["customer.created", "customer.consent_said"]
        assert names(db, ada) == ["person.registered_again"]
        assert db.exec(select(Person.name).order_by(col(Person.id))).all() == [
            "Ada Lovelace",
            "Bob",
        ]

    run_jobs()
    with database.reading() as db:
        (told,), (linked,) = mails_to(db, "ada@example.com"), mails_to(db, "bob@example.com")
        assert (told.kind, linked.kind) == ("accounts.registered_again", "accounts.verify")
        assert link_in(linked).startswith("/account/verify/")


def test_who_asked_twice_before_anything_was_mailed_has_one_account(database, run_jobs):
    for _ in range(2):
        with database.writing() as db:
            register(db, wanted("bob@example.com"))

    run_jobs()
    with database.reading() as db:
        assert len(db.exec(select(Person)).all()) == len(db.exec(select(Consent)).all()) == 1
        kinds = [mail.kind for mail in mails_to(db, "bob@example.com")]
        assert kinds == ["accounts.verify", "accounts.registered_again"]
