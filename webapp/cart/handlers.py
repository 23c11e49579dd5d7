"""What becomes of carts when two accounts become one."""

from sqlmodel import Session

from webapp.accounts import queries as people
from webapp.accounts.events import CustomersMerged
from webapp.cart import commands
from webapp.kit.actors import Actor
from webapp.runtime.events import Handlers

handlers = Handlers()


@handlers.on(CustomersMerged)
def put_the_carts_together(session: Session, event: CustomersMerged, actor: Actor) -> None:
    kept, gone = (people.by_public_id(session, one) for one in (event.person, event.gone))
    commands.take_over_carts(session, actor, kept=kept.id or 0, gone=gone.id or 0)
