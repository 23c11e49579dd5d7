"""From a cart to an order, in one transaction, once."""

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from webapp.accounts.addresses import Address
from webapp.cart import commands as carts
from webapp.cart import queries as cart_queries
from webapp.cart.models import Cart, CartState
from webapp.cart.queries import CartView, LineView, cart_view, left_in_words
from webapp.inventory import commands as inventory
from webapp.inventory.errors import OutOfStock
from webapp.kit.actors import SHOPPER
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.orders import queries
from webapp.orders.commands.settling import key_of
from webapp.orders.errors import EmptyCart, OrderChanged, OutsideLimits, TermsNotAccepted
from webapp.orders.events import OrderConfirmed, OrderPlaced
from webapp.orders.models import (
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderTaxLine,
)
from webapp.orders.status import Paid, payment_status
from webapp.payments import commands as payments
from webapp.payments import providers
from webapp.payments.errors import UnknownMethod
from webapp.payments.providers import PaymentProvider, Purchase
from webapp.pricing.calculation import PricedLine, TaxAmount
from webapp.pricing.errors import NoDelivery
from webapp.pricing.queries import Quote, quote
from webapp.runtime.events import Event, emit_all
from webapp.shop import commands as shops
from webapp.shop.models import ShopSettings
from webapp.shop.queries import Shop


class Placement(Value, kw_only=True):
    """What the shopper decided, and what they were shown when they did.

    ``shipping_address`` is None where nothing is sent. ``terms_version`` is the version that was
    accepted. ``attempt`` is the random key of the form.
    """

    email: str
    billing_address: Address
    shipping_address: Address | None
    payment_method: str
    shipping_method: str | None
    cart_version: int
    shown_total_minor: int
    phone: str = ""
    note: str = ""
    gift_message: str = ""
    terms_version: int | None = None
    attempt: str | None = None
    person_id: int | None = None
    """The key of whoever is signed in."""

    @property
    def country(self) -> str:
        """Where the goods go; for what is not sent, where the buyer is."""
        return (self.shipping_address or self.billing_address).country


def place(session: Session, shop: Shop, cart: str, placement: Placement) -> Order:
    """Turn the cart (its public id) into an order. A second click gives the order of the first.

    Stock is taken, prices and words are frozen, the number is drawn and the payment is asked for.
    An order by a method that may go ahead is open at once. Refuses with ``EmptyCart``,
    ``OrderChanged`` (facts ``differences``), ``OutsideLimits``, ``NoDelivery``, ``UnknownMethod``
    or ``TermsNotAccepted``; the caller undoes the transaction.
    """
    held = _still_open(session, carts.hold(session, cart), placement)
    if isinstance(held, Order):
        return held
    view, priced, provider = _weigh(session, shop, held, placement)

    order = _order(shop, held, view, priced, placement, provider)
    _take_stock(session, order, view)
    order.number = _next_number(session)
    if provider.goes_ahead:
        order.status = OrderStatus.open
        order.confirmed_at = order.placed_at
    session.add(order)
    session.flush()
    _write_lines(session, order, view, priced)
    payments.begin(
        session,
        reference=order.public_id,
        method=provider.code,
        amount=priced.totals.total,
    )
    emit_all(session, _facts(order, view), actor=SHOPPER)
    carts.convert(session, held)
    return order


def look(session: Session, shop: Shop, cart: str, placement: Placement) -> Order | None:
    """Refuse what ``place`` would refuse as things stand; gives the order that is there already.

    Needs no turn to write and holds nothing, so that of a crowd those who come too late keep
    nobody waiting. What it lets through ``place`` looks at again.
    """
    held = _still_open(session, cart_queries.find(session, cart), placement)
    if isinstance(held, Order):
        return held
    _weigh(session, shop, held, placement)
    return None


def purchase_of(quoted: Quote, country: str) -> Purchase:
    """What the ways of paying look at."""
    return Purchase(
        total_minor=quoted.totals.total.minor,
        currency=quoted.result.currency,
        country=country,
        requires_shipping=quoted.needs_shipping,
        is_pickup=quoted.way is not None and quoted.way.is_pickup,
    )


def _still_open(session: Session, held: Cart | None, placement: Placement) -> Cart | Order:
    """The cart to buy, or the order that it became already."""
    if held is None or held.id is None:
        raise EmptyCart("There is nothing to order.")
    already = queries.placed_before(session, held.id, placement.attempt)
    if already is not None:
        return already
    if held.state is not CartState.open:
        raise EmptyCart("There is nothing to order.")
    return held


