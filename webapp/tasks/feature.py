"""Tasks shows the jobs of all features to staff and scripts, and lets them retry, cancel and start
some. It knows no kind: each says of itself whether scripts may start it, and what that takes."""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.tasks.jobs import jobs

    return Behind(jobs=jobs)


tasks = Feature(
    "tasks",
    pages=Late("webapp.tasks.pages:pages", under=("/admin",)),
    api=Late("webapp.tasks.api:api", under=("/api",)),
    permissions={
        "jobs:read": "See jobs and how they ended",
        "jobs:write": "Retry and cancel jobs, and read the traceback of a failure",
    },
    behind=behind,
)
