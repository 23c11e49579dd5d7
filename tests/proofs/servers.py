"""Real server processes over one data folder, on ports of 127.0.0.1 that nobody else uses."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN_S = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
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
        "VITRINE_LOG_LEVEL": "warning",
        "LANG": "C.UTF-8",
        **more,
    }


@contextmanager
def serving(data: Path, processes: int = 1, **more: str) -> Iterator[list[str]]:
    """Start servers of an existing shop, give their addresses, end exactly those processes."""
    started: list[subprocess.Popen[bytes]] = []
    addresses: list[str] = []
    try:
        for number in range(processes):
            port = free_port()
            with (data / f"server-{number}.log").open("wb") as log:
                server = subprocess.Popen(
                    [
                        sys.executable, "-m", "webapp", "serve", "--empty",
                        "--host", "127.0.0.1", "--port", str(port),
                    ],
                    env=environment(data, **more),
                    cwd=data,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )  # fmt: skip
            started.append(server)
            addresses.append(f"http://127.0.0.1:{port}")
        for process, address in zip(started, addresses, strict=True):
            _await(process, address, data)
        yield addresses
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(process: subprocess.Popen[bytes], address: str, data: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < end:
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
