"""Answers in HTML: the whole page for a visit, one named block of it for an htmx swap."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from webapp.web import flashes
from webapp.web.manners import manners_of, speaking

Context = Mapping[str, object]

PUBLIC = "public, max-age=0, must-revalidate"
"""Anyone may keep it, and asks (by ETag) whether it is still good."""

PRIVATE = "private, no-store"
"""Nobody may keep it; everything that is not declared public."""

_URL_MARKS = ":/%#?=@[]!$&'()*+,;"

_SHAPED_BY = ("HX-Request", "HX-Request-Type", "HX-Boosted")


def view(
    request: Request,
    address: str,
    context: Context | None = None,
    *,
    status: int = 200,
    public: bool = False,
    vary: Sequence[str] = (),
) -> Response:
    """Render ``path/page.html#block``: just the block for an htmx swap, else the page.

    ``public`` says that the page holds nothing personal: it may be kept by caches and is answered
    with 304 when the visitor has it. ``vary`` names further request headers it depends on.
    A ``status`` of 400 or more also undoes the request's transaction.
    """
    if status >= 400:
        request.state.refused = True
    if not wants_fragment(request):
        address, _, _ = address.partition("#")
    body = html_of(request, address, context).encode()
    response: Response = HTMLResponse(body, status)
    shows_notices = flashes.settle(request, response)
    response.headers["Vary"] = ", ".join((*_SHAPED_BY, *vary))
    response.headers["Cache-Control"] = PRIVATE
    if public and status == 200 and not shows_notices:
        response.headers["Cache-Control"] = PUBLIC
        response.headers["ETag"] = etag_of(body)
        if is_current(request, response.headers["ETag"]):
            return unchanged(response)
    return response


def html_of(request: Request, address: str, context: Context | None = None) -> Markup:
    """The HTML of a page, or of one block of it (``path/page.html#block``), in its context."""
    path, _, block = address.partition("#")
    environment: Environment = request.app.state.templates
    template = environment.get_template(path)
    values: dict[str, Any] = {"request": request, "frame": frame_of(request), **(context or {})}
    with speaking(lambda: manners_of(request)):
        if not block:
            return Markup(template.render(values))  # noqa: S704 (escaped by the template)
        if block not in template.blocks:
            raise LookupError(f"{path} has no block {block!r}.")
        try:
            parts = template.blocks[block](template.new_context(values))
            return Markup("".join(parts))  # noqa: S704 (escaped by the template)
        except Exception:
            environment.handle_exception()  # shows the template's line; always raises


def after_post(
    request: Request,
    *,
    go_to: str,
    show: str | None = None,
    context: Context | None = None,
    notice: str | None = None,
) -> Response:
    """A form was accepted: lead to ``go_to``, or swap ``show`` in where htmx asked.

    ``notice`` is said on the page that follows, or in the notices of the page that stays.
    """
    if show is None or not wants_fragment(request):
        return redirect(request, go_to, notice=notice)
    response = view(request, show, context)
    if notice is not None:
        response.body = bytes(response.body) + notice_of(request, notice).encode()
        response.headers["Content-Length"] = str(len(response.body))
    return response


def notice_of(request: Request, text: str, kind: flashes.Kind = "success") -> Markup:
    """A notice as a part of an htmx answer: it lands in the page's ``#notices``."""
    inner = html_of(request, "errors/notice.html", {"notice": flashes.Notice(text, kind)})
    return Markup('<hx-partial hx-target="#notices" hx-swap="beforeend">{}</hx-partial>').format(
        inner
    )


def redirect(
    request: Request, to: str, *, status: int = 303, notice: str | None = None
) -> Response:
    """Lead on to the path ``to``, whether a browser or htmx asked."""
    response: Response
    if request.headers.get("HX-Request") == "true" and "HX-Boosted" not in request.headers:
        # A redirect would be followed by fetch itself and its page swapped into the element.
        response = Response(status_code=204, headers={"HX-Redirect": quote(to, safe=_URL_MARKS)})
    else:
        response = RedirectResponse(to, status)
    response.headers["Vary"] = ", ".join(_SHAPED_BY)
    response.headers["Cache-Control"] = PRIVATE
    if notice is not None:
        flashes.flash(request, response, notice)
    return response


def wants_fragment(request: Request) -> bool:
    """True for an htmx swap of a part; false for a visit, a boosted link, a restored history."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Request-Type", "partial") == "partial"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def is_swap(request: Request) -> bool:
    """True when htmx will put the answer into a part of the page.

    Wider than ``wants_fragment``: an element with ``hx-select`` asks for the whole page to pick
    its part from, and would find none in an error page.
    """
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
        and headers.get("HX-Target", "").partition("#")[0] != "body"
    )


def frame_of(request: Request) -> Any:
    """What every page of the site may show around its own matter; made once for a request."""
    if not hasattr(request.state, "frame"):
        make = getattr(request.app.state, "frame", None)
        request.state.frame = make(request) if make is not None else None
    return request.state.frame


def local_path(text: str | None) -> str | None:
    """``text`` if it is a path on this site that may be redirected to, else None."""
    if not text or len(text) > 2000 or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc else text


def etag_of(body: bytes) -> str:
    """A weak tag: the same page may leave compressed or not."""
    return f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def is_current(request: Request, etag: str) -> bool:
    """Whether the visitor already has what ``etag`` stands for."""
    known = request.headers.get("If-None-Match")
    if known is None or request.method not in {"GET", "HEAD"}:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
    return "*" in tags or etag.removeprefix("W/") in tags


def unchanged(response: Response) -> Response:
    """The 304 that stands for ``response``."""
    kept = ("etag", "cache-control", "vary", "last-modified", "content-security-policy")
    headers = {name: response.headers[name] for name in kept if name in response.headers}
    return Response(status_code=304, headers=headers)
