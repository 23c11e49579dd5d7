"""The database: engine, the two kinds of transaction, and the only code that ends one.

On SQLite a writing transaction is ``BEGIN IMMEDIATE`` behind one fair in-process lock (first come,
first served) and a turnstile between processes (``turns``), because SQLite's own waiting is a
lottery in which somebody can starve. On PostgreSQL it is an ordinary ``READ COMMITTED`` transaction
and neither is there.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from webapp.runtime.turns import FairLock, turnstile

T = TypeVar("T")

BUSY_TIMEOUT_MS = 10_000
"""How long SQLite waits for another process's writing transaction; ours are milliseconds long."""


class Database:
    """One engine and the way to its transactions. Make one for each process (or test)."""

    def __init__(self, url: str, *, handlers: Any = None, info: dict[str, Any] | None = None):
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _engine(self.url.render_as_string(hide_password=False), self.is_sqlite)
        self.handlers = handlers
        self.info: dict[str, Any] = dict(info or {})
        self.on_commit: list[Callable[[], None]] = []
        """Called after every writing commit; the job runner listens here to wake up at once."""
        self._lock = FairLock() if self.is_sqlite else None
        self._turnstile = turnstile(self.path)

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None where a server keeps the data (or memory does)."""
        if not self.is_sqlite or not self.url.database or self.url.database == ":memory:":
            return None
        return Path(self.url.database)

    # The two kinds of transaction, for jobs, commands of the shell and tests.

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent look at the data; never commits."""
        session = self.open_reading()
        try:
            yield session
        finally:
            self.close(session, commit=False)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end, undone by any error. Keep it short."""
        if self._lock:
            self._lock.acquire()
        try:
            with self.writing_in_turn() as session:
                yield session
        finally:
            if self._lock:
                self._lock.release()

    # The same in pieces, for the web floor, whose halves run on different threads.

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The right to write, waited for in arrival order without holding a thread."""
        if self._lock is None:
            yield
            return
        await self._lock.acquire_async()
        try:
            yield
        finally:
            self._lock.release()

    @contextmanager
    def writing_in_turn(self) -> Iterator[Session]:
        """The same as ``writing`` for a caller who holds the ``turn``."""
        session = self.open_writing()
        try:
            yield session
        except BaseException:
            self.close(session, commit=False)
            raise
        self.close(session, commit=True)

    def open_reading(self) -> Session:
        """A session for reading; end it with ``close(session, commit=False)``."""
        return self._session(writes=False)

    def open_writing(self) -> Session:
        """A session whose transaction has begun. The caller holds the ``turn``."""
        session = self._session(writes=True)
        try:
            if self._turnstile:
                self._turnstile.enter()
            session.connection()
        except BaseException:
            self._end(session)
            raise
        return session

    def close(self, session: Session, *, commit: bool) -> None:
        """End the transaction. What waits for the commit runs after it, never before."""
        try:
            if commit:
                session.commit()
            else:
                session.rollback()
        except BaseException:
            session.rollback()
            raise
        finally:
            self._end(session)
        if commit:
            for then in session.info.pop("after_commit", []):
                then()
            for listener in self.on_commit:
                listener()

    def _end(self, session: Session) -> None:
        session.close()
        if self._turnstile and session.info["writes"]:
            self._turnstile.leave()

    def watch(self) -> Callable[[], bool]:
        """A question for one thread to ask often: has anybody, of any process, written since it
        was last asked? On SQLite a number in memory tells; a server database always says yes."""
        if self.path is None:
            return lambda: True
        eye = sqlite3.connect(self.path, isolation_level=None)
        seen: list[int] = [-1]

        def has_changed() -> bool:
            version: int = eye.execute("PRAGMA data_version").fetchone()[0]
            has_moved, seen[0] = version != seen[0], version
            return has_moved

        return has_changed

    def dispose(self) -> None:
        self.engine.dispose()
        if self._turnstile:
            self._turnstile.close()
            self._turnstile = None

    def _session(self, *, writes: bool) -> Session:
        bind: Engine | Connection = self.engine
        if writes:
            bind = self.engine.execution_options(writes=True)
        session = Session(bind, expire_on_commit=False, autoflush=True)
        session.info.update(self.info)
        session.info["handlers"] = self.handlers
        session.info["writes"] = writes
        session.info["answers"] = None if writes else {}
        return session


def once(session: Session, question: Hashable, ask: Callable[[], T]) -> T:
    """What ``ask`` gives, asked once in a reading transaction however many want to know. In a
    writing one it is asked each time: what it is about may have been written meanwhile.

    ``question`` names it among all that is asked in this way; the answer is shared, so frozen.
    """
    answers: dict[Hashable, T] | None = session.info.get("answers")
    if answers is None:
        return ask()
    if question not in answers:
        answers[question] = ask()
    return answers[question]


def after_commit(session: Session, then: Callable[[], None]) -> None:
    """Run ``then`` once the session's transaction has been committed, and not if it was undone."""
    session.info.setdefault("after_commit", []).append(then)


def _engine(url: str, is_sqlite: bool) -> Engine:
    if not is_sqlite:
        return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)

    engine = create_engine(
        url,
        poolclass=QueuePool,
        pool_size=16,
        max_overflow=48,
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions on its own: we decide which kind.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA cache_size=-2000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
