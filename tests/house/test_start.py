"""The start stays small: what no shopper needs is not carried into a process that serves them."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
from fastapi import FastAPI

from tests.browser import Browser
from tests.conftest import settings_in
from tests.house.conftest import copy_of, routes_of
from tests.proofs.servers import ROOT, serving
from webapp.main import create_app
from webapp.settings import Settings

NOT_FOR_SHOPPERS = (
    "alembic",
    "argon2",
    "authlib",
    "celery",
    "httpcore",
    "httpx",
    "markdown_it",
    "nh3",
    "pwdlib",
    "pydantic.v1",
    "PIL",
    "prometheus_client",
    "pygments",
    "redis",
    "rich",
    "sqlalchemy.dialects.postgresql",
    "strawberry",
    "stripe",
    "webapp.backoffice",
    "webapp.demo",
    "webapp.exchange.dialects",
    "webapp.exchange.pages",
    "webapp.storefront.account",
    "webauthn",
)
"""Imported by whoever needs them, when they do: a room's by the first who comes in (``Late`` in
``feature.py``), a library by the function that uses it, with a comment that says so."""

BEHIND = ("checkout", "downloads", "identities", "notices", "orders", "payments", "webhooks")
"""Features whose rules and tables nobody needs who looks at the shelves."""

SHELVES = ("/", "/products", "/products/enamel-pot", "/search?q=pot", "/cart")


def test_shopping_loads_only_what_it_needs(furnished: Settings, tmp_path: Path):
    data = copy_of(furnished, tmp_path)

    # Jobs of the furnished shop would load what they need.
    with serving(data, PYTHONPROFILEIMPORTTIME="1", VITRINE_JOB_THREADS="0") as (shop,):
        statuses = [httpx.get(shop + path, timeout=60).status_code for path in SHELVES]
        by_looking = loaded_by(data / "server-0.log")
        statuses.append(httpx.get(shop + "/checkout", timeout=60).status_code)
        loaded = loaded_by(data / "server-0.log")
        contract = httpx.get(shop + "/api/openapi.json", timeout=60)

    assert statuses == [200, 200, 200, 200, 200, 303]
    assert "webapp.storefront.home" in by_looking
    assert "webapp.orders.handlers" in loaded
    rules = re.compile(rf"webapp\.({'|'.join(BEHIND)})\.(commands|events|models|queries)\b")
    beside = re.compile(r"webapp\.\w+\.(handlers|jobs|mails|personal|portraits)")
    early = {name for name in by_looking if rules.match(name) or beside.fullmatch(name)}
    early |= by_looking & {"email_validator.syntax"}
    assert sorted(name for name in early if not name.startswith("webapp.runtime.")) == []
    # By what lies inside: the package itself is named also where it was asked for and kept out.
    inside = tuple(f"{name}." for name in NOT_FOR_SHOPPERS)
    calls = re.compile(r"webapp\.\w+\.api")
    needless = {name for name in loaded if name.startswith(inside) or calls.fullmatch(name)}
    assert sorted(name for name in needless if not name.endswith(".feature")) == []
    assert "/v1/products" in contract.json()["paths"]


def loaded_by(log: Path) -> set[str]:
    return set(re.findall(r"^import time: .* \| +(\S+)$", log.read_text(), re.M))


def test_tables_of_a_small_start_refer_to_none_that_is_missing():
    look = """
import webapp.cart.pages, webapp.main
from sqlmodel import SQLModel
keys = [key for table in SQLModel.metadata.tables.values() for key in table.foreign_keys]
assert "orders" not in SQLModel.metadata.tables and keys
for key in keys:
    key.column
"""
    subprocess.run([sys.executable, "-c", look], check=True, cwd=ROOT)


def test_rooms_that_open_late_are_those_of_a_shop_that_is_all_open(
    furnished: Settings, tmp_path: Path
):
    settings = settings_in(copy_of(furnished, tmp_path))
    late, all_open = create_app(settings, open_all=False), create_app(settings)
    try:
        assert addresses_of(late) != addresses_of(all_open)
        with Browser(late) as anyone:
            office = anyone.send("GET", "/admin/orders")
            contract = anyone.send("GET", "/api/openapi.json")
            nothing = anyone.send("GET", "/admin/nothing")
            file = anyone.send("GET", "/downloads/nothing/file")
            for path in ("/cart", "/account", "/checkout", "/orders/lookup"):
                assert anyone.send("GET", path).status_code < 400
        assert office.status_code == 303
        assert office.headers["location"].startswith("/admin/sign-in")
        assert "/v1/products" in contract.json()["paths"]
        assert nothing.status_code == file.status_code == 404
        assert addresses_of(late) == addresses_of(all_open)
    finally:
        late.state.shop.close()
        all_open.state.shop.close()


def addresses_of(app: FastAPI) -> list[tuple[str, str]]:
    return sorted((route.method, route.path) for route in routes_of(app))
