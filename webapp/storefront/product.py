"""The page of one product."""

from urllib.parse import urlencode

from fastapi import APIRouter
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.catalogue import queries as catalogue
from webapp.catalogue.errors import Moved
from webapp.catalogue.values import ProductPage
from webapp.inventory import queries as inventory
from webapp.kit.text import excerpt, plain
from webapp.storefront import buying, prose, structured
from webapp.storefront.frame import frame_of
from webapp.storefront.tiles import product_url, tiles
from webapp.web.deps import Db
from webapp.web.views import redirect, view, wants_fragment

pages = APIRouter()


@pages.get("/products/{slug}", name="storefront.product")
def product(request: Request, db: Db, slug: str) -> Response:
    """The page with the choices of its address made, or the part that changes with them."""
    frame = frame_of(request)
    try:
        page = catalogue.product_page(db, slug, currency=frame.shop.currency)
    except Moved as moved:
        return redirect(request, product_url(moved.to), status=301)
    query = request.query_params
    values = buying.chosen_values(page, query.multi_items(), query.get("variant"))
    bought = _purchase(db, page, values, frame.shop.show_stock_below)
    trail = (
        ("Home", "/"),
        *((step.name, step.url) for step in page.breadcrumb),
        (page.title, None),
    )
    description = page.seo_description or page.summary or excerpt(plain(page.body), 160)
    context = {
        "product": page,
        "buy": bought,
        "quantity": _quantity(query.get("quantity"), bought),
        "pictures": [
            one.image if one.image.alt else one.image.described(page.title)
            for one in buying.gallery(page, bought.picture)
        ],
        "pictures_too": wants_fragment(request) and buying.is_far(page, bought.picture),
        "body": prose.article(page.body, top=3),
        "related": tiles(page.related),
        "trail": trail,
        "description": description,
        "data": structured.product(
            frame,
            page,
            trail,
            description=description,
            sellable=[one for one in page.variants if one.is_available],
            state=bought.hint.kind if bought.hint and len(page.variants) == 1 else None,
        ),
    }
    response = view(request, "storefront/product.html#buy", context, public=True)
    if wants_fragment(request):
        # The choice is worth a link; the quantity that was sent along with it is not.
        choices = [(axis.name, value.id) for axis, value in bought.choices]
        response.headers["HX-Push-Url"] = f"{product_url(slug)}?{urlencode(choices)}"
    return response


def _purchase(
    db: Session, page: ProductPage, values: tuple[int, ...], below: int
) -> buying.Purchase:
    made = catalogue.picker(page, values)
    if made.variant is None:
        return buying.purchase(page, made, None, below)
    stock = inventory.availability(db, [made.variant.id])[made.variant.id]
    return buying.purchase(page, made, stock, below)


def _quantity(typed: str | None, bought: buying.Purchase) -> int:
    """What stood in the field before the choice was changed, as far as it still can be had."""
    if typed is None or not (typed.isascii() and typed.isdigit()) or len(typed) > 6:
        return bought.least
    return min(max(int(typed), bought.least), bought.most)
