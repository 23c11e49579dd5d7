"""What would be sent about something now: a message that nobody gets."""

from typing import Any

from sqlmodel import Session

from webapp.kit.clock import now
from webapp.runtime.portraits import portraits_of, public_events
from webapp.webhooks.values import API_VERSION


def preview(session: Session, subject_id: str, name: str) -> dict[str, Any] | None:
    """The envelope of event ``name`` about a thing, or None where nothing that is told outside
    has that id. What only the event itself would know is left empty."""
    event = next((one for one in public_events() if one.name == name), None)
    for kind, portrait in portraits_of(session):
        drawing = portrait.draw(session, [subject_id]).get(subject_id)
        if drawing is None:
            continue
        hidden = portrait.personal if event is None or not event.tells_who else frozenset()
        return {
            "sequence": None,
            "id": "evt_preview",
            "type": event.name if event else f"{kind}.updated",
            "timestamp": now().isoformat().replace("+00:00", "Z"),
            "api_version": API_VERSION,
            "subject": {"type": kind, "id": subject_id, "version": 0},
            "data": {key: value for key, value in drawing.items() if key not in hidden},
            "changed": [],
            "facts": {},
        }
    return None
