"""What an operator reads when a setting is wrong: a sentence, and no traceback."""

import os
import subprocess
import sys

import pytest

from webapp.cli import main
from webapp.settings import Settings


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("PORT", "abc", "VITRINE_PORT: Input should be a valid integer"),
        ("ALLOWED_HOSTS", "shop.example", "Lists are written as JSON"),
        ("LOG_LEVEL", "loud", "VITRINE_LOG_LEVEL: there is no log level 'loud': debug, info"),
        ("DATABASE_URL", "nonsense", "VITRINE_DATABASE_URL: use an address such as postgresql+"),
        ("DATABASE_URL", "mysql://root:secret@x/y", "VITRINE_DATABASE_URL: use an address such"),
    ],
)
def test_a_setting_that_cannot_be_read(monkeypatch, capsys, tmp_path, setting, value, sentence):
    monkeypatch.setenv(f"VITRINE_{setting}", value)
    monkeypatch.setattr(sys, "argv", ["vitrine", "audit", "--data", str(tmp_path)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 1
    assert sentence in capsys.readouterr().err


def test_an_address_as_hosts_give_it_is_for_the_driver_that_is_here():
    given = [
        Settings(database_url=f"{scheme}://me@db/shop") for scheme in ("postgres", "postgresql")
    ]

    assert {one.database for one in given} == {"postgresql+psycopg://me@db/shop"}


def test_a_database_that_is_not_there(tmp_path):
    """In a process of its own: what it had opened by then goes with it."""
    away = "postgresql+psycopg://me@127.0.0.1:1/none"
    done = subprocess.run(
        [sys.executable, "-m", "webapp", "audit", "--data", str(tmp_path)],
        env={**os.environ, "VITRINE_DATABASE_URL": away},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "The database does not answer." in done.stderr
    assert "Traceback" not in done.stderr
