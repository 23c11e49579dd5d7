"""Making the sizes of a picture, after it was stored."""

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, select

from webapp.kit.actors import Actor
from webapp.media.commands import record_renditions, render
from webapp.media.models import MediaFile
from webapp.media.queries import file_by_id, widths_for
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


class ImageAsked(BaseModel):
    """Which picture."""

    model_config = ConfigDict(extra="forbid")

    media: str = Field(max_length=40, description="Public id of the picture.", examples=["med_..."])


@jobs.open_to_scripts("image", make_renditions, schema=ImageAsked, permission="media:write")
def start_image(session: Session, actor: Actor, asked: ImageAsked) -> str:
    """Make all sizes of a picture anew."""
    file = file_by_id(session, asked.media)
    return make_renditions.later(session, file_id=file.id, asked_by=actor.id or "")
