"""Handing a file out: whether it may be had now, counted."""

from datetime import timedelta

from sqlmodel import Session, col, select

from webapp.downloads import queries
from webapp.downloads.errors import Expired, NoSuchFile, UsedUp, Withdrawn
from webapp.downloads.events import EntitlementDownloaded
from webapp.downloads.models import Entitlement, RevokeReason
from webapp.downloads.queries import FileState, state_of
from webapp.kit.actors import SHOPPER, Actor
from webapp.kit.clock import now
from webapp.runtime.events import emit

GRACE = timedelta(minutes=60)
"""Parts of a file that are asked for so soon after a download belong to it: download managers
fetch one file in many pieces, and a line that breaks is taken up again."""


def ask(session: Session, entitlement: str) -> None:
    """Refuse as ``take`` would refuse a part, and count nothing: somebody asks what they would get,
    as programs do before they take up a download that broke."""
    found = select(Entitlement).where(col(Entitlement.public_id) == entitlement)
    _may_be_had(session.exec(found).one_or_none(), is_part=True)


def take(
    session: Session, entitlement: str, *, is_part: bool = False, actor: Actor = SHOPPER
) -> bool:
    """Count a download (of the entitlement's id); False for a part of one that was counted. A
    refusal counts nothing: ``Withdrawn``, ``Expired``, ``UsedUp``, ``NoSuchFile``.

    Whether the asker may see the order is asked before.
    """
    found = select(Entitlement).where(col(Entitlement.public_id) == entitlement)
    one, is_counted = _may_be_had(
        session.exec(found.with_for_update()).one_or_none(), is_part=is_part
    )
    if is_counted:
        return False
    one.used += 1
    one.last_used_at = now()
    session.add(one)
    session.flush()
    fact = EntitlementDownloaded(*queries.names_of(session, one), used=one.used)
    emit(session, fact, actor=actor)
    return True


def _may_be_had(one: Entitlement | None, *, is_part: bool) -> tuple[Entitlement, bool]:
    """It, and whether what is asked for is of a download that was counted; or the refusal."""
    if one is None:
        raise NoSuchFile("There is no such file, or it is not yours.")
    state = state_of(one)
    if state is FileState.withdrawn:
        why = "The order was cancelled or refunded, so the file is not yours any more."
        by_hand = "This file was withdrawn. Write to us if you think that is wrong."
        raise Withdrawn(by_hand if one.reason == RevokeReason.staff else why)
    if is_part and one.last_used_at is not None and now() - one.last_used_at < GRACE:
        return one, True
    if state is FileState.expired:
        raise Expired("The time for this download is over. Write to us if you need it again.")
    if state is FileState.used_up:
        raise UsedUp("You have downloaded it as often as you may. Write to us if it did not work.")
    return one, False