def _weigh(
    session: Session, shop: Shop, held: Cart, placement: Placement
) -> tuple[CartView, Quote, PaymentProvider]:
    """What is in the cart, its price and who takes the money, or why it cannot be ordered."""
    view = cart_view(session, shop, held)
    if view.is_empty:
        raise EmptyCart("There is nothing to order.")
    priced = quote(
        session,
        shop,
        view.items(),
        country=placement.country,
        method=placement.shipping_method,
    )
    _compare(shop, view, priced, placement)
    provider = _provider(shop, priced, placement)
    _check_terms(shop, placement)
    return view, priced, provider


def _compare(shop: Shop, view: CartView, priced: Quote, placement: Placement) -> None:
    """Whether this is still what the shopper saw; stops with the list of differences."""
    differences = [f"{line.goods.name}: {line.sentence}" for line in view.lines if line.problem]
    if priced.needs_shipping and placement.shipping_address is None:
        raise NoDelivery("Tell us where to send it.", field="shipping-country")
    if priced.problem:
        raise NoDelivery(priced.problem, field="shipping-country")
    if priced.needs_shipping and (
        priced.way is None or priced.way.public_id != placement.shipping_method
    ):
        differences.append("The way of delivery you chose is not on offer for this any more.")
    if view.version != placement.cart_version:
        differences.append("Your cart was changed in another window.")
    if priced.totals.total.minor != placement.shown_total_minor:
        differences += [_moved(shop, line) for line in view.lines if line.was is not None]
        shown = shop.written(shop.money(placement.shown_total_minor))
        total = shop.written(priced.totals.total)
        differences.append(f"The total was {shown} and is {total} now.")
    if differences:
        raise OrderChanged(
            "This is not quite what you saw. Have a look at the changes, then place your order.",
            differences=differences,
        )
    if view.order_problem:
        raise OutsideLimits(view.order_problem)


def _moved(shop: Shop, line: LineView) -> str:
    was, costs = shop.written(line.was or line.unit), shop.written(line.unit)
    return f"{line.goods.name} was {was} and costs {costs} now."


def _provider(shop: Shop, priced: Quote, placement: Placement) -> PaymentProvider:
    purchase = purchase_of(priced, placement.country)
    for provider in providers.offered(shop, purchase):
        if provider.code == placement.payment_method or purchase.total_minor == 0:
            return provider
    raise UnknownMethod("Choose one of the ways to pay.", field="payment")


def _check_terms(shop: Shop, placement: Placement) -> None:
    if not shop.terms or placement.terms_version == shop.terms_version:
        return
    if placement.terms_version is None:
        raise TermsNotAccepted("Please read the terms and tick this box.", field="terms")
    raise TermsNotAccepted(
        "The terms have changed meanwhile. Please read them again and tick this box.",
        field="terms",
    )


def _facts(order: Order, view: CartView) -> list[Event]:
    placed = OrderPlaced(
        order.public_id,
        order.number,
        total_minor=order.total_minor,
        currency=order.currency,
        units=view.count,
        payment_method=order.payment_method,
    )
    if order.status is OrderStatus.pending:
        return [placed]
    return [placed, OrderConfirmed(order.public_id, order.number)]


def _take_stock(session: Session, order: Order, view: CartView) -> None:
    wanted = {line.goods.variant_id: line.quantity for line in view.lines}
    try:
        inventory.take(session, wanted, reference=order.public_id, key=f"sell:{order.public_id}")
    except OutOfStock as short:
        differences = [
            f"{line.goods.name}: {left_in_words(short.left[line.goods.variant_id])}"
            for line in view.lines
            if line.goods.variant_id in short.left
        ]
        raise OrderChanged(
            "Somebody was faster. Have a look at the changes, then place your order.",
            differences=differences,
        ) from short


