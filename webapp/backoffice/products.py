"""The list of products, and what is done to a whole product at once."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from sqlmodel import col
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.backoffice import product_editor, shelves
from webapp.backoffice.product_list import STATES, Wanted, products
from webapp.catalogue import commands
from webapp.catalogue.models import Brand
from webapp.kit.errors import Refused
from webapp.shop.queries import current
from webapp.web.deps import Db
from webapp.web.lists import address_of, turned
from webapp.web.submissions import Submission
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/products")

LIST = "backoffice/products/products.html#product_list"
ROUTE = "backoffice.products"


@pages.get("", name="backoffice.products")
def product_list(
    request: Request,
    db: Db,
    staff: Staff,
    q: Annotated[str, Query(max_length=200)] = "",
    state: str = "",
    category: str = "",
    brand: Annotated[str, Query(max_length=120)] = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """What staff look for, latest change first."""
    staff.must("catalogue:read")
    shelf = int(category) if category.isdecimal() and len(category) < 10 else None
    wanted = Wanted(text=q, state=state, category=shelf, brand=brand)
    page = products(db, wanted, currency=current(db).currency, cursor=cursor)
    asked = {"q": q, "state": state, "category": category, "brand": brand}
    kept = {name: value for name, value in asked.items() if value}
    return view(
        request,
        LIST,
        {
            "page": page,
            "form": Submission(values=asked),
            "is_filtered": bool(kept),
            "tabs": [
                (label, address_of(request, ROUTE, {**kept, "state": name}), name == state)
                for name, label in STATES
            ],
            "categories": shelves.choices(db),
            "brands": db.execute(
                select(col(Brand.slug), col(Brand.name)).order_by(col(Brand.name)).limit(500)
            ).all(),
            "next_url": turned(request, ROUTE, kept, page.next_cursor),
            "previous_url": turned(request, ROUTE, kept, page.previous_cursor),
        },
    )


@pages.post("/{public_id}/copies", name="backoffice.duplicate_product")
def duplicate_product(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """A draft like it, to be changed."""
    copy = commands.duplicate(db, staff, commands.product_by_public_id(db, public_id))
    to = request.app.state.url_for("backoffice.product", public_id=copy.public_id)
    return redirect(request, to, notice="This is the copy, a draft. Give it its own SKU and stock.")


@pages.post("/{public_id}/archive", name="backoffice.archive_product")
def archive_product(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Put it away; it can be taken out again."""
    product = commands.product_by_public_id(db, public_id)
    commands.archive(db, staff, product)
    to = request.app.state.url_for("backoffice.product", public_id=public_id)
    return redirect(request, to, notice=f"{product.title} is archived.")


@pages.post("/{public_id}/removal", name="backoffice.delete_product")
def delete_product(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Delete it for good, unless it was ever ordered."""
    product = commands.product_by_public_id(db, public_id)
    title = product.title
    try:
        commands.delete_product(db, staff, product)
    except Refused as refusal:
        return product_editor.refused(request, db, product, refusal)
    to = request.app.state.url_for("backoffice.products")
    return redirect(request, to, notice=f"{title} is deleted.")
