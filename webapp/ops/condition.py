"""How the shop is, part by part, for whoever runs it."""

import shutil
import time
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from webapp.migrations import head, is_current
from webapp.ops.figures import Counts
from webapp.runtime.db import Database
from webapp.settings import Settings

LATE_S = 300.0
"""A job that waits longer shows that nobody does them."""
LEAST_FREE = 200_000_000
"""Bytes; below that the disk is as good as full."""

Part = dict[str, Any]


def condition(
    settings: Settings, database: Database, counts: Counts, *, version: str, up_s: float
) -> dict[str, Any]:
    """``failing`` when the database does not answer, ``degraded`` when any other part is not
    well, else ``ok``; and the parts, each with ``ok`` and its figures."""
    parts: dict[str, Part] = {
        "database": _database(database),
        "jobs": _jobs(settings, counts),
        "mail": _mail(settings, counts),
        "disk": _disk(settings),
    }
    status = "ok" if all(part["ok"] for part in parts.values()) else "degraded"
    if not parts["database"]["ok"]:
        status = "failing"
    return {"status": status, "version": version, "up_s": round(up_s), "checks": parts}


def _database(database: Database) -> Part:
    began = time.perf_counter()
    try:
        with database.reading() as session:
            session.execute(text("SELECT 1"))
        is_good = is_current(database)
    except SQLAlchemyError as error:
        # Its words name the host and the user; the log has them.
        return {"ok": False, "engine": _engine(database), "problem": type(error).__name__}
    return {
        "ok": is_good,
        "engine": _engine(database),
        "migration": head() if is_good else "not the newest",
        "answered_ms": round((time.perf_counter() - began) * 1000, 1),
    }


def _engine(database: Database) -> str:
    return "sqlite" if database.is_sqlite else "postgresql"


def _jobs(settings: Settings, counts: Counts) -> Part:
    runs = "celery" if settings.celery_broker_url else "here" if settings.job_threads else "worker"
    is_late = counts.oldest_wait_s > LATE_S
    return {
        "ok": counts.is_there and not is_late,
        "run_by": runs,
        **counts.jobs,
        "oldest_due_s": round(counts.oldest_wait_s),
    }


def _mail(settings: Settings, counts: Counts) -> Part:
    return {
        "ok": counts.is_there and not counts.mail.get("deferred", 0),
        "has_server": bool(settings.smtp_url),
        **counts.mail,
    }


def _disk(settings: Settings) -> Part:
    folders: dict[str, Path] = {"data": settings.data_dir, "uploads": settings.uploads_dir}
    free: dict[str, int | None] = {}
    for name, folder in folders.items():
        try:
            free[f"{name}_free_bytes"] = shutil.disk_usage(folder).free
        except OSError:
            free[f"{name}_free_bytes"] = None
    return {"ok": all(left is not None and left > LEAST_FREE for left in free.values()), **free}
