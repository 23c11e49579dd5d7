"""Customers, their browsers and their mail."""

import re
from functools import cache
from typing import Any

from sqlmodel import Session, col, select

from tests.browser import Browser, Page
from webapp.accounts import commands
from webapp.accounts.guards import COOKIE
from webapp.accounts.models import Person
from webapp.accounts.passwords import hashed
from webapp.accounts.queries import Credentials
from webapp.kit.clock import now
from webapp.runtime.mail import MailRecord

PASSWORD = "four calm grey geese"  # noqa: S105

_LINK = re.compile(r"https?://[^/\s]+(/(?:account|admin)/\S+)")


@cache
def password_hash() -> str:
    return hashed(PASSWORD)


def make_customer(
    db: Session,
    email: str = "ada@example.com",
    *,
    name: str = "Ada Lovelace",
    is_verified: bool = True,
    **fields: Any,
) -> Person:
    """Somebody with an account; a role among ``fields`` makes them staff."""
    person = Person(
        email=email,
        name=name,
        password_hash=password_hash(),
        email_verified_at=now() if is_verified else None,
        **fields,
    )
    db.add(person)
    db.commit()
    return person


def signed_in(
    browser: Browser, db: Session, person: Person, *, keep: bool = False, second: str = ""
) -> str:
    """Give the browser a sign-in of this person; returns its token. ``second`` is what was shown
    beside the password."""
    known = Credentials.of(person)
    device = commands.Browser("Firefox/140.0 Windows", is_kept=keep)
    secret = commands.admit(db, known, device, second=second)
    assert secret is not None
    db.commit()
    cookies = browser.app.state.cookies
    browser.cookies.set(COOKIE, cookies.signed(COOKIE, secret, 3600))
    return secret


def mails_to(db: Session, address: str) -> list[MailRecord]:
    """What was written to somebody, oldest first. The jobs have to have run."""
    db.rollback()
    db.expire_all()
    found = db.exec(
        select(MailRecord).where(MailRecord.to_address == address).order_by(col(MailRecord.id))
    ).all()
    return list(found)


def link_in(mail: MailRecord) -> str:
    """The path of the one link into an account that stands in the text."""
    (path,) = {found[1] for found in _LINK.finditer(mail.text_body)}
    return path


def register(browser: Browser, *, htmx: bool = False, **typed: Any) -> Page:
    """Make an account on the page for it."""
    return browser.get("/account/register").submit(
        "#register-form", htmx=htmx, **{"email": "ada@example.com", "password": PASSWORD, **typed}
    )


def sign_in(browser: Browser, *, to: str = "", htmx: bool = False, **typed: Any) -> Page:
    """Sign in on the page for it."""
    return browser.get(f"/account/login?to={to}").submit(
        "#login-form", htmx=htmx, **{"email": "ada@example.com", "password": PASSWORD, **typed}
    )


def people(db: Session) -> list[tuple[str, bool]]:
    """(address, whether it is confirmed) of every account."""
    db.rollback()
    db.expire_all()
    return [(one.email, one.is_verified) for one in db.exec(select(Person)).all()]
