"""What the shop counts with: buckets and delays, and the door that makes them."""

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from webapp.kit.errors import Unavailable
from webapp.runtime.limits.places import File, Memory, Server, Shared
from webapp.runtime.limits.rules import Look, Rule, Take, TakeBack, Try
from webapp.runtime.secrets import hash_token


class _Counts:
    """Counts by key: those called ``name`` at a ``shared`` place, else in this process alone."""

    def __init__(
        self, keep: int, clock: Callable[[], float], shared: Shared | None, name: str
    ) -> None:
        self._memory = Memory(keep, clock)
        self._shared = shared
        self._name = name

    @property
    def is_remote(self) -> bool:
        """Whether asking may have to wait for others, which the event loop must not."""
        return self._shared is not None

    def _asked(self, key: str, rule: Rule) -> float:
        told = self._shared.ask(self._place(key), rule) if self._shared is not None else None
        return self._memory.ask(key, rule) if told is None else told

    def _forgotten(self, key: str) -> None:
        self._memory.forget(key)
        if self._shared is not None:
            self._shared.forget(self._place(key))

    def _place(self, key: str) -> str:
        # Hashed: what is counted may be somebody's address, which has no business over there.
        return f"vitrine:limit:{self._name}:{hash_token(key)[:32]}"


class Buckets(_Counts):
    """One bucket per key. It holds ``burst`` tokens and regains ``per_minute`` of them a minute; a
    bucket of one token lets each key through once in that time.

    At most ``keep`` buckets are held in memory; the one unused for longest makes room. That favours
    whoever has been forgotten, so choose ``keep`` larger than the number of those you want to slow
    down.
    """

    def __init__(
        self,
        per_minute: float,
        burst: int,
        *,
        keep: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
        shared: Shared | None = None,
        name: str = "",
    ) -> None:
        if per_minute <= 0 or burst < 1 or keep < 1:
            raise ValueError("a bucket that never fills lets nobody through")
        super().__init__(keep, clock, shared, name)
        self._per_second = per_minute / 60
        self._burst = burst

    def take(self, key: str, tokens: int = 1) -> float:
        """Take tokens. 0.0 when there were enough; else nothing is taken and the answer is the
        number of seconds until there will be."""
        if tokens > self._burst:
            raise ValueError(f"a bucket of {self._burst} never holds {tokens}")
        return self._asked(key, Take(self._per_second, self._burst, tokens))

    def left(self, key: str) -> tuple[int, float]:
        """Whole tokens that are there, and the number of seconds until the bucket is full."""
        held = self._asked(key, Look(self._per_second, self._burst))
        return int(held), (self._burst - held) / self._per_second

    @property
    def policy(self) -> tuple[int, int]:
        """How many tokens a full bucket holds, and in how many seconds an empty one fills."""
        return self._burst, round(self._burst / self._per_second)

    def forgive(self, key: str) -> None:
        """Fill the bucket again, as after a sign-in that succeeded."""
        self._forgotten(key)


class Delays(_Counts):
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
        shared: Shared | None = None,
        name: str = "",
    ) -> None:
        if free < 1 or first <= 0 or most < first or memory < most or keep < 1:
            raise ValueError("a delay lets somebody try, grows, and is remembered while it lasts")
        super().__init__(keep, clock, shared, name)
        self._try = Try(free, first, most, memory)

    def take(self, key: str) -> float:
        """Try once. 0.0 when that may be; else nothing is counted, and the answer is the number of
        seconds until it may."""
        return self._asked(key, self._try)

    def forgive(self, key: str, tries: int | None = None) -> None:
        """It was no failure: take back all tries, or the latest ``tries`` of them."""
        if tries is None:
            self._forgotten(key)
        else:
            self._asked(key, TakeBack(tries, self._try.memory))


class Limits:
    """Makes what one shop counts with: on the server at ``redis_url``, which several machines ask;
    else in a file of ``folder``, which the processes of this machine share; without either in
    memory. Raises ``Unavailable`` where a server is named and its client is not installed.
    """

    def __init__(self, redis_url: str = "", folder: Path | None = None) -> None:
        if redis_url and find_spec("redis") is None:
            raise Unavailable("VITRINE_REDIS_URL is set, but the package redis is not installed.")
        self._server = Server(redis_url) if redis_url else None
        file = File(folder / "tries.db") if folder is not None and not redis_url else None
        self._shared: Shared | None = self._server or file

    def buckets(
        self, name: str, per_minute: float, burst: int, *, is_rough: bool = False
    ) -> Buckets:
        """Those called ``name``. ``is_rough``: they keep floods off and are asked with every
        request, so a file is not worth its while: without a server each process counts its own."""
        shared = self._server if is_rough else self._shared
        return Buckets(per_minute, burst, shared=shared, name=name)

    def delays(self, name: str, *, free: int, first: float, most: float) -> Delays:
        """Those called ``name``."""
        return Delays(free=free, first=first, most=most, shared=self._shared, name=name)

    def close(self) -> None:
        if self._shared is not None:
            self._shared.close()
