"""Fifty who sign in at once beside somebody who only looks: what a page costs them meanwhile.

One server, one run: the same page is asked for alone and while fifty connections sign in over and
over, in turns. What counts is the ratio of its latencies.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx

from benchmarks import load
from benchmarks.load import Measured
from tests.factories.people import PASSWORD, make_customer
from tests.proofs.servers import serving
from tests.proofs.shops import demo_shop, settings_of
from webapp.main import open_shop
from webapp.runtime import log

AT_ONCE = 50
PAGE = "/products/dune-mug"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5, help="for each part and round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    asked = parser.parse_args()
    log.set_up("error")
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        demo_shop(data)
        with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
            for number in range(asked.at_once):
                make_customer(session, f"a{number}@example.com")
        # Each of them comes from a network of its own, as fifty people would.
        with serving(
            data,
            VITRINE_RATE_LIMIT_PER_MINUTE="0",
            VITRINE_TRUSTED_PROXIES='["127.0.0.1"]',
        ) as (shop_address, *_):
            _report(shop_address, asked)


def _report(address: str, asked: argparse.Namespace) -> None:
    httpx.get(address + PAGE, timeout=30).raise_for_status()
    alone: list[Measured] = []
    beside: list[Measured] = []
    signed_in: list[float] = []
    for _ in range(asked.rounds):
        alone.append(load.get(address, PAGE, seconds=asked.seconds, connections=1))
        with_them, rate = _beside(address, asked)
        beside.append(with_them)
        signed_in.append(rate)
    quiet, busy = (
        Measured(
            statistics.median(one.per_second for one in rounds),
            statistics.median(one.p90_ms for one in rounds),
        )
        for rounds in (alone, beside)
    )
    print(f"{'page':<28}{'answers/s':>10}{'p90 ms':>9}")
    print(f"{'alone':<28}{quiet.per_second:>10.0f}{quiet.p90_ms:>9.1f}")
    print(f"{f'beside {asked.at_once} who sign in':<28}{busy.per_second:>10.0f}{busy.p90_ms:>9.1f}")
    print(
        f"mean {quiet.per_second / busy.per_second:.2f} and p90 {busy.p90_ms / quiet.p90_ms:.2f} "
        f"times as long, at {statistics.median(signed_in):.1f} sign-ins a second"
    )


def _beside(address: str, asked: argparse.Namespace) -> tuple[Measured, float]:
    """The page while they sign in, and how many did a second. They are a process of their own:
    their work is not the server's."""
    crowd = subprocess.Popen(
        [
            sys.executable, "-c",
            f"from benchmarks.sign_in import sign_in; sign_in({address!r}, {asked.at_once}, "
            f"{asked.seconds + 1.0})",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert crowd.stdout is not None
    crowd.stdout.readline()  # the first of them is in
    page = load.get(address, PAGE, seconds=asked.seconds, connections=1)
    told, _ = crowd.communicate()
    return page, float(told)


def sign_in(address: str, at_once: int, seconds: float) -> None:
    """Sign in over so many connections for so long; tell of the first, then their rate."""
    parts = urlsplit(address)
    counted: list[float] = []
    first = threading.Event()

    def run(number: int) -> None:
        body = urlencode({"email": f"a{number}@example.com", "password": PASSWORD}).encode()
        head = (
            f"POST /account/login HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            "Sec-Fetch-Site: same-origin\r\n"
            f"X-Forwarded-For: 203.0.113.{number}\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        counted.append(load.send(address, head + body, seconds=seconds, first=first))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(at_once)]
    for thread in threads:
        thread.start()
    first.wait(30)
    print(flush=True)
    for thread in threads:
        thread.join()
    print(sum(counted))


if __name__ == "__main__":
    main()
