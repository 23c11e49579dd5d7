"""What pages look like between two steps, after one, and to people to whom something happens:
states that no address alone shows."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import FastAPI
from sqlmodel import Session, select

from tests.backoffice.test_product_pictures import picture
from tests.backoffice.test_typed_kept import Full
from tests.browser import Browser, Page
from tests.factories.identities import make_identity, make_provider
from tests.factories.people import PASSWORD, make_customer, register, sign_in, signed_in
from tests.factories.second import with_app
from webapp.accounts import commands
from webapp.accounts.links import LinkPurpose, path_of
from webapp.accounts.models import MailedLink, Passkey, Person
from webapp.identities.values import Introduction
from webapp.kit.actors import SYSTEM
from webapp.kit.values import replace
from webapp.main import create_app
from webapp.runtime.db import Database
from webapp.runtime.limits import Limits
from webapp.runtime.links import links_of
from webapp.runtime.mail import MailRecord, PostOffice
from webapp.runtime.mail.way_out import way_out
from webapp.settings import Settings
from webapp.storefront.account.providers import INTRODUCED
from webapp.web.challenge import Gate

ANN = "ann@example.com"
"""She has everything: two steps, a way in by a provider, a copy that is ready, and is leaving."""
BEN = "ben@example.com"
"""He works here, and has an app."""
CAROL = "carol@example.com"
"""She has an account and nothing else."""
EVE = "eve@example.com"
"""She works here, and has no second factor."""


def states(app: FastAPI, fresh: Settings) -> dict[str, str]:
    """The HTML of each, by a name for it; ``fresh`` is a shop that nobody has opened yet."""
    database: Database = app.state.database
    with database.writing() as session:
        links = _furnish(session, app)
    pages: dict[str, Page] = {}
    with Browser(app) as browser:
        pages |= _by_links(browser, links)
        pages |= _no_more_news(browser, database)
        pages |= _of_somebody_guarded(browser, database)
        pages |= _half_way(browser)
        pages |= _joining(browser, database)
        pages |= _told_once(browser, database)
        pages |= _cut_off(browser, database)
        with _wary(app):
            pages["challenged"] = register(browser, email="dan@example.com", website="x")
    pages |= _first_run(fresh)
    for name, page in pages.items():
        assert page.status in {200, 401, 409, 422, 503}, (name, page)
    return {name: page.html for name, page in pages.items()}


def _furnish(session: Session, app: FastAPI) -> dict[str, str]:
    """Gives the paths of the links that were mailed."""
    ann, carol = (make_customer(session, email, name=email[:3]) for email in (ANN, CAROL))
    ben = make_customer(session, BEN, name="Ben", role="owner")
    acme = make_provider(session, "Acme")
    make_identity(session, ann, acme, "ann-at-acme")
    for one in (ann, ben):
        with_app(session, one)
    session.add(
        Passkey(
            person_id=ann.id or 0,
            credential="a-credential",
            public_key="a-key",
            name="The key on my ring, with a name that goes on for quite a while",
        )
    )
    export = commands.ask_for_export(session, SYSTEM, ann)
    commands.settle_export(session, export.public_id, storage_key="copies/ann", size_bytes=48_211)
    commands.ask_for_erasure(session, SYSTEM, ann)
    commands.ask_for_new_email(session, SYSTEM, ann, "ann.lovelace@example.com")
    for purpose in (LinkPurpose.verify, LinkPurpose.reset, LinkPurpose.sign_in):
        commands.promise_link(session, carol, purpose)
    commands.promise_link(session, ben, LinkPurpose.invite)
    session.flush()
    mine = session.exec(
        select(MailedLink).where(MailedLink.person_id.in_([ann.id, ben.id, carol.id]))  # type: ignore[attr-defined]
    ).all()
    secret = app.state.settings.secret_key
    return {link.purpose: path_of(secret, link.purpose, link.public_id) for link in mine}


def _by_links(browser: Browser, links: dict[str, str]) -> dict[str, Page]:
    found = {f"link {purpose}": browser.get(path) for purpose, path in links.items()}
    found["link spent"] = browser.get("/account/reset/nothing")
    found["invitation refused"] = found["link invite"].submit("#password-form form", password="x")
    found["one address confirmed"] = found["link old_email"].click("Yes, that is right")
    return found


def _no_more_news(browser: Browser, database: Database) -> dict[str, Page]:
    """The way out of news, before its button is pressed, after, and where it leads nowhere."""
    with database.writing() as session:
        person, links = _person(session, CAROL), links_of(session)
        commands.say_consent(
            session, CAROL, person=person, is_given=True, source="profile", wording="News"
        )
        letter = session.exec(select(MailRecord).limit(1)).one()
        letter.to_address = CAROL
        session.add(letter)
        path = way_out(links, letter.public_id).removeprefix(links.base)
    asked = browser.get(path)
    return {
        "no more news?": asked,
        "no more news": asked.submit("main form"),
        "no such news": browser.get("/unsubscribe/nothing"),
    }


def _of_somebody_guarded(browser: Browser, database: Database) -> dict[str, Page]:
    """The rooms of her account who has everything, and the codes as they are shown once."""
    found: dict[str, Page] = {}
    with database.writing() as session:
        signed_in(browser, session, _person(session, ANN), second="code")
    for room in ("", "/data", "/security", "/email", "/erasure", "/confirm", "/security/passkeys"):
        found[f"guarded{room}"] = browser.get(f"/account{room}")
    security = found["guarded/security"]
    found["unlinking"] = security.click("a[href*='/identities/']")
    found["another app"] = security.click("Set up another app")
    found["recovery codes"] = browser.get("/account/security").click("Make new codes")
    browser.cookies.clear()
    return found


def _half_way(browser: Browser) -> dict[str, Page]:
    found: dict[str, Page] = {}
    sign_in(browser, email=ANN)
    found["second"] = browser.get("/account/second")
    found["second refused"] = found["second"].submit("#code-form", code="000000")
    found["second by recovery code"] = browser.get("/account/second?use=recovery")
    browser.cookies.clear()
    door = browser.get("/admin/sign-in")
    found["second of staff"] = door.submit("#sign-in-form", email=BEN, password=PASSWORD)
    browser.cookies.clear()
    return found


def _joining(browser: Browser, database: Database) -> dict[str, Page]:
    """What is asked of somebody whom a provider introduced."""
    found: dict[str, Page] = {}
    known = Introduction("acme", "carol-at-acme", CAROL, is_verified=True, name="Carol")
    strange = replace(known, subject="new", email="new@example.com", is_verified=False)
    for name, introduction in {
        "joining there": known,
        "joining unsure": strange,
        "joining nobody": replace(strange, email="", handle="carol"),
    }.items():
        _introduce(browser, introduction)
        found[name] = browser.get("/account/joining")
    found["joining refused"] = found["joining there"].submit("#login-form", password="wrong one")
    _introduce(browser, known)
    with database.writing() as session:
        signed_in(browser, session, _person(session, CAROL))
    found["consent"] = browser.get("/account/joining")
    browser.cookies.clear()
    found["joining mailed"] = browser.get("/account/joining/mailed")
    found["trip lost"] = browser.get("/account/with/acme/return?state=x")
    return found


def _told_once(browser: Browser, database: Database) -> dict[str, Page]:
    """Secrets in the one answer that shows them, and a shop that wants a second factor."""
    found: dict[str, Page] = {}
    with database.writing() as session:
        eve = make_customer(session, EVE, name="Eve", role="owner")
        signed_in(browser, session, eve)
    staff = browser.get("/admin/staff")
    with _mute(browser.app):
        found["a link to hand over"] = staff.submit(
            "#staff-form", email="fay@example.com", role="viewer"
        )
    with database.reading() as session:
        carol, ann = (_person(session, email).public_id for email in (CAROL, ANN))
    merging = browser.get(f"/admin/customers/{carol}/merging?other={ann}")
    found["merging"] = merging
    found["merging refused"] = merging.submit("#merge-form")
    browser.cookies.clear()
    return found


def _cut_off(browser: Browser, database: Database) -> dict[str, Page]:
    """Of somebody who typed while the disk filled up, or while they were signed out."""
    with database.writing() as session:
        signed_in(browser, session, _person(session, EVE))
    shown = browser.get("/admin/products/new")
    typed = {"title": "Bowl", "body": "One\nTwo"}
    with _full(browser.app):
        file = ("a.png", picture("red"))
        found = {"busy": shown.submit("#product-form", button="Save", uploads=file, **typed)}
    browser.cookies.clear()
    found["signed out"] = shown.submit("#product-form", button="Save", **typed)
    assert [page.status for page in found.values()] == [503, 401]
    return found


def _first_run(fresh: Settings) -> dict[str, Page]:
    """What its merchant sees first."""
    app = create_app(fresh)
    with Browser(app) as browser:
        welcome = browser.get("/admin")
        found = {
            "first run": welcome,
            "first run refused": welcome.submit("main form", email="me", password="x"),
            "nothing on the shelves": browser.get("/"),
        }
    app.state.shop.close()
    return found


@contextmanager
def _mute(app: FastAPI) -> Iterator[None]:
    """A shop that can send no mail."""
    office: PostOffice = app.state.means.post
    office.server, server = None, office.server
    yield
    office.server = server


@contextmanager
def _full(app: FastAPI) -> Iterator[None]:
    """A shop whose disk has no room left."""
    roomy = app.state.storage
    app.state.storage = Full(roomy.root)
    yield
    app.state.storage = roomy


def _introduce(browser: Browser, introduction: Introduction) -> None:
    cookies = browser.app.state.cookies
    browser.cookies.set(INTRODUCED, cookies.signed(INTRODUCED, introduction.packed(), 600))


def _person(session: Session, email: str) -> Person:
    return session.exec(select(Person).where(Person.email == email)).one()


@contextmanager
def _wary(app: FastAPI) -> Iterator[None]:
    """With a gate that suspects whoever fills the trap."""
    before = app.state.gate
    app.state.gate = Gate("a secret that is long enough", Limits(), after=99, least_seconds=0)
    yield
    app.state.gate = before
