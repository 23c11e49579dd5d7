"""The two doors of the shop: that of an account, and that of the back office. What is asked at both
is written once, for a door."""

from collections.abc import Callable
from typing import Any

from webapp.accounts import guards
from webapp.kit.values import Value
from webapp.web.submissions import Submission


class Door(Value):
    """Where the pages of a door lie, how they look and who may see them."""

    name: str
    """How the names of its routes begin."""
    path: str
    home: str
    """Where it leads when nobody asked for a page."""
    sign_in: str
    layout: str
    """Of pages for somebody who is in."""
    narrow: str
    """Of pages on the way in."""
    member: Callable[..., Any]
    member_beside: Callable[..., Any]
    fresh: Callable[..., Any]
    fresh_beside: Callable[..., Any]
    is_for_staff: bool = False

    @property
    def security(self) -> str:
        return f"{self.path}/security"


ACCOUNT = Door(
    name="account",
    path="/account",
    home="/account",
    sign_in="/account/login",
    layout="account/_layout.html",
    narrow="account/_door.html",
    member=guards.customer,
    member_beside=guards.customer_beside,
    fresh=guards.fresh,
    fresh_beside=guards.fresh_beside,
)
OFFICE = Door(
    name="backoffice",
    path="/admin",
    home="/admin",
    sign_in="/admin/sign-in",
    layout="backoffice/security/_layout.html",
    narrow="backoffice/security/_door.html",
    member=guards.colleague,
    member_beside=guards.colleague_beside,
    fresh=guards.fresh_colleague,
    fresh_beside=guards.fresh_colleague_beside,
    is_for_staff=True,
)


def door_context(door: Door, form: Submission[Any]) -> dict[str, Any]:
    """What a page on the way in shows."""
    return {"door": door, "form": form}