def _order(
    shop: Shop,
    cart: Cart,
    view: CartView,
    priced: Quote,
    placement: Placement,
    provider: PaymentProvider,
) -> Order:
    totals = priced.totals
    at = now()
    shipping = placement.shipping_address
    way = priced.way
    return Order(
        number="",
        cart_id=cart.id or 0,
        attempt=placement.attempt,
        person_id=placement.person_id,
        currency=shop.currency,
        prices_include_tax=shop.prices_include_tax,
        tax_rounding="line" if shop.tax_rounding == "line" else "document",
        locale=shop.locale,
        email=placement.email,
        customer_name=placement.billing_address.name,
        phone=placement.phone,
        billing_address=placement.billing_address.frozen(shop.locale),
        shipping_address=shipping.frozen(shop.locale) if shipping else {},
        note=placement.note,
        gift_message=placement.gift_message,
        terms_version=placement.terms_version if shop.terms else None,
        terms_accepted_at=at if shop.terms else None,
        shipping_method=way.name if way else "",
        shipping_estimate=way.estimate if way else "",
        shipping_is_pickup=way is not None and way.is_pickup,
        payment_method=provider.code,
        payment_name=provider.name(purchase_of(priced, placement.country)),
        subtotal_minor=totals.subtotal.minor,
        discount_minor=totals.discount.minor,
        shipping_minor=totals.shipping.minor,
        fee_minor=totals.fees.minor,
        tax_minor=totals.tax.minor,
        total_minor=totals.total.minor,
        trace=[
            {
                "stage": step.stage,
                "subject": step.subject,
                "words": step.words,
                "amount": step.amount.wire() if step.amount else None,
            }
            for step in priced.result.trace
        ],
        payment_status=payment_status(Paid(total=totals.total.minor, due=totals.total.minor)),
        placed_at=at,
        updated_at=at,
    )


def _fulfilment(view: CartView) -> FulfilmentStatus:
    """What the lines will say while none of them has moved."""
    goods = [line.goods for line in view.lines]
    if any(one.requires_shipping or one.is_digital for one in goods):
        return FulfilmentStatus.unfulfilled
    return FulfilmentStatus.not_required


def _write_lines(session: Session, order: Order, view: CartView, priced: Quote) -> None:
    """The lines as they were shown, and the tax of each rate on each line and on the delivery."""
    pairs = [(line, priced.line(line.key)) for line in view.lines]
    lines = [_line(order, position, line, sums) for position, (line, sums) in enumerate(pairs)]
    session.add_all(lines)
    session.flush()
    taxes = [
        _tax(order, line.id, tax)
        for line, (_, sums) in zip(lines, pairs, strict=True)
        for tax in sums.taxes
        if tax.taxable.minor
    ]
    shipping = priced.result.shipping
    if shipping is not None:
        taxes += [_tax(order, None, tax) for tax in shipping.taxes if tax.taxable.minor]
    if taxes:
        session.execute(insert(OrderTaxLine), taxes)


def _line(order: Order, position: int, line: LineView, sums: PricedLine) -> OrderLine:
    goods = line.goods
    return OrderLine(
        order_id=key_of(order),
        position=position,
        product_ref=goods.product,
        variant_ref=goods.variant,
        product_slug=goods.slug,
        title=goods.title,
        variant_title=goods.variant_title,
        sku=goods.sku,
        barcode=goods.barcode,
        image=goods.image.as_json() if goods.image else {},
        tax_class=goods.tax_class,
        requires_shipping=goods.requires_shipping,
        is_digital=goods.is_digital,
        weight_g=goods.weight_g,
        quantity=line.quantity,
        unit_price_minor=sums.unit.minor,
        subtotal_minor=sums.subtotal.minor,
        discount_minor=sums.subtotal.minor - sums.amount.minor,
        tax_minor=sums.tax.minor,
        total_minor=sums.gross.minor,
    )


def _tax(order: Order, line_id: int | None, tax: TaxAmount) -> dict[str, object]:
    return {
        "order_id": key_of(order),
        "line_id": line_id,
        "name": tax.rate.name,
        "millionths": tax.rate.millionths,
        "base_minor": tax.taxable.minor,
        "tax_minor": tax.amount.minor,
    }


def _next_number(session: Session) -> str:
    """Draw the next order number by one counter update. Numbers that exist are passed over, so
    that a merchant who sets the counter back does not stop the sale.
    """
    draw = (
        update(ShopSettings)
        .where(col(ShopSettings.id) == 1)
        .values(next_order_number=col(ShopSettings.next_order_number) + 1)
        .returning(
            col(ShopSettings.order_prefix),
            col(ShopSettings.next_order_number) - 1,
            col(ShopSettings.order_suffix),
        )
        .execution_options(synchronize_session=False)
    )
    while True:
        drawn = session.execute(draw).one_or_none()
        if drawn is None:
            shops.row(session)
            continue
        prefix, counter, suffix = drawn
        number = f"{prefix}{counter}{suffix}"
        if session.exec(select(Order.id).where(Order.number == number)).first() is None:
            return number
