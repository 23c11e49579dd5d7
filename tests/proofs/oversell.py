"""Fifty buyers at once of something of which there are ten, against two server processes.

Each buyer has a cart and a filled-in checkout page; then all of them place their order in the same
moment. Exactly ten units may be sold; everybody else is told so, without a server error. The shop
has been open for a while: each of its processes has sold something before.
"""

import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.proofs.forms import filled
from tests.proofs.servers import serving
from tests.proofs.shops import audit_of, stocked_shop

UNITS = 10
BUYERS = 50
PROCESSES = 2
SLOWEST_S = 2.0


@dataclass
class Outcome:
    """What one buyer met: the last answer's status, its address, and how long placing took."""

    status: int
    address: str
    text: str
    seconds: float

    @property
    def bought(self) -> bool:
        return self.status == 200 and "/orders/" in self.address

    @property
    def refused(self) -> bool:
        return self.status in {409, 422} and "/orders/" not in self.address


def prove(quick: bool = False) -> str:
    """Run the race and return its line. Raises ``AssertionError`` with what went wrong."""
    buyers = 25 if quick else BUYERS
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        slug = stocked_shop(data, units=UNITS + PROCESSES)
        with serving(data, processes=PROCESSES) as addresses:
            first = asyncio.run(_first(addresses, slug))
            outcomes = asyncio.run(_race(addresses, slug, buyers))
        report, sold, orders = audit_of(data)
    sold, orders = sold - PROCESSES, orders - PROCESSES
    kinds = Counter(
        "bought" if one.bought else "refused" if one.refused else f"status {one.status}"
        for one in outcomes
    )
    slowest = max(one.seconds for one in outcomes)
    line = (
        f"oversell: {buyers} buyers, {UNITS} units, {PROCESSES} processes: "
        f"{kinds['bought']} bought, "
        f"{kinds['refused']} refused, {sold} units sold, slowest answer {slowest:.2f} s "
        f"(the very first order of a process {first:.2f} s), "
        f"audit {'clean' if not report.findings else report.findings}"
    )
    # A refusal says that it is gone, not something else that was in the way.
    untold = [one for one in outcomes if one.refused and "sold out" not in one.text.lower()]
    assert not untold, f"{line}; told something else: {untold[0].text[:2000]}"
    others = [one for one in outcomes if not one.bought and not one.refused]
    assert not others, (
        f"{line}; unexpected: {[(o.status, o.address, o.text[:300]) for o in others]}"
    )
    assert kinds["bought"] == UNITS and sold == UNITS and orders == UNITS, line
    assert kinds["refused"] == buyers - UNITS, line
    assert not report.findings, line
    if not quick:
        assert slowest < SLOWEST_S, line
    return line


async def _first(addresses: list[str], slug: str) -> float:
    """One buyer at each process, one after the other; seconds of the slower."""
    start = asyncio.Event()
    start.set()
    took = 0.0
    for number, address in enumerate(addresses):
        outcome = await _buyer(address, slug, BUYERS + number, asyncio.Queue(), start)
        assert outcome.bought, f"nothing could be bought: {outcome.status} at {outcome.address}"
        took = max(took, outcome.seconds)
    return took


async def _race(addresses: list[str], slug: str, buyers: int) -> list[Outcome]:
    start = asyncio.Event()
    ready: asyncio.Queue[int] = asyncio.Queue()
    tasks = [
        asyncio.create_task(_buyer(addresses[n % len(addresses)], slug, n, ready, start))
        for n in range(buyers)
    ]
    everybody = asyncio.gather(*tasks)
    waiting = asyncio.create_task(_all_ready(ready, buyers))
    # A buyer who fails before the start ends the race; waiting for them would take for ever.
    either: set[asyncio.Future[Any]] = {everybody, waiting}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    start.set()
    return list(await everybody)


async def _all_ready(ready: "asyncio.Queue[int]", buyers: int) -> None:
    for _ in range(buyers):
        await ready.get()


async def _buyer(
    address: str, slug: str, number: int, ready: "asyncio.Queue[int]", start: asyncio.Event
) -> Outcome:
    async with httpx.AsyncClient(
        base_url=address,
        follow_redirects=True,
        timeout=30,
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as client:
        page = await client.get(f"/products/{slug}")
        page.raise_for_status()
        action, fields = filled(page.text, 'form[action="/cart/lines"]', name=f"buyer-{number}")
        (await client.post(action, data=fields)).raise_for_status()
        page = await client.get("/checkout")
        page.raise_for_status()
        action, fields = filled(page.text, "form#checkout-form", name=f"buyer-{number}")
        ready.put_nowait(number)
        await start.wait()
        began = time.perf_counter()
        answer = await client.post(action or "/checkout", data=fields)
        return Outcome(
            answer.status_code, str(answer.url), answer.text, time.perf_counter() - began
        )
