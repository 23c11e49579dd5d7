import io
import threading
from pathlib import Path

import pytest

from webapp.kit.errors import NotFound, Unavailable
from webapp.runtime.storage import DiskStorage, MemoryStorage, hashed_key

SHARED = Path(__file__).parents[3] / "shared" / "data"


@pytest.fixture(params=["disk", "memory"])
def storage(request, tmp_path):
    return DiskStorage(tmp_path / "files") if request.param == "disk" else MemoryStorage()


def files_below(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_what_was_put_is_there_until_it_is_deleted(storage):
    assert storage.put(b"one", "a/b/c.txt") == 3
    assert storage.put(io.BytesIO(b"x" * 1_000_000), "a/large.bin") == 1_000_000

    with storage.open("a/b/c.txt") as file:
        assert file.read() == b"one"
    assert storage.size("a/large.bin") == 1_000_000
    assert sorted(storage.keys("a")) == ["a/b/c.txt", "a/large.bin"]

    assert storage.delete("a/b/c.txt")
    assert not storage.delete("a/b/c.txt")
    assert not storage.exists("a/b/c.txt")
    for look in (storage.open, storage.size):
        with pytest.raises(NotFound):
            look("a/b/c.txt")


def test_putting_again_replaces(storage):
    storage.put(b"one", "k")
    storage.put(b"two", "k")

    with storage.open("k") as file:
        assert file.read() == b"two"


@pytest.mark.parametrize(
    "key",
    ["", "/etc/passwd", "..", "a/../b", "a//b", "a/", ".hidden", "a/.coming/x", "a\\b", "a\0b",
     "a\nb", "C:/x", "ä", "a" * 201, "~root", "%2e%2e/x"],
)  # fmt: skip
def test_keys_that_could_lead_elsewhere_are_refused(storage, key):
    for use in (storage.exists, storage.open, storage.delete, storage.path, storage.size):
        with pytest.raises(ValueError, match="not a storage key"):
            use(key)
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(b"", key)


def test_known_traversal_names_never_leave_the_folder(storage, tmp_path):
    names = SHARED / "hostile-payloads-dev" / "directory_traversal.txt"
    if not names.exists():
        pytest.skip("shared data hostile-payloads-dev is absent")
    outside = files_below(tmp_path)
    lines = names.read_text("utf-8", "replace").splitlines()
    assert len(lines) > 50

    accepted = []
    for line in lines:
        try:
            storage.put(b"x", line)
            accepted.append(line)
        except ValueError:
            pass

    assert not [line for line in accepted if ".." in line.split("/") or line.startswith("/")]
    stray = [f for f in files_below(tmp_path) if f not in outside and not f.startswith("files/")]
    assert stray == []


def test_a_source_that_fails_leaves_what_was_there_and_nothing_else(tmp_path):
    class Torn(io.RawIOBase):
        def __init__(self):
            self.reads = 0

        def read(self, size=-1):
            self.reads += 1
            if self.reads > 2:
                raise OSError("connection reset")
            return b"half" * 1000

    storage = DiskStorage(tmp_path)
    storage.put(b"whole", "a/file")

    with pytest.raises(Unavailable):
        storage.put(Torn(), "a/file")

    assert files_below(tmp_path) == ["a/file"]
    assert (tmp_path / "a/file").read_bytes() == b"whole"


def test_a_full_disk_is_a_refusal_that_leaves_nothing_behind(tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("/dev/full is absent")

    class Full(io.RawIOBase):
        def read(self, size=-1):
            with full.open("wb", buffering=0) as device:
                device.write(b"x")
            return b""

    storage = DiskStorage(tmp_path)
    with pytest.raises(Unavailable) as refusal:
        storage.put(Full(), "a/file")

    assert "No space left" in refusal.value.facts["reason"]
    assert files_below(tmp_path) == []


def test_readers_see_one_whole_version_while_writers_replace_it(tmp_path):
    storage = DiskStorage(tmp_path)
    versions = [bytes([n]) * 200_000 for n in range(4)]
    storage.put(versions[0], "k")
    torn, done = [], threading.Event()

    def read():
        while not done.is_set():
            with storage.open("k") as file:
                content = file.read()
            if content not in versions:
                torn.append(len(content))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(40):
        storage.put(versions[number % 4], "k")
    done.set()
    for reader in readers:
        reader.join()

    assert torn == []


def test_files_can_be_read_by_the_web_server_but_written_by_the_owner_alone(tmp_path):
    storage = DiskStorage(tmp_path)
    storage.put(b"", "k")

    assert storage.path("k").stat().st_mode & 0o777 == 0o644


def test_hashed_keys_fan_out():
    assert hashed_key("media", "abcdef", "/640.webp") == "media/ab/cd/abcdef/640.webp"
