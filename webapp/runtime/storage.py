"""Where files live: a folder, or memory for tests. A file is there whole or not at all."""

import io
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from webapp.kit.errors import NotFound, Unavailable

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
LONGEST_KEY = 200
_CHUNK = 1 << 18
_TEMPORARY = ".coming"


class Storage(Protocol):
    """Bytes by key. Keys are ours, never a visitor's: ``media/ab/cd/abcd....webp``."""

    def put(self, source: bytes | BinaryIO, key: str) -> int:
        """Keep the bytes under ``key``, replacing what was there; returns how many.

        When it returns, they survive a loss of power. Raises ``Unavailable`` when there is no
        room, and then leaves what was there before.
        """

    def open(self, key: str) -> BinaryIO:
        """Read them. The caller closes it. Raises ``NotFound``."""

    def delete(self, key: str) -> bool:
        """Forget them; False when there was nothing."""

    def exists(self, key: str) -> bool: ...

    def size(self, key: str) -> int:
        """How many bytes. Raises ``NotFound``."""

    def path(self, key: str) -> Path | None:
        """The file itself where there is one, for a server that sends files; else None."""

    def keys(self, under: str) -> Iterator[str]:
        """All keys that begin with the folder ``under``, in no order."""


def size_of(storage: Storage, key: str) -> int | None:
    """How many bytes there are of it; None where there is no such file."""
    try:
        return storage.size(key)
    except NotFound:
        return None


def hashed_key(area: str, digest: str, tail: str) -> str:
    """``area/ab/cd/abcd...`` plus ``tail``: at most 65,536 folders, so none grows too long."""
    return f"{area}/{digest[:2]}/{digest[2:4]}/{digest}{tail}"


def checked(key: str) -> str:
    """The key itself. Raises ``ValueError`` for one that could lead anywhere else."""
    if len(key) > LONGEST_KEY or not _KEY.fullmatch(key):
        raise ValueError(f"not a storage key: {key[:80]!r}")
    return key


class DiskStorage:
    """Files below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, source: bytes | BinaryIO, key: str) -> int:
        target = self._file(key)
        try:
            coming = self.root / _TEMPORARY
            coming.mkdir(parents=True, exist_ok=True)
            self._make_folder(target.parent)
            descriptor, name = tempfile.mkstemp(dir=coming)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    size = _copy(source, file)
                    file.flush()
                    os.fsync(file.fileno())
                Path(name).chmod(0o644)
                Path(name).replace(target)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            _sync_folder(target.parent)
        except OSError as error:
            raise Unavailable(
                "The file could not be stored. Is the disk full, or closed to writing?",
                reason=str(error),
            ) from error
        return size

    def open(self, key: str) -> BinaryIO:
        try:
            return self._file(key).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound("There is no such file.", key=key) from None

    def delete(self, key: str) -> bool:
        try:
            self._file(key).unlink()
        except FileNotFoundError:
            return False
        return True

    def exists(self, key: str) -> bool:
        return self._file(key).is_file()

    def size(self, key: str) -> int:
        try:
            return self._file(key).stat().st_size
        except FileNotFoundError:
            raise NotFound("There is no such file.", key=key) from None

    def path(self, key: str) -> Path | None:
        return self._file(key)

    def keys(self, under: str) -> Iterator[str]:
        for file in self._file(under).rglob("*"):
            if file.is_file():
                yield file.relative_to(self.root).as_posix()

    def _file(self, key: str) -> Path:
        return self.root / checked(key)

    def _make_folder(self, folder: Path) -> None:
        """Make it and sync each folder that got a new entry: a file whose folder is lost with the
        power is lost as well."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            _sync_folder(new.parent)


class MemoryStorage:
    """The twin for tests: same refusals, nothing on disk."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def put(self, source: bytes | BinaryIO, key: str) -> int:
        into = io.BytesIO()
        size = _copy(source, into)
        with self._lock:
            self._kept[checked(key)] = into.getvalue()
        return size

    def open(self, key: str) -> BinaryIO:
        return io.BytesIO(self._bytes(key))

    def delete(self, key: str) -> bool:
        with self._lock:
            return self._kept.pop(checked(key), None) is not None

    def exists(self, key: str) -> bool:
        return checked(key) in self._kept

    def size(self, key: str) -> int:
        return len(self._bytes(key))

    def path(self, key: str) -> Path | None:
        checked(key)
        return None

    def keys(self, under: str) -> Iterator[str]:
        with self._lock:
            found = [key for key in self._kept if key.startswith(f"{checked(under)}/")]
        yield from found

    def _bytes(self, key: str) -> bytes:
        try:
            return self._kept[checked(key)]
        except KeyError:
            raise NotFound("There is no such file.", key=key) from None


def _copy(source: bytes | BinaryIO, into: BinaryIO) -> int:
    if isinstance(source, bytes):
        return into.write(source)
    size = 0
    while chunk := source.read(_CHUNK):
        size += into.write(chunk)
    return size


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
