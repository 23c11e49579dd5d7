"""What search engines and browsers look for at fixed addresses."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from webapp.catalogue.columns import products
from webapp.catalogue.queries.cards import visible
from webapp.catalogue.values import CategoryNode
from webapp.kit.clock import now
from webapp.storefront.frame import frame_of
from webapp.storefront.tiles import product_url
from webapp.web.deps import App, Db
from webapp.web.views import html_of

pages = APIRouter()

ENTRIES = 5_000
"""Products in one file of the site map; the standard allows ten times as many."""

_HOUR = {"Cache-Control": "public, max-age=3600"}
_DAY = {"Cache-Control": "public, max-age=86400"}


@pages.get("/robots.txt", name="storefront.robots")
def robots(request: Request, _db: Db) -> Response:
    text = html_of(request, "storefront/robots.txt", {"base": frame_of(request).absolute("")})
    return Response(text, media_type="text/plain", headers=_HOUR)


@pages.get("/sitemap.xml", name="storefront.sitemap")
def sitemap(request: Request, db: Db) -> Response:
    """The index: one file for the pages that are always there, and so many for the products."""
    frame = frame_of(request)
    starts = _starts(db)
    parts = ["/sitemap/pages.xml", *(f"/sitemap/products-{start}.xml" for start in starts)]
    context = {"parts": [frame.absolute(part) for part in parts]}
    return _xml(request, "storefront/sitemap.xml", context)


@pages.get("/sitemap/pages.xml", name="storefront.sitemap_pages")
def sitemap_pages(request: Request, _db: Db) -> Response:
    frame = frame_of(request)
    paths = ["/", "/products", *_paths(frame.menu), "/pages/delivery"]
    paths += [
        f"/pages/{name}" for name in ("about", "terms", "privacy") if getattr(frame.shop, name)
    ]
    entries: list[tuple[str, datetime | None]] = [(frame.absolute(path), None) for path in paths]
    return _xml(request, "storefront/sitemap_part.xml", {"entries": entries})


@pages.get("/sitemap/products-{start:int}.xml", name="storefront.sitemap_products")
def sitemap_products(request: Request, db: Db, start: int) -> Response:
    frame = frame_of(request)
    rows = db.execute(
        select(products.c.slug, products.c.updated_at)
        .where(products.c.id >= min(start, 2**63 - 1), visible(now()))
        .order_by(products.c.id)
        .limit(ENTRIES)
    )
    entries = [(frame.absolute(product_url(slug)), updated_at) for slug, updated_at in rows]
    return _xml(request, "storefront/sitemap_part.xml", {"entries": entries})


@pages.get("/favicon.ico", name="storefront.favicon", include_in_schema=False)
def favicon(app: App) -> Response:
    """For what does not read the page's own link to the mark."""
    return RedirectResponse(app.assets.url("img/mark-180.png"), 302, headers=_DAY)


def _starts(db: Session) -> Sequence[int]:
    """The key of the first product of each file."""
    keys = db.scalars(select(products.c.id).where(visible(now())).order_by(products.c.id)).all()
    return keys[::ENTRIES]


def _paths(menu: Sequence[CategoryNode]) -> list[str]:
    return [path for node in menu for path in (node.url, *_paths(node.children))]


def _xml(request: Request, template: str, context: Mapping[str, object]) -> Response:
    return Response(
        html_of(request, template, context), media_type="application/xml", headers=_HOUR
    )
