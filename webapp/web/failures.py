"""From a refusal or a failure to an answer; the only place that knows status codes.

The site answers with a page, or with a notice where htmx asked for a part of one. Scripts get a
problem document (RFC 9457). Neither ever shows a traceback, and the log shows no personal value.
"""

from __future__ import annotations

import html
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.kit.errors import ShopError, SignInNeeded
from webapp.kit.values import replace
from webapp.runtime.db import Database
from webapp.web.meanings import STATUS, Failure, failure_of, plain_failure, status_of
from webapp.web.problems import SCRIPT_PATHS, problem
from webapp.web.submissions import typed_in
from webapp.web.views import PRIVATE, html_of, is_swap, redirect

__all__ = [
    "STATUS",
    "CatchFailures",
    "answer",
    "failure_of",
    "refuse",
    "speak_html",
    "speak_problems",
    "status_of",
]

log = structlog.get_logger("vitrine.failures")

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")

# Said when the templates or the database are what failed; so it needs neither.
_BARE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<main class="notice">
<h1>{title}</h1>
<p>{detail}</p>
<p>{reference}</p>
<p><a href="/">To the shop's front page</a></p>
</main>
</html>
"""


def speak_html(site: FastAPI) -> None:
    """Pages and notices for what goes wrong in ``site`` (problems for the paths of scripts)."""
    _listen(site, answer)


def speak_problems(api: FastAPI) -> None:
    """Problem documents for everything that goes wrong in ``api``, also when it is mounted."""

    def speak(request: Request, error: Exception) -> Response:
        return _problem(request, failure_of(error))

    _listen(api, speak)
    api.add_middleware(CatchFailures, speak)


def answer(request: Request, error: Exception) -> Response:
    """The answer to a request that ended in ``error``. Blocking: it renders a page."""
    failure = failure_of(error)
    if request.url.path.startswith(SCRIPT_PATHS):
        return _problem(request, failure)
    if isinstance(error, SignInNeeded):
        return _to_sign_in(request, error)
    if failure.status == 405:
        failure = _with_allowed(request, failure)
    return _in_html(request, failure)


class CatchFailures:
    """Turns what nobody handled into a 500, so that headers and log are those of any answer.

    Plain ASGI; ``speak`` is called in a thread.
    """

    def __init__(self, app: ASGIApp, speak: Callable[[Request, Exception], Response]) -> None:
        self._app = app
        self._speak = speak

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = has_begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except ClientDisconnect:
            log.info("visitor_left", path_format=_route(scope))
        except Exception as error:
            request = Request(scope, receive)
            if failure_of(error).status >= 500:
                note(request, error)
            if has_begun:
                raise
            response = await run_in_threadpool(self._speak, request, error)
            await response(scope, receive, send)


async def refuse(scope: Scope, receive: Receive, send: Send, error: ShopError) -> None:
    """For middleware: send the answer to a request that is not let through."""
    response = await run_in_threadpool(answer, Request(scope, receive), error)
    await response(scope, receive, send)


def note(request: Request, error: BaseException) -> None:
    """Log a failure: where it was, and the first line of each message in its chain.

    Further lines are left out because that is where drivers and validators print the values.
    """
    chain: list[str] = []
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < 10:
        first_line = (str(cause).splitlines() or [""])[0][:300]
        chain.append(f"{type(cause).__name__}: {first_line}")
        lines += [*_own_frames(cause), chain[-1] + "\n"]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    log.error(
        "failure",
        error=" < ".join(chain),
        method=request.method,
        path_format=_route(request.scope),
        request_id=request_id_of(request),
        trace="".join(lines),
    )


def _own_frames(error: BaseException) -> list[str]:
    """Where it went through our code and templates, and the place where it was raised.

    The forty frames of framework in between would say the same each time.
    """
    frames = traceback.extract_tb(error.__traceback__)
    return traceback.format_list(
        [frame for frame in frames[:-1] if "site-packages" not in frame.filename] + frames[-1:]
    )


def request_id_of(request: Request) -> str:
    """The id under which the log knows this request."""
    return str(getattr(request.state, "request_id", "unknown"))


def _problem(request: Request, failure: Failure) -> Response:
    if failure.status == 405:
        failure = _with_allowed(request, failure)
    facts = dict(failure.facts)
    if failure.status >= 500:
        facts["request_id"] = request_id_of(request)
    return problem(
        failure.status,
        failure.kind,
        failure.title,
        failure.detail,
        instance=request.url.path,
        facts=facts,
        headers=failure.headers,
    )


def _in_html(request: Request, failure: Failure) -> Response:
    if failure.kind == "invalid-request":
        # On a page only an address can be unreadable (forms never raise): a path that no page of
        # ours has, or a query that somebody changed by hand.
        blamed = failure.facts["errors"]
        in_path = any(item.get("in") == "path" for item in blamed)  # type: ignore[attr-defined]
        failure = plain_failure(404 if in_path else 422)
    context = {
        "title": failure.title,
        "detail": failure.detail,
        "status": failure.status,
        "request_id": request_id_of(request) if failure.status >= 500 else None,
    }
    as_notice = is_swap(request)
    if failure.status == 503 and request.method == "POST" and not as_notice:
        context |= _resending(request)
    template = "errors/notice.html" if as_notice else "errors/page.html"
    return _rendered(request, failure, template, context, as_notice=as_notice)


def _rendered(
    request: Request,
    failure: Failure,
    template: str,
    context: Mapping[str, object],
    *,
    as_notice: bool,
) -> Response:
    try:
        with _something_to_read_from(request):
            body = str(html_of(request, template, context))
    except Exception as error:
        # The page needs the database and the templates; what failed may be just those.
        note(request, error)
        reference = f"Reference: {request_id_of(request)}"
        words = {"title": failure.title, "detail": failure.detail, "reference": reference}
        body = _BARE.format(**{name: html.escape(text) for name, text in words.items()})
    response = HTMLResponse(body, failure.status, dict(failure.headers))
    response.headers["Cache-Control"] = PRIVATE
    response.headers["Vary"] = "HX-Request, HX-Target, HX-Boosted"
    if as_notice:
        # Wherever the answer would have gone: a refusal is read among the notices, the part of
        # the page that was to change stays, and so does the address.
        response.headers["HX-Retarget"] = "#notices"
        response.headers["HX-Reswap"] = "beforeend"
        response.headers["HX-Reselect"] = ".notice"
        response.headers["HX-Push-Url"] = "false"
    return response


def _to_sign_in(request: Request, error: SignInNeeded) -> Response:
    """The sign-in page of that part of the site, which leads back to where the visitor was."""
    pages: Mapping[str, str] = request.app.state.sign_in_pages
    path = request.url.path
    named = error.facts.get("sign_in_page")
    page = (
        str(named)
        if named
        else next(
            (pages[start] for start in sorted(pages, reverse=True) if path.startswith(start)), None
        )
    )
    if page is None:
        return _in_html(request, failure_of(error))
    if request.method == "POST" and not named and typed_in(request):
        return _kept(request, failure_of(error), page)
    is_safe = request.method in {"GET", "HEAD"} and not is_swap(request)
    return redirect(request, f"{page}?to={quote(_here(request), safe='/')}" if is_safe else page)


def _kept(request: Request, failure: Failure, page: str) -> Response:
    """Somebody was signed out while they typed: they sign in beside it, and send it then. With
    htmx their page stays as it is; without, this one holds what they typed."""
    as_notice = is_swap(request)
    context = {"sign_in_page": page} if as_notice else {"sign_in_page": page, **_resending(request)}
    template = "errors/signed_out.html#signed_out" if as_notice else "errors/signed_out.html"
    return _rendered(request, failure, template, context, as_notice=as_notice)


def _resending(request: Request) -> dict[str, object]:
    """What a page needs to send this request's form once more."""
    is_multipart = request.headers.get("content-type", "").startswith("multipart/form-data")
    return {
        "here": _here(request),
        "typed": typed_in(request),
        "enctype": "multipart/form-data" if is_multipart else "application/x-www-form-urlencoded",
    }


