"""How a count changes when it is asked: each rule in Python, for what is counted here, and in Lua,
for a server that speaks Redis' protocol, which runs it in one step."""

from typing import ClassVar, Protocol

from webapp.kit.values import Value, astuple

State = tuple[float, float]
"""What is kept of somebody: a number, and the time (seconds) at which it was that."""


class Rule(Protocol):
    """Asked with what is kept (None: nothing) and the time, it gives its answer and what is kept
    from now on; the very same state means that nothing is written."""

    lua: ClassVar[str]
    """Knows ``number``, ``since``, ``at`` and ``ARGV``; ``put`` and ``drop`` change what is kept;
    returns a string."""

    @property
    def lasts(self) -> float:
        """After so many seconds what is kept says no more than nothing does."""
        ...

    @property
    def arguments(self) -> list[float]: ...

    def __call__(self, kept: State | None, at: float) -> tuple[float, State | None]: ...


class Take(Value):
    """Take tokens from a bucket: 0.0, or the seconds until there are enough."""

    rate: float
    burst: int
    tokens: int

    lua: ClassVar[str] = """
local rate, burst, tokens = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local held = math.min(burst, (number or burst) + math.max(0, at - (since or at)) * rate)
local enough = held >= tokens
put(enough and held - tokens or held, at, burst / rate + 1)
return text(enough and 0 or (tokens - held) / rate)
"""

    @property
    def lasts(self) -> float:
        return self.burst / self.rate + 1

    @property
    def arguments(self) -> list[float]:
        return list(astuple(self))

    def __call__(self, kept: State | None, at: float) -> tuple[float, State | None]:
        held = held_by(kept, at, self.rate, self.burst)
        if held >= self.tokens:
            return 0.0, (held - self.tokens, at)
        return (self.tokens - held) / self.rate, (held, at)


class Look(Value):
    """How many tokens a bucket holds, parts of one too."""

    rate: float
    burst: int

    lua: ClassVar[str] = """
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
return text(math.min(burst, (number or burst) + math.max(0, at - (since or at)) * rate))
"""

    @property
    def lasts(self) -> float:
        return self.burst / self.rate + 1

    @property
    def arguments(self) -> list[float]:
        return list(astuple(self))

    def __call__(self, kept: State | None, at: float) -> tuple[float, State | None]:
        return held_by(kept, at, self.rate, self.burst), kept


class Try(Value):
    """Try once, having failed so often before: 0.0, or the seconds until that may be."""

    free: int
    first: float
    most: float
    memory: float

    # A clock that was set back makes nobody wait longer than they would have had to anyway.
    lua: ClassVar[str] = """
local free, first, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local memory = tonumber(ARGV[4])
local tried, last = number or 0, since or at
if at - last >= memory then tried, last = 0, at end
local delay = 0
if tried >= free then delay = math.min(most, first * 2 ^ math.min(tried - free, 30)) end
local wait = math.max(0, math.min(delay, last + delay - at))
if wait == 0 then put(tried + 1, at, memory) end
return text(wait)
"""

    @property
    def lasts(self) -> float:
        return self.memory

    @property
    def arguments(self) -> list[float]:
        return list(astuple(self))

    def __call__(self, kept: State | None, at: float) -> tuple[float, State | None]:
        tried, last = kept or (0.0, at)
        if at - last >= self.memory:
            tried, last = 0.0, at
        delay = 0.0
        if tried >= self.free:
            delay = min(self.most, self.first * 2 ** min(tried - self.free, 30))
        wait = max(0.0, min(delay, last + delay - at))
        return wait, ((tried + 1, at) if wait == 0 else kept)


class TakeBack(Value):
    """The latest ``tries`` were no failures. Answers how many are left."""

    tries: int
    memory: float

    lua: ClassVar[str] = """
local left = math.max(0, (number or 0) - tonumber(ARGV[1]))
if left == 0 then drop() else put(left, since, tonumber(ARGV[2])) end
return text(left)
"""

    @property
    def lasts(self) -> float:
        return self.memory

    @property
    def arguments(self) -> list[float]:
        return list(astuple(self))

    def __call__(self, kept: State | None, at: float) -> tuple[float, State | None]:
        if kept is None or kept[0] <= self.tries:
            return 0.0, None
        left = kept[0] - self.tries
        return left, (left, kept[1])


def held_by(kept: State | None, at: float, rate: float, burst: int) -> float:
    """What a bucket holds that fills again; a full one where nothing is kept of it."""
    held, since = kept or (float(burst), at)
    return min(burst, held + max(0.0, at - since) * rate)
