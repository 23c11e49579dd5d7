"""A database of its own for what lies below the shop, with only the tables of that floor."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import SQLModel

import webapp.runtime.events
import webapp.runtime.jobs  # noqa: F401
from webapp.runtime.db import Database
from webapp.runtime.events import Handlers
from webapp.runtime.jobs import Jobs, Means, Runner
from webapp.runtime.outbound import Outbound
from webapp.runtime.storage import MemoryStorage
from webapp.settings import Settings

TABLES = ("events", "jobs")


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


@pytest.fixture
def floor(tmp_path: Path, handlers: Handlers) -> Iterator[Database]:
    """The tables of events and jobs in a fresh SQLite file."""
    database = Database(f"sqlite:///{tmp_path / 'floor.db'}", handlers=handlers)
    tables = [SQLModel.metadata.tables[name] for name in TABLES]
    SQLModel.metadata.create_all(database.engine, tables=tables)
    yield database
    database.dispose()


@pytest.fixture
def means(tmp_path: Path) -> Means:
    settings = Settings(_env_file=None, data_dir=tmp_path)  # type: ignore[call-arg]
    return Means(settings, MemoryStorage(), Outbound())


@pytest.fixture
def jobs() -> Jobs:
    return Jobs("test")


@pytest.fixture
def new_runner(floor: Database, means: Means, jobs: Jobs) -> Iterator[Callable[..., Runner]]:
    """Makes runners over the same table, as several processes would have them, and stops them."""
    made: list[Runner] = []

    def make(threads: int = 2) -> Runner:
        made.append(Runner(floor, means, jobs, threads=threads))
        return made[-1]

    yield make
    for runner in made:
        runner.stop(grace=5)


@pytest.fixture
def runner(new_runner: Callable[..., Runner]) -> Runner:
    return new_runner()
