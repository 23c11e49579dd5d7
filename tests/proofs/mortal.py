"""A process that is killed at chosen moments and started again over the same data."""

import asyncio
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.proofs.servers import ended
from tests.proofs.witnesses import Book

LONGEST_PAUSE_S = 0.1
"""Between the moment and the kill. Witnesses kill at once in half of the cases, before they have
answered: what they took the shop cannot know of."""


@dataclass(frozen=True)
class Body:
    """What is killed: how it begins, how one waits until it works, how it is killed."""

    begin: Callable[[], subprocess.Popen[bytes]]
    await_start: Callable[[subprocess.Popen[bytes]], None]
    kill: Callable[[subprocess.Popen[bytes]], None]
    moments: Sequence[str]
    """When: while it starts, by the clock, while an order is being placed, while the mail server
    (``mail``) or a receiver of webhooks (``webhook``) has just got something and not answered."""
    least_pace_s: float = 3.0
    """How long it lives by the clock at most. Where a start takes longer than that, everything
    does, and so do lives: else nothing would ever be under way at a kill."""


class Mortal:
    """One process at a time. ``saw`` is called from the threads of witnesses and from buyers."""

    def __init__(self, body: Body, book: Book, dice: random.Random) -> None:
        self.kills: Counter[str] = Counter()
        self.is_up = asyncio.Event()
        self._body, self._book, self._dice = body, book, dice
        self._process: subprocess.Popen[bytes] | None = None
        self._start_took_s = 1.0
        self._awaited = ""
        self._kills_at_once = False
        self._came = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    async def live_and_die(self) -> None:
        """One life, from a start to a kill."""
        moment = self._dice.choice(self._body.moments)
        process = self._begin()
        if moment == "start":
            await asyncio.sleep(self._dice.uniform(0, self._start_took_s))
        else:
            await self._wait_until_up()
            moment = await self._moment(moment)
        self.is_up.clear()
        self.kills[moment] += 1
        self._body.kill(process)
        code = await asyncio.to_thread(process.wait)
        assert code == -signal.SIGKILL, f"it ended by itself with code {code}"

    async def live(self) -> None:
        """The last life, which nobody ends by force."""
        self._begin()
        await self._wait_until_up()

    async def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.is_up.clear()
        process, self._process = self._process, None
        if process is None:
            return 0
        process.terminate()
        return await asyncio.to_thread(ended, process, self._body.kill)

    def saw(self, what: str) -> None:
        """It is just doing this. If that is the moment, it is the last thing it does."""
        if self._awaited != what:
            return
        self._awaited = ""
        if self._kills_at_once and self._process is not None:
            self._body.kill(self._process)
        self._loop.call_soon_threadsafe(self._came.set)

    def _begin(self) -> subprocess.Popen[bytes]:
        self._book.life += 1
        self._process = self._body.begin()
        return self._process

    async def _wait_until_up(self) -> None:
        assert self._process is not None
        began = time.monotonic()
        await asyncio.to_thread(self._body.await_start, self._process)
        self._start_took_s = time.monotonic() - began
        self.is_up.set()

    async def _moment(self, wanted: str) -> str:
        """Wait for it; what it was in the end: what does not come in time ends by the clock."""
        pace_s = max(self._start_took_s, self._body.least_pace_s)
        if wanted == "clock":
            await asyncio.sleep(self._dice.uniform(0, pace_s))
            return wanted
        self._came.clear()
        self._kills_at_once = wanted != "order" and self._dice.random() < 0.5
        self._awaited = wanted
        try:
            await asyncio.wait_for(self._came.wait(), 2 * pace_s)
        except TimeoutError:
            self._awaited = ""
            return "clock"
        if not self._kills_at_once:
            await asyncio.sleep(self._dice.uniform(0, LONGEST_PAUSE_S))
        return wanted
