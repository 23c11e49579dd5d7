"""The rendered pages are HTML by the letter: one run of the Nu checker over all of them."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from tests.browser import Browser
from tests.conftest import settings_in
from tests.factories.people import register, sign_in
from tests.factories.shop import CUSTOMER
from tests.house.conftest import Site, copy_of, open_site, routes_of
from tests.journeys.pages import ALSO, is_of_account, is_page
from tests.journeys.states import states
from webapp.runtime.mail import MailRecord
from webapp.settings import Settings

CHECKER = Path(__file__).resolve().parents[1] / "tools/node_modules/vnu-jar/build/dist/vnu.jar"

BUYER: dict[str, Any] = {
    "email": "grace@example.com",
    "shipping-name": "Grace Hopper",
    "shipping-street_address": "Torstraße 1",
    "shipping-postal_code": "10119",
    "shipping-city": "Berlin",
    "terms": True,
}

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, furnished: Settings) -> Iterator[Site]:
    yield from open_site(settings_in(copy_of(furnished, tmp_path_factory.mktemp("html"))))


def test_every_page_is_valid_html(site: Site, settings: Settings, tmp_path: Path):
    java = shutil.which("java")
    if java is None or not CHECKER.is_file():
        pytest.skip("the Nu HTML checker is absent: run bin/tools")
    folder = tmp_path / "pages"
    folder.mkdir()
    written = _write(site, folder, states(site.app, settings))
    assert len(written) > 50

    done = subprocess.run(
        [java, "-Xss2m", "-jar", CHECKER, "--format", "json", "--exit-zero-always", *written],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    found = [fault for fault in json.loads(done.stderr)["messages"] if _counts(fault)]
    told = [
        f"{Path(fault['url']).name}:{fault.get('lastLine')}: {fault['message']}\n"
        f"    {fault.get('extract', '').strip()[:160]}"
        for fault in found
    ]
    assert told == [], "\n".join(told)


def _counts(fault: dict[str, Any]) -> bool:
    """Errors, and warnings too but for one: a list without bullets is no list to Safari's
    VoiceOver unless it says so."""
    if fault["message"] == "The “list” role is unnecessary for element “ul”.":
        return False
    return fault["type"] in {"error", "non-document-error"} or fault.get("subType") == "warning"


def _write(site: Site, folder: Path, more: dict[str, str]) -> list[Path]:
    """Each page in a file named after its address: as it is, and as a wrong form leaves it."""
    pages: dict[str, str] = {}
    shopper = site.anyone
    shopper.get("/products/oak-board").submit("#buy-form")
    ordered = shopper.get("/checkout").submit("#checkout-form", button="Place order", **BUYER)
    assert ordered.path.startswith("/orders/"), ordered
    shopper.get("/products/enamel-pot").submit("#buy-form")
    paths = [site.address(route) for route in routes_of(site.app) if route.is_safe]
    with shopper.somebody_else() as member:
        sign_in(member, email=CUSTOMER)
        for path in dict.fromkeys([*paths, *ALSO]):
            if is_page(path) and not path.startswith("/api"):
                who = member if is_of_account(path) else _who(site, path)
                _keep(pages, who, path)
    for name, page in {
        "order": ordered,
        "checkout refused": shopper.get("/checkout").submit(
            "#checkout-form", button="Place order", email="ada@"
        ),
        "product refused": site.owner.get("/admin/products/new").submit("#product-form"),
        "sign-in refused": shopper.get("/admin/sign-in").submit("#sign-in-form"),
    }.items():
        pages[name] = page.html
    pages |= _letters(site)
    pages |= more
    written = []
    for name, html in pages.items():
        path = folder / (re.sub(r"\W+", "-", name).strip("-") + ".html")
        path.write_text(html)
        written.append(path)
    return written


def _letters(site: Site) -> dict[str, str]:
    """One of each kind of message that the shop has written, those to somebody new among them."""
    with site.anyone.somebody_else() as stranger:
        register(stranger)
        for path, form in (("link", "#link-form"), ("reset", "#forgotten-form")):
            asked = stranger.get(f"/account/{path}").submit(form, email="ada@example.com")
            assert asked.path == "/account/mailed", asked
    site.app.state.shop.runner.run_due()
    with site.database.reading() as session:
        found = session.exec(select(MailRecord.kind, MailRecord.html_body)).all()
    letters = {f"mail {kind}": html for kind, html in found if html}
    for link in site.owner.get("/admin/mail/words").all("main a[href^='/admin/mail/words/']"):
        preview = site.owner.get(f"{link.attributes['href']}/letter")
        if preview.status == 200:  # there is something to show it with
            letters[f"preview {link.attributes['href']}"] = preview.html
    assert len(letters) > 12, sorted(letters)
    return letters


def _keep(pages: dict[str, str], browser: Browser, path: str) -> None:
    page = browser.get(path)
    if "<html" in page.html:
        pages[path or "home"] = page.html


def _who(site: Site, path: str) -> Browser:
    return site.owner if path.startswith("/admin") else site.anyone
