"""What is in a cart, and what is wrong with it."""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session, col, func, select

from webapp.cart import goods as catalogue
from webapp.cart.goods import Goods
from webapp.cart.models import Cart, CartLine, CartState
from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.media.queries import Image
from webapp.pricing.queries import Item
from webapp.runtime.db import once
from webapp.shop.queries import Shop


class LineProblem(StrEnum):
    """Why a line cannot be ordered as it stands."""

    withdrawn = "withdrawn"
    sold_out = "sold_out"
    short = "short"
    below_minimum = "below_minimum"
    above_maximum = "above_maximum"


class LineView(Value, kw_only=True):
    """A line as a page shows it. ``was`` is the price seen before, where it has moved since."""

    key: str
    goods: Goods
    quantity: int
    unit: Money
    was: Money | None
    problem: LineProblem | None
    sentence: str
    """What is wrong, for the shopper; empty where nothing is."""
    reduce_to: int | None
    """The quantity that would put it right."""

    @property
    def total(self) -> Money:
        return self.unit * self.quantity

    @property
    def url(self) -> str:
        return f"/products/{self.goods.slug}"

    @property
    def image(self) -> Image | None:
        return self.goods.image

    @property
    def most(self) -> int:
        """The largest quantity that can be asked for."""
        left = self.goods.left
        return self.goods.maximum if left is None else min(self.goods.maximum, max(left, 1))


class CartView(Value, kw_only=True):
    """A cart at one moment. ``public_id`` is empty where there is none yet."""

    public_id: str = ""
    version: int = 0
    note: str = ""
    lines: tuple[LineView, ...] = ()
    saved: tuple[LineView, ...] = ()
    """Kept beside the cart, for later."""
    subtotal: Money
    """What can be bought, at the prices of now, as prices are entered."""
    order_problem: str = ""
    """Why the cart as a whole cannot be ordered (too little, too much)."""

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def is_empty(self) -> bool:
        return not self.lines

    @property
    def has_moved_prices(self) -> bool:
        return any(line.was is not None for line in self.lines)

    @property
    def can_be_ordered(self) -> bool:
        """Every line can be bought as it stands, and the sum is within the shop's limits."""
        has_problem = any(line.problem for line in self.lines) or self.order_problem
        return bool(self.lines) and not has_problem

    @property
    def needs_shipping(self) -> bool:
        return any(line.goods.requires_shipping for line in self.lines)

    def items(self) -> list[Item]:
        """The lines that can be sold, for ``pricing.queries.quote``, keyed by their own key."""
        return [
            Item(
                key=line.key,
                quantity=line.quantity,
                unit_minor=line.unit.minor,
                label=line.goods.name,
                tax_class=line.goods.tax_class,
                requires_shipping=line.goods.requires_shipping,
                weight_g=line.goods.weight_g,
            )
            for line in self.lines
            if _is_sellable(line)
        ]


def find(session: Session, public_id: str) -> Cart | None:
    """The cart of that id, whatever became of it."""
    return once(
        session,
        ("cart", public_id),
        lambda: session.exec(select(Cart).where(Cart.public_id == public_id)).one_or_none(),
    )


def open_cart_of(session: Session, person: int, currency: str) -> Cart | None:
    """The open cart of somebody's account."""
    return session.exec(
        select(Cart).where(
            Cart.person_id == person, Cart.currency == currency, Cart.state == CartState.open
        )
    ).one_or_none()


def newest_cart_of(session: Session, person: int) -> Cart | None:
    """The open cart of an account, whatever its currency; the one used last of several."""
    newest = (
        select(Cart)
        .where(Cart.person_id == person, Cart.state == CartState.open)
        .order_by(col(Cart.updated_at).desc())
        .limit(1)
    )
    return once(session, ("cart of", person), lambda: session.exec(newest).first())


def count_for(session: Session, person: int) -> int:
    """How many things are in the open cart of an account."""
    found = session.exec(
        select(func.sum(CartLine.quantity))
        .join(Cart, col(Cart.id) == col(CartLine.cart_id))
        .where(
            Cart.person_id == person,
            Cart.state == CartState.open,
            col(CartLine.is_saved).is_(False),
        )
    ).one()
    return int(found or 0)


