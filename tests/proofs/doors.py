"""Every door and everybody who may come to it: each page, each call for scripts and each command
is tried as a stranger, as a customer and as every role, and must answer as ``doors.txt`` declares.

Then the finer question, which roles alone cannot ask: whoever may do everything *but* what a door
asks is kept out, and whoever may do *only* that comes in. A door that nobody declared fails.
"""

import inspect
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

from sqlmodel import Session

from tests.browser import Browser
from tests.conftest import settings_in
from tests.factories import shop as small_shop
from tests.factories.people import make_customer
from tests.house.conftest import (
    WATCHED,
    Route,
    Site,
    access_token,
    copy_of,
    routes_of,
    what_is_there,
)
from tests.house.test_facts import commands
from webapp.accounts import commands as accounts
from webapp.accounts import permissions
from webapp.accounts.guards import COOKIE
from webapp.accounts.permissions import PERMISSIONS, ROLES
from webapp.accounts.queries import by_email
from webapp.kit.actors import SHOPPER, SYSTEM, Actor
from webapp.kit.errors import NotAllowed
from webapp.kit.values import replace
from webapp.main import create_app
from webapp.migrations import upgrade
from webapp.runtime.db import Database
from webapp.settings import Settings

DECLARED = Path(__file__).with_name("doors.txt")

ANYONE, CUSTOMER, FRESH, STAFF, KEY, INSIDE = (
    "anyone",
    "customer",
    "fresh",
    "staff",
    "key",
    "inside",
)
"""What a door may ask instead of a permission; ``doors.txt`` says what each means."""

KINDS = {ANYONE, CUSTOMER, FRESH, STAFF, KEY, INSIDE}

SIGN_IN_PAGES = ("/admin/sign-in", "/account/login")

_ALL = frozenset(PERMISSIONS)

OUT = {"/admin/sign-out", "/account/logout", "/api/v1/auth/logout"}
"""Would only end the walk."""


@dataclass(frozen=True)
class Asks:
    """What a door asks: all of one of ``ways``. ``is_hidden``: a refusal says "not found"."""

    ways: frozenset[frozenset[str]]
    is_hidden: bool = False

    @classmethod
    def read(cls, written: str) -> "Asks":
        ways = written.removesuffix("~").split("|")
        return cls(frozenset(frozenset(way.split("+")) for way in ways), written.endswith("~"))

    def __str__(self) -> str:
        ways = ("+".join(sorted(way)) for way in self.ways)
        return "|".join(sorted(ways)) + ("~" if self.is_hidden else "")

    @property
    def words(self) -> frozenset[str]:
        return frozenset().union(*self.ways)

    @property
    def permissions(self) -> frozenset[str]:
        return self.words & _ALL

    def admits(self, caller: "Caller") -> bool:
        if ANYONE in self.words:
            return True
        if self.words & {CUSTOMER, FRESH}:
            return caller.is_signed_in
        if self.words & {STAFF, KEY}:
            return caller.may is not None
        may = caller.may
        return may is not None and any(way <= may for way in self.ways)


@dataclass(frozen=True)
class Caller:
    """Somebody before a door: what they are called, and what they may do. None: no staff."""

    name: str
    may: frozenset[str] | None = None
    is_signed_in: bool = True


STRANGER = Caller("a stranger", is_signed_in=False)
SHOPPING = Caller("a customer")


def prove(quick: bool = False, seed: int = 0) -> str:
    """Try all doors and return one line. Raises ``AssertionError`` with those that stand open,
    are shut to somebody who may come in, or are not declared."""
    began = time.perf_counter()
    declared = read_declared()
    tried: Counter[str] = Counter()
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        furnished = _furnished(Path(folder))
        with _opened(furnished, Path(folder) / "names") as site:
            routes = [one for one in routes_of(site.app) if one.path not in OUT]
        faults += _undeclared(declared, {told(one) for one in routes} | {n for n, _ in commands()})
        for number, caller in enumerate(_callers(declared, quick)):
            with _opened(furnished, Path(folder) / str(number), caller) as site:
                for route in _in_order(routes, declared, caller):
                    fault = _ask(site, caller, route, declared[told(route)])
                    tried["requests"] += 1
                    faults += [fault] if fault else []
            faults += _try_commands(declared, caller, tried)
    assert not faults, "\n".join(["", *sorted(faults)])
    seconds = time.perf_counter() - began
    return (
        f"doors: {len(routes)} routes and {len(commands())} commands, {len(PERMISSIONS)} "
        f"permissions, {len(ROLES)} roles; {tried['requests']} requests and {tried['commands']} "
        f"calls, each answered as declared, {seconds:.0f} s"
    )


