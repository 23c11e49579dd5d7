"""Fetching the pictures that files named: from a folder or ZIP, the library, or their addresses."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from webapp.catalogue import commands as catalogue
from webapp.catalogue.columns import variants
from webapp.catalogue.models import Product, ProductImage
from webapp.exchange.models import ImageSource, ImportRow, PictureState
from webapp.exchange.picturing import own_hash
from webapp.exchange.surprises import is_of_a_row, log, trace_of
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, ShopError
from webapp.media.commands import hash_of, prepare, store_image
from webapp.media.queries import file_by_hash, file_named
from webapp.runtime.db import Database
from webapp.runtime.outbound import Outbound, OutboundFailed
from webapp.runtime.storage import Storage

MOST_BYTES = 20_000_000
MOST_ENTRIES = 50_000
_BROKEN = (
    zipfile.BadZipFile, OSError, EOFError, ValueError, LookupError, RuntimeError, struct.error,
    zlib.error, lzma.LZMAError,
)  # fmt: skip
"""What may come of unpacking a ZIP that is damaged, encrypted or made to annoy."""


class NotThere(NotFound):
    """The picture cannot be had, and trying again will not change it."""


class NotNow(Exception):
    """The picture did not come this time."""


@dataclass
class Box:
    """A folder or ZIP of pictures beside a catalogue file, by name in any case."""

    files: dict[str, Path] = field(default_factory=dict)
    archive: Any = None
    """A path or stream of a ZIP."""
    entries: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, source: Any) -> Box:
        """Look into it. Refuses with ``Invalid`` what is neither a folder nor a ZIP."""
        if isinstance(source, Path) and source.is_dir():
            return cls._of_folder(source)
        try:
            with zipfile.ZipFile(source) as archive:
                return cls._of_archive(source, archive)
        except _BROKEN as bad:
            raise Invalid(
                "The pictures have to be a folder or a ZIP file.", field="images"
            ) from bad

    @classmethod
    def _of_folder(cls, folder: Path) -> Box:
        files: dict[str, Path] = {}
        for file in sorted(folder.rglob("*")):
            if file.is_file() and not file.is_symlink():
                files.setdefault(file.name.casefold(), file)
                files.setdefault(file.relative_to(folder).as_posix().casefold(), file)
                if file.stem == "original":
                    # The shop's own uploads folder names pictures by the folder they lie in.
                    files.setdefault(f"{file.parent.name}{file.suffix}".casefold(), file)
        return cls(files=files)

    @classmethod
    def _of_archive(cls, source: Any, archive: zipfile.ZipFile) -> Box:
        names = archive.infolist()
        if len(names) > MOST_ENTRIES:
            raise Invalid(f"A ZIP may hold {MOST_ENTRIES:,} files.", field="images")
        entries: dict[str, str] = {}
        for info in names:
            if not info.is_dir():
                entries.setdefault(info.filename.rpartition("/")[2].casefold(), info.filename)
                entries.setdefault(info.filename.casefold(), info.filename)
        return cls(archive=source, entries=entries)

    def read(self, name: str) -> bytes | None:
        """The bytes of the file of this name, None where there is none.

        Refuses with ``NotThere`` one that is larger than a picture may be, however well packed.
        """
        for key in (name.casefold(), name.replace("\\", "/").rpartition("/")[2].casefold()):
            if key in self.files:
                return self._held(self.files[key])
            if key in self.entries:
                return self._unpacked(self.entries[key])
        return None

    def _held(self, file: Path) -> bytes:
        try:
            if file.stat().st_size > MOST_BYTES:
                raise NotThere(f"{file.name} is larger than a picture may be.")
            return file.read_bytes()
        except OSError as bad:
            raise NotThere(f"{file.name} cannot be read.") from bad

    def _unpacked(self, entry: str) -> bytes:
        try:
            with zipfile.ZipFile(self.archive) as archive, archive.open(entry) as stream:
                # The size that the ZIP claims is not believed: what comes out is counted.
                data = stream.read(MOST_BYTES + 1)
        except _BROKEN as bad:
            raise NotThere(f"{entry} in the ZIP cannot be read.") from bad
        if len(data) > MOST_BYTES:
            raise NotThere(f"{entry} is larger than a picture may be.")
        return data


def is_address(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))


def nothing_to_fetch(session: Session, import_id: int) -> bool:
    """Whether no picture of this import is still to come."""
    count = session.scalar(
        select(func.count()).where(
            col(ImageSource.import_id) == import_id,
            col(ImageSource.state) == PictureState.waiting,
        )
    )
    return not count


def bring_local(
    database: Database, storage: Storage, actor: Actor, import_id: int, box: Box
) -> None:
    """Bring every picture that can be had without asking anybody outside."""
    after = 0
    while True:
        with database.reading() as session:
            waiting = awaited(session, import_id, after, 50)
        if not waiting:
            return
        for one in waiting:
            after = one.id or 0
            settle(database.writing, storage, actor, one, lambda source: _local(box, source))


def awaited(session: Session, import_id: int, after: int, limit: int) -> list[ImageSource]:
    """Pictures of an import that are still to come, in order; detached from the session."""
    found = list(
        session.scalars(
            select(ImageSource)
            .where(
                col(ImageSource.import_id) == import_id,
                col(ImageSource.state) == PictureState.waiting,
                col(ImageSource.id) > after,
            )
            .order_by(col(ImageSource.id))
            .limit(limit)
        )
    )
    session.expunge_all()
    return found


def settle(
    writing: Callable[[], Any],
    storage: Storage,
    actor: Actor,
    one: ImageSource,
    fetch: Callable[[str], bytes | None],
    *,
    is_last: bool = False,
) -> bool:
    """Try to bring one picture; True when it is here or lost for good.

    ``fetch`` gives bytes, None where it does not know, or raises ``NotThere`` or ``NotNow``.
    """
    problem = ""
    with writing() as session:
        known = _known(session, one)
        if known is not None:
            return _attach(session, actor, one, known)
    try:
        data = fetch(one.source)
        if data is None:
            if is_address(one.source):
                return False
            raise NotThere(f"There is no picture called {one.source[:200]}.")
        with writing() as session:
            file = file_by_hash(session, hash_of(data))
            known = file.id if file else None
        prepared = None
        if known is None:
            prepared = prepare(data, storage, name=_name_of(one.source))
        with writing() as session:
            if prepared is not None:
                known = store_image(session, actor, prepared).id
            return _attach(session, actor, one, known or 0)
    except NotNow as late:
        if not is_last:
            return False
        problem = str(late)
    except ShopError as refusal:
        problem = refusal.detail
    except Exception as surprise:
        if not is_of_a_row(surprise):
            raise
        log.error("picture refused", source=one.source[:200], trace=trace_of(surprise))
        problem = "Something about this picture could not be read. The shop’s log says what."
    with writing() as session:
        _lose(session, one, problem)
    return True


def fetched(outbound: Outbound, source: str) -> bytes | None:
    """The bytes at an address; None for what is none. Raises ``NotThere`` or ``NotNow``."""
    if not is_address(source):
        return None
    try:
        answer = outbound.get(source, max_bytes=MOST_BYTES)
    except OutboundFailed as late:
        raise NotNow(late.detail) from late
    if answer.is_success:
        return answer.body
    sentence = f"The address answers with status {answer.status}."
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise NotNow(sentence)
    raise NotThere(sentence)


def _local(box: Box, source: str) -> bytes | None:
    data = box.read(source)
    if data is None and is_address(source):
        # Offline, the folder may hold what the address names.
        data = box.read(_name_of(source))
    return data


def _name_of(source: str) -> str:
    return source.partition("?")[0].partition("#")[0].rstrip("/").rpartition("/")[2][:255]


def _known(session: Session, one: ImageSource) -> int | None:
    """The picture in the library that this is, if it came before."""
    sha = own_hash(one.source)
    if sha:
        file = file_by_hash(session, sha)
        if file is not None:
            return file.id
    twin = session.execute(
        select(col(ProductImage.file_id))
        .join(ImageSource, col(ImageSource.image_id) == col(ProductImage.id))
        .where(col(ImageSource.digest) == one.digest)
        .limit(1)
    ).first()
    if twin is not None:
        return int(twin[0])
    if not is_address(one.source):
        named = file_named(session, one.source)
        return named.id if named else None
    return None


def _attach(session: Session, actor: Actor, one: ImageSource, file_id: int) -> bool:
    source = session.get(ImageSource, one.id)
    product = session.get(Product, one.product_id)
    if source is None or product is None:
        return True
    there = {
        key for (key,) in session.execute(
            select(col(ProductImage.file_id)).where(col(ProductImage.product_id) == product.id)
        )
    }  # fmt: skip
    wanted = _still_theirs(session, source)
    image = catalogue.attach_image(
        session,
        actor,
        product,
        file_id,
        alt=source.alt,
        position=None if file_id in there else source.position,
        variant_ids=wanted,
    )
    source.image_id, source.state, source.problem = image.id, PictureState.here, ""
    # Kept from now on as what the file wanted, by which a later edit is told.
    source.variant_ids = wanted
    session.flush()
    return True


def _still_theirs(session: Session, source: ImageSource) -> list[int]:
    query = select(variants.c.id).where(
        variants.c.product_id == source.product_id, variants.c.id.in_(source.variant_ids)
    )
    return [key for (key,) in session.execute(query)]


def _lose(session: Session, one: ImageSource, problem: str) -> None:
    session.execute(
        update(ImageSource)
        .where(col(ImageSource.id) == one.id)
        .values(state=PictureState.failed, problem=problem[:500])
    )
    row = session.get(ImportRow, (one.import_id, one.row))
    if row is not None:
        message = {
            "column": "Images", "text": f"{one.source[:200]}: {problem}"[:500], "level": "note",
            "old": "", "new": "",
        }  # fmt: skip
        row.messages = [*row.messages, message]
