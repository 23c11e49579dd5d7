"""Putting the cart of a visit into the cart of an account, when somebody signs in."""

from collections.abc import Sequence
from enum import StrEnum

from sqlmodel import Session, col, select

from webapp.cart import goods as catalogue
from webapp.cart.commands.filling import MOST_LINES, start
from webapp.cart.events import CartsMerged
from webapp.cart.goods import Goods
from webapp.cart.models import Cart, CartLine, CartState
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.events import emit


class Policy(StrEnum):
    """How many of a thing there are when both carts have it."""

    sum = "sum"
    max = "max"
    guest = "guest"


class Merged(Value):
    """The cart that there is now, and a sentence for every change the shopper should know of."""

    cart: Cart
    changes: tuple[str, ...] = ()


def merge(
    session: Session,
    guest: str,
    *,
    person: int,
    actor: Actor,
    currency: str,
    policy: Policy = Policy.sum,
) -> Merged | None:
    """Move what is in the cart ``guest`` (its public id) to the open cart of ``person``.

    None where there is nothing to do: it was merged or ordered before, or is somebody else's,
    which is never moved. Quantities end at what can be had; what is not sold any more is saved
    for later. Afterwards the guest's cart is closed and points to the other.
    """
    carts = _held(session, guest, person, currency)
    coming = next((cart for cart in carts if cart.public_id == guest), None)
    if coming is None or coming.state is not CartState.open or coming.person_id is not None:
        return None
    mine = next((cart for cart in carts if cart is not coming), None)
    target = mine or start(session, currency=currency, person=person)
    joining = _Joining(session, coming, target, policy, is_new=mine is None)
    joining.run()
    coming.state = CartState.merged
    coming.merged_into = target.public_id
    coming.checkout = {}
    target.version += 1
    coming.updated_at = target.updated_at = now()
    session.add(coming)
    session.add(target)
    session.flush()
    fact = CartsMerged(target.public_id, guest, before=joining.before, after=joining.after())
    emit(session, fact, actor=actor)
    return Merged(target, tuple(joining.changes))


def take_over_carts(session: Session, actor: Actor, *, kept: int, gone: int) -> None:
    """What ``gone`` meant to buy goes into the cart of ``kept``: two accounts became one. What was
    ordered from their carts is known by the orders."""
    carts = session.exec(
        select(Cart)
        .where(Cart.person_id == gone, Cart.state == CartState.open)
        .order_by(col(Cart.id))
        .with_for_update()
    ).all()
    for cart in carts:
        cart.person_id = None
        session.add(cart)
        session.flush()
        merge(
            session,
            cart.public_id,
            person=kept,
            actor=actor,
            currency=cart.currency,
            policy=Policy.max,
        )


def _held(session: Session, guest: str, person: int, currency: str) -> Sequence[Cart]:
    """Both carts, locked in the order of their keys, so that two sign-ins at once follow each
    other."""
    own = (Cart.person_id == person) & (Cart.currency == currency) & (Cart.state == CartState.open)
    return session.exec(
        select(Cart)
        .where((Cart.public_id == guest) | own)
        .order_by(col(Cart.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


class _Joining:
    """One merge under way: the lines of both, what can be had of each, what was changed."""

    def __init__(
        self, session: Session, coming: Cart, target: Cart, policy: Policy, *, is_new: bool
    ) -> None:
        self._session = session
        self._coming, self._target = coming, target
        self._policy, self._is_new = policy, is_new
        lines = session.exec(
            select(CartLine)
            .where(col(CartLine.cart_id).in_([coming.id, target.id]))
            .order_by(col(CartLine.id))
        ).all()
        self._from = [line for line in lines if line.cart_id == coming.id]
        self._mine = {line.variant_id: line for line in lines if line.cart_id == target.id}
        self._goods = catalogue.by_variant(session, [line.variant_id for line in lines])
        self.before = self._units()
        self.changes: list[str] = []

    def run(self) -> None:
        for line in self._from:
            goods = self._goods.get(line.variant_id)
            if goods is not None:
                self._take(line, goods)
        if self._coming.currency != self._target.currency and self._from:
            self.changes.append(f"Prices are in {self._target.currency} now.")
        self._target.checkout = _newest(self._coming, self._target)

    def after(self) -> dict[str, int]:
        return self._units()

    def _take(self, line: CartLine, goods: Goods) -> None:
        mine = self._mine.get(line.variant_id)
        held = mine.quantity if mine is not None and not mine.is_saved else 0
        if line.is_saved or not _can_be_had(goods):
            if not line.is_saved:
                self.changes.append(f"{goods.name} cannot be had now; it is saved for later.")
            self._put(line, goods, mine, quantity=max(held, line.quantity), is_saved=held == 0)
            return
        if held == 0 and self._is_full():
            self.changes.append(f"{goods.name} is saved for later, because the cart is full.")
            self._put(line, goods, mine, quantity=line.quantity, is_saved=True)
            return
        wanted = self._wanted(held, line.quantity)
        quantity = min(wanted, _most(goods))
        self._say(goods, held=held, came=line.quantity, wanted=wanted, quantity=quantity)
        self._put(line, goods, mine, quantity=quantity, is_saved=False)

    def _wanted(self, held: int, came: int) -> int:
        if self._policy is Policy.sum:
            return held + came
        return max(held, came) if self._policy is Policy.max else came

    def _say(self, goods: Goods, *, held: int, came: int, wanted: int, quantity: int) -> None:
        if quantity < wanted:
            self.changes.append(
                f"{goods.name}: {quantity} instead of {wanted}, because no more can be had."
            )
        elif held and quantity != held:
            self.changes.append(f"{goods.name}: {quantity} now, with the {held} that were there.")
        elif not held and not self._is_new:
            self.changes.append(f"{goods.name} is beside what was in your cart already.")

    def _put(
        self, line: CartLine, goods: Goods, mine: CartLine | None, *, quantity: int, is_saved: bool
    ) -> None:
        if mine is None:
            if self._target.id is None:
                raise ValueError("the cart has not been stored yet")
            mine = CartLine(
                cart_id=self._target.id,
                variant_id=line.variant_id,
                quantity=quantity,
                added_at=line.added_at,
                seen_price_minor=line.seen_price_minor,
            )
            self._mine[line.variant_id] = mine
        mine.quantity, mine.is_saved = quantity, is_saved
        is_same_money = self._coming.currency == self._target.currency
        mine.seen_price_minor = line.seen_price_minor if is_same_money else goods.price_minor
        self._session.add(mine)

    def _is_full(self) -> bool:
        return sum(not line.is_saved for line in self._mine.values()) >= MOST_LINES

    def _units(self) -> dict[str, int]:
        return {
            self._goods[key].variant: line.quantity
            for key, line in self._mine.items()
            if key in self._goods and not line.is_saved
        }


def _can_be_had(goods: Goods) -> bool:
    return goods.is_for_sale and (goods.left is None or goods.left >= max(goods.minimum, 1))


def _most(goods: Goods) -> int:
    return goods.maximum if goods.left is None else min(goods.maximum, goods.left)


def _newest(coming: Cart, target: Cart) -> dict[str, str]:
    """What was typed at checkout: of two entries the newer one, unless it is empty."""
    older, newer = sorted((coming, target), key=lambda cart: cart.updated_at)
    typed = {name: value for name, value in newer.checkout.items() if value}
    return {**older.checkout, **typed}