def read_declared() -> dict[str, Asks]:
    """Door by door what it asks."""
    declared: dict[str, Asks] = {}
    for line in DECLARED.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        asked, door = line.split(maxsplit=1)
        asks = Asks.read(asked)
        assert door not in declared, f"{door} is declared twice"
        assert asks.words <= KINDS | PERMISSIONS.keys(), f"{door} asks {asked}, which is nothing"
        declared[door] = asks
    return declared


def told(route: Route) -> str:
    """How a route is declared."""
    return f"{route.method} {route.path}"


def _undeclared(declared: dict[str, Asks], there: set[str]) -> Iterator[str]:
    for door in sorted(there - declared.keys()):
        yield f"{door} is not declared: say in {DECLARED.name} who may come in"
    for door in sorted(declared.keys() - there):
        if door.split()[-1] not in OUT:
            yield f"{door} is declared and does not exist"


def _callers(declared: dict[str, Asks], quick: bool) -> Iterator[Caller]:
    yield STRANGER
    yield SHOPPING
    roles = [Caller(f"role {name}", may) for name, may in ROLES.items()]
    yield from (one for one in roles if not quick or one.name in {"role owner", "role viewer"})
    ways = {way for asks in declared.values() if asks.permissions for way in asks.ways}
    for one in sorted(frozenset().union(*ways)):
        yield Caller(f"everything but {one}", _ALL - {one})
    if not quick:
        for way in sorted(ways, key=sorted):
            yield Caller(f"nothing but {'+'.join(sorted(way))}", way)


def _in_order(routes: list[Route], declared: dict[str, Asks], caller: Caller) -> list[Route]:
    """Those it is kept out of first and the calls of scripts next: pages that it comes in by may
    change or remove what is there. Of the finer callers, only the doors that they are about."""
    asked = [(one, declared[told(one)]) for one in routes if told(one) in declared]
    may = caller.may or frozenset()
    if caller.name.startswith("everything but "):
        asked = [(one, asks) for one, asks in asked if asks.permissions - may]
    elif caller.name.startswith("nothing but "):
        asked = [(one, asks) for one, asks in asked if may in asks.ways]
    asked.sort(
        key=lambda it: (
            it[1].admits(caller),
            not it[0].path.startswith("/api"),
            not it[0].is_safe,
        )
    )
    return [one for one, _ in asked]


def _ask(site: Site, caller: Caller, route: Route, asks: Asks) -> str | None:
    """What is wrong with the answer; None when it is as declared."""
    is_call = route.path.startswith(("/api", *WATCHED))
    browser = site.who(route) if is_call else site.owner
    answer = browser.send(route.method, site.address(route))
    status, to = answer.status_code, answer.headers.get("location", "")
    if status >= 500:
        return f"{told(route)} answers {caller.name} with {status}"
    refusal = _refusal(caller, asks, is_call=is_call)
    if route.path in WATCHED and caller.may is None:
        refusal = 404  # where no password was set, nobody learns that there is something
    refused = status == refusal and (status != 303 or to.startswith(SIGN_IN_PAGES))
    refused = refused and ANYONE not in asks.words  # a first page may lead to signing in
    may = asks.admits(caller)
    if refused != may and (not may or status not in {401, 403}):
        return None
    verb = "keeps out" if may else "lets in, or refuses in the wrong way,"
    return f"{told(route)} {verb} {caller.name}: {status} {to}; it asks {asks}"


