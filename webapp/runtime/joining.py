"""What the features bring beside their pages, joined when somebody first asks.

Who listens to what, the jobs, the kinds of mail: to show a page takes none of them, and to import
what they stand on is a quarter of a start. So they are brought all together by whichever asks
first: a fact that is stated, a job that is looked for, a message that is written.
"""

import threading
from collections.abc import Callable


class Once:
    """Does something once, whoever else asks meanwhile. What failed is tried again."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._one_at_a_time = threading.RLock()
        self._is_done = False

    def __call__(self) -> None:
        if self._is_done:
            return
        with self._one_at_a_time:
            if not self._is_done:
                self._work()
                self._is_done = True


class Joined:
    """A collection of what features bring. Its own methods call ``_joined`` before they look."""

    _join: Callable[[], None] | None = None

    def join_with(self, join: Callable[[], None]) -> None:
        """Call ``join``, which adds what is to be found here, before anybody looks."""
        self._join = join

    def _joined(self) -> None:
        if self._join is not None:
            self._join()
            self._join = None
