"""Suspicious forms: challenged, never turned away, and nothing that was typed is lost."""

import itertools
from datetime import timedelta

import pytest
from sqlmodel import select

from tests.checkout.test_pages import make_shop, open_checkout, order
from tests.factories.people import PASSWORD, make_customer, people, register, signed_in
from tests.forging import altered
from webapp.accounts.models import GateCount
from webapp.kit.clock import frozen, moved, now
from webapp.orders.models import Order
from webapp.runtime.limits import Limits
from webapp.web.challenge import Gate, is_proof


@pytest.fixture
def gate(app):
    """Three accounts or orders from one network in an hour, and two seconds to fill a form. The
    clock stands, so that a busy machine is not taken for somebody who waits."""
    app.state.gate = Gate("a secret that is long enough", Limits(), after=3, least_seconds=2)
    with frozen(now()):
        yield app.state.gate


def counts(db):
    db.rollback()
    db.expire_all()
    return {(one.form, one.outcome): one.number for one in db.exec(select(GateCount))}


def slowly(browser, **typed):
    """Fill the form as a person does."""
    page = browser.get("/account/register")
    with moved(timedelta(seconds=5)):
        return page.submit("#register-form", **{"password": PASSWORD, **typed})


def proof_of(page):
    box = page.one("#challenge").attributes
    bits = int(box["data-bits"])
    return next(
        str(number)
        for number in itertools.count()
        if is_proof(box["data-challenge"], bits, str(number))
    )


def test_one_ordinary_person_sees_nothing_of_it(browser, db, gate):
    assert slowly(browser, email="ada@example.com").path == "/account/registered"
    assert counts(db) == {}


@pytest.mark.parametrize("how", ["too fast", "the trap", "too many"])
def test_what_is_suspicious_waits_and_then_is_let_in_with_all_that_was_typed(
    browser, db, gate, how
):
    if how == "too many":
        for number in range(3):
            slowly(browser, email=f"a{number}@example.com")
    before = len(people(db))
    typed = {"email": "ada@example.com", "name": "Ada"}
    if how == "too fast":
        page = register(browser, **typed)
    else:
        page = slowly(browser, **typed, **({"website": "x"} if how == "the trap" else {}))

    assert page.status == 422
    assert "Wait 10 seconds" in page.text("#challenge")
    assert page.value("#email") == "ada@example.com"
    assert PASSWORD not in page.html
    assert len(people(db)) == before
    with moved(timedelta(seconds=20)):
        again = page.submit("#register-form")
    assert again.path == "/account/registered"
    assert len(people(db)) == before + 1
    assert counts(db) == {("register", "shown"): 1, ("register", "passed"): 1}


def test_it_is_the_password_that_was_typed(browser, db, gate):
    page = register(browser)
    with moved(timedelta(seconds=20)):
        page.submit("#register-form")

    assert (
        browser.get("/account/login")
        .submit("#login-form", email="ada@example.com", password=PASSWORD)
        .path
        == "/account"
    )


def test_a_proof_of_work_is_as_good_as_waiting(browser, db, gate):
    page = register(browser)

    assert page.submit("#register-form", proof=proof_of(page)).path == "/account/registered"


@pytest.mark.parametrize("proof", ["", "1", "-1", "x" * 1000, "９"])
def test_who_neither_waits_nor_works_is_asked_again_and_counted(browser, db, gate, proof):
    page = register(browser)

    page = page.submit("#register-form", proof=proof)

    assert page.status == 422
    assert page.has("#challenge")
    assert people(db) == []
    assert counts(db) == {("register", "shown"): 2, ("register", "failed"): 1}


@pytest.mark.parametrize("swap", ["another form's", "used", "forged", "old"])
def test_what_was_done_for_one_form_is_worth_nothing_for_another(browser, db, gate, swap):
    page = register(browser, email="first@example.com")
    token, proof = page.value("[name=challenge]"), proof_of(page)
    if swap == "used":
        assert page.submit("#register-form", proof=proof).path == "/account/registered"
    elif swap == "another form's":
        made = gate._challenge("checkout", "checkout here", sealed="")
        token, proof = (
            made.token,
            next(str(n) for n in itertools.count() if is_proof(made.nonce, made.bits, str(n))),
        )
    elif swap == "forged":
        token = altered(token)
    before = people(db)

    with moved(timedelta(seconds=1000 if swap == "old" else 1)):
        answer = browser.post(
            "/account/register",
            data={
                "email": "second@example.com",
                "password": PASSWORD,
                "challenge": token,
                "proof": proof,
            },
        )

    assert answer.status == 422
    assert people(db) == before


def test_two_thousand_tries_from_one_network_make_few_accounts_and_a_neighbour_still_passes(
    browser, db, gate
):
    """Of those who do not do what is asked; in the same hour."""
    gate_calls = [
        gate.asks(
            _request(browser), "register", _sent(email=f"a{number}@example.com"), lambda _: None
        )
        for number in range(2000)
    ]

    assert sum(one is None for one in gate_calls) == 3
    assert (gate_calls[-1].wait, gate_calls[-1].bits) == (120, 19)
    page = register(browser)
    with moved(timedelta(seconds=125)):
        assert page.submit("#register-form").path == "/account/registered"


def test_an_order_is_challenged_too_and_placed_once_after_it(browser, db, gate):
    page = open_checkout(browser, make_shop(db))

    page = order(page, website="http://x.example")

    assert page.status == 422
    assert page.value("#email") == "ada@example.com"
    assert page.has("#challenge")
    assert db.exec(select(Order)).all() == []
    assert counts(db) == {("checkout", "shown"): 1}
    with moved(timedelta(seconds=20)):
        assert order(page).path == "/orders/1001"
    assert counts(db) == {("checkout", "shown"): 1, ("checkout", "passed"): 1}


def test_staff_see_how_many(browser, db, gate):
    owner = make_customer(db, "owner@example.com", role="owner")
    register(browser)
    signed_in(browser, db, owner)

    page = browser.get("/admin/settings")

    assert "Suspicious forms" in page.text("main")
    assert page.texts(".stat dd") == ["1", "0", "0"]


def _request(browser):
    class Request:
        scope = {"client": ("203.0.113.7", 1)}

    return Request()


def _sent(**values):
    from webapp.web.submissions import Submission

    return Submission(values=values)
