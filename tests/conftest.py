"""What every test may ask for: a shop of its own on a migrated database, a browser, the jobs."""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi import routing as routes
from hypothesis import settings as examples
from sqlalchemy import Connection, Engine, event
from sqlalchemy.util import LRUCache
from sqlmodel import Session

from tests.browser import Browser
from tests.engines import (  # noqa: F401
    engine,
    migrated_postgres,
    postgres,
    postgres_shop,
    pytest_generate_tests,
)
from tests.factories import shop as small_shop
from tests.spreading import pytest_xdist_make_scheduler  # noqa: F401
from webapp.main import create_app
from webapp.migrations import upgrade
from webapp.runtime.db import Database
from webapp.settings import Settings

# The same examples every time and no stop-watch: a test does not fail by luck or on a busy machine.
examples.register_profile("steady", deadline=None, derandomize=True, database=None)
examples.load_profile("steady")

SECRET = "a secret for tests, long enough to sign with"

COMPILED = Path(tempfile.mkdtemp(prefix="vitrine-compiled-"))
"""Compiled templates, for all shops of this process: each shop that compiles them anew takes a
third of a second, which over thousands of tests is most of the time."""
atexit.register(shutil.rmtree, COMPILED, ignore_errors=True)


class CompiledSql(LRUCache[Any, Any]):
    """What statements read like, for all databases of this process: each test has one of its own,
    and compiling every statement anew for it takes a fifth of the time of all tests."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._shared(key), default)

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(self._shared(key))

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(self._shared(key), value)

    @staticmethod
    def _shared(key: Any) -> Any:
        """The same for every dialect object of one engine: ours are all set up alike."""
        dialect, *rest = key
        return (type(dialect), *rest)


COMPILED_SQL = CompiledSql(5000)


@event.listens_for(Engine, "engine_connect")
def share_compiled_sql(connection: Connection) -> None:
    connection.engine._compiled_cache = COMPILED_SQL


class BuiltRoutes:
    """Routes as they stand in a shop, for all shops of this process: the framework works them out
    at the first request of each, which takes half a second where all else takes a twentieth.

    None belongs to a shop, so there is no replacing of what a route depends on.
    """

    def __init__(self) -> None:
        self._build = routes._EffectiveRouteContext.from_api_route
        self._built: dict[int, list[tuple[Any, Any]]] = {}

    def __call__(self, *, original_route: Any, include_context: Any) -> Any:
        place = replace(include_context, dependency_overrides_provider=None)
        # By identity, which lasts: what was built holds the route that it was built of.
        built = self._built.setdefault(id(original_route), [])
        for known, route in built:
            if known == place:
                return route
        route = self._build(original_route=original_route, include_context=place)
        built.append((place, route))
        return route


routes._EffectiveRouteContext.from_api_route = BuiltRoutes()  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated SQLite file that each test copies: migrating anew would take seconds."""
    path = tmp_path_factory.mktemp("template") / "shop.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture
def settings(tmp_path: Path, migrated: Path, engine: str) -> Settings:  # noqa: F811
    shutil.copy(migrated, tmp_path / "shop.db")
    return settings_in(tmp_path, database_url=engine)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Settings:
    """A small shop with one of everything. Everybody looks at it; who changes it takes a copy."""
    folder = tmp_path_factory.mktemp("furnished")
    shutil.copy(migrated, folder / "shop.db")
    small_shop.fill(settings_in(folder))
    return settings_in(folder)


def settings_in(folder: Path, **more: Any) -> Settings:
    """Those of a shop whose data and uploads lie in ``folder``, quiet and with no job running."""
    (folder / "uploads").mkdir(exist_ok=True)
    if not (folder / "cache").exists():
        (folder / "cache").symlink_to(COMPILED)
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        data_dir=folder,
        uploads_dir=folder / "uploads",
        **{
            "secret_key": SECRET,
            "job_threads": 0,
            "rate_limit_per_minute": 0,
            "challenge_after": 0,
            "log_level": "critical",
            "outbound_allow_private": True,
            **more,
        },
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[FastAPI]:
    """The whole shop, with no job running until the test says ``run_jobs()``."""
    site = create_app(settings)
    yield site
    site.state.shop.close()


@pytest.fixture
def database(app: FastAPI) -> Database:
    found: Database = app.state.database
    return found


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A session of the test's own. It may commit; pages see only what was committed."""
    with session_of(database) as session:
        yield session


@contextmanager
def session_of(database: Database) -> Iterator[Session]:
    """One that may write and commit between two questions, so none of them is asked only once."""
    session = database.open_reading()
    session.info["answers"] = None
    yield session
    session.close()


@pytest.fixture
def browser(app: FastAPI) -> Iterator[Browser]:
    with Browser(app) as opened:
        yield opened


@pytest.fixture
def run_jobs(app: FastAPI) -> Callable[[], int]:
    """Run what is due, here and now; gives the number of jobs that ran."""

    def run() -> int:
        ran: int = app.state.shop.runner.run_due()
        return ran

    return run


class Statements(list[str]):
    """The SQL that was sent while counting."""

    @contextmanager
    def counted(self) -> Iterator["Statements"]:
        self.clear()
        yield self


@pytest.fixture
def statements(database: Database) -> Iterator[Statements]:
    """Every statement sent to the database, transaction marks left out."""
    seen = Statements()

    def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)
