"""Celery as the broker of jobs; it is imported when the first word is sent, and not before."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from webapp.runtime.jobs.relaying import Broker, Word

if TYPE_CHECKING:
    from celery import Celery

TASK = "vitrine.run"
QUEUES = {"quick": "vitrine.quick", "slow": "vitrine.slow"}
"""Ours to Celery's: ``-Q vitrine.quick`` keeps a worker free of imports."""

BROKER_WAIT_S = 5
STALE_S = 60
"""A word that nobody picked up for so long has been said again since."""


def celery_app(broker_url: str) -> "Celery":
    """Celery as both sides speak to it: ids alone, no results, nothing that is kept for long."""
    from celery import Celery
    from kombu.entity import Queue

    made = Celery("vitrine", broker=broker_url, set_as_current=False)
    made.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_queues=[Queue(name) for name in QUEUES.values()],  # type: ignore[no-untyped-call]
        task_default_queue=QUEUES["quick"],
        task_create_missing_queues=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=BROKER_WAIT_S,
        broker_transport_options={
            "socket_timeout": BROKER_WAIT_S * 6,
            "socket_connect_timeout": BROKER_WAIT_S,
        },
    )
    return made


class CeleryBroker(Broker):
    """The side that relays."""

    def __init__(self, broker_url: str) -> None:
        self._app = celery_app(broker_url)

    def send(self, words: Sequence[Word]) -> None:
        """One connection for all; each word is forgotten by the broker when it is stale."""
        with self._app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=BROKER_WAIT_S)
            for word in words:
                self._app.send_task(
                    TASK,
                    args=[word.job],
                    queue=QUEUES[word.queue],
                    expires=STALE_S,
                    connection=connection,
                    retry=False,
                    ignore_result=True,
                )

    def waiting(self) -> int:
        with self._app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=BROKER_WAIT_S)
            channel = connection.default_channel
            return sum(
                int(
                    channel.queue_declare(queue=name, durable=True, auto_delete=False).message_count
                )
                for name in QUEUES.values()
            )
