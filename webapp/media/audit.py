"""What must hold of pictures: a row promises a file."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select
from sqlmodel import col, select

from webapp.media.models import MediaFile
from webapp.runtime.db import Database
from webapp.runtime.storage import Storage
from webapp.runtime.stored import missing


def pictures_are_there(database: Database, storage: Storage) -> list[str]:
    """Every picture is in the storage and as large as it was. Its sizes are made anew from it when
    somebody asks, so they are not looked at."""
    columns: tuple[Any, ...] = (
        MediaFile.id,
        MediaFile.original_name,
        MediaFile.size_bytes,
        MediaFile.storage_key,
    )
    query: Select[Any] = select(*columns)
    return missing(database, storage, query.order_by(col(MediaFile.id)), col(MediaFile.id), _fault)


def _fault(one: Any, size: int | None) -> str:
    name = f"the picture “{one.original_name}”" if one.original_name else "a picture"
    said = (
        "is not on the disk any more"
        if size is None
        else f"has {size} bytes on the disk, but {one.size_bytes} were kept"
    )
    return (
        f"{name} {said}, so pages show a gap. Put {one.storage_key} back from a backup of the "
        "uploads, or remove it there and upload it again."
    )


STORED: dict[str, Callable[[Database, Storage], Sequence[str]]] = {
    "pictures are there": pictures_are_there,
}
