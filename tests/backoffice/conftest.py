"""A shop with people in it who work there: browsers that are signed in, by role."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from fastapi import FastAPI

from tests.browser import Browser
from webapp.accounts import commands as accounts
from webapp.accounts.guards import COOKIE
from webapp.kit.actors import SYSTEM
from webapp.runtime.db import Database


@pytest.fixture
def as_role(app: FastAPI, database: Database) -> Iterator[Callable[[str], Browser]]:
    """``as_role("viewer")``: the browser of somebody with that role.

    The sign-in form has tests of its own; here the cookie is given, to save computing the hash.
    """
    with ExitStack() as opened:

        def sign_in(role: str) -> Browser:
            with database.writing() as session:
                person = accounts.add_staff(
                    session,
                    SYSTEM,
                    email=f"{role}@example.com",
                    password_hash="none",
                    role=role,
                    name=role.capitalize(),
                )
                secret = accounts.sign_in(session, person)
            browser = opened.enter_context(Browser(app))
            browser.cookies.set(COOKIE, app.state.cookies.signed(COOKIE, secret, 3600))
            return browser

        yield sign_in


@pytest.fixture
def office(as_role: Callable[[str], Browser]) -> Browser:
    """The owner's browser."""
    return as_role("owner")
