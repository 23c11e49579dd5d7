"""Tasks shows the jobs of all features to staff and scripts, and lets them retry, cancel and start
some. It knows no kind: each says of itself whether scripts may start it, and what that takes."""

from webapp.feature import Feature, Late
from webapp.tasks.jobs import jobs

tasks = Feature(
    "tasks",
    pages=Late("webapp.tasks.pages:pages", under="/admin"),
    api=Late("webapp.tasks.api:api", under="/api"),
    jobs=jobs,
    permissions={
        "jobs:read": "See jobs and how they ended",
        "jobs:write": "Retry and cancel jobs, and read the traceback of a failure",
    },
)
