"""The start stays small: what no shopper needs is not carried into a process that serves them."""

import re
from pathlib import Path

import httpx

from tests.house.conftest import copy_of
from tests.proofs.servers import serving
from webapp.settings import Settings

NOT_FOR_SHOPPERS = (
    "alembic",
    "authlib",
    "celery",
    "httpcore",
    "httpx",
    "markdown_it",
    "pygments",
    "redis",
    "rich",
    "strawberry",
    "stripe",
    "webapp.demo",
    "webauthn",
)
"""Packages that are imported by whoever needs them, when they do (a comment there says so)."""


def test_a_shopper_s_first_page_loads_only_what_it_needs(furnished: Settings, tmp_path: Path):
    data = copy_of(furnished, tmp_path)

    with serving(data, PYTHONPROFILEIMPORTTIME="1") as (shop,):
        page = httpx.get(shop + "/")
    told = (data / "server-0.log").read_text()
    loaded = set(re.findall(r"^import time: .* \| +(\S+)$", told, re.M))

    assert page.status_code == 200
    assert "webapp.storefront.home" in loaded
    # By what lies inside: a package that was asked for and kept out has nothing loaded in it.
    packages = tuple(f"{name}." for name in NOT_FOR_SHOPPERS)
    assert sorted(name for name in loaded if name.startswith(packages)) == []
