"""Models and migrations describe the same tables, on both engines."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import BigInteger, inspect

import webapp.migrations
from webapp.migrations import current, head, is_current
from webapp.runtime.db import Database


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def shop(request: pytest.FixtureRequest, migrated: Path):
    """A database that came about by running every migration."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{migrated}")
    else:
        database = Database(request.getfixturevalue("postgres_shop"))
    yield database
    database.dispose()


def test_migrations_lead_to_the_newest_version(shop: Database):
    with shop.engine.connect() as connection:
        assert current(connection) == head()
    assert is_current(shop)


def test_models_and_migrations_agree(shop: Database):
    """Raises with what differs, if anything does."""
    config = Config()
    config.set_main_option("script_location", str(Path(webapp.migrations.__file__).parent))

    with shop.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_amounts_of_money_fit_in_any_currency(shop: Database):
    """In 32 bits a price ends at 21 million euros, or at 80 thousand where units are small."""
    found = inspect(shop.engine)
    amounts = {
        f"{table}.{column['name']}": column["type"]
        for table in found.get_table_names()
        for column in found.get_columns(table)
        if column["name"].endswith("_minor")
    }
    assert len(amounts) > 20
    assert {name for name, kind in amounts.items() if not isinstance(kind, BigInteger)} == set()
