"""What a job is given: the shop's means, a way to say how far it is, and where to go on from."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from webapp.kit.values import Value
from webapp.runtime.db import Database
from webapp.runtime.events import plain
from webapp.runtime.jobs import leases
from webapp.runtime.jobs.leases import Claim
from webapp.runtime.outbound import Outbound
from webapp.runtime.storage import Storage
from webapp.settings import Settings

if TYPE_CHECKING:
    from webapp.runtime.mail.office import PostOffice


FILES = "tasks"
"""The area of the storage in which jobs keep what they made."""


def file_key(job_id: str, name: str) -> str:
    """Where a job keeps a file that it made."""
    return f"{FILES}/{job_id}/{name}"


class Interrupted(BaseException):
    """The process is ending and the job goes back into the queue.

    Not an ``Exception``, so that a job's own ``except Exception`` does not swallow it.
    """


class LeaseLost(Interrupted):
    """The job is no longer ours: somebody cancelled it, or another process took it over."""


class GiveUp(Exception):
    """Raised by a job that knows no further try can help. It goes to the dead letters at once."""


class Means(Value):
    """What the shop lends to a job. The process that starts the runner puts it together."""

    settings: Settings
    storage: Storage
    outbound: Outbound
    post: "PostOffice | None" = None
    """Where mail is written and handed in; only the floors below the shop do without."""


@dataclass
class Signals:
    """How the runner speaks to a job that is under way."""

    stop: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)


class JobContext:
    """One run of one job. Use it on the thread it was given to.

    Open short transactions with ``writing()`` and do what is slow between them.
    """

    def __init__(self, claim: Claim, database: Database, means: Means, signals: Signals) -> None:
        self.database = database
        self.settings = means.settings
        self.storage = means.storage
        self.outbound = means.outbound
        self.job_id = claim.public_id
        self.attempt = claim.attempt
        """1 for the first try; a resumption after a restart does not count."""
        self.is_last_attempt = claim.attempt >= claim.max_attempts
        self.cursor: dict[str, Any] = dict(claim.cursor)
        """What ``checkpoint`` was last told, also by an earlier run; empty at the beginning."""
        self._post = means.post
        self._claim = claim
        self._signals = signals
        self._open: Session | None = None
        self._guard = threading.Lock()
        self._progress: dict[str, Any] = {}
        self._is_noted = True

    @property
    def post(self) -> "PostOffice":
        """The shop's mail. Raises ``LookupError`` in a process that was not given any."""
        if self._post is None:
            raise LookupError("this process was started without a post office")
        return self._post

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent look at the data."""
        with self.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that commits only while the job is ours, else raises ``LeaseLost``.

        This is what makes the effect single: a run that was given up for dead and wakes up again
        cannot write beside its successor. One at a time, and short.
        """
        if self._open is not None:
            raise RuntimeError("this job has a writing transaction open already")
        with self.database.writing() as session:
            if not leases.is_held(session.connection(), self._claim):
                raise LeaseLost(self.job_id)
            session.info["request_id"] = self.job_id
            self._open = session
            try:
                yield session
            finally:
                self._open = None

    def file_key(self, name: str) -> str:
        """Where to keep a file that this job makes: named in its result as ``file``, it is served
        to whoever may look at the job, and goes with it."""
        return file_key(self.job_id, name)

    def progress(self, current: int, total: int = 0, note: str = "") -> None:
        """Say how far it is, for those who watch; as often as you like, it costs no transaction.

        Raises ``Interrupted`` between two transactions when the process wants to end, so call it
        where stopping does no harm.
        """
        with self._guard:
            self._progress = {
                "progress_current": current,
                "progress_total": total,
                "progress_note": note[:300],
            }
            self._is_noted = False
        if self._open is None:
            self._stop_if_asked()

    def checkpoint(self, cursor: Mapping[str, Any]) -> None:
        """Remember where to go on after a crash, a restart or a failed try.

        Inside ``writing()`` it commits or falls with the work it tells about, which is where it
        belongs; outside it is a transaction of its own, and a good moment to be interrupted.
        """
        kept = plain(cursor)
        if self._open is not None:
            self._note(self._open, kept)
        else:
            with self.database.writing() as session:
                self._note(session, kept)
        self.cursor = kept
        if self._open is None:
            self._stop_if_asked()

    def progress_to_note(self) -> dict[str, Any]:
        """For the runner: what ``progress`` was told since it was last asked."""
        with self._guard:
            fresh = {} if self._is_noted else dict(self._progress)
            self._is_noted = True
        return fresh

    def _note(self, session: Session, cursor: dict[str, Any]) -> None:
        values = {"cursor": cursor, **self._progress}
        if not leases.note(session.connection(), self._claim, **values):
            raise LeaseLost(self.job_id)

    def _stop_if_asked(self) -> None:
        if self._signals.lost.is_set():
            raise LeaseLost(self.job_id)
        if self._signals.stop.is_set():
            raise Interrupted(self.job_id)
