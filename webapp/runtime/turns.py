"""Whose turn it is to write, on a database that has one writer at a time.

``FairLock`` puts the threads and coroutines of a process in a row, and ``Turnstile`` the processes
of a machine. SQLite's own waiting is a lottery: who finds it locked sleeps up to a tenth of a
second and looks again, and a busy neighbour has locked it again by then.
"""

import asyncio
import threading
import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # not a POSIX system: the lottery remains
    fcntl = None  # type: ignore[assignment]

PATIENCE_S = 5.0
"""How long a process waits to be let through before it tries its luck with the database itself:
the one in front may have been stopped."""

LOOKS_AFTER_S = 0.001
LOOKS_AT_LEAST_EVERY_S = 0.008


class FairLock:
    """First come, first served, for threads (``acquire``) and coroutines (``acquire_async``) alike.

    A coroutine waits without holding a thread: with the ordinary lock, forty waiting requests would
    take all threads of the pool and the one that holds the lock could not run to release it.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._held = False
        self._waiting: deque[Future[None]] = deque()

    def _ticket(self) -> Future[None] | None:
        with self._guard:
            if not self._held:
                self._held = True
                return None
            ticket: Future[None] = Future()
            self._waiting.append(ticket)
            return ticket

    def acquire(self) -> None:
        ticket = self._ticket()
        if ticket is not None:
            ticket.result()

    async def acquire_async(self) -> None:
        ticket = self._ticket()
        if ticket is None:
            return
        try:
            await asyncio.wrap_future(ticket)
        except asyncio.CancelledError:
            # The visitor left. Either we are still waiting (the cancelled ticket is skipped) or
            # the lock was handed to us in the same instant and must be passed on.
            if not ticket.cancelled():
                self.release()
            raise

    def release(self) -> None:
        with self._guard:
            while self._waiting:
                ticket = self._waiting.popleft()
                if ticket.set_running_or_notify_cancel():
                    ticket.set_result(None)
                    return
            self._held = False


class Turnstile:
    """Processes in turns. Who waits for the one that writes holds the place behind it, so that
    the writer, when it comes again at once, stands in line as well.

    A courtesy and no lock: what two may not do at once the database itself prevents. For one
    thread of the process at a time. The system takes the place of a process that died.
    """

    def __init__(self, database: Path) -> None:
        self._next = database.with_name(f"{database.name}-next").open("ab")
        self._writes = database.with_name(f"{database.name}-turn").open("ab")

    def enter(self) -> None:
        """Wait for this process's turn, at most ``PATIENCE_S`` seconds."""
        until = time.monotonic() + PATIENCE_S
        if _take(self._next, until):
            _take(self._writes, until)
            fcntl.flock(self._next, fcntl.LOCK_UN)

    def leave(self) -> None:
        """Let the next one through. Nothing to somebody who was not let in."""
        fcntl.flock(self._writes, fcntl.LOCK_UN)

    def close(self) -> None:
        self._next.close()
        self._writes.close()


def turnstile(database: Path | None) -> Turnstile | None:
    """The turnstile of an SQLite file; None where there is no file or no such locks."""
    if database is None or fcntl is None:
        return None
    try:
        return Turnstile(database)
    except OSError:
        return None


def _take(place: BinaryIO, until: float) -> bool:
    """Whether the place was got in time. Looked for again and again, because the system's own
    waiting has no end."""
    pause = LOOKS_AFTER_S
    while True:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
        time.sleep(pause)
        pause = min(pause * 2, LOOKS_AT_LEAST_EVERY_S)
