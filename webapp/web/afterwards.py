"""What is written about a request once its answer has left: nobody waits for it."""

from collections.abc import Callable

import structlog
from anyio import to_thread
from fastapi import Request
from sqlmodel import Session

from webapp.runtime.db import Database

log = structlog.get_logger("vitrine.web")


async def note_afterwards(request: Request, what: Callable[[Session], None]) -> None:
    """Do ``what`` in a writing transaction of its own. That it failed is logged and no more."""
    database: Database = request.app.state.database

    def write() -> None:
        with database.writing_in_turn() as session:
            what(session)

    try:
        async with database.turn():
            await to_thread.run_sync(write)
    except Exception as error:
        # They have their answer already, and will be noted the next time.
        log.warning("use_not_noted", error=type(error).__name__)
