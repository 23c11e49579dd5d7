"""What the operator's tools ask: is the process alive, is it ready to serve."""

import os
import time
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp import __version__
from webapp.migrations import is_current
from webapp.ops.condition import condition
from webapp.ops.doorkeeping import Watcher
from webapp.ops.figures import counts, exposition
from webapp.runtime.db import Database
from webapp.runtime.jobs import backlog
from webapp.web.headers import DOCS_POLICY
from webapp.web.views import view

pages = APIRouter()


@pages.get("/health", name="ops.health", include_in_schema=False)
async def health() -> JSONResponse:
    """The process answers. Says nothing of what stands behind it."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@pages.get(
    "/health/detailed", name="ops.health_detailed", include_in_schema=False, dependencies=[Watcher]
)
def health_detailed(request: Request) -> JSONResponse:
    """How each part is. 503 when the shop cannot serve: the database does not answer."""
    state = request.app.state
    told = condition(
        state.settings,
        state.database,
        counts(state.database),
        version=__version__,
        up_s=time.monotonic() - state.traffic.began,
    )
    status = 503 if told["status"] == "failing" else 200
    return JSONResponse(told, status, headers={"Cache-Control": "no-store"})


@pages.get("/metrics", name="ops.metrics", include_in_schema=False, dependencies=[Watcher])
def metrics(request: Request) -> Response:
    """The figures of this process and of the shop, for Prometheus."""
    state = request.app.state
    body, media_type = exposition(state.traffic, counts(state.database), version=__version__)
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-store"})


@pages.get("/ready", name="ops.ready", include_in_schema=False)
def ready(request: Request) -> JSONResponse:
    """Requests can be served: the database takes writes and fits, files can be kept."""
    database: Database = request.app.state.database
    checks: dict[str, Any] = {
        "database": _takes_writes(database),
        "migration": _answers(lambda: is_current(database)),
        "uploads": os.access(request.app.state.settings.uploads_dir, os.W_OK),
    }
    good = all(checks.values())
    told = {"status": "ready" if good else "not ready", "checks": checks}
    return JSONResponse(
        told | {"oldest_due_job_s": _oldest_wait(database)},
        status_code=200 if good else 503,
        headers={"Cache-Control": "no-store"},
    )


@pages.get("/api/docs", name="ops.api_docs", include_in_schema=False)
def api_docs(request: Request) -> Response:
    """The API's description, to read and to try, from files of our own."""
    return _documentation(request, "ops/api_docs.html")


@pages.get("/api/redoc", name="ops.api_redoc", include_in_schema=False)
def api_redoc(request: Request) -> Response:
    """The same to read from beginning to end, and to print."""
    return _documentation(request, "ops/api_redoc.html")


def _documentation(request: Request, template: str) -> Response:
    response = view(request, template, public=True)
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response


def _oldest_wait(database: Database) -> int | None:
    """Seconds for which the longest waiting job could have been running. Told and not judged: a
    server is as good as any other while a worker is away."""
    try:
        with database.reading() as session:
            return int(backlog(session).oldest_wait.total_seconds())
    except SQLAlchemyError:
        return None


def _takes_writes(database: Database) -> bool:
    def probe() -> bool:
        with database.writing() as session:
            session.execute(text("UPDATE shop_settings SET id = id WHERE id = 1"))
        return True

    return _answers(probe)


def _answers(question: Any) -> bool:
    try:
        return bool(question())
    except Exception:
        return False
