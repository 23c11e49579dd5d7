"""A small load: keep-alive connections that ask the next question when the last was answered."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Measured:
    """Answers a second over all connections, and the slowest tenth's latency in milliseconds."""

    per_second: float
    p90_ms: float


async def _ask(
    address: str, request: bytes, end: float, took: list[float], accepted: tuple[int, ...]
) -> None:
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        while time.perf_counter() < end:
            began = time.perf_counter()
            writer.write(request)
            await writer.drain()
            status = await _answer(reader)
            if status not in accepted:
                raise RuntimeError(f"{request.split(b' ')[1].decode()} answered {status}")
            took.append(time.perf_counter() - began)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    headers = dict(line.lower().split(b": ", 1) for line in lines[1:] if b": " in line)
    if b"content-length" in headers:
        await reader.readexactly(int(headers[b"content-length"]))
    elif headers.get(b"transfer-encoding") == b"chunked":
        while True:
            size = int((await reader.readline()).strip() or b"0", 16)
            await reader.readexactly(size + 2)
            if size == 0:
                break
    return int(lines[0].split(b" ")[1])


def get(address: str, path: str, *, seconds: float, connections: int) -> Measured:
    """Ask for ``path`` for so long over so many connections."""
    parts = urlsplit(address)
    request = (
        f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: text/html\r\n"
        "Accept-Encoding: gzip\r\n\r\n"
    ).encode()

    async def run() -> list[float]:
        took: list[float] = []
        end = time.perf_counter() + seconds
        await asyncio.gather(
            *(_ask(address, request, end, took, (200,)) for _ in range(connections))
        )
        return took

    return _summary(asyncio.run(run()), seconds)


def send(address: str, request: bytes, *, seconds: float, first: threading.Event) -> float:
    """Send the same bytes over one connection for so long; the answers a second. ``first`` is set
    with the first of them. Only a redirection is taken for an answer."""

    async def run() -> int:
        took: list[float] = []
        end = time.perf_counter() + seconds
        asking = asyncio.ensure_future(_ask(address, request, end, took, (303,)))
        while not took and not asking.done():
            await asyncio.sleep(0.01)
        first.set()
        await asking
        return len(took)

    return asyncio.run(run()) / seconds


def each(work: Callable[[], None], times: int) -> Measured:
    """Do something so many times, one after the other."""
    took: list[float] = []
    began = time.perf_counter()
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return _summary(took, time.perf_counter() - began)


def _summary(took: list[float], seconds: float) -> Measured:
    took.sort()
    return Measured(len(took) / seconds, took[int(len(took) * 0.9)] * 1000)
