"""Shops to import into, and somebody who may."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fastapi import FastAPI

from tests.browser import Browser
from tests.conftest import SECRET
from tests.engines import copied
from webapp.accounts import commands as accounts
from webapp.accounts.guards import COOKIE
from webapp.kit.actors import SYSTEM
from webapp.main import OpenShop, open_shop
from webapp.settings import Settings


@pytest.fixture
def new_shop(
    tmp_path: Path, migrated: Path, engine: str, request: pytest.FixtureRequest
) -> Iterator[Callable[[], OpenShop]]:
    """Opens one empty shop after another, each with a database and uploads of its own."""
    with ExitStack() as stack:

        def database() -> str:
            """A server's database for one more shop; empty for the embedded one."""
            if not engine:
                return ""
            server, template = map(request.getfixturevalue, ("postgres", "migrated_postgres"))
            return stack.enter_context(copied(server, template))

        def make() -> OpenShop:
            number = len(list(tmp_path.glob("shop-*")))
            folder = tmp_path / f"shop-{number}"
            (folder / "uploads").mkdir(parents=True)
            shutil.copy(migrated, folder / "shop.db")
            settings = Settings(
                _env_file=None,  # type: ignore[call-arg]
                data_dir=folder,
                uploads_dir=folder / "uploads",
                database_url=database(),
                secret_key=SECRET,
                job_threads=0,
                log_level="critical",
                outbound_allow_private=True,
            )
            return stack.enter_context(open_shop(settings))

        yield make


@pytest.fixture
def shop(new_shop: Callable[[], OpenShop]) -> OpenShop:
    return new_shop()


@pytest.fixture
def staff_browser(app: FastAPI, browser: Browser) -> Callable[[str], Browser]:
    """The browser of somebody with this role, signed in."""

    def sign_in(role: str = "manager") -> Browser:
        with app.state.database.writing() as session:
            person = accounts.add_staff(
                session,
                SYSTEM,
                email=f"{role}@example.com",
                password_hash="unused",
                role=role,
                name="Ada",
            )
            secret = accounts.sign_in(session, person)
        browser.cookies.set(COOKIE, app.state.cookies.signed(COOKIE, secret, 3600))
        return browser

    return sign_in
