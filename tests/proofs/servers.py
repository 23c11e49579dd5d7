"""Real server processes over one data folder, on ports of 127.0.0.1 that nobody else uses."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 180


def free_port() -> int:
    """One that the system gives to nobody else for a minute, but to whoever asks for its number.

    That is what it does with a port over which a connection was just ended. Without, two who look
    for a port at the same time may be given the same.
    """
    with socket.create_server(("127.0.0.1", 0)) as door:
        with socket.create_connection(door.getsockname()):
            inside, _ = door.accept()
            inside.close()
        port: int = door.getsockname()[1]
        return port


def environment(data: Path, **more: str) -> dict[str, str]:
    """A clean environment for the shop: nothing of the caller's settings."""
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "VITRINE_DATA_DIR": str(data),
        "VITRINE_UPLOADS_DIR": str(data / "uploads"),
        "VITRINE_SECRET_KEY": "a secret for proofs, long enough to sign with",
        "VITRINE_RATE_LIMIT_PER_MINUTE": "0",
        "VITRINE_CHALLENGE_AFTER": "0",
        "VITRINE_LOG_LEVEL": "warning",
        "LANG": "C.UTF-8",
        **more,
    }


def launch(data: Path, port: int, name: str, **more: str) -> subprocess.Popen[bytes]:
    """Begin to serve an existing shop; what it says is added to a log in its folder."""
    with (data / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            [
                sys.executable, "-m", "webapp", "serve", "--empty",
                "--host", "127.0.0.1", "--port", str(port),
            ],
            env=environment(data, **more),
            cwd=data,
            stdout=log,
            stderr=subprocess.STDOUT,
        )  # fmt: skip


def ended(
    process: subprocess.Popen[bytes],
    kill: Callable[[subprocess.Popen[bytes]], None] = subprocess.Popen.kill,
) -> int:
    """Wait for one that was told to stop, and make it stop if it does not; its exit code."""
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        kill(process)
        return process.wait()


@contextmanager
def serving(data: Path, processes: int = 1, **more: str) -> Iterator[list[str]]:
    """Start servers of an existing shop, give their addresses, end exactly those processes."""
    started: list[subprocess.Popen[bytes]] = []
    addresses: list[str] = []
    try:
        for number in range(processes):
            port = free_port()
            started.append(launch(data, port, f"server-{number}", **more))
            addresses.append(f"http://127.0.0.1:{port}")
        for process, address in zip(started, addresses, strict=True):
            await_start(process, address, data)
        yield addresses
    finally:
        for process in started:
            process.terminate()
        for process in started:
            ended(process)


def await_start(process: subprocess.Popen[bytes], address: str, data: Path) -> None:
    """Wait until it answers. Raises ``RuntimeError`` with its last words if it does not."""
    ends = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/health", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in data.glob("server-*.log"))
    raise RuntimeError(f"The server at {address} did not start.\n{logs}")
