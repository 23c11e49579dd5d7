"""A furnished shop to sweep over, and browsers of the people who may and may not."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from sqlmodel import Session, col, func, select
from starlette.routing import Mount

from tests.browser import Browser
from tests.conftest import settings_in
from tests.factories.shop import CUSTOMER, OWNER, VIEWER
from webapp.accounts import commands as accounts
from webapp.accounts.guards import COOKIE
from webapp.accounts.links import LinkPurpose, path_of
from webapp.accounts.models import (
    AddressEntry,
    ApiKey,
    CustomerGroup,
    CustomerNote,
    MailedLink,
    Person,
    Role,
)
from webapp.accounts.permissions import PERMISSIONS
from webapp.accounts.queries import Credentials, by_email
from webapp.accounts.tokens import Mint
from webapp.catalogue.models import Attribute, Category, Collection, Product, Variant
from webapp.downloads.models import DigitalAsset
from webapp.exchange.models import CatalogueImport
from webapp.identities.models import Provider
from webapp.kit.actors import SYSTEM
from webapp.main import create_app
from webapp.media.models import MediaFile
from webapp.notices.models import Notice
from webapp.orders.links import mailed_path
from webapp.orders.models import Order
from webapp.pricing.models import ShippingMethod
from webapp.runtime.db import Database
from webapp.runtime.events import EventRecord
from webapp.runtime.jobs import JobRecord, JobState
from webapp.runtime.links import links_for, links_of
from webapp.runtime.mail import MailRecord
from webapp.settings import Settings
from webapp.webhooks.models import Delivery, Endpoint

WATCHED = ("/metrics", "/health/detailed")
"""What an operator looks at, or a script that may; to others there is nothing."""


@dataclass(frozen=True)
class Route:
    """One address of the site with one method."""

    method: str
    path: str
    name: str
    dependant: Any

    @property
    def is_safe(self) -> bool:
        return self.method == "GET"


def routes_of(app: FastAPI) -> list[Route]:
    """Every route of a person's or a script's, with the method it answers to."""
    api = next(
        route.app for route in app.routes if isinstance(route, Mount) and route.path == "/api"
    )
    return [
        Route(method, beginning + str(route.path), str(route.name), route.dependant)
        for beginning, side in (("", app), ("/api", api))
        for route in iter_route_contexts(side.routes)
        if getattr(route, "dependant", None) is not None
        for method in sorted(route.methods or ())
        if method != "HEAD"
    ]


@dataclass
class Site:
    """The furnished shop's application and who looks at it."""

    app: FastAPI
    anyone: Browser
    owner: Browser
    viewer: Browser
    script: Browser
    """Sends an API key of the owner's that may do everything, and no cookie."""
    program: Browser
    """Sends an access token of the owner's, and no cookie."""
    there: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        found: Database = self.app.state.database
        return found

    def facts(self) -> int:
        """How many facts were ever stated: whoever changes something states one."""
        with self.database.reading() as session:
            return session.exec(select(func.count()).select_from(EventRecord)).one()

    def who(self, route: Route) -> Browser:
        """Somebody who may do everything there."""
        if route.path.startswith("/api/v1/auth"):
            return self.program
        if route.path in WATCHED:
            return self.script
        if route.path.startswith("/api"):
            return self.script
        return self.owner if route.path.startswith("/admin") else self.anyone

    def address(self, route: Route) -> str:
        return address_of(route, self.there)


def address_of(route: Route, there: dict[str, dict[str, str]]) -> str:
    """The route's address for things that are there, as far as the furnished shop has them."""
    path = route.path
    room = next((name for name in there if path.startswith(name)), "")
    for name, value in {**there[""], **there[room]}.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, furnished: Settings) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("house")
    yield from open_site(settings_in(copy_of(furnished, folder)))


def copy_of(furnished: Settings, folder: Path) -> Path:
    """The furnished shop's folders, copied."""
    # Its compiled templates stay shared, which a copy of what the link leads to would not be.
    shutil.copytree(furnished.data_dir, folder, symlinks=True, dirs_exist_ok=True)
    return folder


def open_site(settings: Settings) -> Iterator[Site]:
    app = create_app(settings)
    with ExitStack() as opened:
        anyone, owner, viewer, script, program = (
            opened.enter_context(Browser(app)) for _ in range(5)
        )
        database: Database = app.state.database
        with database.writing() as session:
            for browser, email in ((owner, OWNER), (viewer, VIEWER)):
                person = by_email(session, email)
                assert person is not None
                secret = accounts.sign_in(session, person)
                browser.cookies.set(COOKIE, app.state.cookies.signed(COOKIE, secret, 3600))
            script.headers["Authorization"] = f"Bearer {_key_for_everything(session)}"
            program.headers["Authorization"] = f"Bearer {access_token(app, session, OWNER)}"
        with database.reading() as session:
            there = what_is_there(session)
        yield Site(app, anyone, owner, viewer, script, program, there)
    app.state.shop.close()


def _key_for_everything(session: Session) -> str:
    owner = by_email(session, OWNER)
    assert owner is not None
    _, secret = accounts.make_key(session, SYSTEM, owner, name="Sweep", scopes=PERMISSIONS)
    return secret


