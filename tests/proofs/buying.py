"""Buyers who do not give up: when the shop is gone they wait, look what happened, and go on."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote

import httpx

from tests.proofs.forms import filled

Form = tuple[str, dict[str, str]]

TRIES = 500
"""Pages that one buyer asks for before they say that this shop does not work."""


@dataclass
class Buyers:
    """What they buy where, and what they met. ``about_to_order`` hears of each order sent."""

    address: str
    slug: str
    dice: random.Random
    is_up: asyncio.Event
    about_to_order: Callable[[str], None]
    orders: dict[str, str] = field(default_factory=dict)
    """The number of the order by the buyer's address."""
    lost: int = 0
    """Answers that never came."""
    sent_again: int = 0
    """Orders sent a second time, because it was not known what became of the first."""
    busy: int = 0

    async def buy(self, name: str) -> None:
        """Until there is an order. Raises ``AssertionError`` for an answer nobody should get."""
        async with httpx.AsyncClient(
            base_url=self.address,
            follow_redirects=True,
            timeout=30,
            headers={"Sec-Fetch-Site": "same-origin"},
        ) as client:
            form: Form | None = None
            for _ in range(TRIES):
                try:
                    answer, form = await self._step(client, name, form)
                except httpx.TransportError:
                    # The page stays in the browser. Some send it again, some look first.
                    self.lost += 1
                    if self.dice.random() < 0.5:
                        form = None
                    elif form is not None:
                        self.sent_again += 1
                    await asyncio.sleep(0.1)
                    await self.is_up.wait()
                    continue
                if answer.status_code == 503:
                    self.busy += 1
                    await asyncio.sleep(0.2)
                    continue
                told = f"{name} got {answer.status_code} at {answer.url}: {answer.text[:2000]}"
                assert answer.status_code == 200, told
                if answer.url.path.startswith("/orders/"):
                    number = unquote(answer.url.path.removeprefix("/orders/"))
                    self.orders[f"{name}@example.com"] = number
                    return
        raise AssertionError(f"{name} gave up after {TRIES} tries")

    async def _step(
        self, client: httpx.AsyncClient, name: str, form: Form | None
    ) -> tuple[httpx.Response, Form | None]:
        """The next page, and the form that is filled in on it and may have to be sent again."""
        if form is not None:
            self.about_to_order("order")
            return await client.post(form[0], data=form[1]), form
        page = await client.get("/checkout")
        if page.status_code == 200 and page.url.path == "/cart":
            page = await client.get(f"/products/{self.slug}")
            if page.status_code != 200:
                return page, None
            action, fields = filled(page.text, 'form[action="/cart/lines"]', name=name)
            return await client.post(action, data=fields), None
        if page.status_code == 200 and page.url.path == "/checkout":
            action, fields = filled(page.text, "form#checkout-form", name=name)
            return page, (action or "/checkout", fields)
        return page, None
