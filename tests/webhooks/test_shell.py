"""``vitrine webhooks``: what it prints and what it does, over the shop's own command line."""

import re
import threading

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from webapp.cli import app as cli
from webapp.kit.errors import Invalid, ShopError
from webapp.webhooks.models import Endpoint, EndpointState

_LOGGED = re.compile(r"\d{4}-\d\d-\d\d \d\d:")


@pytest.fixture
def vitrine(settings, monkeypatch, app):
    """Runs a command on this test's shop; gives its exit code and what it printed."""
    monkeypatch.setenv("VITRINE_OUTBOUND_ALLOW_PRIVATE", "true")
    monkeypatch.setenv("VITRINE_SECRET_KEY", settings.secret_key)
    monkeypatch.setenv("VITRINE_JOB_THREADS", "0")

    def run(*words):
        done = CliRunner().invoke(cli, ["webhooks", *words, "--data", str(settings.data_dir)])
        if isinstance(done.exception, ShopError):
            raise done.exception
        # Whoever works meanwhile logs to the same place.
        said = [line for line in done.output.splitlines() if not _LOGGED.match(line)]
        return done.exit_code, "\n".join(said).strip()

    return run


def test_an_endpoint_is_added_watched_paused_resumed_and_removed(vitrine, db, receiver):
    _, said = vitrine("add", receiver.url, "--event", "order.paid", "--description", "ERP")
    public_id, secret = said.split()

    assert secret.startswith("whsec_")
    assert vitrine("list")[1] == (
        f"{public_id}  active  {receiver.url}  order.paid  0 behind, 0 given up  ERP"
    )
    for command, state in (
        ("pause", EndpointState.paused),
        ("resume", EndpointState.active),
        ("remove", EndpointState.removed),
    ):
        assert vitrine(command, public_id)[0] == 0
        db.rollback()
        db.expire_all()
        assert [one.state for one in db.exec(select(Endpoint))] == [state]
    assert vitrine("list")[1] == ""


def test_a_test_tells_how_it_went(vitrine, receiver, run_jobs):
    public_id, secret = vitrine("add", receiver.url)[1].split()

    def test_while_somebody_works(status):
        receiver.says(status)
        stop = threading.Event()

        def work():
            while not stop.wait(0.05):
                run_jobs()

        worker = threading.Thread(target=work)
        worker.start()
        try:
            return vitrine("test", public_id, "--wait", "60")
        finally:
            stop.set()
            worker.join()

    code, said = test_while_somebody_works(204)
    assert (code, said.partition(" after")[0]) == (0, "HTTP 204")
    assert receiver.got[0].is_signed_with(secret)
    code, said = test_while_somebody_works(500)
    assert (code, said.partition(" after")[0]) == (1, "HTTP 500")
    assert vitrine("test", public_id, "--wait", "0")[0] == 1


@pytest.mark.parametrize(
    "words",
    [
        ("add", "ftp://example.com/hook"),
        ("add", "http://127.0.0.1:1/", "--event", "order.dreamt"),
        ("pause", "whe_nothing"),
        ("replay", "whe_nothing", "--first", "1"),
    ],
)
def test_what_cannot_be_done_is_refused(vitrine, words):
    with pytest.raises(ShopError):
        vitrine(*words)


def test_a_replay_wants_a_range(vitrine, receiver):
    public_id = vitrine("add", receiver.url)[1].split()[0]

    with pytest.raises(Invalid):
        vitrine("replay", public_id)