def _refusal(caller: Caller, asks: Asks, *, is_call: bool) -> int:
    """The status that says what is missing: who one is, or the right to do this."""
    if caller.may is None:
        return 401 if is_call else 303
    return 404 if asks.is_hidden else 403


def _try_commands(declared: dict[str, Asks], caller: Caller, tried: Counter[str]) -> Iterator[str]:
    """A command asks its actor before it reads or does anything: given things that are none, it
    either refuses the actor or stumbles over them."""
    actor = _actor(caller)
    for name, verb in commands():
        asks = declared.get(name)
        parameter = next(
            (one.name for one in inspect.signature(verb).parameters.values() if _is_actor(one)),
            None,
        )
        if asks is None or not asks.permissions:
            continue
        if parameter is None:
            yield f"{name} is declared with a permission and takes no actor"
            continue
        tried["commands"] += 1
        refused = _is_refused(verb, parameter, actor)
        if refused == asks.admits(caller):
            verdict = "refuses" if refused else "obeys"
            yield f"{name} {verdict} {caller.name}: it asks {asks}"


def _is_refused(verb: Any, parameter: str, actor: Actor) -> bool:
    values = {
        one.name: actor if one.name == parameter else MagicMock(name=one.name)
        for one in inspect.signature(verb).parameters.values()
        if one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}
    }
    positional = [
        values.pop(one.name)
        for one in inspect.signature(verb).parameters.values()
        if one.kind is one.POSITIONAL_ONLY
    ]
    try:
        verb(*positional, **values)
    except NotAllowed:
        return True
    except Exception:
        return False  # it came as far as what it was given
    return False


def _is_actor(parameter: inspect.Parameter) -> bool:
    return parameter.annotation in (Actor, "Actor")


def _actor(caller: Caller) -> Actor:
    if caller.may is None:
        return replace(SHOPPER, id="per_customer" if caller.is_signed_in else None)
    return Actor("staff", "per_staff", caller.name, caller.may)


def _furnished(folder: Path) -> Settings:
    folder = folder / "furnished"
    folder.mkdir()
    settings = settings_in(folder)
    database = Database(settings.database_url or f"sqlite:///{folder / 'shop.db'}")
    upgrade(database)
    database.dispose()
    small_shop.fill(settings)
    return settings


@contextmanager
def _opened(furnished: Settings, folder: Path, caller: Caller = STRANGER) -> Iterator[Site]:
    """A copy of the shop with a browser and a script of the caller's."""
    folder.mkdir()
    settings = settings_in(copy_of(furnished, folder), key_rate_per_minute=100_000)
    app = create_app(settings)
    with ExitStack() as stack, _role(caller) as role:
        page, script, program = (stack.enter_context(Browser(app)) for _ in range(3))
        with app.state.database.writing() as session:
            if caller.is_signed_in:
                person = make_customer(session, "caller@example.com", role=role)
                secret = accounts.sign_in(session, person)
                page.cookies.set(COOKIE, app.state.cookies.signed(COOKIE, secret, 3600))
                access = access_token(app, session, person.email)
                program.headers["Authorization"] = f"Bearer {access}"
                if caller.may is not None:
                    script.headers["Authorization"] = f"Bearer {_key(session, caller)}"
        with app.state.database.reading() as session:
            there = what_is_there(session)
        yield Site(app, page, page, page, script, program, there)
    app.state.shop.close()


def _key(session: Session, caller: Caller) -> str:
    """A key of the owner's with exactly what the caller may do."""
    owner = by_email(session, small_shop.OWNER)
    assert owner is not None
    key, secret = accounts.make_key(session, SYSTEM, owner, name="Doors", scopes=PERMISSIONS)
    key.scopes = sorted(caller.may or ())
    session.add(key)
    return secret


@contextmanager
def _role(caller: Caller) -> Iterator[str | None]:
    """A role with exactly what the caller may do, for as long as it is needed."""
    if caller.may is None:
        yield None
        return
    permissions.ROLES["caller"] = caller.may
    permissions.ROLE_NAMES["caller"] = caller.name
    try:
        yield "caller"
    finally:
        del permissions.ROLES["caller"], permissions.ROLE_NAMES["caller"]
