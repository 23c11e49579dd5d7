"""How often somebody may do something, in this process's memory: a bucket of tokens for each, or a
wait that grows with every failure."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable


class Buckets:
    """One bucket per key. It holds ``burst`` tokens and regains ``per_minute`` of them a minute.

    At most ``keep`` buckets are held; the one unused for longest makes room. That favours whoever
    has been forgotten, so choose ``keep`` larger than the number of those you want to slow down.
    """

    def __init__(
        self,
        per_minute: float,
        burst: int,
        *,
        keep: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if per_minute <= 0 or burst < 1 or keep < 1:
            raise ValueError("a bucket that never fills lets nobody through")
        self._per_second = per_minute / 60
        self._burst = burst
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, tokens: int = 1) -> float:
        """Take tokens. 0.0 when there were enough; else nothing is taken and the answer is the
        number of seconds until there will be."""
        if tokens > self._burst:
            raise ValueError(f"a bucket of {self._burst} never holds {tokens}")
        at = self._clock()
        with self._lock:
            held = self._held(key, at)
            enough = held >= tokens
            self._buckets[key] = (held - tokens if enough else held, at)
            self._buckets.move_to_end(key)
            if len(self._buckets) > self._keep:
                self._buckets.popitem(last=False)
        return 0.0 if enough else (tokens - held) / self._per_second

    def left(self, key: str) -> tuple[int, float]:
        """Whole tokens that are there, and the number of seconds until the bucket is full."""
        with self._lock:
            held = self._held(key, self._clock())
        return int(held), (self._burst - held) / self._per_second

    @property
    def policy(self) -> tuple[int, int]:
        """How many tokens a full bucket holds, and in how many seconds an empty one fills."""
        return self._burst, round(self._burst / self._per_second)

    def forgive(self, key: str) -> None:
        """Fill the bucket again, as after a sign-in that succeeded."""
        with self._lock:
            self._buckets.pop(key, None)

    def _held(self, key: str, at: float) -> float:
        held, since = self._buckets.get(key, (float(self._burst), at))
        return min(self._burst, held + (at - since) * self._per_second)


class Delays:
    """A wait that grows. ``free`` tries come at once; before the next there are ``first`` seconds,
    before each further one twice as many, at most ``most``. It never ends in a locked door.

    A try counts as a failure until it is forgiven, so that many at once do not slip through. Who
    has not tried for ``memory`` seconds begins anew. At most ``keep`` are held, as in ``Buckets``.
    """

    def __init__(
        self,
        *,
        free: int,
        first: float,
        most: float,
        memory: float = 3600,
        keep: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if free < 1 or first <= 0 or most < first or memory < most or keep < 1:
            raise ValueError("a delay lets somebody try, grows, and is remembered while it lasts")
        self._free = free
        self._first = first
        self._most = most
        self._memory = memory
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def take(self, key: str) -> float:
        """Try once. 0.0 when that may be; else nothing is counted, and the answer is the number of
        seconds until it may."""
        at = self._clock()
        with self._lock:
            number, last = self._held(key, at)
            wait = max(0.0, last + self._delay(number) - at)
            if wait == 0:
                self._put(key, number + 1, at)
        return wait

    def forgive(self, key: str, tries: int | None = None) -> None:
        """It was no failure: take back all tries, or the latest ``tries`` of them."""
        with self._lock:
            number, last = self._held(key, self._clock())
            if tries is None or number <= tries:
                self._tries.pop(key, None)
            else:
                self._tries[key] = (number - tries, last)

    def _delay(self, number: int) -> float:
        if number < self._free:
            return 0.0
        return float(min(self._most, self._first * 2 ** min(number - self._free, 30)))

    def _held(self, key: str, at: float) -> tuple[int, float]:
        number, last = self._tries.get(key, (0, at))
        return (number, last) if at - last < self._memory else (0, at)

    def _put(self, key: str, number: int, at: float) -> None:
        self._tries[key] = (number, at)
        self._tries.move_to_end(key)
        if len(self._tries) > self._keep:
            self._tries.popitem(last=False)
