"""The same with jobs on Celery workers: killed a hundred times, with all that they have begun.

The server stays. Its relay tells the workers through Redis which jobs there are; one worker with
two children runs them, is ended by SIGKILL again and again, children and all, and started anew.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tests.proofs.brokers import broker
from tests.proofs.buying import Buyers
from tests.proofs.lives import lives
from tests.proofs.mortal import Body, Mortal
from tests.proofs.reckoning import line_of, reckoned
from tests.proofs.servers import ROOT, environment, serving
from tests.proofs.shops import mailing_shop
from tests.proofs.witnesses import Book, witnessing

ORDERS, KILLS = 500, 100
QUICK_ORDERS, QUICK_KILLS = 8, 2
MOMENTS = ("clock", "mail", "mail", "webhook", "webhook")
STARTS = 3
"""A worker lives as long as a server takes for so many starts. It needs some of that to start
itself, so the clock also ends it while it does."""
CHILDREN = 2


def prove(quick: bool, seed: int) -> str:
    """Run it and return its line. Raises ``AssertionError`` with whatever does not agree."""
    return run(QUICK_ORDERS, QUICK_KILLS, seed) if quick else run(ORDERS, KILLS, seed)


def run(orders: int, kills: int, seed: int) -> str:
    """The same with so many orders and kills."""
    began, book = time.monotonic(), Book()
    with (
        tempfile.TemporaryDirectory() as folder,
        witnessing(book) as (smtp_url, hook_url),
        broker(Path(folder)) as broker_url,
    ):
        data = Path(folder)
        shop = mailing_shop(data, units=orders * 2, mail=smtp_url, told=hook_url)
        book.secret = shop.secret
        settings = {**shop.environment, "VITRINE_CELERY_BROKER_URL": broker_url}

        async def live(address: str, pace_s: float) -> tuple[Mortal, Buyers, list[str]]:
            body = Body(lambda: _worker(data, settings), lambda _: None, _kill, MOMENTS, pace_s)
            mortal = Mortal(body, book, random.Random(seed))
            book.saw = mortal.saw
            always = asyncio.Event()
            always.set()
            buyers = Buyers(address, shop.slug, random.Random(seed + 1), always, mortal.saw)
            return mortal, buyers, await lives(mortal, buyers, data, orders, kills)

        asked = time.monotonic()
        with serving(data, **settings) as (address,):
            pace_s = STARTS * (time.monotonic() - asked)
            mortal, buyers, left = asyncio.run(live(address, pace_s))
        ledgers, faults = reckoned(data, shop, book, buyers, orders, under_way=CHILDREN)
    line = line_of("crash-celery", ledgers, book, buyers, mortal)
    line = f"{line}, {time.monotonic() - began:.0f} s, seed {seed}"
    told = "\n".join([line, *left, *faults])
    assert not left and not faults, told
    return line


def _worker(data: Path, settings: dict[str, str]) -> subprocess.Popen[bytes]:
    with (data / "worker.log").open("ab") as log:
        return subprocess.Popen(
            [
                sys.executable, "-m", "celery", "-A", "webapp.worker", "worker",
                "--concurrency", str(CHILDREN), "--without-gossip", "--without-mingle",
                "-l", "WARNING",
            ],
            env=environment(data, **settings),
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip


def _kill(worker: subprocess.Popen[bytes]) -> None:
    """With its children, which are of its group."""
    with suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
