"""What must hold of pictures: a row promises a file."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select
from sqlmodel import col, select

from webapp.kit.errors import NotFound
from webapp.media.models import MediaFile
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage


def pictures_are_there(database: Database, storage: Storage) -> list[str]:
    """Every picture is in the storage and as large as it was. Its sizes are made anew from it when
    somebody asks, so they are not looked at.

    One statement, and one look at each file outside of any transaction; what is deleted meanwhile
    is asked for again.
    """
    with database.reading() as session:
        pictures = session.execute(_pictures()).all()
    lost = {one.id: said for one in pictures if (said := _fault(one, storage)) is not None}
    if not lost:
        return []
    with database.reading() as session:
        still = session.execute(_pictures().where(col(MediaFile.id).in_(lost))).all()
    return [lost[one.id] for one in still]


def _pictures() -> Select[Any]:
    columns: tuple[Any, ...] = (
        MediaFile.id,
        MediaFile.original_name,
        MediaFile.size_bytes,
        MediaFile.storage_key,
    )
    query: Select[Any] = select(*columns)
    return query.order_by(col(MediaFile.id))


def _fault(one: Any, storage: Storage) -> str | None:
    name = f"the picture “{one.original_name}”" if one.original_name else "a picture"
    try:
        size = storage.size(one.storage_key)
    except NotFound:
        said = "is not on the disk any more"
    else:
        if size == one.size_bytes:
            return None
        said = f"has {size} bytes on the disk, but {one.size_bytes} were kept"
    return (
        f"{name} {said}, so pages show a gap. Put {one.storage_key} back from a backup of the "
        "uploads, or remove it there and upload it again."
    )


STORED: dict[str, Callable[[Database, Storage], Sequence[str]]] = {
    "pictures are there": pictures_are_there,
}
