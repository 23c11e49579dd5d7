"""Where it all meets: one shop put together from its settings, and the two applications over it."""

import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import HTTPConnection

from webapp import migrations
from webapp.accounts.profiles import agreed
from webapp.feature import Late
from webapp.features import FEATURES
from webapp.identities.directory import Directory
from webapp.kit.errors import Unavailable
from webapp.runtime.db import Database
from webapp.runtime.events import Handlers
from webapp.runtime.jobs import Jobs, Means, Runner, housekeeping
from webapp.runtime.jobs.broker import CeleryBroker
from webapp.runtime.jobs.relaying import Relay
from webapp.runtime.joining import Once
from webapp.runtime.limits import Limits
from webapp.runtime.links import links_for
from webapp.runtime.mail import Mails, PostOffice, sources_of
from webapp.runtime.mail import jobs as mail_jobs
from webapp.runtime.mail import personal as personal_mail
from webapp.runtime.outbound import Outbound
from webapp.runtime.personal import Personal
from webapp.runtime.portraits import Portraits
from webapp.runtime.secrets import secret_key
from webapp.runtime.shelf import Shelf
from webapp.runtime.storage import DiskStorage
from webapp.settings import Settings
from webapp.shop.queries import letterhead
from webapp.storefront.frame import frame_of, manners
from webapp.web import edge
from webapp.web.challenge import Gate
from webapp.web.manners import Manners
from webapp.web.rooms import Rooms

Include = Callable[[APIRouter], None]

QUIET_START_S = 1.0
"""Seconds of a server's first for pages alone."""


@dataclass
class OpenShop:
    """A shop of this process: its database at the right version, its files, its jobs."""

    settings: Settings
    database: Database
    means: Means
    runner: Runner
    limits: Limits
    join: Callable[[], None]
    """Bring in now what the features do behind their pages (``runtime.joining``)."""
    relay: Relay | None = None
    """Where a broker is named: it takes the runner's place."""

    def start(self, *, after: float = 0.0) -> None:
        """Begin with the jobs: run them here, ``after`` so many seconds, or hand them on."""
        if self.relay is not None:
            self.relay.start()
        else:
            self.runner.start(after=after)

    def close(self) -> None:
        """Let running jobs end or go back to the queue, then let go of the database."""
        if self.relay is not None:
            self.relay.stop()
        self.runner.stop()
        self.means.outbound.close()
        self.limits.close()
        self.database.dispose()


