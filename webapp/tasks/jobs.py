"""What tasks keeps tidy."""

from datetime import timedelta

from webapp.runtime.jobs import FILES, JobContext, Jobs
from webapp.tasks.commands import forget_requests
from webapp.tasks.queries import find

jobs = Jobs("tasks")


@jobs.job(every=timedelta(hours=6))
def forget_keys(context: JobContext) -> dict[str, int]:
    """Forget the keys of requests that are older than a day."""
    with context.writing() as session:
        return {"forgotten": forget_requests(session)}


@jobs.job(every=timedelta(days=1), slow=True)
def forget_files(context: JobContext) -> dict[str, int]:
    """Delete what jobs have made once the job itself is forgotten."""
    gone = 0
    for key in list(context.storage.keys(FILES)):
        with context.reading() as session:
            is_known = find(session, key.split("/")[1]) is not None
        if not is_known:
            gone += context.storage.delete(key)
            context.progress(gone, note="Deleting")
    return {"deleted": gone}
