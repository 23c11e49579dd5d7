"""Carts of somebody who was erased."""

from sqlmodel import Session, col, delete, update

from webapp.cart.models import Cart, CartState


def forget_person(session: Session, person_key: int) -> None:
    """What became an order stays, as nobody's; all else is gone."""
    theirs = col(Cart.person_id) == person_key
    session.exec(delete(Cart).where(theirs, col(Cart.state) != CartState.converted))
    session.execute(
        update(Cart)
        .where(theirs)
        .values(person_id=None, checkout={})
        .execution_options(synchronize_session=False)
    )
