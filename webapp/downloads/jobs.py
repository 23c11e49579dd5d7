"""Files that nobody has any more."""

from sqlmodel import select

from webapp.downloads.models import DigitalAsset
from webapp.runtime.jobs import JobContext, Jobs

jobs = Jobs("downloads")


@jobs.job(retries=3)
def forget_file(context: JobContext, storage_key: str) -> None:
    """Delete the bytes, unless a row still names them."""
    with context.reading() as session:
        named = select(DigitalAsset.id).where(DigitalAsset.storage_key == storage_key)
        if session.exec(named).first() is not None:
            return
    context.storage.delete(storage_key)
