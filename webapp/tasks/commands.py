"""What people may do to jobs, and how a script starts one."""

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, text
from sqlmodel import Session, col, delete, select

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.runtime import jobs as queue
from webapp.runtime.jobs import Jobs
from webapp.tasks.errors import KeyUsedBefore, UnknownKind
from webapp.tasks.models import TaskRequest

KEPT = timedelta(days=1)
"""How long a request's key is remembered."""


def retry(session: Session, actor: Actor, public_id: str) -> None:
    """Take a job that failed or was called off back into the queue. Refuses for any other."""
    actor.must("jobs:write")
    queue.retry(session, public_id, actor)


def retry_all(session: Session, actor: Actor, kind: str) -> int:
    """Take the dead letters of a kind back, the latest 500 at most; how many came back."""
    actor.must("jobs:write")
    return queue.retry_all(session, kind, actor)


def cancel(session: Session, actor: Actor, public_id: str) -> None:
    """Call a job off; what it has done so far stays. Refuses when it has ended."""
    actor.must("jobs:write")
    queue.cancel(session, public_id, actor)


def start(
    session: Session,
    actor: Actor,
    registry: Jobs,
    *,
    kind: str,
    arguments: Mapping[str, Any],
    key: str | None = None,
) -> tuple[str, bool]:
    """Start a kind that is open to scripts; the job's public id, and whether it was started before.

    With ``key``, asking the same again within a day gives the same job; asking something else
    under that key is refused. Raises ``Invalid`` with ``field`` for arguments that do not fit.
    """
    opening = registry.open_to_scripts_as(kind)
    if opening is None:
        raise UnknownKind(
            "No task of this kind can be started by a script.",
            field="kind",
            kinds=sorted(each.name for each in registry.openings()),
        )
    actor.must(opening.permission)
    fingerprint = _fingerprint(kind, arguments)
    if key is not None:
        before = _asked_before(session, actor, key)
        if before is not None and before.fingerprint != fingerprint:
            raise KeyUsedBefore("This Idempotency-Key was sent with another request before.")
        if before is not None:
            return before.task, True
    try:
        asked = opening.schema.model_validate(arguments)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = "/".join(str(part) for part in ("arguments", *first["loc"]))
        raise Invalid(f"{first['msg']}.", field=where) from error
    public_id = opening.start(session, actor, asked)
    if key is not None:
        # One of the same key may be there from before yesterday.
        session.execute(delete(TaskRequest).where(*_under(actor, key)))
        session.add(
            TaskRequest(asked_by=actor.id or "", key=key, fingerprint=fingerprint, task=public_id)
        )
        session.flush()
    return public_id, False


def forget_requests(session: Session) -> int:
    """Forget the keys of requests that are older than a day; how many."""
    old = delete(TaskRequest).where(col(TaskRequest.created_at) < now() - KEPT)
    return int(session.execute(old).rowcount)  # type: ignore[attr-defined]


def _asked_before(session: Session, actor: Actor, key: str) -> TaskRequest | None:
    if session.get_bind().dialect.name == "postgresql":
        # Two at the same time: the second waits here, and then finds what the first has begun.
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"),
            {"key": f"task:{actor.id}:{key}"},
        )
    recent = col(TaskRequest.created_at) >= now() - KEPT
    return session.exec(select(TaskRequest).where(*_under(actor, key), recent)).first()


def _under(actor: Actor, key: str) -> tuple[ColumnElement[bool], ...]:
    return col(TaskRequest.asked_by) == (actor.id or ""), col(TaskRequest.key) == key


def _fingerprint(kind: str, arguments: Mapping[str, Any]) -> str:
    asked = json.dumps([kind, arguments], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(asked.encode()).hexdigest()
