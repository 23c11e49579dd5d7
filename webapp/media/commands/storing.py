"""The quick half of taking a picture in: its row."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.media import queries
from webapp.media.commands.preparing import PreparedImage
from webapp.media.events import FileStored
from webapp.media.models import MediaFile
from webapp.runtime.events import emit


def store_image(session: Session, actor: Actor, prepared: PreparedImage) -> MediaFile:
    """The row of a prepared picture; the one that is there already when its content is known."""
    actor.must("media:write")
    known = queries.file_by_hash(session, prepared.sha256, prepared.source_sha256)
    if known is not None:
        return known
    file = MediaFile(
        sha256=prepared.sha256,
        source_sha256=prepared.source_sha256,
        mime=prepared.mime,
        extension=prepared.extension,
        width=prepared.width,
        height=prepared.height,
        size_bytes=prepared.size_bytes,
        original_name=prepared.original_name,
        storage_key=prepared.storage_key,
        colour=prepared.colour,
    )
    try:
        with session.begin_nested():
            session.add(file)
    except IntegrityError:
        # Somebody stored the same picture in this instant.
        known = queries.file_by_hash(session, prepared.sha256)
        if known is None:
            raise
        return known
    assert file.id is not None
    emit(session, FileStored(file.id, file.public_id, file.sha256, file.original_name), actor=actor)
    return file
