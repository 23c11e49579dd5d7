"""Home, listing, product, search and placing an order, beside a bare FastAPI hello.

Everything is measured in one run on the same server (uvicorn, one process), in turns, so that a
busy machine slows all of it alike. What counts are the ratios.
"""

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks import load
from benchmarks.load import Measured
from tests.proofs.forms import filled
from tests.proofs.servers import free_port, serving
from tests.proofs.shops import demo_shop
from webapp.runtime import log

PAGES = {
    "home": "/",
    "listing": "/products",
    "product": "/products/dune-mug",
    "search": "/search?q=mug",
}


@contextmanager
def hello() -> Iterator[str]:
    port = free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "uvicorn", "benchmarks.hello:app", "--port", str(port),
            "--no-access-log", "--log-level", "warning",
        ]
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(100):
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def durable_commits(folder: Path, times: int) -> Measured:
    """The database's own limit: one row, one durable commit, nothing else."""
    connection = sqlite3.connect(folder / "commits.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE t (n INTEGER)")

    def commit() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("COMMIT")

    measured = load.each(commit, times)
    connection.close()
    return measured


def placing(address: str, times: int) -> Measured:
    """Orders a second: the carts and forms are made before, only the last click is measured."""
    ready: list[tuple[httpx.Client, str, dict[str, str]]] = []
    for number in range(times):
        client = httpx.Client(
            base_url=address, headers={"Sec-Fetch-Site": "same-origin"}, timeout=30
        )
        page = client.get("/products/dune-mug")
        action, fields = filled(page.text, 'form[action="/cart/lines"]', name=f"bench-{number}")
        client.post(action, data=fields, follow_redirects=True).raise_for_status()
        page = client.get("/checkout")
        action, fields = filled(page.text, "form#checkout-form", name=f"bench-{number}")
        ready.append((client, action or "/checkout", fields))

    def place() -> None:
        client, action, fields = ready.pop()
        answer = client.post(action, data=fields)
        if answer.status_code != 303:
            raise RuntimeError(f"placing answered {answer.status_code}")
        client.close()

    return load.each(place, times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=3, help="for each page and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--orders", type=int, default=30)
    asked = parser.parse_args()
    log.set_up("error")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        demo_shop(data)
        with hello() as bare, serving(data) as (shop, *_):
            _report(bare, shop, data, asked)


def _report(bare: str, shop: str, data: Path, asked: argparse.Namespace) -> None:
    for path in PAGES.values():  # once for whatever is made when first asked for
        httpx.get(shop + path, timeout=30).raise_for_status()

    def page(address: str, path: str) -> Callable[[], Measured]:
        return lambda: load.get(address, path, seconds=asked.seconds, connections=asked.connections)

    turns = {"hello": page(bare, "/")} | {name: page(shop, path) for name, path in PAGES.items()}
    rounds: dict[str, list[Measured]] = {name: [] for name in turns}
    for _ in range(asked.rounds):
        for name, measure in turns.items():
            rounds[name].append(measure())
    middle = {
        name: Measured(
            statistics.median(one.per_second for one in measured),
            statistics.median(one.p90_ms for one in measured),
        )
        for name, measured in rounds.items()
    }
    best = middle["hello"].per_second
    print(f"{'page':<14}{'answers/s':>10}{'p90 ms':>9}{'of hello':>10}")
    for name, one in middle.items():
        print(f"{name:<14}{one.per_second:>10.0f}{one.p90_ms:>9.1f}{one.per_second / best:>10.2f}")
    commits = durable_commits(data, 300)
    orders = placing(shop, asked.orders)
    print(
        f"{'place order':<14}{orders.per_second:>10.0f}{orders.p90_ms:>9.1f}"
        f"{orders.per_second / best:>10.2f}"
        f"   {orders.per_second / commits.per_second:.3f} of bare durable commits "
        f"({commits.per_second:.0f}/s)"
    )


if __name__ == "__main__":
    main()
