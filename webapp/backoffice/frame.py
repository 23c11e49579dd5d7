"""What stands around every page of the back office: who is signed in and what they may see."""

from collections.abc import Sequence
from functools import cached_property

from starlette.requests import HTTPConnection

from webapp.identities.queries import Way, ways
from webapp.kit.actors import Actor
from webapp.notices import queries as notices
from webapp.storefront.frame import Frame


class OfficeFrame(Frame):
    """The shop's frame, and the member of staff that the route's guard found."""

    @property
    def staff(self) -> Actor | None:
        found: Actor | None = getattr(self._request.state, "actor", None)
        return found

    @cached_property
    def unread(self) -> int:
        """Notices that wait for whoever is signed in; counted to a hundred."""
        who = self.staff
        return self._ask(lambda session: notices.unread_count(session, who)) if who else 0

    @cached_property
    def staff_ways(self) -> Sequence[Way]:
        """The providers that staff may sign in with."""
        return self._ask(lambda session: ways(session, for_staff=True))

    def may(self, permission: str) -> bool:
        """For showing or hiding a control; the command asks again."""
        return self.staff is not None and self.staff.may(permission)


def office_frame_of(request: HTTPConnection) -> OfficeFrame:
    frame = getattr(request.state, "frame", None)
    if not isinstance(frame, OfficeFrame):
        frame = OfficeFrame(request)
        request.state.frame = frame
    return frame
