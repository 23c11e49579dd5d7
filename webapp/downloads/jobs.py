"""Files that many get at once, and files that nobody has any more."""

from sqlmodel import select

from webapp.downloads import commands
from webapp.downloads.models import DigitalAsset
from webapp.runtime.jobs import JobContext, Jobs

jobs = Jobs("downloads")


@jobs.job(slow=True, retries=3)
def give_to_buyers(context: JobContext, asset: str) -> dict[str, int]:
    """Give a file to whoever bought its product before, some orders at a time: others write in
    between. One who has it already is left alone."""
    given = 0
    while True:
        with context.writing() as session:
            some = commands.give_to_buyers(session, asset)
        if not some:
            return {"orders": given}
        given += some


@jobs.job(retries=3)
def forget_file(context: JobContext, storage_key: str) -> None:
    """Delete the bytes, unless a row still names them."""
    with context.reading() as session:
        named = select(DigitalAsset.id).where(DigitalAsset.storage_key == storage_key)
        if session.exec(named).first() is not None:
            return
    context.storage.delete(storage_key)
