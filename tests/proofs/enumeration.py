"""Nobody learns who has an account here: the same form for an address that has one and for one that
has none gets the same answer, after the same work.

Answers are compared word for word. The work is the number of hashes and of statements before the
answer has left; what follows it nobody outside can measure. The times of both are taken in turns,
so that a busy machine slows both alike, and the ratio of their medians is printed.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import event

from tests.browser import ORIGIN
from tests.conftest import settings_in
from tests.factories.people import make_customer
from webapp.accounts import passwords
from webapp.main import create_app
from webapp.migrations import upgrade
from webapp.runtime.db import Database
from webapp.runtime.limits import Buckets, Delays

TRIES = 200
QUICK = 6
LARGEST_RATIO = 1.25
"""Of the medians; asked of the long form alone, where one busy moment does not decide."""

WRONG = "seven lost brown bears"


@dataclass(frozen=True)
class Door:
    """A form to send for somebody, or JSON of the same, and what it costs."""

    name: str
    path: str
    fields: Callable[[str], dict[str, Any]]
    status: int
    hashes: int
    is_json: bool = False


def _tried(who: str) -> dict[str, Any]:
    return {"email": who, "password": WRONG}


DOORS = (
    Door("sign-in", "/account/login", _tried, 422, 1),
    Door("staff sign-in", "/admin/sign-in", _tried, 422, 1),
    Door("reset", "/account/reset", lambda who: {"email": who}, 303, 0),
    Door("mailed link", "/account/link", lambda who: {"email": who}, 303, 0),
    Door(
        "register",
        "/account/register",
        lambda who: {"email": who, "password": WRONG, "news": "1"},
        303,
        1,
    ),
    Door("sign-in by JSON", "/api/v1/auth/login/json", _tried, 401, 1, is_json=True),
    Door(
        "token",
        "/api/v1/auth/token",
        lambda who: {"grant_type": "password", "username": who, "password": WRONG},
        400,
        1,
    ),
    Door("register by JSON", "/api/v1/auth/register", _tried, 201, 1, is_json=True),
)


@dataclass
class Work:
    """What was done until the answer had left."""

    hashes: int = 0
    statements: int = 0
    seconds: float = 0.0


@dataclass
class Watch:
    """The application, watched: its work until the last byte of the answer."""

    app: FastAPI
    now: Work = field(default_factory=Work)
    done: Work = field(default_factory=Work)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.now = Work()
        began = time.perf_counter()

        async def sent(message: Any) -> None:
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                took = time.perf_counter() - began
                self.done = Work(self.now.hashes, self.now.statements, took)

        await self.app(scope, receive, sent)


def prove(quick: bool = False, seed: int = 0) -> str:
    """Return one line, or raise ``AssertionError`` with what tells the two apart."""
    tries = QUICK if quick else TRIES
    told = []
    with tempfile.TemporaryDirectory() as folder, _shop(Path(folder)) as watch:
        for door in DOORS:
            ratio, hashes, statements = asyncio.run(_compared(watch, door, tries, seed))
            assert quick or ratio <= LARGEST_RATIO, (
                f"{door.name}: the medians differ by {ratio:.2f}"
            )
            told.append(f"{door.name} {ratio:.2f} ({hashes} hashes, {statements} statements)")
    return f"enumeration: {tries} tries each, known beside unknown: {'; '.join(told)}"


async def _compared(watch: Watch, door: Door, tries: int, seed: int) -> tuple[float, int, str]:
    """The larger median over the smaller one, and what one try costs."""
    dice = random.Random(seed)
    known, unknown = [], []
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=watch),
        base_url=ORIGIN,
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as client:
        for number in range(-2, tries):
            # One that nobody has asked for before, as it is for whoever tries a list of addresses.
            ending = f"{number + 2}.{DOORS.index(door)}"
            pair = [
                (known, f"ada{number + 2}@example.com"),
                (unknown, f"bob{ending}@example.org"),
            ]
            dice.shuffle(pair)
            answers = []
            for works, who in pair:
                client.cookies.clear()
                sent = {"json" if door.is_json else "data": door.fields(who)}
                answer = await client.post(door.path, **sent)
                answers.append((answer.status_code, _steady(answer, who)))
                if number >= 0:  # the first two warm up
                    works.append(watch.done)
            assert answers[0][0] == door.status, f"{door.name} answers {answers[0]}"
            assert answers[0] == answers[1], f"{door.name} answers {answers}"
    costs = [{(work.hashes, work.statements) for work in works} for works in (known, unknown)]
    hashes = {work.hashes for work in (*known, *unknown)}
    assert hashes == {door.hashes}, f"{door.name} hashes {hashes} times"
    assert costs[0] == costs[1], f"{door.name} costs {costs}"
    medians = [statistics.median(work.seconds for work in works) for works in (known, unknown)]
    counts = sorted({work.statements for work in known})
    return max(medians) / min(medians), hashes.pop(), " or ".join(map(str, counts))


def _steady(answer: httpx.Response, who: str) -> str:
    """The answer without what is of this request alone."""
    text = answer.text.replace(who, "WHO") + str(answer.headers.get("location"))
    return text.replace(answer.headers.get("x-request-id", "\0"), "ID")


@contextmanager
def _shop(folder: Path) -> Iterator[Watch]:
    """A shop with as many accounts as are tried, in which nobody is slowed down."""
    settings = settings_in(folder)
    database = Database(settings.database_url or f"sqlite:///{folder / 'shop.db'}")
    upgrade(database)
    database.dispose()
    app = create_app(settings)
    state = app.state
    for name in ("sign_in_tries", "network_tries", "mail_asks"):
        setattr(state, name, Buckets(10**6, 10**6))
    for name in ("password_tries", "own_password_tries", "account_tries"):
        setattr(state, name, Delays(free=10**6, first=1, most=1))
    with state.database.writing() as session:
        for number in range(TRIES + 2):
            make_customer(session, f"ada{number}@example.com")
    watch = Watch(app)
    matches, hashed = passwords.matches, passwords.hashed

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            watch.now.hashes += 1
            return work(*arguments)

        return run

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            watch.now.statements += 1

    passwords.matches, passwords.hashed = counted(matches), counted(hashed)
    event.listen(state.database.engine, "before_cursor_execute", note)
    try:
        yield watch
    finally:
        passwords.matches, passwords.hashed = matches, hashed
        event.remove(state.database.engine, "before_cursor_execute", note)
        state.shop.close()
