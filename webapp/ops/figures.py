"""The figures of the shop for Prometheus, in its text format."""

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from webapp.kit.values import Value, field
from webapp.runtime.db import Database
from webapp.runtime.jobs import backlog
from webapp.runtime.mail import MailRecord, MailState
from webapp.web.traffic import BOUNDS_S, Traffic


class Counts(Value):
    """What the database says at one moment; nothing where it does not answer."""

    is_there: bool = False
    jobs: dict[str, int] = field(default_factory=dict)
    oldest_wait_s: float = 0.0
    mail: dict[str, int] = field(default_factory=dict)
    orders: int = 0


def counts(database: Database) -> Counts:
    """Look at the database once."""
    try:
        with database.reading() as session:
            return _counts(session)
    except SQLAlchemyError:
        return Counts()


def exposition(traffic: Traffic, found: Counts, *, version: str) -> tuple[bytes, str]:
    """The figures and their media type."""
    # Loaded by the first who asks; most shops are never asked.
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    registry = CollectorRegistry()
    registry.register(_Figures(traffic, found, version))
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4


class _Figures:
    """What the library asks for when it writes them down."""

    def __init__(self, traffic: Traffic, found: Counts, version: str) -> None:
        self._traffic = traffic
        self._found = found
        self._version = version

    def describe(self) -> Iterable[Any]:
        return ()

    def collect(self) -> Iterator[Any]:
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        built = GaugeMetricFamily("vitrine_build", "The version that runs.", labels=["version"])
        built.add_metric([self._version], 1)
        yield built
        answers = CounterMetricFamily(
            "vitrine_requests", "Answers of this process.", labels=["method", "route", "status"]
        )
        for (method, route, status), number in sorted(self._traffic.answers.items()):
            answers.add_metric([method, route, str(status)], number)
        yield answers
        took = HistogramMetricFamily(
            "vitrine_request_duration_seconds",
            "How long answers took; streams until they began.",
            labels=["method", "route"],
        )
        for (method, route), durations in sorted(self._traffic.durations.items()):
            ends = [*(str(end) for end in BOUNDS_S), "+Inf"]
            classes = zip(ends, accumulate(durations.classes), strict=True)
            took.add_metric([method, route], [*classes], durations.seconds)
        yield took
        yield GaugeMetricFamily(
            "vitrine_database_up", "Whether the database answers.", int(self._found.is_there)
        )
        if self._found.is_there:
            yield from self._of_the_shop()

    def _of_the_shop(self) -> Iterator[Any]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for name, about, by_state in (
            ("vitrine_jobs", "Background jobs that are not done.", self._found.jobs),
            ("vitrine_mail", "Messages that were not sent.", self._found.mail),
        ):
            family = GaugeMetricFamily(name, about, labels=["state"])
            for state, number in by_state.items():
                family.add_metric([state], number)
            yield family
        yield GaugeMetricFamily(
            "vitrine_job_oldest_wait_seconds",
            "For how long the longest waiting job could have been running.",
            self._found.oldest_wait_s,
        )
        yield CounterMetricFamily("vitrine_orders_placed", "Orders.", self._found.orders)


def _counts(session: Session) -> Counts:
    # Here, since every server has the page of its health and few are ever asked.
    from webapp.orders.models import Order

    jobs = backlog(session)
    unsent = (MailState.queued, MailState.deferred, MailState.kept, MailState.bounced)
    rows = session.execute(
        select(col(MailRecord.state), func.count())
        .where(col(MailRecord.state).in_(unsent))
        .group_by(col(MailRecord.state))
    ).all()
    mail = {str(state): number for state, number in rows}
    return Counts(
        is_there=True,
        jobs={"queued": jobs.queued, "running": jobs.running, "failed": jobs.failed},
        oldest_wait_s=jobs.oldest_wait.total_seconds(),
        mail={state.value: mail.get(state.value, 0) for state in unsent},
        orders=session.scalar(select(func.count()).select_from(Order)) or 0,
    )
