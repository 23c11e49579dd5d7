"""Small files at hand, in the memory of this process."""

import time
from collections import OrderedDict
from collections.abc import Callable

MOST_BYTES = 8_000_000
LARGEST_BYTES = 200_000
"""A larger one is asked for alone, by who looks closely; it would push out dozens."""
KEPT_S = 60.0


class Shelf:
    """What somebody had just now, for who comes next.

    A page shows a dozen pictures and they are asked for all at once, each at the price of a
    statement, a file and two threads; from here it is none of that. Each lies here for a minute at
    most, so that what is taken from the shop is soon gone, and the longest unused make room.
    For the event loop alone.
    """

    def __init__(
        self,
        most_bytes: int = MOST_BYTES,
        kept_s: float = KEPT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most_bytes = most_bytes
        self._kept_s = kept_s
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    def get(self, name: str) -> bytes | None:
        """What lies there under ``name``, if it was put there within the minute."""
        until, body = self._kept.get(name, (0.0, b""))
        if not body:
            return None
        if self._clock() >= until:
            self._take_off(name)
            return None
        self._kept.move_to_end(name)
        return body

    def put(self, name: str, body: bytes) -> None:
        """Keep it at hand, unless it is too large for that."""
        if not body or len(body) > LARGEST_BYTES:
            return
        self._take_off(name)
        self._kept[name] = (self._clock() + self._kept_s, body)
        self._bytes += len(body)
        while self._bytes > self._most_bytes:
            self._take_off(next(iter(self._kept)))

    def _take_off(self, name: str) -> None:
        _, body = self._kept.pop(name, (0.0, b""))
        self._bytes -= len(body)
