"""A tiny site of the tests' own: the whole edge, a few templates, a database with one table."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from tests.browser import Browser
from webapp.runtime.db import Database
from webapp.settings import Settings
from webapp.web.edge import install
from webapp.web.manners import Manners

TEMPLATES = {
    "errors/page.html": (
        "<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><p id=detail>{{ detail }}</p>"
        "<p id=status>{{ status }}</p>{% if request_id %}<p id=ref>{{ request_id }}</p>{% endif %}"
    ),
    "errors/notice.html": (
        '<div class="notice">{% if notice is defined %}{{ notice.text }}'
        "{% else %}{{ title }}: {{ detail }}{% endif %}</div>"
    ),
    "ui/form.html": (
        '{% macro field(form, name) %}<input name="{{ name }}" '
        'value="{{ form.values.get(name, "") }}">{% endmacro %}'
        "{% macro price(amount) %}<b>{{ amount|money }}</b>{% endmacro %}"
    ),
}


class OutsideTheShop(SQLModel, registry=registry()):
    """Tables of these tests alone: the shop's are compared with its migrations."""


class Note(OutsideTheShop, table=True):
    """What the tests write."""

    __tablename__ = "web_test_notes"

    id: int | None = Field(default=None, primary_key=True)
    text: str = Field(unique=True)


class Site:
    """An application under construction: add templates, files and routes, then open a browser."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("templates", "static", "data"):
            (folder / name).mkdir()
        for name, text in TEMPLATES.items():
            self.template(name, text)
        self.app = FastAPI(openapi_url=None)
        self.api = FastAPI(title="Scripts")
        self.database = Database(f"sqlite:///{folder / 'data' / 'shop.db'}")
        OutsideTheShop.metadata.create_all(self.database.engine)
        self.app.state.database = self.database
        self.manners = Manners()

    def template(self, name: str, text: str) -> None:
        path = self.folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def static(self, name: str, content: str | bytes) -> None:
        path = self.folder / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def install(self, frame: Callable[..., Any] | None = None, **settings: Any) -> FastAPI:
        chosen: dict[str, Any] = {
            "data_dir": self.folder / "data",
            "templates_dir": self.folder / "templates",
            "static_dir": self.folder / "static",
            "secret_key": "a secret for tests, long enough",
            "rate_limit_per_minute": 0,
            **settings,
        }
        install(
            self.app,
            Settings(_env_file=None, **chosen),
            api=self.api,
            frame=frame,
            manners=lambda request: self.manners,
            sign_in_pages={"/admin": "/admin/sign-in"},
        )
        self.app.mount("/api/v1", self.api)
        return self.app

    def notes(self) -> list[str]:
        with self.database.engine.connect() as connection:
            return list(
                connection.exec_driver_sql("SELECT text FROM web_test_notes ORDER BY id").scalars()
            )


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.database.dispose()


@pytest.fixture
def opened(site: Site) -> Iterator[Callable[..., Browser]]:
    """Install the edge and open a browser on the site: ``opened(max_body_bytes=2000)``."""
    browsers: list[Browser] = []

    def open_(*, origin: str = "http://localhost", frame: Any = None, **settings: Any) -> Browser:
        browser = Browser(site.install(frame=frame, **settings), origin=origin)
        browser.__enter__()
        browsers.append(browser)
        return browser

    yield open_
    for browser in browsers:
        browser.__exit__()
