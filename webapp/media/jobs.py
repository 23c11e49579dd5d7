"""Making the sizes of a picture, after it was stored."""

from sqlmodel import select

from webapp.media.commands import record_renditions, render
from webapp.media.models import MediaFile
from webapp.media.queries import widths_for
from webapp.runtime.jobs import JobContext, Jobs

jobs = Jobs("media")


@jobs.job(slow=True)
def make_renditions(context: JobContext, file_id: int) -> dict[str, int] | None:
    """Make all widths of a picture. One that is gone is left alone."""
    with context.reading() as session:
        file = session.exec(
            select(MediaFile.sha256, MediaFile.storage_key, MediaFile.width).where(
                MediaFile.id == file_id
            )
        ).first()
    if file is None:
        return None
    sha256, storage_key, width = file
    made = render(context.storage, sha256, storage_key, widths_for(width))
    with context.writing() as session:
        record_renditions(session, file_id, made)
    return {"made": len(made)}
