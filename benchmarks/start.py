"""How long until the first answer, and how much memory a shop holds that was looked at.

The time is told as a ratio to importing the two libraries that everything stands on, measured in
turns on the same machine: by the clock, and in processor time, which a busy machine stretches less.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.proofs.servers import environment, free_port
from tests.proofs.shops import demo_shop

LOOKED_AT = ("/", "/products", "/products/dune-mug", "/search?q=lamp", "/cart")
BARE = "import fastapi, sqlmodel"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Start:
    """One start: seconds until the first answer and of processor time; memory in MB."""

    seconds: float
    cpu: float
    rss: float
    pss: float
    rss_managed: float


def bare() -> tuple[float, float]:
    """Seconds and processor seconds of importing what everything stands on."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", BARE])
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - began, used.ru_utime + used.ru_stime


def start(data: Path) -> Start:
    """Start the shop as its launcher does, ask for its pages, and end it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=address, timeout=60) as client:
        began = time.perf_counter()
        with _serving(data, port) as process:
            _first_answer(process, client)
            seconds, cpu = time.perf_counter() - began, _cpu(process.pid)
            for path in LOOKED_AT:
                client.get(path).raise_for_status()
            memory = _memory(process.pid)
            client.get("/admin", follow_redirects=True).raise_for_status()
            return Start(seconds, cpu, *memory, _memory(process.pid)[0])


@contextmanager
def _serving(data: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", "serve", "--port", str(port)],
        env=environment(data, MALLOC_ARENA_MAX="1", PYDANTIC_DISABLE_PLUGINS="__all__"),
        cwd=data,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def _first_answer(process: subprocess.Popen[bytes], client: httpx.Client) -> None:
    while process.poll() is None:
        try:
            client.get("/").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.005)
        else:
            return
    raise RuntimeError(f"The shop ended with {process.returncode}.")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(pid: int) -> tuple[float, float]:
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = dict(re.findall(r"^(Rss|Pss): +(\d+) kB", told, re.M))
    return int(found["Rss"]) / 1024, int(found["Pss"]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        demo_shop(data)
        start(data)  # once for the compiled templates
        rounds = [(bare(), start(data)) for _ in range(asked.rounds)]
    base = statistics.median(wall for (wall, _), _ in rounds)
    base_cpu = statistics.median(cpu for (_, cpu), _ in rounds)
    starts = [one for _, one in rounds]
    seconds = statistics.median(one.seconds for one in starts)
    cpu = statistics.median(one.cpu for one in starts)
    print(f"{BARE}: {base:.2f} s, {base_cpu:.2f} s of processor")
    print(
        f"first answer: {seconds:.2f} s ({seconds / base:.2f} of that), "
        f"{cpu:.2f} s of processor ({cpu / base_cpu:.2f} of that)"
    )
    for name in ("rss", "pss", "rss_managed"):
        print(f"{name:<12}{statistics.median(getattr(one, name) for one in starts):6.1f} MB")


if __name__ == "__main__":
    main()
