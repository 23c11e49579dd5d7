"""Lists of products: all of them, a category, a collection, what a search found."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.catalogue import queries as catalogue
from webapp.catalogue.errors import Moved
from webapp.catalogue.values import Facets, Listing
from webapp.kit.paging import Page
from webapp.kit.text import excerpt, plain
from webapp.kit.values import replace
from webapp.storefront import prose, structured
from webapp.storefront.asking import ListingForm, query_of, read
from webapp.storefront.frame import frame_of
from webapp.storefront.shelf import Place, node_at, shelf, sorts_of
from webapp.storefront.tiles import Tile, collection_url, tiles
from webapp.web.deps import Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view, wants_fragment

pages = APIRouter()

Narrowed = Annotated[Submission[ListingForm], Depends(submitted(ListingForm))]

ADVICE = 4
"""Products shown where a list is empty, so that nobody stands in front of a wall."""


@pages.get("/products", name="storefront.products")
def products(request: Request, db: Db, form: Narrowed) -> Response:
    place = Place(
        title="All products",
        heading="All products",
        summary=f"Everything that {frame_of(request).shop.name} sells.",
        trail=(("Home", "/"), ("All products", None)),
    )
    return _answer(request, db, form, place)


@pages.get("/categories/{path:path}", name="storefront.category")
def category(request: Request, db: Db, form: Narrowed, path: str) -> Response:
    try:
        found = catalogue.category_by_path(db, path)
    except Moved as moved:
        return _moved(request, f"/categories/{moved.to}")
    if path != found.path:
        return _moved(request, f"/categories/{found.path}")
    place = Place(
        title=found.seo_title or found.name,
        heading=found.name,
        description=prose.article(found.description),
        summary=found.seo_description or _short(found.description),
        trail=(
            ("Home", "/"),
            *((step.name, step.url) for step in found.ancestors),
            (found.name, None),
        ),
        children=found.children,
    )
    return _answer(request, db, form, place, category_id=found.id)


@pages.get("/collections/{slug}", name="storefront.collection")
def collection(request: Request, db: Db, form: Narrowed, slug: str) -> Response:
    try:
        found = catalogue.collection_by_slug(db, slug)
    except Moved as moved:
        return _moved(request, collection_url(moved.to))
    place = Place(
        title=found.title,
        heading=found.title,
        description=prose.article(found.description),
        summary=_short(found.description),
        trail=(("Home", "/"), (found.title, None)),
        own_sort=("manual", "As we chose them"),
        links_stay=True,
    )
    return _answer(request, db, form, place, collection_id=found.id)


@pages.get("/search", name="storefront.search")
def search(request: Request, db: Db, form: Narrowed) -> Response:
    said = form.data.q if form.data else ""
    place = Place(
        title=f"“{said}”" if said else "Search",
        heading=f"Results for “{said}”" if said else "What are you looking for?",
        own_sort=("relevance", "Best match"),
        links_stay=True,
        is_search=True,
    )
    return _answer(request, db, form, place, text=said)


@pages.get("/search/suggest", name="storefront.suggest")
def suggest(request: Request, db: Db, form: Narrowed) -> Response:
    """What hangs below the search field while somebody types; without htmx, the search itself."""
    said = form.data.q if form.data else ""
    if not wants_fragment(request):
        return redirect(request, read("/search", form).url)
    found = catalogue.suggest(db, said, currency=frame_of(request).shop.currency)
    context = {
        "said": said,
        "categories": found.categories,
        "products": tiles(found.products),
        "all_url": read("/search", form).bare_url,
    }
    return view(request, "storefront/suggest.html", context, public=True)


def _answer(
    request: Request,
    db: Session,
    form: Submission[ListingForm],
    place: Place,
    *,
    category_id: int | None = None,
    collection_id: int | None = None,
    text: str = "",
) -> Response:
    """The listing, or only its changing part where htmx asked; 422 with what was wrong in it."""
    frame = frame_of(request)
    asked = read(request.url.path, form)
    if asked.sort == sorts_of(place)[0][0]:
        asked = replace(asked, sort=None)
    if place.links_stay and category_id is None and (chosen := asked.values("category")):
        node = node_at(frame.menu, chosen[0])
        # A category that is not there holds nothing: better said than silently left out.
        category_id = node.id if node else -1
    if place.is_search and not text:
        found = Listing(Page((), total=0), Facets())
    else:
        query = query_of(
            asked, form, category_id=category_id, collection_id=collection_id, text=text
        )
        found = catalogue.listing(db, query, currency=frame.shop.currency)
    made = shelf(place, asked, found, frame.menu)
    context = {
        "shelf": made,
        "form": form,
        "advice": () if made.total or not (text or made.chips) else _advice(request, db),
        "data": structured.breadcrumb(frame, place.trail) if place.trail else None,
    }
    status = 422 if form.errors else 200
    response = view(request, "storefront/listing.html#listing", context, status=status, public=True)
    if wants_fragment(request) and status == 200:
        # A form writes its empty fields into the address as well; nobody wants to share those.
        response.headers["HX-Push-Url"] = asked.url
    return response


def _advice(request: Request, db: Session) -> tuple[Tile, ...]:
    currency = frame_of(request).shop.currency
    return tiles(catalogue.featured_products(db, currency=currency, size=ADVICE))


def _moved(request: Request, to: str) -> Response:
    """To the address of today, with what was asked for at the former one."""
    query = request.url.query
    return redirect(request, f"{to}?{query}" if query else to, status=301)


def _short(text: str) -> str:
    return excerpt(plain(text), 160) if text else ""
