"""The stock of one variant: its counters, what changes them, and the ledger behind them."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.backoffice.blaming import blame
from webapp.backoffice.product_forms import WHOLE
from webapp.catalogue.models import Product, Variant
from webapp.inventory import commands, queries
from webapp.inventory.models import StockPolicy
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.web.deps import Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, view

pages = APIRouter(prefix="/admin/stock")

PAGE = "backoffice/stock/stock.html#stock_desk"
LEDGER_LINES = 100

NAMES = {
    "receive": "Received",
    "sell": "Sold",
    "release": "Given back",
    "ship": "Shipped",
    "return": "Returned",
    "adjust": "Corrected",
    "count": "Counted",
    "transfer": "Moved",
    "damage": "Set aside",
}

Pieces = Annotated[int, Field(ge=-1_000_000, le=1_000_000), WHOLE]
Level = Annotated[int, Field(ge=0, le=1_000_000), WHOLE]


class MoveForm(Form):
    """One change of the counters; ``quantity`` means what ``kind`` says."""

    kind: Literal["receive", "adjust", "count", "aside"]
    quantity: Annotated[Pieces, Says(missing="Enter how many.")]
    reason: str = Field(default="", max_length=300)


class RulesForm(Form):
    """How the variant is counted and sold."""

    policy: Literal["deny", "continue", "preorder"] = "deny"
    is_tracked: bool = False
    safety: Level = 0
    low_threshold: Level | None = None
    preorder_limit: Level | None = None
    preorder_on: date | None = None


MoveAsked = Annotated[Submission[MoveForm], Depends(submitted(MoveForm))]
RulesAsked = Annotated[Submission[RulesForm], Depends(submitted(RulesForm))]


@pages.get("/{public_id}", name="backoffice.stock")
def stock(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Counters, the forms that change them, and the ledger."""
    staff.must("catalogue:read")
    variant, product = variant_by_public_id(db, public_id)
    return view(request, PAGE, _context(db, variant, product))


@pages.post("/{public_id}/movements", name="backoffice.move_stock")
def move_stock(request: Request, form: MoveAsked, db: Db, staff: Staff, public_id: str) -> Response:
    """Goods came in, were counted, corrected or set aside."""
    staff.must("stock:write")
    variant, product = variant_by_public_id(db, public_id)
    if form.data:
        try:
            _move(db, staff, variant.id or 0, form.data)
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {"by": "quantity", "counted": "quantity"}, otherwise="quantity")
    if form.errors:
        return view(request, PAGE, _context(db, variant, product, move=form), status=422)
    return _done(request, db, variant, product, "Stock changed.")


@pages.post("/{public_id}/rules", name="backoffice.stock_rules")
def stock_rules(
    request: Request, form: RulesAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """Whether it is counted, and what happens when nothing is left."""
    variant, product = variant_by_public_id(db, public_id)
    if form.data:
        try:
            commands.set_policy(
                db,
                staff,
                variant.id or 0,
                policy=StockPolicy(form.data.policy),
                is_tracked=form.data.is_tracked,
                safety=form.data.safety,
                low_threshold=form.data.low_threshold,
                preorder_limit=form.data.preorder_limit,
                preorder_on=form.data.preorder_on,
            )
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {}, otherwise="policy")
    if form.errors:
        return view(request, PAGE, _context(db, variant, product, rules=form), status=422)
    return _done(request, db, variant, product, "Saved.")


def variant_by_public_id(session: Session, public_id: str) -> tuple[Variant, Product]:
    """A variant and its product. Raises ``NotFound``."""
    row = session.execute(
        select(Variant, Product)
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(col(Variant.public_id) == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such version, or not any more.", variant=public_id)
    return row[0], row[1]


def _move(session: Session, staff: Actor, variant_id: int, asked: MoveForm) -> None:
    match asked.kind:
        case "receive":
            commands.receive(session, staff, variant_id, asked.quantity, reason=asked.reason)
        case "count":
            commands.count(session, staff, variant_id, asked.quantity, reason=asked.reason)
        case _ if not asked.reason:
            raise Invalid("Say why, so that others understand the ledger.", field="reason")
        case "adjust":
            commands.adjust(session, staff, variant_id, asked.quantity, reason=asked.reason)
        case "aside":
            commands.set_aside(session, staff, variant_id, asked.quantity, reason=asked.reason)


def _done(
    request: Request, session: Session, variant: Variant, product: Product, notice: str
) -> Response:
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.stock", public_id=variant.public_id),
        show=PAGE,
        context=_context(session, variant, product),
        notice=notice,
    )


def _context(
    session: Session,
    variant: Variant,
    product: Product,
    *,
    move: Submission[MoveForm] | None = None,
    rules: Submission[RulesForm] | None = None,
) -> dict[str, Any]:
    key = variant.id or 0
    found = queries.stock_of(session, [key]).get(key)
    kept: dict[str, object] = {"is_tracked": True, "policy": "deny", "safety": 0}
    if found is not None:
        kept = {name: getattr(found, name) for name in RulesForm.model_fields}
    return {
        "variant": variant,
        "product": product,
        "stock": found,
        "move": move or Submission[MoveForm].showing({"kind": "receive"}),
        "rules": rules or Submission[RulesForm].showing(kept),
        "movements": queries.movements(session, key, limit=LEDGER_LINES),
        "names": NAMES,
    }
