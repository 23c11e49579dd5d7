"""Where counts are kept: in this process, in a file that the processes of one machine share, or on
a server that those of several machines ask.

What does not answer is neither a closed door nor an open one: this process counts by itself until
it is there again, and the log says ``limits_kept_in_memory``.
"""

import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog

from webapp.runtime.limits.rules import Look, Rule, State, Take, TakeBack, Try

log = structlog.get_logger("vitrine.limits")

AWAY_S = 5.0
"""What did not answer is not asked again so soon."""
PATIENCE_S = 0.25
"""A request does not wait longer than this for its own limit."""
MOST_ROWS = 200_000
"""In the file; those that would be forgotten first make room."""
SWEPT_EVERY = 500
"""Writes of one process."""


class Memory:
    """Of this process. At most ``keep`` are held; the one unused for longest makes room."""

    def __init__(self, keep: int, clock: Callable[[], float]) -> None:
        self._keep = keep
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, State] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def ask(self, place: str, rule: Rule) -> float:
        at = self._clock()
        with self._lock:
            before = self._kept.get(place)
            answer, after = rule(before, at)
            if after is None:
                self._kept.pop(place, None)
            elif after is not before:
                self._kept[place] = after
                self._kept.move_to_end(place)
                if len(self._kept) > self._keep:
                    self._kept.popitem(last=False)
        return answer

    def forget(self, place: str) -> None:
        with self._lock:
            self._kept.pop(place, None)


class Shared(ABC):
    """What several processes ask. None from it means that it does not answer."""

    def __init__(self, *errors: type[Exception]) -> None:
        self._errors = errors
        self._back_at = 0.0

    def ask(self, place: str, rule: Rule) -> float | None:
        answer: float | None = self._asked(lambda: self._ask(place, rule))
        return answer

    def forget(self, place: str) -> None:
        self._asked(lambda: self._forget(place))

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def _ask(self, place: str, rule: Rule) -> float: ...

    @abstractmethod
    def _forget(self, place: str) -> None: ...

    @abstractmethod
    def _gave_up(self, error: Exception) -> None:
        """It did not answer: what can be done for the next time."""

    def _asked(self, question: Callable[[], Any]) -> Any:
        if time.monotonic() < self._back_at:
            return None
        try:
            return question()
        except self._errors as error:
            self._back_at = time.monotonic() + AWAY_S
            log.warning("limits_kept_in_memory", error=type(error).__name__, for_s=AWAY_S)
            self._gave_up(error)
            return None


class File(Shared):
    """Beside the database and none of it: a try is written in a moment, waits for no order, and may
    be lost with the power. It opens at the first try."""

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        most_rows: int = MOST_ROWS,
        swept_every: int = SWEPT_EVERY,
    ) -> None:
        super().__init__(sqlite3.Error, OSError)
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._most_rows = most_rows
        self._swept_every = self._until_sweep = swept_every

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
            self._connection = None

    def _ask(self, place: str, rule: Rule) -> float:
        with self._lock:
            connection = self._opened()
            with connection:  # commits, or undoes what an error has left
                connection.execute("BEGIN IMMEDIATE")
                at = self._clock()
                before: State | None = connection.execute(
                    "SELECT number, since FROM tries WHERE place = ? AND until > ?", (place, at)
                ).fetchone()
                answer, after = rule(before, at)
                if after is None:
                    connection.execute("DELETE FROM tries WHERE place = ?", (place,))
                elif after is not before:
                    row = (place, *after, at + rule.lasts)
                    connection.execute("REPLACE INTO tries VALUES (?, ?, ?, ?)", row)
                    self._sweep(connection, at)
        return answer

    def _forget(self, place: str) -> None:
        with self._lock, self._opened() as connection:
            connection.execute("DELETE FROM tries WHERE place = ?", (place,))

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            connection = sqlite3.connect(
                self._path, timeout=PATIENCE_S, isolation_level=None, check_same_thread=False
            )
            # Written without waiting for the disk while it is made: it is worth nothing yet.
            connection.executescript(
                """
                PRAGMA synchronous = OFF;
                PRAGMA journal_mode = WAL;
                CREATE TABLE IF NOT EXISTS tries (
                    place TEXT PRIMARY KEY, number REAL NOT NULL, since REAL NOT NULL,
                    until REAL NOT NULL
                ) WITHOUT ROWID;
                CREATE INDEX IF NOT EXISTS ix_tries_until ON tries (until);
                PRAGMA synchronous = NORMAL;
                """
            )
            self._connection = connection
        return self._connection

    def _sweep(self, connection: sqlite3.Connection, at: float) -> None:
        self._until_sweep -= 1
        if self._until_sweep:
            return
        self._until_sweep = self._swept_every
        connection.execute("DELETE FROM tries WHERE until <= ?", (at,))
        connection.execute(
            "DELETE FROM tries WHERE place IN (SELECT place FROM tries ORDER BY until"
            " LIMIT max(0, (SELECT count(*) FROM tries) - ?))",
            (self._most_rows,),
        )

    def _gave_up(self, error: Exception) -> None:
        self.close()
        if type(error) is sqlite3.DatabaseError:  # damaged: nothing in it is worth mending
            for ending in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + ending).unlink(missing_ok=True)


class Server(Shared):
    """One connection pool, asked in one step for each try."""

    # Its own clock counts, so that processes whose clocks differ agree.
    _BEGIN = """
local time = redis.call('TIME')
local at = time[1] + time[2] / 1000000
local kept = redis.call('HMGET', KEYS[1], 'number', 'since')
local number, since = tonumber(kept[1] or nil), tonumber(kept[2] or nil)
local function text(value) return string.format('%.6f', value) end
local function drop() redis.call('DEL', KEYS[1]) end
local function put(value, when, lasts)
  redis.call('HSET', KEYS[1], 'number', text(value), 'since', text(when))
  redis.call('PEXPIRE', KEYS[1], math.ceil(lasts * 1000))
end
"""

    def __init__(self, url: str) -> None:
        # Loaded by a shop that has such a server; the others have no use for it.
        import redis

        super().__init__(redis.RedisError, OSError)
        self._client: Any = redis.Redis.from_url(
            url, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S
        )
        self._scripts: dict[type[Rule], Any] = {
            rule: self._client.register_script(self._BEGIN + rule.lua)
            for rule in (Take, Look, Try, TakeBack)
        }

    def close(self) -> None:
        self._client.close()

    def _ask(self, place: str, rule: Rule) -> float:
        return float(self._scripts[type(rule)](keys=[place], args=rule.arguments))

    def _forget(self, place: str) -> None:
        self._client.delete(place)

    def _gave_up(self, error: Exception) -> None:
        """Its pool connects anew by itself."""
