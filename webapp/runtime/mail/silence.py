"""A mail server that lets us wait is left alone for a while.

Each try would keep a thread for as long as ``carry`` waits, and a shop has few: other jobs would
wait behind mail that goes nowhere. Known to one process; another finds out by itself.
"""

import threading
from datetime import datetime, timedelta

from webapp.kit.clock import now
from webapp.runtime.mail.smtp import Answer

PAUSE = timedelta(minutes=1)


class Silence:
    """Whether to talk to the server now. After a pause one message tries it, and the others wait
    for what becomes of that one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until: datetime | None = None

    def lasts(self) -> bool:
        """Whether the server is to be left alone; whoever hears no tries it, and tells with
        ``learn``."""
        with self._lock:
            if self._until is None:
                return False
            if now() < self._until:
                return True
            self._until = now() + PAUSE
            return False

    def learn(self, answer: Answer) -> None:
        with self._lock:
            self._until = now() + PAUSE if answer.is_silence else None
