"""The first page of the back office: what there is to do today."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col
from starlette.responses import Response

from webapp.accounts.addresses import country_name
from webapp.accounts.guards import Staff
from webapp.backoffice.product_list import running_low
from webapp.catalogue.models import Category, Product, ProductStatus, Variant
from webapp.inventory.models import StockItem
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.orders import queries as orders
from webapp.orders.models import FulfilmentStatus, Order, OrderStatus, PaymentStatus
from webapp.orders.queries import OrderRow
from webapp.pricing.models import ShippingMethod, TaxRate
from webapp.shop.models import ShopSettings
from webapp.shop.queries import Shop, current
from webapp.web.deps import Db
from webapp.web.views import view

pages = APIRouter()

LATEST = 6


class Task(Value):
    """A pile of work: how high it is, and where it lies."""

    label: str
    count: int
    url: str


class Step(Value):
    """One thing a new shop needs before it can sell."""

    label: str
    text: str
    url: str
    is_done: bool


@pages.get("/admin", name="backoffice.home")
def home(request: Request, db: Db, staff: Staff) -> Response:
    """Greeting, what waits, the latest orders; for a new shop the way to its first sale."""
    shop = current(db)
    steps = _first_steps(db, shop) if staff.may("settings:write") else []
    return view(
        request,
        "backoffice/home/home.html",
        {
            "greeting": _greeting(shop),
            "tasks": _tasks(db, staff),
            "steps": steps if any(not step.is_done for step in steps) else [],
            "latest": _latest(db) if staff.may("orders:read") else [],
        },
    )


def _greeting(shop: Shop) -> str:
    hour = now().astimezone(ZoneInfo(shop.time_zone)).hour
    if hour < 5:
        return "Still up"
    return "Good morning" if hour < 12 else "Good afternoon" if hour < 18 else "Good evening"


def _tasks(session: Session, staff: Actor) -> list[Task]:
    """Piles that are not empty come with their height; empty ones say so."""
    found = []
    if staff.may("orders:read"):
        found += [
            Task(
                "Orders to send",
                _count(
                    session,
                    col(Order.id),
                    col(Order.status) == OrderStatus.open,
                    col(Order.fulfilment_status).in_(
                        [FulfilmentStatus.unfulfilled, FulfilmentStatus.partially_fulfilled]
                    ),
                ),
                _list("orders", state="to-send"),
            ),
            Task(
                "Waiting for payment",
                _count(
                    session,
                    col(Order.id),
                    col(Order.status).in_([OrderStatus.open, OrderStatus.pending]),
                    col(Order.payment_status).in_(
                        [PaymentStatus.unpaid, PaymentStatus.pending, PaymentStatus.partially_paid]
                    ),
                ),
                _list("orders", state="to-pay"),
            ),
        ]
    if staff.may("catalogue:read"):
        low = (
            select(col(Variant.product_id))
            .join(StockItem, col(StockItem.variant_id) == col(Variant.id))
            .where(running_low(), col(Variant.is_archived).is_(False))
        )
        found += [
            Task(
                "Low or sold out",
                _count(
                    session,
                    col(Product.id),
                    col(Product.id).in_(low),
                    col(Product.status) != ProductStatus.archived,
                ),
                _list("products", state="low"),
            ),
            Task(
                "Drafts",
                _count(session, col(Product.id), col(Product.status) == ProductStatus.draft),
                _list("products", state="draft"),
            ),
        ]
    return found


def _first_steps(session: Session, shop: Shop) -> list[Step]:
    """What a shop needs before it can sell, in a sensible order."""
    has_products = _count(session, col(Product.id)) > 0
    unsaid = ShopSettings()
    return [
        Step(
            "Name your shop",
            "What it is called and how customers reach you.",
            "/admin/settings/shop",
            shop.is_set_up,
        ),
        Step(
            "Say where you sell",
            f"Now {country_name(shop.country)}, in {shop.currency}. "
            "The currency stays once something has a price.",
            "/admin/settings/selling",
            has_products or (shop.country, shop.currency) != (unsaid.country, unsaid.currency),
        ),
        Step(
            "Say what tax you charge",
            "The rate of your country, and whether your prices include it.",
            "/admin/settings/tax",
            _count(session, col(TaxRate.id)) > 0,
        ),
        Step(
            "Offer a way of shipping",
            "What it costs and how long it takes.",
            "/admin/settings/shipping",
            _count(session, col(ShippingMethod.id)) > 0,
        ),
        Step(
            "Say where the money goes",
            "Your bank details, for customers who pay by transfer.",
            "/admin/settings/payment",
            bool(shop.bank_details) or "bank_transfer" not in shop.payment_methods,
        ),
        Step(
            "Put products on sale",
            "Add your first one, or import the catalogue of another shop.",
            "/admin/products",
            _count(session, col(Product.id), col(Product.status) == ProductStatus.active) > 0,
        ),
        Step(
            "Sort them into categories",
            "Shelves that customers walk along.",
            "/admin/categories",
            _count(session, col(Category.id)) > 0,
        ),
    ]


def _latest(session: Session) -> Sequence[OrderRow]:
    return orders.listing(session, size=LATEST).items


def _count(session: Session, key: Any, *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count(key)).where(*conditions)) or 0


def _list(room: str, **asked: str) -> str:
    return f"/admin/{room}?{urlencode(asked)}"
