"""``vitrine worker``: background jobs alone, beside servers that run none."""

import signal
import threading
from types import FrameType

from webapp.main import open_shop
from webapp.runtime import log
from webapp.settings import Settings


def run(settings: Settings) -> None:
    """Run jobs until SIGTERM or SIGINT; what is under way ends or goes back into the queue."""
    log.set_up(settings.log_level, as_json=settings.log_json)
    end = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        end.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with open_shop(settings.model_copy(update={"job_threads": settings.job_threads or 2})) as shop:
        shop.runner.start()
        end.wait()