def _here(request: Request) -> str:
    path, query = request.url.path, request.url.query
    return f"{path}?{query}" if query else path


def _with_allowed(request: Request, failure: Failure) -> Failure:
    """With every method that the address takes; the router names those of one route only."""
    allowed = set()
    for method in _METHODS:
        probe = {**request.scope, "method": method, "path_params": {}}
        probe.pop("fastapi", None)
        if any(route.matches(probe)[0] is Match.FULL for route in request.app.routes):
            allowed.add(method)
    if "GET" in allowed:
        allowed.add("HEAD")
    if not allowed:
        return failure
    return replace(failure, headers={**failure.headers, "Allow": ", ".join(sorted(allowed))})


@contextmanager
def _something_to_read_from(request: Request) -> Iterator[None]:
    """A reading session for the page's frame: the request's own was closed by its failure."""
    database: Database | None = getattr(request.app.state, "database", None)
    if database is None:
        yield
        return
    with database.reading() as session:
        request.state.db = session
        # A frame that was made earlier may hold what the failed request had read.
        for made in ("frame", "manners"):
            if hasattr(request.state, made):
                delattr(request.state, made)
        try:
            yield
        finally:
            del request.state.db


def _listen(app: FastAPI, speak: Callable[[Request, Exception], Response]) -> None:
    # Plain functions, so that they run in a thread: they render, and read from the database.
    def told(request: Request, error: Exception) -> Response:
        if failure_of(error).status >= 500:
            note(request, error)
        return speak(request, error)

    for kind in (ShopError, HTTPException, RequestValidationError, DBAPIError, PoolTimeout):
        app.add_exception_handler(kind, told)


def _route(scope: Scope) -> str:
    """The address without what stands in it: it may hold a token."""
    route = scope.get("route")
    return str(getattr(route, "path_format", None) or getattr(route, "path", "") or "-")
