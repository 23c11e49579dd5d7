"""Two servers and two workers over one SQLite file, killed and stopped: no job twice at once."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from tests.proofs import leases_process
from tests.proofs.servers import ROOT, environment, free_port
from tests.proofs.shops import settings_of
from webapp.main import open_shop
from webapp.runtime.db import Database
from webapp.runtime.jobs import backlog

ROLES = ("server", "server", "worker", "worker")
LONGEST_S = 240
STOPPED_S = leases_process.LEASE.total_seconds() + 1.5


def prove(quick: bool, seed: int) -> str:
    """Each job takes effect once; those that meet at a job are one that runs and one that was
    stopped for longer than its lease and finds out when it wakes."""
    number, kills, stops = (150, 1, 1) if quick else (1500, 6, 6)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        (data / "uploads").mkdir()
        (data / "marks").mkdir()
        _promise(data, number)
        crowd = Crowd(data)
        try:
            crowd.start_all()
            stopped = _trouble(crowd, data, kills, stops, random.Random(seed))
            _await(data)
        finally:
            crowd.end()
        effects, failed = _effects(data)
        meetings = _meetings(data)
    again = {each: count for each, count in effects.items() if count != 1}
    assert not failed, f"{failed} jobs ended among the dead letters"
    assert len(effects) == number and not again, f"not once: {again or 'some never'}"
    wrong = [each for each in meetings if each[1] not in stopped]
    assert not wrong, f"two ran one job at once: {wrong[:5]}"
    return (
        f"leases: {number} jobs by two servers and two workers, {kills} killed, {stops} stopped "
        f"past their lease: each took effect once, {len(meetings)} late wakers were kept out"
    )


class Crowd:
    """The processes, by place; a killed one is replaced."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.processes: list[subprocess.Popen[bytes]] = []

    def start_all(self) -> None:
        self.processes = [self._start(role) for role in ROLES]

    def kill(self, place: int) -> None:
        self.processes[place].kill()
        self.processes[place].wait()
        self.processes[place] = self._start(ROLES[place])

    def end(self) -> None:
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)
                process.kill()
            process.wait()

    def _start(self, role: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [
                sys.executable, "-m", "tests.proofs.leases_process",
                role, str(self._data), str(free_port()),
            ],
            cwd=ROOT,
            env=environment(self._data),
            stdout=subprocess.DEVNULL,
        )  # fmt: skip


def _promise(data: Path, number: int) -> None:
    touch = leases_process.jobs.find("proof.touch")
    assert touch is not None
    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        session.execute(text("CREATE TABLE proof_effects (number INTEGER, pid INTEGER)"))
        for each in range(number):
            touch.later(session, number=each, folder=str(data / "marks"))


def _trouble(crowd: Crowd, data: Path, kills: int, stops: int, dice: random.Random) -> set[int]:
    """Kill and stop at random while they work; the ids of those that were stopped."""
    stopped: set[int] = set()
    deeds = ["kill"] * kills + ["stop"] * stops
    dice.shuffle(deeds)
    _await_effects(data, 1)
    for done, deed in enumerate(deeds, 1):
        place = dice.randrange(len(ROLES))
        time.sleep(dice.uniform(0.1, 0.5))
        if deed == "kill":
            crowd.kill(place)
        else:
            pid = crowd.processes[place].pid
            stopped.add(pid)
            os.kill(pid, signal.SIGSTOP)
            time.sleep(STOPPED_S)
            os.kill(pid, signal.SIGCONT)
        _await_effects(data, done + 1)
    return stopped


def _await_effects(data: Path, number: int) -> None:
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        if sum(_effects(data)[0].values()) >= number:
            return
        time.sleep(0.1)
    raise AssertionError("nobody works")


def _await(data: Path) -> None:
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        with _looking(data) as session:
            live = "SELECT count(*) FROM jobs WHERE kind = 'proof.touch' AND state IN {}"
            waiting = session.execute(text(live.format("('queued', 'running')"))).scalar_one()
        if not waiting:
            return
        time.sleep(0.5)
    raise AssertionError(f"{waiting} jobs are not done")


def _effects(data: Path) -> tuple[dict[int, int], int]:
    with _looking(data) as session:
        rows = session.execute(text("SELECT number, count(*) FROM proof_effects GROUP BY number"))
        found = {int(number): int(count) for number, count in rows}
        failed = backlog(session).failed
    return found, failed


@contextlib.contextmanager
def _looking(data: Path) -> Iterator[Session]:
    database = Database(settings_of(data).database)
    try:
        with database.reading() as session:
            yield session
    finally:
        database.dispose()


def _meetings(data: Path) -> list[tuple[int, int, int]]:
    file = data / "marks" / "meetings"
    if not file.exists():
        return []
    return [
        (int(number), int(holder), int(finder))
        for number, holder, finder in (line.split() for line in file.read_text().splitlines())
    ]