def access_token(app: FastAPI, session: Session, email: str) -> str:
    """What a program gets for somebody's password, with all that they can give it."""
    person = by_email(session, email)
    assert person is not None
    scopes = accounts.scopes_for(session, person.role, ())
    granted = accounts.grant(session, Credentials.of(person), client="Sweep", scopes=scopes)
    assert granted is not None
    settings: Settings = app.state.settings
    mint = Mint.of(settings, links_for(settings).base)
    return mint.make(granted.person, granted.grant, client="Sweep", scopes=granted.scopes)


def _order_link(session: Session, order: str) -> str:
    return mailed_path(links_of(session), order).removeprefix("/orders/link/")


def _password_link(session: Session) -> str:
    """The token by which the viewer, who lost theirs, chooses a password.

    Others may have been sent one since, where a served shop is shared by tests.
    """
    found = session.exec(
        select(MailedLink.public_id)
        .join(Person)
        .where(MailedLink.purpose == LinkPurpose.staff_reset, Person.email == VIEWER)
    ).one()
    path = path_of(links_of(session).secret, LinkPurpose.staff_reset, found)
    return path.removeprefix("/admin/password/")


def what_is_there(session: Session) -> dict[str, dict[str, str]]:
    """What stands for each name in a path, by the beginning of the path."""

    def one(column: Any) -> str:
        return str(session.exec(select(column).order_by(col(column)).limit(1)).one())

    def person(email: str) -> str:
        return session.exec(select(Person.public_id).where(Person.email == email)).one()

    pot = session.exec(select(Product).where(Product.slug == "enamel-pot")).one()
    booklet = session.exec(select(DigitalAsset)).one()
    sha256 = one(MediaFile.sha256)
    ended = session.exec(
        select(JobRecord.public_id).where(
            JobRecord.kind == "exchange.write_export", JobRecord.state == JobState.done
        )
    ).one()
    customer = session.exec(
        select(Person.public_id).where(col(Person.role).is_(None)).order_by(col(Person.id))
    ).first()
    assert customer is not None
    return {
        "/products": {"slug": pot.slug},
        "/collections": {"slug": "for-the-table"},
        "/categories": {"path:path": "kitchen/pots"},
        "/pages": {"slug": "terms"},
        "/media": {"sha256": sha256, "width:int": "480", "extension": one(MediaFile.extension)},
        "/admin/products/{public_id}/files": {
            "public_id": booklet.product_ref,
            "asset": booklet.public_id,
        },
        "/admin/products": {"public_id": pot.public_id},
        "/admin/categories": {"public_id": one(Category.public_id), "way": "down"},
        "/admin/exchange": {"public_id": one(CatalogueImport.public_id), "dialect": "shopify"},
        "/admin/collections": {"public_id": one(Collection.public_id)},
        "/admin/attributes": {"code": one(Attribute.code)},
        "/admin/customers/groups": {"public_id": one(CustomerGroup.public_id)},
        "/admin/customers": {
            "public_id": person(CUSTOMER),
            "note": one(CustomerNote.public_id),
        },
        "/admin/staff": {"public_id": person(VIEWER)},
        "/admin/roles": {"code": one(Role.code)},
        "/admin/notices": {"public_id": one(Notice.public_id)},
        "/admin/password": {"token": _password_link(session)},
        "/admin/keys": {"public_id": one(ApiKey.public_id)},
        "/admin/mail/words": {"name": "orders.order_placed"},
        "/admin/mail": {"public_id": one(MailRecord.public_id)},
        "/admin/webhooks": {
            "public_id": one(Endpoint.public_id),
            "delivery": one(Delivery.public_id),
        },
        "/admin/jobs": {"public_id": ended},
        "/admin/stock": {"public_id": one(Variant.public_id)},
        "/admin/orders": {"public_id": one(Order.public_id), "parcel": "1003-F1"},
        "/admin/history": {"kind": "product", "subject_id": pot.public_id},
        "/admin/settings/sign-in": {"public_id": one(Provider.public_id)},
        "/admin/settings/shipping": {"public_id": one(ShippingMethod.public_id)},
        "/api/v1/tasks": {"task_id": ended},
        "/api/v1/users": {"user_id": customer},
        "/api/v1/products": {"slug": pot.slug},
        "/orders/link": {"token": _order_link(session, one(Order.public_id))},
        "/account/orders": {"number": "1001"},
        "/account/security": {"sign_in": "nothing", "public_id": "nothing"},
        "/account/data": {"export": "nothing"},
        "/account/addresses": {"public_id": one(AddressEntry.public_id)},
        "/account/pictures": {"name": "nothing"},
        "/account/email": {"which": "old", "token": "nothing"},
        "/admin/security": {"public_id": "nothing"},
        "": {
            "number": "1001",
            "start:int": "0",
            "country": "*",
            "tax_class": "standard",
            "key": "nothing",
            "entitlement": "nothing",
            "provider": "github",
            "identity": "nothing",
            "token": "nothing",
        },
    }
