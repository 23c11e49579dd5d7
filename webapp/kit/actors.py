"""Who does it. Every verb of the staff takes an actor and asks it first; the event log names it."""

from __future__ import annotations

from typing import Literal

from webapp.kit.errors import NotAllowed
from webapp.kit.values import Value

ActorKind = Literal["staff", "customer", "system", "key"]


class Actor(Value):
    """Somebody or something that acts.

    ``id`` is the public identifier of the person or API key, or ``None`` where there is none
    (the shop itself, a visitor who is not signed in). ``name`` is for the log and for staff.
    Permissions are words of the form ``subject:verb``, for example ``orders:write``.
    """

    kind: ActorKind
    id: str | None
    name: str
    permissions: frozenset[str] = frozenset()

    def may(self, permission: str) -> bool:
        """Whether this actor holds ``permission``. The shop itself may do everything."""
        return self.kind == "system" or permission in self.permissions

    def must(self, permission: str) -> None:
        """Raise ``NotAllowed`` unless this actor holds ``permission``."""
        if not self.may(permission):
            who = "This key" if self.kind == "key" else "Your account"
            raise NotAllowed(f"{who} does not have the right to do this.", needs=permission)


SYSTEM = Actor("system", None, "Vitrine")
"""The shop itself: jobs, schedules, the command line on the server."""

SHOPPER = Actor("customer", None, "A shopper")
"""A visitor who is not signed in. Holds no permission."""
