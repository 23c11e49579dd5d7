"""Pages to read: the shop's own words, its terms, and how things are delivered."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.addresses import country_name
from webapp.kit.errors import NotFound
from webapp.kit.text import excerpt, plain
from webapp.pricing import queries as pricing
from webapp.storefront import prose
from webapp.storefront.frame import frame_of
from webapp.web.deps import Db
from webapp.web.views import view

pages = APIRouter()

_TITLES = {"about": "About us", "terms": "Terms of sale", "privacy": "Privacy"}


@pages.get("/pages/delivery", name="storefront.delivery")
def delivery(request: Request, db: Db) -> Response:
    """The ways of delivery with their prices, as they are set in the back office."""
    shop = frame_of(request).shop
    methods = [
        {
            "name": method.name,
            "description": method.description,
            "price": shop.money(method.price_minor),
            "free_from": None
            if method.free_from_minor is None
            else shop.money(method.free_from_minor),
            "takes": pricing.estimate(method.min_days, method.max_days, is_pickup=method.is_pickup),
            "pickup": method.pickup_text if method.is_pickup else "",
            "to": [country_name(code, shop.locale) for code in method.countries],
        }
        for method in pricing.all_shipping_methods(db)
        if method.is_active
    ]
    return view(request, "storefront/delivery.html", {"methods": methods}, public=True)


@pages.get("/pages/{slug}", name="storefront.article")
def article(request: Request, db: Db, slug: str) -> Response:
    """One of the shop's own texts; not found while the merchant has written nothing."""
    shop = frame_of(request).shop
    text = getattr(shop, slug) if slug in _TITLES else ""
    if not text:
        raise NotFound("There is no such page.")
    context = {
        "slug": slug,
        "title": f"About {shop.name}" if slug == "about" else _TITLES[slug],
        "text": prose.article(text),
        "description": excerpt(plain(text), 160),
    }
    return view(request, "storefront/article.html", context, public=True)
