"""Background jobs alone: ``vitrine worker``, or ``celery -A webapp.worker worker`` on others.

Celery carries no more than ids. Its workers claim the job in our own table under a lease and run
it with the same code, so progress, results, retries and dead letters are the same as elsewhere.
Nothing of Celery is imported, and no setting read, before somebody asks this module for ``app``.
"""

import multiprocessing
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from webapp.main import OpenShop, assemble, open_shop
from webapp.runtime import log
from webapp.runtime.jobs import Jobs, Runner
from webapp.runtime.jobs.broker import TASK, celery_app
from webapp.settings import Settings

if TYPE_CHECKING:
    from celery import Celery


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """Run jobs until SIGTERM or SIGINT; what is under way ends or goes back into the queue."""
    log.set_up(settings.log_level, as_json=settings.log_json)
    end = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        end.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    settings = settings.model_copy(update={"job_threads": settings.job_threads or 2})
    with open_shop(settings) as shop:
        shop.start()
        say(greeting(settings))
        end.wait()


def greeting(settings: Settings) -> str:
    """What the terminal says: whose jobs these are, and who runs them."""
    where, url = str(settings.data_dir), make_url(settings.database)
    if url.get_backend_name() != "sqlite":
        # Never the address itself: there may be a password in it, also behind the question mark.
        where += f" (database {url.database} at {url.host or 'this machine'})"
    how = f"in {settings.job_threads} thread{'' if settings.job_threads == 1 else 's'}"
    if settings.celery_broker_url:
        how = "on Celery workers, which are told of them from here"
    return f"Jobs of the shop in {where} run {how}. Stop with Ctrl+C."


def __getattr__(name: str) -> Any:
    # What `celery -A webapp.worker` looks for. Once: Celery asks more than once for the same.
    if name == "app":
        globals()["app"] = found = celery_worker(Settings())
        return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def celery_worker(settings: Settings, *, also: Jobs | None = None) -> "Celery":
    """The side that runs: one task, which runs the job it is told of. ``also`` are kinds beside
    those of the shop."""
    from celery import signals

    made = celery_app(settings.celery_broker_url)
    shops: list[OpenShop] = []
    guard = threading.Lock()
    # Made before the worker forks, so that its children see it: they are not told to stop, they
    # are waited for, which for an import could be an hour.
    ending: Any = multiprocessing.Event()

    def shop_of_this_process() -> OpenShop:
        with guard:
            if not shops:
                log.set_up(settings.log_level, as_json=settings.log_json)
                shop = assemble(settings.model_copy(update={"job_threads": 0}))
                if also is not None:
                    shop.runner.registry.include(also)
                shops.append(shop)
            return shops[0]

    def end(**_: object) -> None:
        ending.set()

    def close(**_: object) -> None:
        for shop in shops:
            shop.close()

    signals.worker_shutting_down.connect(end, weak=False)
    signals.worker_process_shutdown.connect(close, weak=False)

    @made.task(name=TASK, ignore_result=True)  # type: ignore[untyped-decorator]
    def run_job(public_id: str) -> None:
        shop = shop_of_this_process()
        runner = Runner(shop.database, shop.means, shop.runner.registry, threads=1)
        runner.run_one(public_id, ending)

    return made
