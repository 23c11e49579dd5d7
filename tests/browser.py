"""A browser without a screen: opens pages, fills the forms that are on them, follows links.

It speaks to an application in this process. Like a person it can only fill in fields that are
there, so a renamed input breaks the test that should break.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import anyio
import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser, LexborNode

ORIGIN = "http://localhost"

File = Path | tuple[str, bytes] | tuple[str, bytes, str]


class Browser:
    """Keeps cookies, follows redirects, says where its requests come from. Use it in ``with``.

    ``lifespan`` also starts and stops the application around it. ``origin`` may be https.
    """

    def __init__(self, app: FastAPI, *, origin: str = ORIGIN, lifespan: bool = False) -> None:
        self._app = app
        self.origin = origin
        self._lifespan = lifespan
        self._stack = ExitStack()
        self._portal: BlockingPortal | None = None
        self._client = _client(app, origin)

    def __enter__(self) -> Browser:
        self._portal = self._stack.enter_context(start_blocking_portal())
        if self._lifespan:
            running: AbstractContextManager[Any] = self._portal.wrap_async_context_manager(
                self._app.router.lifespan_context(self._app)
            )
            self._stack.enter_context(running)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @contextmanager
    def somebody_else(self) -> Iterator[Browser]:
        """Another visitor of the same application: no cookie in common."""
        with Browser(self._app, origin=self.origin) as other:
            yield other

    @property
    def app(self) -> FastAPI:
        return self._app

    @property
    def cookies(self) -> httpx.Cookies:
        return self._client.cookies

    @property
    def headers(self) -> httpx.Headers:
        """What goes with every request besides the cookies: a script's key."""
        return self._client.headers

    def get(self, path: str, *, htmx: bool = False, **options: Any) -> Page:
        """Open an address; ``htmx`` asks for a part of the page as htmx does."""
        return self.open("GET", path, htmx=htmx, **options)

    def post(self, path: str, *, htmx: bool = False, **options: Any) -> Page:
        """Send a body (``data=``, ``json=``, ``files=``, ``content=``) without a form."""
        return self.open("POST", path, htmx=htmx, **options)

    def open(self, method: str, path: str, *, htmx: bool = False, **options: Any) -> Page:
        """Any request as a page, with redirects followed (also those that htmx follows)."""
        headers = {**(_HTMX if htmx else {}), **options.pop("headers", {})}
        response = self.send(method, path, headers=headers, follow_redirects=True, **options)
        page = Page(self, response)
        if "HX-Redirect" in response.headers:
            return self.get(response.headers["HX-Redirect"])
        return page

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """The bare answer to a request; redirects are not followed unless asked.

        A header given as None is left out.
        """
        given = {"Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
        headers = {name: value for name, value in given.items() if value is not None}

        async def ask() -> httpx.Response:
            return await self._client.request(method, path, headers=headers, **options)

        if self._portal is None:
            raise RuntimeError("Use the browser in a with statement.")
        return self._portal.call(ask)

    def at_once(self, requests: list[dict[str, Any]]) -> list[httpx.Response]:
        """Send many requests at the same time (arguments of ``send``); answers in their order."""

        async def ask_all() -> list[httpx.Response]:
            answers: dict[int, httpx.Response] = {}

            async def ask(index: int, method: str, path: str, **options: Any) -> None:
                headers = {"Sec-Fetch-Site": "same-origin", **options.pop("headers", {})}
                answers[index] = await self._client.request(
                    method, path, headers=headers, **options
                )

            async with anyio.create_task_group() as group:
                for index, request in enumerate(requests):
                    group.start_soon(partial(ask, index, **request))
            return [answers[index] for index in range(len(requests))]

        if self._portal is None:
            raise RuntimeError("Use the browser in a with statement.")
        return self._portal.call(ask_all)


class Page:
    """What came back: status, address, and the elements in it."""

    def __init__(self, browser: Browser, response: httpx.Response) -> None:
        self._browser = browser
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.html = response.text
        self.tree = LexborHTMLParser(self.html)
        address = urlsplit(str(response.url))
        self.path = address.path
        self.url = address.path + (f"?{address.query}" if address.query else "")

    def __repr__(self) -> str:
        return f"<Page {self.status} {self.url}>"

    def all(self, selector: str) -> list[LexborNode]:
        """Every element that matches, in order."""
        return self.tree.css(selector)

    def one(self, selector: str) -> LexborNode:
        """The element that matches; fails unless there is exactly one."""
        found = self.all(selector)
        if len(found) != 1:
            raise AssertionError(f"{len(found)} elements match {selector!r} on {self!r}:\n{self}")
        return found[0]

    def has(self, selector: str) -> bool:
        """Whether any element matches."""
        return bool(self.all(selector))

    def text(self, selector: str) -> str:
        """The words of the one element that matches, with spaces evened out."""
        return words_of(self.one(selector))

    def texts(self, selector: str) -> list[str]:
        """The words of every element that matches."""
        return [words_of(node) for node in self.all(selector)]

    def value(self, selector: str) -> str:
        """What the one input, select or textarea that matches holds."""
        return ", ".join(_held(self.one(selector)))

    def json(self) -> Any:
        """The body read as JSON."""
        return self.response.json()

    def click(self, target: str, *, htmx: bool = False) -> Page:
        """Follow the link, or send the form of the button, with these words or this selector."""
        node = self._link_or_button(target)
        if node.tag != "a":
            return _Filled(self, _form_of(self, node), node).send({}, htmx=htmx)
        attributes = node.attributes
        if htmx:
            address = attributes.get("data-hx-get") or attributes.get("hx-get")
            if address is None:
                raise AssertionError(f"{target!r} has no hx-get on {self!r}.")
            return self._browser.get(self._absolute(address), htmx=True)
        return self._browser.get(self._absolute(attributes.get("href") or ""))

    def submit(
        self, selector: str, *, htmx: bool = False, button: str | None = None, **fields: Any
    ) -> Page:
        """Fill the form that matches and send it, with everything it holds already.

        Fields take text, numbers, True and False for a checkbox, a list for several, a file as a
        path or ``(name, bytes)``. ``button`` presses the one with these words.
        """
        form = self.one(selector)
        if form.tag != "form":
            raise AssertionError(f"{selector!r} is a <{form.tag}>, not a form.")
        pressed = None
        if button is not None:
            named = [node for node in _buttons(self, form) if name_of(node) == button]
            if len(named) != 1:
                raise AssertionError(f"{len(named)} buttons {button!r} in {selector!r}.")
            pressed = named[0]
        return _Filled(self, form, pressed).send(fields, htmx=htmx)

    def _link_or_button(self, target: str) -> LexborNode:
        candidates = self.all("a[href], button, input[type=submit]")
        found = [node for node in candidates if name_of(node) == target]
        if not found and re.match(r"[#.\[a-z]", target):
            try:
                found = self.all(target)
            except Exception:
                found = []
        places = {(node.tag, node.attributes.get("href"), node.html) for node in found}
        if len(places) != 1:
            raise AssertionError(f"{len(places)} links or buttons {target!r} on {self!r}:\n{self}")
        return found[0]

    def _absolute(self, address: str) -> str:
        whole = urljoin(str(self.response.url), address)
        if not whole.startswith(self._browser.origin):
            raise AssertionError(f"{address!r} leads away from the shop.")
        return whole

    def __str__(self) -> str:
        return self.html[:3000]


_HTMX = {"HX-Request": "true", "HX-Request-Type": "partial", "Accept": "text/html"}


class _Filled:
    """A form with a person's entries over its own."""

    def __init__(self, page: Page, form: LexborNode, pressed: LexborNode | None) -> None:
        self._page = page
        self._form = form
        buttons = _buttons(page, form)
        self._pressed = pressed or (buttons[0] if buttons else None)

    def send(self, fields: dict[str, Any], *, htmx: bool) -> Page:
        pairs, files = self._entries(fields)
        own = dict(self._form.attributes)
        pressed = dict(self._pressed.attributes) if self._pressed is not None else {}
        method = (pressed.get("formmethod") or own.get("method") or "get").upper()
        address = pressed.get("formaction") or own.get("action") or self._page.url
        headers: dict[str, str] = {}
        if htmx:
            method, address = _hx_of(pressed) or _hx_of(own) or _fail("no hx-post or hx-get", own)
            target = own.get("data-hx-target") or own.get("hx-target") or ""
            source = f"form#{own['id']}" if own.get("id") else "form"
            headers = {
                **_HTMX,
                "HX-Source": source,
                "HX-Target": f"div{target}" if target.startswith("#") else source,
                "HX-Current-URL": str(self._page.response.url),
            }
        options: dict[str, Any] = {"headers": headers}
        is_multipart = (pressed.get("formenctype") or own.get("enctype")) == "multipart/form-data"
        if method == "GET":
            options["params"] = pairs
            address = address.partition("?")[0]
        elif is_multipart:
            parts = [(name, (None, value.encode())) for name, value in pairs]
            options["files"] = [*parts, *files]
        else:
            if files:
                _fail("files but not enctype multipart/form-data", own)
            options["data"] = _many(pairs)
        return self._page._browser.open(method, self._page._absolute(address), **options)

    def _entries(self, fields: dict[str, Any]) -> tuple[list[tuple[str, str]], list[Any]]:
        pairs: list[tuple[str, str]] = []
        files: list[Any] = []
        controls = _controls(self._page, self._form)
        names = {str(control.attributes["name"]) for control in controls}
        unknown = set(fields) - names
        if unknown:
            raise AssertionError(f"The form has no {sorted(unknown)}; it has {sorted(names)}.")
        done: set[str] = set()
        for control in controls:
            name = str(control.attributes["name"])
            kind = (control.attributes.get("type") or "text").lower()
            if kind == "file":
                if name not in done:
                    done.add(name)
                    given = fields.get(name)
                    chosen = given if isinstance(given, list) else [given] if given else []
                    files += [(name, _file(item)) for item in chosen]
                    if not chosen:
                        pairs.append((name, ""))
            elif name not in fields:
                pairs += [(name, value) for value in _held(control)]
            elif kind in {"checkbox", "radio"} or control.tag == "select":
                if name not in done:
                    done.add(name)
                    same = [other for other in controls if other.attributes["name"] == name]
                    pairs += [(name, value) for value in _chosen(same, fields[name])]
            elif name not in done:
                done.add(name)
                given = fields[name]
                entered = given if isinstance(given, list) else [given]
                pairs += [(name, str(value)) for value in entered]
        if self._pressed is not None and self._pressed.attributes.get("name"):
            attributes = self._pressed.attributes
            pairs.append((str(attributes["name"]), attributes.get("value") or ""))
        return pairs, files


def words_of(node: LexborNode) -> str:
    """The text in an element with white space evened out."""
    return " ".join(node.text(deep=True, separator=" ").split())


def name_of(node: LexborNode) -> str:
    """What assistive technology calls a link or button."""
    attributes = node.attributes
    if attributes.get("aria-label"):
        return " ".join(str(attributes["aria-label"]).split())
    if node.tag == "input":
        return attributes.get("value") or ""
    pictures = " ".join(str(img.attributes.get("alt") or "") for img in node.css("img"))
    return words_of(node) or " ".join(pictures.split())


def _controls(page: Page, form: LexborNode) -> list[LexborNode]:
    """Everything that would be sent with the form, in the order of the page."""
    own_id = form.attributes.get("id")
    found = []
    for node in page.all("input[name], select[name], textarea[name]"):
        attributes = node.attributes
        kind = (attributes.get("type") or "").lower()
        if "disabled" in attributes or kind in {"submit", "button", "reset", "image"}:
            continue
        owner = attributes.get("form")
        if (owner == own_id) if owner else _is_inside(node, form):
            found.append(node)
    return found


def _buttons(page: Page, form: LexborNode) -> list[LexborNode]:
    own_id = form.attributes.get("id")
    found = []
    for node in page.all("button, input[type=submit]"):
        attributes = node.attributes
        if "disabled" in attributes or attributes.get("type") in {"button", "reset"}:
            continue
        owner = attributes.get("form")
        if (owner == own_id) if owner else _is_inside(node, form):
            found.append(node)
    return found


def _form_of(page: Page, button: LexborNode) -> LexborNode:
    owner = button.attributes.get("form")
    if owner:
        return page.one(f"form#{owner}")
    node: LexborNode | None = button
    while node is not None and node.tag != "form":
        node = node.parent
    if node is None:
        raise AssertionError(f"The button {name_of(button)!r} is in no form.")
    return node


def _is_inside(node: LexborNode, form: LexborNode) -> bool:
    above: LexborNode | None = node.parent
    while above is not None:
        if above.mem_id == form.mem_id:
            return True
        above = above.parent
    return False


def _held(control: LexborNode) -> list[str]:
    """What a control holds before anybody touches it."""
    attributes = control.attributes
    if control.tag == "textarea":
        return [(control.text(deep=True) or "").removeprefix("\n")]
    if control.tag == "select":
        options = [node for node in control.css("option") if "disabled" not in node.attributes]
        selected = [node for node in options if "selected" in node.attributes]
        if "multiple" not in attributes:
            selected = selected[-1:] or options[:1]
        return [_option_value(node) for node in selected]
    if (attributes.get("type") or "").lower() in {"checkbox", "radio"}:
        is_checked = "checked" in attributes
        return [attributes.get("value") or "on"] if is_checked else []
    return [attributes.get("value") or ""]


def _chosen(controls: list[LexborNode], given: Any) -> list[str]:
    """The values to send for a choice; fails when the page does not offer them."""
    offered: list[str] = []
    for control in controls:
        if control.tag == "select":
            options = [node for node in control.css("option") if "disabled" not in node.attributes]
            offered += [_option_value(node) for node in options]
        else:
            offered.append(control.attributes.get("value") or "on")
    if given is True and len(offered) == 1:
        return offered
    if given is False or given is None:
        return []
    wanted = [str(value) for value in (given if isinstance(given, list) else [given])]
    missing = [value for value in wanted if value not in offered]
    if missing:
        raise AssertionError(f"{missing} is not offered; there is {offered}.")
    return wanted


def _option_value(option: LexborNode) -> str:
    value = option.attributes.get("value")
    return words_of(option) if "value" not in option.attributes else (value or "")


def _file(given: File) -> tuple[str, bytes, str]:
    if isinstance(given, Path):
        return given.name, given.read_bytes(), "application/octet-stream"
    name, content, *kind = given
    return name, content, str(kind[0]) if kind else "application/octet-stream"


def _hx_of(attributes: dict[str, str | None]) -> tuple[str, str] | None:
    for method in ("get", "post", "put", "patch", "delete"):
        address = attributes.get(f"data-hx-{method}") or attributes.get(f"hx-{method}")
        if address is not None:
            return method.upper(), address
    return None


def _many(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data


def _fail(what: str, form: dict[str, str | None]) -> Any:
    raise AssertionError(f"The form {form.get('id') or form.get('action')!r} has {what}.")


def _client(app: FastAPI, origin: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 50000))
    return httpx.AsyncClient(transport=transport, base_url=origin, timeout=None)
