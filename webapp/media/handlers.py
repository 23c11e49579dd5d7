"""What media does about its own facts."""

from sqlmodel import Session

from webapp.media.events import FileStored
from webapp.media.jobs import make_renditions
from webapp.runtime.events import Handlers

handlers = Handlers()


@handlers.on(FileStored)
def make_its_sizes(session: Session, event: FileStored) -> None:
    make_renditions.later(session, file_id=event.file_id, unique=f"media:{event.file_id}")