def assemble(settings: Settings) -> OpenShop:
    """Open (and, where embedded, migrate) the database and put the shop's means together.

    Raises ``Unavailable`` for a server database of another version.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    settings.uploads_dir.mkdir(parents=True, exist_ok=True)
    settings = settings.model_copy(update={"secret_key": secret_key(settings)})
    handlers, jobs, mails = Handlers(), Jobs("shop"), Mails("shop")
    portraits, personal = Portraits(), Personal()
    personal.include(personal_mail)
    jobs.include(housekeeping)
    jobs.include(mail_jobs)

    def join() -> None:
        # All of it is imported before the first of it can be seen.
        for behind in [feature.behind() for feature in FEATURES]:
            portraits.include(behind.portraits)
            if behind.handlers:
                handlers.include(behind.handlers)
            if behind.jobs:
                jobs.include(behind.jobs)
            if behind.mails:
                mails.include(behind.mails)
            if behind.personal:
                personal.include(behind.personal)

    join_once = Once(join)
    for each in (handlers, jobs, mails, portraits, personal):
        each.join_with(join_once)
    links = links_for(settings)
    told = {"links": links, "portraits": portraits, "personal": personal}
    database = Database(settings.database, handlers=handlers, info=told)
    migrations.prepare(database)
    means = Means(
        settings=settings,
        storage=DiskStorage(settings.uploads_dir),
        outbound=Outbound(allow_private=settings.outbound_allow_private),
        post=PostOffice(settings, links, mails, letterhead, sources_of, agreed),
    )
    runner = Runner(database, means, jobs, threads=settings.job_threads)
    limits = Limits(settings.redis_url, settings.data_dir)
    relay = _relay(settings, database, jobs)
    return OpenShop(settings, database, means, runner, limits, join_once, relay)


def _relay(settings: Settings, database: Database, jobs: Jobs) -> Relay | None:
    if not settings.celery_broker_url:
        return None
    if find_spec("celery") is None:
        raise Unavailable("VITRINE_CELERY_BROKER_URL is set, but Celery is not installed.")
    return Relay(database, jobs, lambda: CeleryBroker(settings.celery_broker_url))


@contextmanager
def open_shop(settings: Settings) -> Iterator[OpenShop]:
    """A shop for the command line: no server, and no job running unless it is run here."""
    shop = assemble(settings)
    shop.join()
    try:
        yield shop
    finally:
        shop.close()


def create_app(settings: Settings, *, open_all: bool = True) -> FastAPI:
    """The site (HTML) with the API (JSON) beside it, over one shop. Holds no global state.

    Without ``open_all`` the back office and the API are opened when somebody first comes in.
    """
    shop = assemble(settings)

    @asynccontextmanager
    async def lifespan(_site: FastAPI) -> AsyncIterator[None]:
        shop.start(after=0 if open_all else QUIET_START_S)
        try:
            yield
        finally:
            shop.close()

    site = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    api = FastAPI(
        title="Vitrine API",
        version="1",
        description="The shop for scripts. Errors are RFC 9457 problem documents.",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    _name_calls(api)
    settings = shop.settings
    site.state.shop = shop
    site.state.database = shop.database
    site.state.is_ending = threading.Event()
    site.state.means = shop.means
    site.state.storage = shop.means.storage
    site.state.shelf = Shelf()
    site.state.directory = Directory(shop.means.outbound)
    _limit(site, shop.limits, settings)
    site.state.gate = Gate(
        settings.secret_key,
        shop.limits,
        after=settings.challenge_after,
        least_seconds=settings.challenge_seconds,
    )
    rooms = Rooms()
    _furnish(site, api, rooms, shop.join)
    site.mount("/api", api)
    compiled = settings.data_dir / "cache" / "templates"
    compiled.mkdir(parents=True, exist_ok=True)
    edge.install(
        site,
        settings,
        bytecode_dir=compiled,
        api=api,
        rooms=rooms,
        limits=shop.limits,
        frame=_frame,
        manners=_manners,
        sign_in_pages={"/admin": "/admin/sign-in", "/account": "/account/login"},
    )
    if open_all:
        shop.join()
        rooms.open_all()
    return site


def _name_calls(api: FastAPI) -> None:
    """Let the description say "Add user" of a call, where its route is `accounts.api.add_user`."""
    describe = api.openapi

    def named() -> dict[str, Any]:
        description = describe()
        for methods in description["paths"].values():
            for call in methods.values():
                call["summary"] = call["summary"].rpartition(".")[2].capitalize()
        return description

    api.openapi = named  # type: ignore[method-assign]


def _limit(site: FastAPI, limits: Limits, settings: Settings) -> None:
    """How often the same may be tried, beside what ``web.limits`` counts for each address."""
    site.state.sign_in_tries = limits.buckets("sign-in", 6, 10)
    # Growing: for an account from one network, from browsers of its owner, from anywhere. The last
    # stays short: it is the one that strangers could use against the owner of a new browser.
    site.state.password_tries = limits.delays("password", free=5, first=10, most=900)
    site.state.own_password_tries = limits.delays("own-password", free=5, first=10, most=900)
    site.state.account_tries = limits.delays("account", free=30, first=1, most=10)
    site.state.code_tries = limits.buckets("code", 1, 20)
    site.state.network_tries = limits.buckets("network", 30, 60)
    site.state.mail_asks = limits.buckets("mail", 0.5, 5)
    # What is there at once and what comes within an hour: five for an address, twenty a network.
    site.state.lookups_by_address = limits.buckets("lookup-address", 2 / 60, 3)
    site.state.lookups_by_network = limits.buckets("lookup-network", 10 / 60, 10)
    # As many as a page takes from one network before it asks for a proof, which a script has none.
    after = settings.challenge_after
    site.state.registrations = limits.buckets("register", after / 60, after) if after else None
    per_key = settings.key_rate_per_minute
    by_key = limits.buckets("key", per_key, per_key, is_rough=True) if per_key else None
    site.state.key_uses = by_key


def _furnish(site: FastAPI, api: FastAPI, rooms: Rooms, join: Callable[[], None]) -> None:
    """Every feature's routes: here and now, or in the rooms of the paths that they lie under."""
    include_page: Include = site.include_router
    include_call: Include = partial(api.include_router, prefix="/v1")
    later: dict[str, list[Callable[[], None]]] = {}
    for feature in FEATURES:
        pages = feature.pages if isinstance(feature.pages, tuple) else (feature.pages,)
        brings = [*((one, include_page) for one in pages), (feature.api, include_call)]
        for brought, include in brings:
            if isinstance(brought, Late):
                bring = Once(partial(_bring, brought, include, join))
                for path in brought.under:
                    later.setdefault(path, []).append(bring)
            elif brought:
                include(brought)
    for path, all_of_it in later.items():
        rooms.close_off(path, partial(_open, all_of_it))


def _bring(late: Late, include: Include, join: Callable[[], None]) -> None:
    if late.joins:
        join()
    include(late.routes())


def _open(all_of_it: list[Callable[[], None]]) -> None:
    for bring in all_of_it:
        bring()


def _frame(request: HTTPConnection) -> Any:
    if request.url.path.startswith("/admin"):
        # With its room: a shop that nobody manages now does without it.
        from webapp.backoffice.frame import office_frame_of

        return office_frame_of(request)
    return frame_of(request)


def _manners(request: HTTPConnection) -> Manners:
    # The frame is made once for a request: the right one has to be first.
    _frame(request)
    return manners(request)
