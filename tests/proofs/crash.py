"""A shop that is killed a hundred times while people order, and loses nothing.

Buyers place orders over HTTP. The server writes mail to a real mail server and tells a receiver of
webhooks, and is ended by SIGKILL again and again: while it starts, places, sends, waits for an
answer. What the buyers, the mail server and the receiver saw is compared with the books.
"""

import asyncio
import random
import subprocess
import tempfile
import time
from pathlib import Path

from tests.proofs.buying import Buyers
from tests.proofs.lives import lives
from tests.proofs.mortal import Body, Mortal
from tests.proofs.reckoning import JOB_THREADS, line_of, reckoned
from tests.proofs.servers import await_start, free_port, launch
from tests.proofs.shops import mailing_shop
from tests.proofs.witnesses import Book, witnessing

ORDERS, KILLS = 500, 100
QUICK_ORDERS, QUICK_KILLS = 12, 3
MOMENTS = ("start", "clock", "clock", "order", "order", "mail", "mail", "webhook", "webhook")


def prove(quick: bool, seed: int) -> str:
    """Run it and return its line. Raises ``AssertionError`` with whatever does not agree."""
    return run(QUICK_ORDERS, QUICK_KILLS, seed) if quick else run(ORDERS, KILLS, seed)


def run(orders: int, kills: int, seed: int) -> str:
    """The same with so many orders and kills."""
    began, book = time.monotonic(), Book()
    with tempfile.TemporaryDirectory() as folder, witnessing(book) as (smtp_url, hook_url):
        data = Path(folder)
        shop = mailing_shop(data, units=orders * 2, mail=smtp_url, told=hook_url)
        book.secret = shop.secret
        port = free_port()
        address = f"http://127.0.0.1:{port}"

        def begin() -> subprocess.Popen[bytes]:
            return launch(data, port, "server-0", **shop.environment)

        def started(process: subprocess.Popen[bytes]) -> None:
            await_start(process, address, data)

        async def live() -> tuple[Mortal, Buyers, list[str]]:
            body = Body(begin, started, subprocess.Popen.kill, MOMENTS)
            mortal = Mortal(body, book, random.Random(seed))
            book.saw = mortal.saw
            dice = random.Random(seed + 1)
            buyers = Buyers(address, shop.slug, dice, mortal.is_up, mortal.saw)
            return mortal, buyers, await lives(mortal, buyers, data, orders, kills)

        mortal, buyers, left = asyncio.run(live())
        ledgers, faults = reckoned(data, shop, book, buyers, orders, under_way=JOB_THREADS)
    line = line_of("crash", ledgers, book, buyers, mortal)
    line = f"{line}, {time.monotonic() - began:.0f} s, seed {seed}"
    told = "\n".join([line, *left, *faults])
    assert not left and not faults, told
    return line
