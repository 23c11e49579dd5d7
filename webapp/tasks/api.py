"""Tasks for scripts: start one, look how far it is, look at many."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from sqlmodel import Session
from starlette.responses import StreamingResponse

from webapp.accounts.guards import Script, ScriptBeside
from webapp.kit.errors import NotFound
from webapp.runtime import jobs as queue
from webapp.runtime.jobs import JobRow, Jobs, JobState
from webapp.runtime.storage import Storage
from webapp.tasks import commands
from webapp.tasks.queries import file_of, visible
from webapp.tasks.schemas import KindOut, KindsOut, TaskIn, TaskOut, TasksOut
from webapp.web.deps import App, Db, Page
from webapp.web.streams import Shown, stream

api = APIRouter(tags=["tasks"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key with the same request within a day starts nothing twice.",
    ),
]


@api.get("/task-kinds", name="tasks.api.kinds")
def list_kinds(request: Request, script: Script) -> KindsOut:
    """Which kinds of tasks scripts may start, what each takes and which permission it needs."""
    return KindsOut(
        items=[
            KindOut(
                kind=each.name,
                about=each.about,
                permission=each.permission,
                arguments=each.schema.model_json_schema(),
            )
            for each in sorted(_registry(request).openings(), key=lambda each: each.name)
        ]
    )


@api.post(
    "/tasks",
    name="tasks.api.start",
    status_code=202,
    responses={200: {"model": TaskOut, "description": "Started by an earlier request of this key"}},
)
def start_task(
    request: Request,
    response: Response,
    body: TaskIn,
    script: Script,
    db: Db,
    key: IdempotencyKey = None,
) -> TaskOut:
    """Start work in the background. The answer comes at once; `Location` is where to look.

    202 when it was started, 200 with `Idempotent-Replayed: true` when an earlier request with the
    same `Idempotency-Key` had started it, 409 when that request was another one.
    """
    public_id, is_known = commands.start(
        db, script, _registry(request), kind=body.kind, arguments=body.arguments, key=key
    )
    if is_known:
        response.status_code = 200
        response.headers["Idempotent-Replayed"] = "true"
    response.headers["Location"] = f"/api/v1/tasks/{public_id}"
    return _told(request, queue.job_of(db, public_id))


@api.get("/tasks", name="tasks.api.tasks")
def list_tasks(
    request: Request,
    script: Script,
    db: Db,
    page: Page,
    state: JobState | None = None,
    kind: Annotated[str, Query(max_length=120, description="As tasks are told of.")] = "",
) -> TasksOut:
    """Tasks, the newest first: all of them with `jobs:read`, else those this key has started."""
    registry = _registry(request)
    opening = registry.open_to_scripts_as(kind)
    found = queue.listing(
        db,
        state=state,
        kind=opening.job.kind if opening else kind,
        asked_by="" if script.may("jobs:read") else str(script.id),
        cursor=page.cursor,
        size=page.limit,
    )
    return TasksOut(
        items=[_told(request, job) for job in found.items], next_cursor=found.next_cursor
    )


@api.get("/tasks/{task_id}", name="tasks.api.task")
def read_task(request: Request, script: Script, db: Db, task_id: str) -> TaskOut:
    """One task. Without `jobs:read`, those that other keys and people started are not found."""
    return _told(request, visible(db, script, task_id))


@api.get(
    "/tasks/{task_id}/file",
    name="tasks.api.file",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The file"}},
)
def read_file(request: Request, script: ScriptBeside, app: App, task_id: str) -> Response:
    """The file that a task has made, an export for example. Kept for a week."""
    with request.app.state.database.reading() as session:
        name, key = file_of(session, script, task_id)
    if not app.storage.exists(key):
        raise NotFound("This file is not kept any more.", task=task_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(app.storage.size(key)),
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(
        _pieces(app.storage, key), media_type="text/csv; charset=utf-8", headers=headers
    )


@api.get(
    "/tasks/{task_id}/live",
    name="tasks.api.live",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Server-sent events"}},
)
def watch_task(request: Request, script: ScriptBeside, task_id: str) -> Response:
    """The same as server-sent events: `data` is the task as JSON whenever it changed, and an event
    `end` follows its last state. After ten minutes the stream ends without one: ask again."""
    with request.app.state.database.reading() as session:
        visible(session, script, task_id)

    def look(session: Session) -> Shown:
        job = visible(session, script, task_id)
        return Shown(_told(request, job).model_dump_json(), is_last=not job.is_live)

    return stream(request, look)


def _pieces(storage: Storage, key: str) -> Iterator[bytes]:
    with storage.open(key) as file:
        while piece := file.read(65_536):
            yield piece


def _registry(request: Request) -> Jobs:
    registry: Jobs = request.app.state.shop.runner.registry
    return registry


def _told(request: Request, job: JobRow) -> TaskOut:
    return TaskOut.of(job, _registry(request).name_of(job.kind))
