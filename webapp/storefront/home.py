"""The front page: what the merchant puts forward, the shelves, the shop's own words."""

from collections.abc import Sequence

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.catalogue import queries as catalogue
from webapp.catalogue.values import CategoryNode
from webapp.kit.text import excerpt, plain
from webapp.kit.values import Value
from webapp.media import queries as media
from webapp.media.queries import Image
from webapp.storefront import structured
from webapp.storefront.frame import frame_of
from webapp.storefront.queries import product_images_of
from webapp.storefront.tiles import Tile, collection_url, tiles
from webapp.web.deps import Db
from webapp.web.views import view

pages = APIRouter()

ROW = 4
"""Products that stand side by side; a shop without collections shows two rows of what it has."""

ABOUT = 480
"""Letters of the shop's own words on the front page at most; all of it has a page."""


class HomeShelf(Value):
    title: str
    text: str
    url: str
    products: tuple[Tile, ...]


@pages.get("/", name="storefront.home")
def home(request: Request, db: Db) -> Response:
    frame = frame_of(request)
    shop = frame.shop
    shelves = _shelves(db, shop.currency)
    context = {
        "hero": media.image_of(db, shop.hero_file_id),
        "shelves": shelves,
        "is_open": bool(shelves),
        "categories": _with_pictures(db, frame.menu),
        "about": excerpt(plain(shop.about.partition("</p>")[0]), ABOUT),
        "data": structured.website(frame),
    }
    return view(request, "storefront/home.html", context, public=True)


def _shelves(db: Session, currency: str) -> list[HomeShelf]:
    """The featured collections, each as one row; without any, two rows of featured products."""
    shelves = [
        HomeShelf(one.title, plain(one.description), collection_url(one.slug), tiles(one.products))
        for one in catalogue.featured_collections(db, currency=currency, size=ROW)
    ]
    if shelves:
        return shelves
    cards = catalogue.featured_products(db, currency=currency, size=2 * ROW)
    return [HomeShelf("From the shop", "", "/products", tiles(cards))] if cards else []


def _with_pictures(
    db: Session, menu: Sequence[CategoryNode]
) -> list[tuple[CategoryNode, Image | None]]:
    """Each category with its picture, else one of its products; without any, no tiles at all."""
    keys = [node.id for node in menu]
    images = catalogue.category_images(db, keys) if keys else {}
    bare = [key for key in keys if key not in images]
    if bare:
        images = {**product_images_of(db, bare), **images}
    return [(node, images.get(node.id)) for node in menu] if images else []
