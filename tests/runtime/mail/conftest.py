"""A floor with mail: one kind of message in its own templates, and a post office over it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, select

import webapp.runtime.events
import webapp.runtime.jobs
import webapp.runtime.mail  # noqa: F401
from tests.runtime.mail.postman import Postman, serving
from webapp.kit.errors import NotFound
from webapp.runtime.db import Database
from webapp.runtime.jobs import Jobs, Means, Runner
from webapp.runtime.links import Links
from webapp.runtime.mail import Letterhead, MailKind, MailRecord, Mails, PostOffice, jobs, post
from webapp.runtime.outbound import Outbound
from webapp.runtime.storage import MemoryStorage
from webapp.runtime.wording import Manners
from webapp.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
TEXT = """{% extends "mail/_layout.txt" %}
{% block subject %}Hello {{ name }}{% endblock subject %}
{% block body %}
Dear {{ name }},

{{ words }}
{% endblock body %}
"""
HTML = """{% extends "mail/_layout.html" %}
{% block content %}
<p>Dear {{ name }}, {{ words }}</p>
{% endblock content %}
"""
HEAD = Letterhead(
    "Lorrimore", "hello@shop.example", "", ("Torstraße 1", "10119 Berlin"), Manners("en_GB")
)
LINKS = Links("https://shop.example", "a secret for tests, long enough to sign with")

mails = Mails("test")


@mails.kind("greeting", title="Greeting", when="When we like.", sample=lambda _: None, needs="x:y")
def greeting(session: Session, *, who: str, words: str = "how are you?") -> dict[str, Any]:
    """Says hello; somebody called Nobody is gone."""
    if who == "Nobody":
        raise NotFound("There is nobody.")
    return {"name": who, "words": words}


@mails.kind(
    "offer",
    title="Offer",
    when="When they agreed.",
    sample=lambda _: None,
    needs="x:y",
    agreed_to="marketing",
)
def offer(session: Session) -> dict[str, Any]:
    """Something that nobody asked for."""
    return {"name": "you", "words": "there are new bowls."}


@pytest.fixture
def kind() -> MailKind:
    return greeting


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates" / "mail"
    (folder / "test").mkdir(parents=True)
    for name in ("_layout.txt", "_layout.html"):
        (folder / name).write_text((ROOT / "templates/mail" / name).read_text())
    for name in ("greeting", "offer"):
        (folder / f"test/{name}.txt").write_text(TEXT)
        (folder / f"test/{name}.html").write_text(HTML)
    return folder.parent


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Database]:
    """The tables of events, jobs and mail in a fresh file."""
    database = Database(f"sqlite:///{tmp_path / 'floor.db'}", info={"links": LINKS})
    names = ("events", "event_heads", "jobs", "mail_messages", "mail_wordings")
    tables = [SQLModel.metadata.tables[name] for name in names]
    SQLModel.metadata.create_all(database.engine, tables=tables)
    yield database
    database.dispose()


@pytest.fixture
def server() -> Iterator[Postman]:
    with serving() as postman:
        yield postman


@pytest.fixture
def office_with(templates: Path, tmp_path: Path) -> Callable[..., PostOffice]:
    """A post office with these settings; ``agreed`` are those who want offers."""

    def make(*, agreed: set[str] = frozenset(), **settings: Any) -> PostOffice:  # type: ignore[assignment]
        made = Settings(
            _env_file=None,  # type: ignore[call-arg]
            data_dir=tmp_path,
            templates_dir=templates,
            **settings,
        )
        return PostOffice(
            made,
            LINKS,
            mails,
            lambda _session: HEAD,
            agreed=lambda _session, purpose, address: purpose == "marketing" and address in agreed,
        )

    return make


@pytest.fixture
def runner_with(floor: Database) -> Callable[[PostOffice], Runner]:
    def make(office: PostOffice) -> Runner:
        registry = Jobs("test")
        registry.include(jobs)
        settings = Settings(_env_file=None)  # type: ignore[call-arg]
        means = Means(settings, MemoryStorage(), Outbound(), post=office)
        return Runner(floor, means, registry)

    return make


def greet(floor: Database, name: str = "Ada", to: str = "ada@example.com", **more: Any) -> str:
    """Promise a greeting; its public id."""
    about = more.pop("about", ("person", name[:50]))
    with floor.writing() as session:
        identifier = post(session, greeting, to=to, about=about, **{"who": name, **more})
    assert identifier is not None
    return identifier


def message(floor: Database, public_id: str) -> MailRecord:
    with floor.reading() as session:
        found = session.exec(select(MailRecord).where(MailRecord.public_id == public_id)).one()
        session.expunge_all()
        return found


def life(record: MailRecord) -> list[str]:
    return [entry["what"] for entry in record.life]
