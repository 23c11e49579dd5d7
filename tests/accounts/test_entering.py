"""Programs at the door: passwords for tokens, and every token that is none."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlmodel import select

from tests.conftest import SECRET
from tests.factories.people import PASSWORD, link_in, mails_to, make_customer, people
from tests.factories.second import code_of, with_app
from tests.forging import altered
from webapp.accounts import tokens
from webapp.accounts.models import Person
from webapp.accounts.permissions import of_role
from webapp.accounts.tokens import Mint
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import frozen, moved, now
from webapp.runtime.limits import Buckets, Delays
from webapp.shop import commands as shops

BASE = "http://127.0.0.1:8000"
ADA = "ada@example.com"
FORM = {"grant_type": "password", "username": ADA, "password": PASSWORD}


def ask(browser, **fields):
    return browser.send("POST", "/api/v1/auth/token", data={**FORM, **fields})


def tokens_of(browser, **fields):
    answer = ask(browser, **fields)
    assert answer.status_code == 200, answer.text
    return answer.json()


def me(browser, access, method="GET", **options):
    headers = {"Authorization": f"Bearer {access}"}
    return browser.send(method, "/api/v1/auth/me", headers=headers, **options)


def test_a_password_gives_tokens_that_say_who_one_is(browser, db):
    ada = make_customer(db)

    answer = ask(browser, client_id="Till")
    told = answer.json()

    assert answer.headers["cache-control"] == "no-store"
    assert set(told) == {"access_token", "token_type", "expires_in", "refresh_token", "scope"}
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("Bearer", 900, "me")
    header, claims, _ = told["access_token"].split(".")
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "==")) for part in (header, claims)
    )
    assert (header["typ"], header["alg"]) == ("at+jwt", "HS256")
    assert set(claims) == {*("iss", "aud", "sub", "sid", "client_id", "scope", "jti", "iat", "exp")}
    assert (claims["iss"], claims["aud"]) == (BASE, f"{BASE}/api/v1")
    assert (claims["sub"], claims["client_id"], claims["scope"]) == (ada.public_id, "Till", "me")
    assert claims["exp"] - claims["iat"] == 900
    mine = me(browser, told["access_token"])
    assert mine.status_code == 200
    assert (mine.json()["id"], mine.json()["role"], mine.json()["scopes"]) == (
        ada.public_id,
        None,
        ["me"],
    )


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"password": ""}, "invalid_request"),
        ({"password": "wrong"}, "invalid_grant"),
        ({"password": PASSWORD + "\0"}, "invalid_grant"),
        ({"password": "x" * 10_000}, "invalid_grant"),
        ({"username": "nobody@example.com"}, "invalid_grant"),
        ({"username": "аda@example.com"}, "invalid_grant"),  # its first letter is Cyrillic
        ({"username": "ada@example.com\r\nBcc: eve@example.com"}, "invalid_grant"),
        ({"username": "ada%@example.com"}, "invalid_grant"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"scope": "orders:read"}, "invalid_scope"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "vr_nothing"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x" * 10_000}, "invalid_grant"),
    ],
)
def test_a_refusal_is_as_the_standard_has_it(browser, db, fields, error):
    make_customer(db)

    answer = ask(browser, **fields)

    assert answer.status_code == 400
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) == {"error", "error_description"}
    assert answer.json()["error"] == error


def test_known_and_unknown_are_answered_alike(browser, db):
    make_customer(db)
    make_customer(db, "closed@example.com", is_active=False)
    make_customer(db, "mail@example.com").password_hash = ""
    db.commit()

    def told(**who):
        answer = ask(browser, **who)
        return answer.status_code, answer.json()

    wrong = told(password="not this one")
    for address in ("nobody@example.com", "closed@example.com", "mail@example.com"):
        assert told(username=address) == wrong
        other = browser.send(
            "POST", "/api/v1/auth/login/json", json={"email": address, "password": PASSWORD}
        )
        assert other.status_code == 401
        assert other.json()["detail"] == wrong[1]["error_description"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/login", {"data": {"username": ADA, "password": PASSWORD}}),
        ("/login/json", {"json": {"email": ADA, "password": PASSWORD}}),
    ],
)
def test_the_other_doors_give_the_same(browser, db, path, body):
    make_customer(db)

    answer = browser.send("POST", f"/api/v1/auth{path}", **body)

    assert answer.status_code == 200
    assert me(browser, answer.json()["access_token"]).json()["email"] == ADA


def test_whoever_has_a_second_factor_shows_it_to_programs_too(browser, app, db):
    ada = make_customer(db)
    secret, recovery = with_app(db, ada)
    db.commit()

    def told(**fields):
        answer = ask(browser, **fields)
        return answer.status_code, answer.json().get("error")

    with frozen(now()):
        assert told() == (400, "mfa_required")
        assert told(otp="000000") == (400, "invalid_grant")
        assert told(password="wrong", otp=code_of(secret, steps=1)) == (400, "invalid_grant")
        assert told(otp=code_of(secret, steps=1)) == (200, None)
        assert told(otp=code_of(secret, steps=1)) == (400, "invalid_grant")
        assert told(otp=recovery[0]) == (200, None)
    body = {"email": ADA, "password": PASSWORD}
    needed = browser.send("POST", "/api/v1/auth/login/json", json=body)
    assert (needed.status_code, needed.json()["type"]) == (401, "/problems/second-factor-needed")


def test_staff_who_must_have_a_second_factor_and_have_none_stay_out(browser, db):
    make_customer(db, role="owner")
    before = tokens_of(browser)["access_token"]
    shops.change(db, SYSTEM, staff_second_factor=True)
    db.commit()

    assert ask(browser).json()["error"] == "mfa_required"
    assert me(browser, before).status_code == 401


def test_what_was_renewed_is_used_up_and_using_it_again_ends_all(browser, db):
    make_customer(db)
    first = tokens_of(browser)

    def renew(secret):
        return browser.send("POST", "/api/v1/auth/refresh", json={"refresh_token": secret})

    second = renew(first["refresh_token"])
    assert second.status_code == 200
    assert me(browser, second.json()["access_token"]).status_code == 200
    again = renew(first["refresh_token"])

    assert again.status_code == 401
    assert again.headers["www-authenticate"].endswith('error="invalid_token"')
    assert renew(second.json()["refresh_token"]).status_code == 401
    for access in (first["access_token"], second.json()["access_token"]):
        assert me(browser, access).status_code == 401


@pytest.mark.parametrize("by", ["access_token", "refresh_token"])
def test_signing_out_ends_both_tokens(browser, db, by):
    make_customer(db)
    told, other = tokens_of(browser), tokens_of(browser)
    shown = (
        {"headers": {"Authorization": f"Bearer {told['access_token']}"}}
        if by == "access_token"
        else {"json": {"refresh_token": told["refresh_token"]}}
    )

    answer = browser.send("POST", "/api/v1/auth/logout", **shown)

    assert answer.status_code == 204
    assert me(browser, told["access_token"]).status_code == 401
    assert (
        ask(browser, grant_type="refresh_token", refresh_token=told["refresh_token"]).json()[
            "error"
        ]
        == "invalid_grant"
    )
    assert me(browser, other["access_token"]).status_code == 200


def test_a_member_of_staff_asks_with_what_their_role_may_do_now(browser, db):
    ada = make_customer(db, role="manager")
    told = tokens_of(browser)
    headers = {"Authorization": f"Bearer {told['access_token']}"}

    def listing():
        return browser.send("GET", "/api/v1/events", headers=headers).status_code

    def tasks():
        return browser.send("GET", "/api/v1/task-kinds", headers=headers).status_code

    assert set(told["scope"].split()) == {"me", *of_role("manager")}
    assert (tasks(), listing()) == (200, 403)
    with_less = tokens_of(browser, scope="me")
    headers = {"Authorization": f"Bearer {with_less['access_token']}"}
    assert browser.send("GET", "/api/v1/tasks", headers=headers).json()["items"] == []
    ada.role = None
    db.commit()
    assert tasks() == 403


def test_a_customer_gets_no_further_than_themselves(browser, db):
    make_customer(db)
    headers = {"Authorization": f"Bearer {tokens_of(browser)['access_token']}"}

    for path in ("/key", "/task-kinds", "/tasks", "/events"):
        answer = browser.send("GET", f"/api/v1{path}", headers=headers)
        assert (path, answer.status_code) == (path, 403)


def signed(header=None, claims=None, *, key=None, algorithm="HS256", without=()):
    """A token as the shop would make it, but for what the attack changes."""
    at = int(now().timestamp())
    mint = Mint(BASE, (SECRET,))
    right = tokens._key(SECRET)
    told = {
        "iss": mint.issuer,
        "aud": mint.audience,
        "sub": "PERSON",
        "sid": "GRANT",
        "client_id": "x",
        "scope": "me",
        "jti": "1",
        "iat": at,
        "exp": at + 900,
        **(claims or {}),
    }
    heading = {"typ": "at+jwt", "alg": algorithm, "kid": right[0], **(header or {})}
    return heading, {k: v for k, v in told.items() if k not in without}, key or right[1]


def unsigned(heading, claims, signature=""):
    parts = (json.dumps(part).encode() for part in (heading, claims))
    return ".".join(
        [*(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts), signature]
    )


RSA = RSAKey.generate_key(2048)
OTHER = OctKey.import_key(b"another key, long enough for this")
PUBLIC = RSA.as_pem(private=False)

FORGED = {
    "another key": signed(key=OTHER),
    "no key id": signed({"kid": None}),
    "another key id": signed({"kid": "f" * 16}),
    "a key of its own": signed({"jwk": {"kty": "oct", "k": "AAAA"}}, key=OTHER),
    "a key from elsewhere": signed({"jku": "https://evil.example/keys"}, key=OTHER),
    "a key id that is a path": signed({"kid": "../../dev/null"}, key=OTHER),
    "another kind": signed({"typ": "JWT"}),
    "no kind": signed({"typ": ""}),
    "a longer algorithm": signed(algorithm="HS512"),
    "an RSA signature": signed(algorithm="RS256", key=RSA),
    "an RSA key as a secret": signed(key=PUBLIC),
    "what it must not overlook": signed({"crit": ["exp"], "exp": 1}),
    "another issuer": signed(claims={"iss": "https://evil.example"}),
    "another audience": signed(claims={"aud": "https://shop.example/api/v1"}),
    "several audiences": signed(claims={"aud": [f"{BASE}/api/v1", "https://evil.example"]}),
    "expired": signed(claims={"exp": 1, "iat": 0}),
    "endless": signed(claims={"exp": 2**40}),
    "made tomorrow": signed(claims={"iat": 2**33, "exp": 2**33 + 1}),
    "no end": signed(without=["exp"]),
    "an end that is text": signed(claims={"exp": "9999999999"}),
    "an end that is not a number": signed(claims={"exp": float("inf")}),
    "nobody": signed(without=["sub"]),
    "somebody else": signed(claims={"sub": "OTHER"}),
    "an id that is a list": signed(claims={"sub": ["PERSON"]}),
    "another grant": signed(claims={"sid": "gra_" + "0" * 22}),
    "an injection": signed(claims={"sub": "per_' OR '1'='1"}),
}


@pytest.mark.parametrize("attack", FORGED)
def test_a_token_that_we_did_not_make_opens_nothing(browser, db, attack):
    ada, eve = make_customer(db), make_customer(db, "eve@example.com")
    granted = tokens_of(browser)
    sid = json.loads(base64.urlsafe_b64decode(granted["access_token"].split(".")[1] + "=="))["sid"]
    heading, claims, key = FORGED[attack]
    names = {"PERSON": ada.public_id, "OTHER": eve.public_id, "GRANT": sid}
    claims = {
        name: names.get(value, value) if isinstance(value, str) else value
        for name, value in claims.items()
    }
    heading = {name: value for name, value in heading.items() if value is not None}
    if isinstance(key, bytes) or {"jku", "jwk", "crit"} & set(heading):
        text = _by_hand(heading, claims, key)
    else:
        text = jwt.encode(heading, claims, key, algorithms=[heading["alg"]])

    answer = me(browser, text)

    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/unknown-token"
    assert answer.headers["www-authenticate"] == 'Bearer realm="Vitrine", error="invalid_token"'


def _by_hand(heading, claims, key):
    """Signed rightly with ``key``, whatever the header says."""
    start = unsigned(heading, claims).rstrip(".")
    secret = key if isinstance(key, bytes) else key.raw_value
    mac = hmac.new(secret, start.encode(), hashlib.sha256).digest()
    return f"{start}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def test_the_right_one_among_these_opens(browser, db):
    """Else the attacks above prove nothing."""
    ada = make_customer(db)
    granted = tokens_of(browser)
    sid = json.loads(base64.urlsafe_b64decode(granted["access_token"].split(".")[1] + "=="))["sid"]
    heading, claims, key = signed(claims={"sub": ada.public_id, "sid": sid})

    assert me(browser, jwt.encode(heading, claims, key)).status_code == 200
    assert me(browser, _by_hand(heading, claims, key)).status_code == 200


def changed(text, at):
    part = list(text.split("."))
    part[at] = altered(part[at])
    return ".".join(part)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: changed(text, 0),
        lambda text: changed(text, 1),
        lambda text: changed(text, 2),
        lambda text: text.rpartition(".")[0] + ".",
        lambda text: unsigned({"typ": "at+jwt", "alg": "none"}, {}) if text else "",
        lambda text: (
            base64.urlsafe_b64encode(b'{"typ":"at+jwt","alg":"none"}').decode().rstrip("=")
            + text[text.index(".") :]
        ),
        lambda text: "..",
        lambda text: text + "." + text,
        lambda text: base64.urlsafe_b64encode(b"[" * 2900).decode().rstrip("=") + ".e30.AA",
        lambda text: text + "A" * 10_000,
        lambda text: "ü.ü.ü",
    ],
)
def test_a_token_that_was_tampered_with_opens_nothing(browser, db, spoil):
    make_customer(db)
    text = spoil(tokens_of(browser)["access_token"])

    headers = {"Authorization": f"Bearer {text}".encode()}
    answer = browser.send("GET", "/api/v1/auth/me", headers=headers)

    assert answer.status_code == 401


def test_tokens_of_different_kinds_do_not_pass_for_each_other(browser, db):
    make_customer(db)
    told = tokens_of(browser)

    assert me(browser, told["refresh_token"]).status_code == 401
    assert (
        ask(browser, grant_type="refresh_token", refresh_token=told["access_token"]).json()["error"]
        == "invalid_grant"
    )
    with_key = browser.send("GET", "/api/v1/key", headers={"X-API-Key": told["refresh_token"]})
    assert with_key.status_code == 401


def test_it_expires_after_a_quarter_of_an_hour(browser, db):
    make_customer(db)
    access = tokens_of(browser)["access_token"]

    with moved(timedelta(minutes=14)):
        assert me(browser, access).status_code == 200
    with moved(timedelta(minutes=16)):
        assert me(browser, access).status_code == 401


def test_a_secret_that_was_replaced_is_known_while_the_operator_says_so():
    old, new = "o" * 40, "n" * 40
    text = Mint(BASE, (old,)).make("per_" + "1" * 22, "gra_" + "2" * 22, client="x", scopes=("me",))

    assert Mint(BASE, (new, old)).read(text) == ("per_" + "1" * 22, "gra_" + "2" * 22)
    assert Mint(BASE, (new,)).read(text) is None
    assert Mint("https://other.example", (old,)).read(text) is None


def test_a_shown_token_costs_one_statement(browser, db, statements):
    make_customer(db, role="manager")
    headers = {"Authorization": f"Bearer {tokens_of(browser)['access_token']}"}

    with statements.counted() as seen:
        browser.send("GET", "/api/v1/task-kinds", headers=headers)

    assert len(seen) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"name": "Ada King", "locale": "de_DE", "time_zone": "Europe/Berlin"}, 200),
        ({"role": "owner"}, 422),
        ({"name": "Ada", "is_active": True}, 422),
        ({"email": "eve@example.com"}, 422),
        ({"id": 1}, 422),
        ({"password_hash": "x"}, 422),
        ({"name": "Ada\r\nBcc: eve@example.com"}, 422),
        ({"name": "x" * 121}, 422),
        ({"name": "nul\0"}, 422),
        ({"locale": "tlh_XX_nonsense"}, 422),
        ({"time_zone": "../../etc/passwd"}, 422),
    ],
)
def test_one_changes_what_is_one_s_own_and_nothing_else(browser, db, fields, status):
    ada = make_customer(db)
    before = ada.model_dump()
    access = tokens_of(browser)["access_token"]

    answer = me(browser, access, "PATCH", json=fields)

    assert answer.status_code == status
    db.rollback()
    db.refresh(ada)
    assert ada.model_dump() == {**before, **(fields if status == 200 else {})}


def test_a_token_without_the_scope_does_not_see_whose_it_is(browser, db):
    make_customer(db, role="viewer")
    access = tokens_of(browser, scope="orders:read")["access_token"]

    assert me(browser, access).status_code == 403
    assert me(browser, access, "PATCH", json={"name": "x"}).status_code == 403


def register(browser, **fields):
    body = {"email": ADA, "password": PASSWORD, **fields}
    return browser.send("POST", "/api/v1/auth/register", json=body)


def test_an_account_is_made_and_whoever_asks_again_learns_nothing(browser, db, run_jobs):
    first, again = register(browser, name="Ada"), register(browser, email="ADA@Example.com")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert people(db) == [(ADA, False)]
    run_jobs()
    kinds = {mail.kind: mail for mail in mails_to(db, ADA)}
    assert set(kinds) == {"accounts.verify", "accounts.registered_again"}
    assert link_in(kinds["accounts.verify"]).startswith("/account/verify/")
    assert db.exec(select(Person.role)).all() == [None]


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"role": "owner"}, "#/role"),
        ({"is_active": False}, "#/is_active"),
        ({"email": "not an address"}, "email"),
        ({"email": "ada@example.com\nBcc: eve@example.com"}, "email"),
        ({"email": ["ada@example.com"]}, "#/email"),
        ({"password": "short"}, "password"),
        ({"password": "password123"}, "password"),
        ({"password": "x7" * 5_000}, "password"),
        ({"password": None}, "#/password"),
        ({"name": "Ada\nBcc: x"}, "#/name"),
    ],
)
def test_what_is_wrong_with_a_registration_is_told_and_nobody_added(browser, db, fields, blamed):
    answer = register(browser, **fields)

    assert answer.status_code == 422
    told = answer.json()
    assert blamed == told.get("field") or blamed in [one["pointer"] for one in told["errors"]]
    assert PASSWORD not in answer.text
    assert people(db) == []


def test_many_registrations_from_one_network_wait(browser, app, db):
    app.state.registrations = Buckets(0.01, 2)

    answers = [register(browser, email=f"new{n}@example.com") for n in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2].headers["retry-after"]) > 1000
    assert len(people(db)) == 2


@pytest.mark.parametrize("body", ["[" * 100_000, '{"email":' * 50_000, "{", "null", "[]", "\xff"])
def test_json_that_is_none_or_too_deep_is_refused(browser, body):
    for path in ("register", "login/json", "refresh"):
        answer = browser.send(
            "POST",
            f"/api/v1/auth/{path}",
            content=body.encode("latin-1"),
            headers={"Content-Type": "application/json"},
        )
        assert answer.status_code in {400, 422}
        assert answer.headers["content-type"] == "application/problem+json"


def test_whoever_tries_too_often_waits(browser, app, db):
    make_customer(db)
    app.state.password_tries = Delays(free=2, first=10, most=900)

    answers = [ask(browser, password="wrong") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["error"] == "slow_down"
    other = browser.send("POST", "/api/v1/auth/login", data={"username": ADA, "password": "x"})
    assert other.status_code == 429
    assert int(other.headers["retry-after"]) > 0
