"""What an operator reads: a sentence where something is wrong, and no traceback; no password."""

import os
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest

from webapp.cli import main
from webapp.kit.errors import Unavailable
from webapp.ops import serving
from webapp.settings import Settings
from webapp.worker import greeting


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


def test_a_port_that_is_taken_is_told_before_anything_else_is_said_or_done(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "webapp", "serve", "--port", port, "--data", str(tmp_path)],
            capture_output=True,
            text=True,
        )

    sentence = f"Port {port} of 127.0.0.1 is taken: choose another with --port or VITRINE_PORT.\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)
    assert list(tmp_path.iterdir()) == []


def test_a_port_lets_nobody_in_before_the_shop_is_ready_and_goes_to_who_was_first():
    settings = Settings(host="127.0.0.1", port=0)
    with ExitStack() as open_ports:
        [first] = (open_ports.enter_context(door) for door in serving.claim(settings))
        assert first.proto == socket.IPPROTO_TCP  # without, each answer takes 40 ms longer
        settings = settings.model_copy(update={"port": first.getsockname()[1]})
        [second] = (open_ports.enter_context(door) for door in serving.claim(settings))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(first.getsockname())

        serving.listen([first], settings)

        socket.create_connection(first.getsockname()).close()
        with pytest.raises(Unavailable, match=f"Port {settings.port} of 127.0.0.1 is taken"):
            serving.listen([second], settings)


def test_a_host_that_this_machine_is_not():
    with pytest.raises(Unavailable, match=r"listen at 192\.0\.2\.1 .* --host or VITRINE_HOST"):
        serving.claim(Settings(host="192.0.2.1"))


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "in /srv/shop run in 2 threads."),
        ({"job_threads": 1}, "in /srv/shop run in 1 thread."),
        (
            {"database_url": "postgres://me:hush@db:5432/goods?password=hush"},
            "in /srv/shop (database goods at db) run in 2 threads.",
        ),
        (
            {"celery_broker_url": "redis://:hush@broker/0"},
            "in /srv/shop run on Celery workers, which are told of them from here.",
        ),
    ],
)
def test_a_worker_says_whose_jobs_it_runs_and_no_password(given, told):
    said = greeting(Settings(data_dir="/srv/shop", **given))

    assert said == f"Jobs of the shop {told} Stop with Ctrl+C."
