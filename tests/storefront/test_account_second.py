"""Two steps and passkeys at both doors, over HTTP and without script."""

import re
from datetime import timedelta

import pytest
import segno

from tests.factories.people import PASSWORD, make_customer, sign_in, signed_in
from tests.factories.second import Device, code_of, with_app
from tests.forging import altered
from webapp.accounts import commands, factors, queries
from webapp.accounts.commands.second_factor import WRONG as NO_CODE
from webapp.accounts.cookie import COMING
from webapp.accounts.guards import COOKIE
from webapp.accounts.links import LinkPurpose, path_of
from webapp.accounts.models import Person
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import moved
from webapp.runtime.limits import Buckets
from webapp.shop.commands import change as change_settings

LATER = timedelta(minutes=5)
DOORS = {
    None: ("/account", "/account/login", "#login-form", "/account"),
    "owner": ("/admin", "/admin/sign-in", "#sign-in-form", "/admin"),
}
both_doors = pytest.mark.parametrize("role", [None, "owner"], ids=["customer", "staff"])


def drawn(path):
    """The dark modules (column, row) of a picture, read from its lines: without its border."""
    found, x, y = set(), 0.0, 0.0
    for order, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        given = [float(one) for one in re.findall(r"-?[\d.]+", numbers)]
        match order:
            case "M":
                x, y = given
            case "m":
                x, y = x + given[0], y + given[1]
            case "h":
                found |= {(int(x) + step - 4, int(y) - 4) for step in range(int(given[0]))}
                x += given[0]
    return found


def dark_in(text):
    rows = segno.make(text, error="m", micro=False).matrix
    return {(x, y) for y, row in enumerate(rows) for x, bit in enumerate(row) if bit}


def first_step(browser, role, **typed):
    _, page, form, _ = DOORS[role]
    return browser.get(page).submit(
        form, **{"email": "ada@example.com", "password": PASSWORD, **typed}
    )


def is_in(browser, role):
    start, _, _, home = DOORS[role]
    return browser.get(home).path == home


def challenged(browser, path):
    """What the browser is asked to do with its passkeys."""
    return browser.post(path).html


@both_doors
@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
def test_the_browser_is_in_only_after_the_code(browser, db, role, htmx):
    secret, _ = with_app(db, make_customer(db, role=role))
    start, _, _, home = DOORS[role]

    with moved(LATER):
        page = first_step(browser, role)
        assert page.path == f"{start}/second"
        assert not is_in(browser, role)
        page = browser.get(f"{start}/second")
        code = page.one("#code").attributes
        assert (code["inputmode"], code["autocomplete"]) == ("numeric", "one-time-code")
        page = page.submit("#code-form", htmx=htmx, code="000000")
        assert page.status == 422 and not is_in(browser, role)
        page = browser.get(f"{start}/second").submit("#code-form", code=code_of(secret))

        assert page.path == home
        assert browser.get(f"{start}/second").path != f"{start}/second"


@both_doors
def test_a_recovery_code_lets_somebody_in_who_lost_their_phone(browser, db, role):
    _, codes = with_app(db, make_customer(db, role=role))
    start, _, _, home = DOORS[role]

    page = first_step(browser, role).click("Use a recovery code")
    page = page.submit("#code-form", code=codes[4])

    assert page.path == home


def test_a_mailed_link_asks_for_the_second_step_too(browser, db, app):
    ada = make_customer(db)
    with_app(db, ada)
    link = commands.promise_link(db, ada, LinkPurpose.sign_in)
    db.commit()
    secret = app.state.settings.secret_key

    page = browser.get(path_of(secret, link.purpose, link.public_id)).submit("#link-form")

    assert page.path == "/account/second"


def test_where_they_wanted_to_go_and_whether_they_are_kept_survives_the_step(browser, db):
    secret, _ = with_app(db, make_customer(db))

    with moved(LATER):
        page = sign_in(browser, to="/account/security", keep=True)
        page = page.submit("#code-form", code=code_of(secret))

    assert page.path == "/account/security"
    db.rollback()
    member = queries.member_of_token(
        db, browser.app.state.cookies.read(COOKIE, browser.cookies[COOKIE])
    )
    assert member.is_kept


