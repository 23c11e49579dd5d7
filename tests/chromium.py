"""A real Chromium walking through a real server, and everything it complains about."""

import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect, sync_playwright

from webapp.main import create_app
from webapp.settings import Settings

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
PATIENCE_MS = 60_000
"""A machine that is busy with other tests is slow; nothing here asserts on a time."""
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Debian's Chromium without a screen, or a skip."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("Chromium is absent: install chromium")
    with sync_playwright() as tools:
        started = tools.chromium.launch(executable_path=program, args=list(FLAGS))
        yield started
        started.close()


class Live:
    """The shop on a port of 127.0.0.1, in a thread of this process."""

    def __init__(self, settings: Settings) -> None:
        self.app: FastAPI = create_app(settings)
        self._server = uvicorn.Server(
            uvicorn.Config(self.app, host="127.0.0.1", port=0, log_config=None, lifespan="on")
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def __enter__(self) -> "Live":
        self._thread.start()
        while not self._server.started:
            if not self._thread.is_alive():
                raise RuntimeError("The server did not start.")
            time.sleep(0.02)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(30)


class Person:
    """Somebody with a browser of their own. What the browser complains about is kept."""

    def __init__(self, browser: Chromium, live: Live, **options: Any) -> None:
        self.who = ""
        self._home = live.address
        self.complaints: list[str] = []
        self._context = browser.new_context(
            base_url=live.address, **{"viewport": DESKTOP, "reduced_motion": "reduce", **options}
        )
        self._context.set_default_timeout(PATIENCE_MS)
        self._context.on("console", self._heard)
        self._context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self._context.on("request", self._asked)
        self.page: Page = self._context.new_page()

    def _heard(self, message: ConsoleMessage) -> None:
        # A refused form is answered with 422; the console calls every 4xx an error.
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, request: Request) -> None:
        place = urlsplit(request.url)
        if place.scheme not in {"data", "blob"} and not request.url.startswith(self._home):
            self.complaints.append(f"asked another place: {request.url}")

    def opens(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def sees(self, role: Any, name: str, **more: Any) -> Locator:
        """The one thing of this role with exactly this name."""
        return self.page.get_by_role(role, name=name, exact=True, **more)

    def clicks(self, role: Any, name: str) -> None:
        self.sees(role, name).first.click()

    def writes(self, label: str, text: str) -> None:
        """Fill in the field of this name, which may say that it is optional."""
        name = re.compile(rf"^{re.escape(label)}( \(optional\))?$")
        kinds = ("textbox", "searchbox", "spinbutton")
        fields = [self.page.get_by_role(kind, name=name) for kind in kinds]  # type: ignore[arg-type]
        # A password is in no role of its own.
        found = self.page.get_by_label(label, exact=True).and_(self.page.locator("[type=password]"))
        for more in fields:
            found = found.or_(more)
        found.first.fill(text)

    def tabs_to(self, name: str, most: int = 120) -> None:
        """Press Tab until what is called ``name`` has the focus, as a keyboard alone can."""
        met: list[str] = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            met.append(self.focused())
            if met[-1] == name:
                return
        raise AssertionError(f"Tab never came to {name!r}; it met {met}")

    def focused(self) -> str:
        """The name of what has the focus."""
        name: str = self.page.evaluate(FOCUSED_NAME)
        return name

    def cookies(self) -> Any:
        """What this browser carries, for another one to begin with."""
        return self._context.storage_state()

    def leaves(self) -> None:
        self._context.close()


FOCUSED_NAME = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return '';
  const words = text => (text || '').replace(/\\s+/g, ' ').trim();
  if (one.getAttribute('aria-label')) return words(one.getAttribute('aria-label'));
  if (one.labels && one.labels.length) {
    const label = one.labels[0].cloneNode(true);
    label.querySelectorAll('input, select, textarea, .field__optional').forEach(x => x.remove());
    return words(label.textContent);
  }
  const picture = one.querySelector('img');
  return words(one.textContent) || words(picture && picture.alt);
}"""