def count_of(session: Session, public_id: str) -> int:
    """How many things are in an open cart; 0 for any other."""
    found = session.exec(
        select(func.sum(CartLine.quantity))
        .join(Cart, col(Cart.id) == col(CartLine.cart_id))
        .where(
            Cart.public_id == public_id,
            Cart.state == CartState.open,
            col(CartLine.is_saved).is_(False),
        )
    ).one()
    return int(found or 0)


def lines_of(session: Session, cart: Cart) -> Sequence[CartLine]:
    """The rows in the order in which they were added; not those saved for later."""
    return [line for line in _all_lines_of(session, cart) if not line.is_saved]


def _all_lines_of(session: Session, cart: Cart) -> Sequence[CartLine]:
    every = select(CartLine).where(CartLine.cart_id == cart.id).order_by(col(CartLine.id))
    return once(session, ("cart lines", cart.id), lambda: session.exec(every).all())


def cart_view(
    session: Session, shop: Shop, cart: Cart | None, *, with_images: bool = True
) -> CartView:
    """All that the cart page and checkout show: at most five statements, however many lines."""
    if cart is None or cart.state is not CartState.open:
        return CartView(subtotal=shop.money(0))
    rows = _all_lines_of(session, cart)
    found = catalogue.by_variant(session, [row.variant_id for row in rows], with_images=with_images)
    # A variant that is deleted takes its lines along; one that goes this very moment is left out.
    known = [
        (row, _line(row, found[row.variant_id], shop)) for row in rows if row.variant_id in found
    ]
    lines = tuple(line for row, line in known if not row.is_saved)
    subtotal = sum(line.total.minor for line in lines if _is_sellable(line))
    return CartView(
        public_id=cart.public_id,
        version=cart.version,
        note=cart.checkout.get("note", ""),
        lines=lines,
        saved=tuple(line for row, line in known if row.is_saved),
        subtotal=shop.money(subtotal),
        order_problem=_order_problem(shop, subtotal) if lines else "",
    )


def left_in_words(left: int) -> str:
    """ "Only 3 left." and its like."""
    if left <= 0:
        return "Sold out."
    return f"Only {left} left."


def _is_sellable(line: LineView) -> bool:
    return line.problem not in {LineProblem.withdrawn, LineProblem.sold_out}


def _line(row: CartLine, goods: Goods, shop: Shop) -> LineView:
    problem, sentence, reduce_to = _problem(row, goods)
    moved = row.seen_price_minor != goods.price_minor
    return LineView(
        key=row.public_id,
        goods=goods,
        quantity=row.quantity,
        unit=shop.money(goods.price_minor),
        was=shop.money(row.seen_price_minor) if moved else None,
        problem=problem,
        sentence=sentence,
        reduce_to=reduce_to,
    )


def _problem(row: CartLine, goods: Goods) -> tuple[LineProblem | None, str, int | None]:
    if not goods.is_for_sale:
        return LineProblem.withdrawn, "We do not sell this any more.", None
    left = goods.left
    if left is not None and left <= 0:
        return LineProblem.sold_out, "This has sold out.", None
    if left is not None and left < goods.minimum:
        sentence = f"{left_in_words(left)} It is sold from {goods.minimum} pieces."
        return LineProblem.sold_out, sentence, None
    if left is not None and row.quantity > left:
        fitting = min(left, goods.maximum)
        return LineProblem.short, left_in_words(left), fitting
    if row.quantity > goods.maximum:
        sentence = f"You can order at most {goods.maximum} of this."
        return LineProblem.above_maximum, sentence, goods.maximum
    if row.quantity < goods.minimum:
        sentence = f"This is sold from {goods.minimum} pieces."
        return LineProblem.below_minimum, sentence, goods.minimum
    return None, "", None


def _order_problem(shop: Shop, subtotal: int) -> str:
    low, high = shop.minimum_order_minor, shop.maximum_order_minor
    if low is not None and subtotal < low:
        return f"We deliver orders from {shop.written(shop.money(low))}."
    if high is not None and subtotal > high:
        return f"We take orders up to {shop.written(shop.money(high))}. Please split it in two."
    return ""
