"""Bringing a database to the shape the code expects.

The embedded database migrates itself at start, after copying itself aside. A server database is
migrated by ``vitrine migrate`` only, because other processes may be using it.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from webapp.kit.clock import now
from webapp.kit.errors import Unavailable
from webapp.runtime.db import Database

VERSIONS = Path(__file__).parent / "versions"
COPIES_KEPT = 5


def head() -> str:
    """The newest revision: versions are files named ``0001_what.py``, ``0002_...``."""
    return max(path.name.split("_", 1)[0] for path in VERSIONS.glob("[0-9]*.py"))


def current(connection: Connection) -> str | None:
    """The revision the database is at; None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def is_current(database: Database) -> bool:
    with database.engine.connect() as connection:
        return current(connection) == head()


def prepare(database: Database) -> None:
    """At start: migrate the embedded database; refuse to run on a server database left behind.

    Raises ``Unavailable`` with the command to run.
    """
    if is_current(database):
        return
    if not database.is_sqlite:
        raise Unavailable("The database is not at this version. Run: vitrine migrate")
    if database.path is not None:
        copy_aside(database.path)
    upgrade(database)


def upgrade(database: Database, revision: str = "head") -> None:
    """Run the migrations up to ``revision``, all in one transaction."""
    # Alembic takes a third of a second to import, and almost every start needs none of it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with database.engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def copy_aside(path: Path) -> Path | None:
    """Copy the database file beside itself before it is changed; the last few copies are kept."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    folder = path.parent / "before-migration"
    folder.mkdir(exist_ok=True)
    copy = folder / f"{path.stem}-{now():%Y%m%dT%H%M%S}.db"
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    for old in sorted(folder.glob(f"{path.stem}-*.db"))[:-COPIES_KEPT]:
        old.unlink()
    return copy
