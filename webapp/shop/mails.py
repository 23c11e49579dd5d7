"""What the shop itself writes: a message to try the way out with."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from webapp.runtime.mail import Mails

mails = Mails("shop")


def _nothing(_session: Session) -> dict[str, Any]:
    return {"by": "Ada"}


@mails.kind(
    "test",
    title="Test message",
    when="When staff try out whether mail arrives.",
    sample=_nothing,
    needs="mail:read",
    is_urgent=True,
)
def test_message(_session: Session, *, by: str) -> Mapping[str, Any]:
    """``by``: who asked for it."""
    return {"by": by}