@pytest.mark.parametrize("what", ["expired", "password", "replayed", "forged", "swapped"])
def test_what_is_carried_between_the_steps_is_worth_nothing_then(browser, db, what):
    ada = make_customer(db)
    secret, _ = with_app(db, ada)
    with moved(LATER):
        sign_in(browser)
        carried = browser.cookies[COMING]
        if what == "password":
            db.get(Person, ada.id).password_hash = "another"
            db.commit()
        elif what == "replayed":
            browser.get("/account/second").submit("#code-form", code=code_of(secret))
            browser.get("/account").click("Sign out")
            browser.cookies.set(COMING, carried)
        elif what == "forged":
            browser.cookies.set(COMING, altered(carried))
        elif what == "swapped":
            browser.cookies.set(COOKIE, carried)
            browser.cookies.delete(COMING)

    with moved(LATER + timedelta(minutes=11 if what == "expired" else 1)):
        answer = browser.post("/account/second", data={"code": code_of(secret)})

        assert answer.path == "/account/login"
        assert browser.get("/account").path == "/account/login"


def test_codes_are_tried_a_few_times_only(browser, db):
    secret, _ = with_app(db, make_customer(db))

    with moved(LATER):
        sign_in(browser)
        tries = [browser.post("/account/second", data={"code": "000000"}) for _ in range(11)]

        assert [one.status for one in tries] == [422] * 10 + [429]
        assert browser.post("/account/second", data={"code": code_of(secret)}).status == 429


def test_wrong_codes_of_programs_and_of_the_page_are_counted_together(browser, app, db):
    secret, recovery = with_app(db, make_customer(db))
    db.commit()
    app.state.code_tries = Buckets(0.01, 2)

    def of_program(code):
        form = {"grant_type": "password", "username": "ada@example.com", "password": PASSWORD}
        return browser.send("POST", "/api/v1/auth/token", data={**form, "otp": code})

    with moved(LATER):
        sign_in(browser)
        assert browser.post("/account/second", data={"code": "000000"}).status == 422
        assert of_program("000000").status_code == 400
        slowed = of_program(code_of(secret))

        assert (slowed.status_code, slowed.json()["error"]) == (429, "slow_down")
        assert int(slowed.headers["retry-after"]) > 1000
        assert browser.post("/account/second", data={"code": "000000"}).status == 429
        assert of_program(recovery[0]).status_code == 200
        assert of_program("000000").status_code == 400


@both_doors
def test_an_app_is_set_up_used_and_removed(browser, db, role):
    ada = make_customer(db, role=role)
    signed_in(browser, db, ada)
    start = DOORS[role][0]

    page = browser.get(f"{start}/security").click("Set up an app")
    assert page.path == f"{start}/security/app"
    assert page.has("svg.qr") and "style" not in page.one("svg.qr").attributes
    secret = page.text("code.groups").replace(" ", "")
    link = page.one("a[href^='otpauth://totp/']").attributes["href"]
    assert secret in link
    assert drawn(page.one("svg.qr path[stroke]").attributes["d"]) == dark_in(link)
    wrong = page.submit("#code-form", code="123456")
    assert wrong.status == 422 and secret in wrong.text("code.groups").replace(" ", "")
    page = wrong.submit("#code-form", code=code_of(secret))

    codes = page.texts("ul.codes li")
    assert len(codes) == 10
    assert codes[0] in page.one("a[download]").attributes["href"]
    page = page.click("I have kept them")
    assert "10 of 10 left" in page.text("main")
    renewed = page.click("Make new codes").texts("ul.codes li")
    assert not set(renewed) & set(codes)
    page = browser.get(f"{start}/security").click("Remove the app")
    assert page.path == f"{start}/security"
    db.rollback()
    assert not factors.factors_of(db, ada.id).is_on


@both_doors
def test_a_passkey_is_added_and_signs_in_without_a_password(browser, db, role):
    ada = make_customer(db, role=role)
    signed_in(browser, db, ada)
    start, door, _, home = DOORS[role]
    device = Device()

    page = browser.get(f"{start}/security").click("Add a passkey")
    answer = device.make(challenged(browser, f"{start}/security/passkeys/challenge"))
    page = page.submit("#passkey-form", name="Phone", answer=answer)
    assert len(page.texts("ul.codes li")) == 10
    browser.cookies.delete(COOKIE)
    assert not is_in(browser, role)

    with moved(LATER):
        page = browser.get(door)
        shown = device.show(challenged(browser, f"{start}/passkey/challenge"))
        page = page.submit("form[data-passkey]", answer=shown)
        assert page.path == home
        browser.cookies.delete(COOKIE)
        again = browser.post(f"{start}/passkey", data={"answer": shown})

    assert again.status == 422  # the challenge was used up
    assert not is_in(browser, role)
    assert first_step(browser, role).path == f"{start}/second"


def test_a_customers_passkey_does_not_open_the_back_office(browser, db):
    signed_in(browser, db, make_customer(db))
    device = Device()
    answer = device.make(challenged(browser, "/account/security/passkeys/challenge"))
    browser.post("/account/security/passkeys", data={"answer": answer})
    browser.cookies.delete(COOKIE)

    with moved(LATER):
        shown = device.show(challenged(browser, "/admin/passkey/challenge"))
        assert browser.post("/admin/passkey", data={"answer": shown}).status == 422


