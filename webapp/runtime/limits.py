"""How often somebody may do something, in this process's memory: a bucket of tokens for each, or a
wait that grows with every failure."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import structlog

from webapp.kit.errors import Unavailable
from webapp.runtime.secrets import hash_token

log = structlog.get_logger("vitrine.limits")

AWAY_S = 5.0
"""The server is not asked again so soon after it did not answer."""
PATIENCE_S = 0.25
"""A request does not wait longer than this for its own limit."""


class Buckets:
    """One bucket per key. It holds ``burst`` tokens and regains ``per_minute`` of them a minute.

    At most ``keep`` buckets are held; the one unused for longest makes room. That favours whoever
    has been forgotten, so choose ``keep`` larger than the number of those you want to slow down.
    """

    is_remote = False
    """Whether taking may have to wait for another server, which the event loop must not."""

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


class Limits:
    """Makes the buckets of one shop: all in memory, or all on the server at ``redis_url``.

    Raises ``Unavailable`` where that is asked for and its client is not installed.
    """

    def __init__(self, redis_url: str = "") -> None:
        if redis_url and find_spec("redis") is None:
            raise Unavailable("VITRINE_REDIS_URL is set, but the package redis is not installed.")
        self._shared = _Server(redis_url) if redis_url else None

    def buckets(self, name: str, per_minute: float, burst: int) -> Buckets:
        """Those called ``name``, which all processes have in common where there is a server."""
        if self._shared is None:
            return Buckets(per_minute, burst)
        return SharedBuckets(self._shared, name, per_minute, burst)

    def close(self) -> None:
        if self._shared is not None:
            self._shared.close()


class SharedBuckets(Buckets):
    """The same on a server, where all processes of a shop take from one bucket."""

    is_remote = True

    def __init__(self, server: "_Server", name: str, per_minute: float, burst: int) -> None:
        super().__init__(per_minute, burst)
        self._server = server
        self._name = name

    def take(self, key: str, tokens: int = 1) -> float:
        if tokens > self._burst:
            raise ValueError(f"a bucket of {self._burst} never holds {tokens}")
        told = self._server.take(self._place(key), self._per_second, self._burst, tokens)
        if told is None:
            return super().take(key, tokens)
        enough, held = told
        return 0.0 if enough else (tokens - held) / self._per_second

    def left(self, key: str) -> tuple[int, float]:
        told = self._server.take(self._place(key), self._per_second, self._burst, 0)
        if told is None:
            return super().left(key)
        return int(told[1]), (self._burst - told[1]) / self._per_second

    def forgive(self, key: str) -> None:
        super().forgive(key)
        self._server.forget(self._place(key))

    def _place(self, key: str) -> str:
        # Hashed: what is counted may be somebody's address, which has no business over there.
        return f"vitrine:limit:{self._name}:{hash_token(key)[:32]}"


class _Server:
    """One connection pool, asked in one step for each take; None from it means that it is away."""

    # Its own clock counts, so that processes whose clocks differ agree.
    _TAKE = """
local rate, burst, tokens = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local at = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'held', 'at')
local held = tonumber(kept[1] or burst)
held = math.min(burst, held + math.max(0, at - tonumber(kept[2] or at)) * rate)
local enough = held >= tokens
if tokens > 0 then
  if enough then held = held - tokens end
  redis.call('HSET', KEYS[1], 'held', string.format('%.6f', held), 'at', string.format('%.6f', at))
  redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
end
return {enough and 1 or 0, string.format('%.6f', held)}
"""

    def __init__(self, url: str) -> None:
        # Loaded by a shop that has such a server; the others have no use for it.
        import redis

        self._errors: tuple[type[Exception], ...] = (redis.RedisError, OSError)
        self._client: Any = redis.Redis.from_url(
            url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
        )
        self._script: Any = self._client.register_script(self._TAKE)
        self._back_at = 0.0

    def take(self, place: str, rate: float, burst: int, tokens: int) -> tuple[bool, float] | None:
        told = self._asked(lambda: self._script(keys=[place], args=[rate, burst, tokens]))
        return None if told is None else (bool(told[0]), float(told[1]))

    def forget(self, place: str) -> None:
        self._asked(lambda: self._client.delete(place))

    def close(self) -> None:
        self._client.close()

    def _asked(self, question: Callable[[], Any]) -> Any:
        if time.monotonic() < self._back_at:
            return None
        try:
            return question()
        except self._errors as error:
            self._back_at = time.monotonic() + AWAY_S
            log.warning("limits_kept_in_memory", error=type(error).__name__, for_s=AWAY_S)
            return None
