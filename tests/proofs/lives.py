"""All lives of a process that is killed again and again, with people buying in each of them."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.proofs.buying import Buyers
from tests.proofs.ledgers import waiting
from tests.proofs.mortal import Mortal
from tests.proofs.shops import settings_of

BUYERS_AT_ONCE = 4
IDLE_WITHIN_S = 600
"""Jobs of a killed process are taken over when their lease is a minute old; then all is sent."""
LOOK_EVERY_S = 1.0
KILLING_S = 15 * 60
"""A machine that is too slow for all kills by then has to do with fewer; the line says how many."""
TELL_EVERY = 10
"""Kills between two lines about how far it is, to those who wait."""


async def lives(mortal: Mortal, buyers: Buyers, data: Path, orders: int, kills: int) -> list[str]:
    """So many kills and one life more, in which what is promised gets done; what was not."""
    turns = asyncio.Semaphore(0)
    names = iter([f"buyer-{number}" for number in range(orders)])
    shoppers = [asyncio.create_task(_shop(buyers, names, turns)) for _ in range(BUYERS_AT_ONCE)]
    try:
        let_in, ends = 0, time.monotonic() + KILLING_S
        for life in range(1, kills + 1):
            if time.monotonic() > ends:
                break
            # So that orders are placed in every life, to the last.
            for _ in range(orders * life // (kills + 1) - let_in):
                turns.release()
                let_in += 1
            await mortal.live_and_die()
            for shopper in shoppers:
                if shopper.done():
                    await shopper  # which says what was wrong
            if life % TELL_EVERY == 0:
                sys.stderr.write(f"{life} kills, {len(buyers.orders)} orders\n")
        for _ in range(orders - let_in + BUYERS_AT_ONCE):
            turns.release()
        await mortal.live()
        await asyncio.gather(*shoppers)
        left = await _idle(data)
        code = await mortal.stop()
        # Once all is in order the signal ends it after all: so a caller sees why it stopped.
        if code not in {0, -signal.SIGTERM}:
            left.append(f"it stopped with code {code}")
        return left
    finally:
        for shopper in shoppers:
            shopper.cancel()
        await mortal.stop()


async def _shop(buyers: Buyers, names: Iterator[str], turns: asyncio.Semaphore) -> None:
    while True:
        await turns.acquire()
        name = next(names, None)
        if name is None:
            return
        await buyers.is_up.wait()
        await buyers.buy(name)


async def _idle(data: Path) -> list[str]:
    """Wait until everything promised is done; what is not, as sentences."""
    ends = time.monotonic() + IDLE_WITHIN_S
    while True:
        left = await asyncio.to_thread(waiting, settings_of(data).database)
        if not left or time.monotonic() > ends:
            return left
        await asyncio.sleep(LOOK_EVERY_S)
