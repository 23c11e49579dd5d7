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

TABLES = ("events", "event_heads", "jobs")


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def floor(request: pytest.FixtureRequest, tmp_path: Path, handlers: Handlers) -> Iterator[Database]:
    """The tables of events and jobs in a fresh database of either kind."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'floor.db'}"
    else:
        url = request.getfixturevalue("postgres")
    database = Database(url, handlers=handlers)
    tables = [SQLModel.metadata.tables[name] for name in TABLES]
    SQLModel.metadata.create_all(database.engine, tables=tables)
    yield database
    if not database.is_sqlite:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
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
