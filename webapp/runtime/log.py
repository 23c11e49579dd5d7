"""The log: one line an event, for people at a terminal and as JSON for everything else."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, TextIO

import structlog

from webapp.settings import level_number

SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie", "api_key")
QUIET = ("httpx", "httpcore", "PIL", "multipart", "python_multipart", "alembic")
"""Libraries that tell more than anybody wants to read."""


def set_up(
    level: str = "info", *, as_json: bool | None = None, stream: TextIO | None = None
) -> None:
    """Configure the log of this process: lines to standard error, other libraries' included.

    ``as_json`` None means: JSON unless a person is looking (a terminal). Called once by whoever
    starts the process; an app never does it.
    """
    stream = stream or sys.stderr
    if as_json is None:
        as_json = not stream.isatty()
    number = level_number(level)

    steps: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        hide_secrets,
    ]
    structlog.configure(
        processors=[*steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        # Loggers are made at import time; a cached one would keep a test's configuration.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=steps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_ending(as_json, stream),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(max(number, logging.WARNING))  # the shop says itself when it serves


def hide_secrets(
    _logger: Any, _method: str, told: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Black out values whose name says that they are nobody's business."""
    for name in told:
        if any(word in name.lower() for word in SECRET_WORDS):
            told[name] = "***"
    return told


def _ending(as_json: bool, stream: TextIO) -> list[Any]:
    # Tracebacks without local variables in either form: those hold passwords and addresses.
    if as_json:
        without_locals = structlog.tracebacks.ExceptionDictTransformer(
            show_locals=False, use_rich=False
        )
        return [
            structlog.processors.ExceptionRenderer(without_locals),
            structlog.processors.JSONRenderer(sort_keys=False),
        ]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=plain)]
