"""Puts the HTTP edge around an application.

``install`` sets on ``app.state``: ``settings``, ``assets``, ``cookies``, ``templates``,
``traffic``, ``url_for``, ``sign_in_pages``, ``frame`` and ``manners``. Whoever makes the
application sets ``database`` (and what its routes need beyond this floor).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import HTTPConnection, Request
from starlette.routing import Mount
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from webapp.runtime.limits import Limits
from webapp.settings import Settings
from webapp.web.addresses import Addresses
from webapp.web.assets import Assets
from webapp.web.body import BodyLimit
from webapp.web.compression import Compression
from webapp.web.failures import CatchFailures, answer, speak_html, speak_problems
from webapp.web.forgery import ForgeryCheck
from webapp.web.headers import HeadAsGet, SecurityHeaders
from webapp.web.hosts import TrustedHosts, hosts_of
from webapp.web.limits import RateLimit, TellLimits
from webapp.web.log import AccessLog
from webapp.web.manners import Manners
from webapp.web.rooms import Doors, Rooms
from webapp.web.sessions import Cookies
from webapp.web.templates import make_environment
from webapp.web.traffic import CountTraffic, Traffic

STATIC = "/static"


def install(
    site: FastAPI,
    settings: Settings,
    *,
    api: FastAPI | None = None,
    rooms: Rooms | None = None,
    limits: Limits | None = None,
    frame: Callable[[Request], Any] | None = None,
    manners: Callable[[HTTPConnection], Manners] | None = None,
    sign_in_pages: Mapping[str, str] | None = None,
    bytecode_dir: Path | None = None,
) -> None:
    """Give ``site`` its templates, static files, failures and middleware.

    ``limits`` makes the buckets of addresses, in memory unless told otherwise.
    ``api`` is the application beside it that speaks to scripts (the caller mounts it); it shares
    the site's state. ``rooms`` are opened when somebody comes in. ``frame(request)`` makes what
    every page shows around its own matter; ``manners(request)`` says how the shop writes amounts
    and dates. ``sign_in_pages`` names the page to sign in for each beginning of a path:
    ``{"/admin": "/admin/sign-in"}``.
    """
    assets = Assets(settings.static_dir, STATIC, debug=settings.debug)
    rooms = rooms or Rooms()
    addresses = Addresses(site, rooms)
    site.state.settings = settings
    site.state.assets = assets
    site.state.cookies = Cookies(settings.secret_key)
    site.state.traffic = Traffic()
    site.state.url_for = addresses.url_for
    site.state.frame = frame
    site.state.manners = manners
    site.state.sign_in_pages = dict(sign_in_pages or {})
    site.state.templates = make_environment(
        settings.templates_dir,
        url_for=addresses.url_for,
        asset=assets.url,
        drawing=assets.drawing,
        debug=settings.debug,
        bytecode_dir=bytecode_dir,
    )
    # First: a page asks for a dozen of these, and each route before would be compared with them.
    site.router.routes.insert(0, Mount(STATIC, assets, name="static"))

    speak_html(site)
    if api is not None:
        api.state = site.state
        speak_problems(api)
    _surround(site, settings, rooms, limits or Limits())


def _surround(site: FastAPI, settings: Settings, rooms: Rooms, limits: Limits) -> None:
    """The middleware, written from the outside in."""
    rate = settings.rate_limit_per_minute
    by_address = limits.buckets("address", rate, rate, is_rough=True) if rate else None
    stack: list[tuple[Any, tuple[Any, ...]]] = [
        (AccessLog, ()),
        (CountTraffic, (site.state.traffic,)),
        (HeadAsGet, ()),
        (TrustedHosts, (hosts_of(settings), not settings.public_url)),
        (SecurityHeaders, ()),
        (CatchFailures, (answer,)),
        (BodyLimit, (settings.max_body_bytes,)),
        (ForgeryCheck, (settings.public_url,)),
        (Compression, ()),
        (TellLimits, ()),
        (RateLimit, (by_address,)),
        (Doors, (rooms,)),
    ]
    if settings.trusted_proxies:
        stack.insert(0, (ProxyHeadersMiddleware, (settings.trusted_proxies,)))
    for middleware, arguments in reversed(stack):
        site.add_middleware(middleware, *arguments)