@both_doors
@pytest.mark.parametrize("path", ["app", "app/removal", "codes", "passkeys", "passkeys/challenge"])
def test_nothing_is_changed_without_proving_anew(browser, db, role, path):
    signed_in(browser, db, make_customer(db, role=role))
    start = DOORS[role][0]

    with moved(timedelta(minutes=20)):
        answer = browser.send("POST", f"{start}/security/{path}", data={"answer": "{}"})

    assert answer.headers["location"] == f"{start}/confirm"


@both_doors
@pytest.mark.parametrize(
    ("form", "typed", "sentence"),
    [
        ("password", "", "Enter your password."),
        ("password", "wrong wrong wrong", "That is not your password. Try it again."),
        ("code", "", "Enter a code."),
        ("code", "12345x", NO_CODE),
    ],
)
def test_what_does_not_prove_it_says_so_at_its_own_field(browser, db, role, form, typed, sentence):
    ada = make_customer(db, role=role)
    with_app(db, ada)
    start = DOORS[role][0]
    token = commands.admit(
        db, queries.Credentials.of(ada), commands.Browser("Firefox"), second="code"
    )
    db.commit()
    browser.cookies.set(COOKIE, browser.app.state.cookies.signed(COOKIE, token, 3600))

    with moved(timedelta(minutes=20)):
        page = browser.get(f"{start}/security/passkeys")
        way = "confirm" if form == "password" else "code"
        page = page.submit(f"#{way}-form", **{form: typed})

    assert page.status == 422
    assert page.texts(".field__error:not([hidden])") == [sentence]
    assert page.text(f"#{form}-error") == sentence
    assert page.one("#code").attributes["value"] == (typed if form == "code" else "")
    assert "value" not in page.one("#password").attributes
    assert page.one("#code-form [name=to]").attributes["value"] == f"{start}/security/passkeys"


@both_doors
@pytest.mark.parametrize("how", ["password", "code", "somebody else's passkey"])
def test_they_prove_anew_who_they_are(browser, db, role, how):
    ada, eve = make_customer(db, role=role), make_customer(db, "eve@example.com")
    secret, _ = with_app(db, ada)
    start = DOORS[role][0]
    device = Device()
    signed_in(browser, db, eve)
    made = device.make(challenged(browser, "/account/security/passkeys/challenge"))
    browser.post("/account/security/passkeys", data={"answer": made})
    token = commands.admit(
        db, queries.Credentials.of(ada), commands.Browser("Firefox"), second="code"
    )
    db.commit()
    browser.cookies.set(COOKIE, browser.app.state.cookies.signed(COOKIE, token, 3600))

    with moved(timedelta(minutes=20)):
        page = browser.get(f"{start}/security/passkeys")
        assert page.path == f"{start}/confirm"
        if how == "password":
            page = page.submit("#confirm-form", password=PASSWORD)
        elif how == "code":
            page = page.submit("#code-form", code=code_of(secret))
        else:
            shown = device.show(challenged(browser, f"{start}/passkey/challenge"))
            page = browser.post(f"{start}/confirm", data={"answer": shown})

        expected = f"{start}/confirm" if "else" in how else f"{start}/security/passkeys"
        assert page.path == expected


def test_staff_set_a_second_factor_up_before_anything_else_where_the_shop_wants_it(browser, db):
    ada = make_customer(db, role="owner")
    signed_in(browser, db, ada)
    page = browser.get("/admin/staff").submit("#second-factor-form", required=True)
    assert page.path == "/admin/security"
    assert "wants its staff" in page.text("main")
    assert browser.get("/admin/orders").path == "/admin/security"

    page = page.click("Set up an app")
    secret = page.text("code.groups").replace(" ", "")
    page.submit("#code-form", code=code_of(secret))

    assert browser.get("/admin/orders").path == "/admin/orders"
    assert "Remove the app" not in browser.get("/admin/security").html
    assert browser.post("/admin/security/app/removal").status == 409


def test_a_colleague_who_lost_their_phone_is_let_in_by_password_again(browser, db):
    eve = make_customer(db, "eve@example.com", name="Eve", role="editor")
    with_app(db, eve)
    change_settings(db, SYSTEM, staff_second_factor=False)
    db.commit()
    signed_in(browser, db, make_customer(db, role="owner"))

    page = browser.get("/admin/staff").submit(f"#factor-{eve.public_id}")

    assert page.path == "/admin/staff"
    db.rollback()
    assert not factors.factors_of(db, eve.id).is_on
