"""What stands around every page of the back office: who is signed in and what they may see."""

from starlette.requests import HTTPConnection

from webapp.kit.actors import Actor
from webapp.storefront.frame import Frame


class OfficeFrame(Frame):
    """The shop's frame, and the member of staff that the route's guard found."""

    @property
    def staff(self) -> Actor | None:
        found: Actor | None = getattr(self._request.state, "actor", None)
        return found

    def may(self, permission: str) -> bool:
        """For showing or hiding a control; the command asks again."""
        return self.staff is not None and self.staff.may(permission)


def office_frame_of(request: HTTPConnection) -> OfficeFrame:
    frame = getattr(request.state, "frame", None)
    if not isinstance(frame, OfficeFrame):
        frame = OfficeFrame(request)
        request.state.frame = frame
    return frame
