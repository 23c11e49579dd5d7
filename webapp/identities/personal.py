"""What is kept about how somebody comes in with a provider. It goes with their row."""

from sqlmodel import Session

from webapp.identities import queries
from webapp.runtime.events import plain
from webapp.runtime.personal import Personal, Whose

personal = Personal()


@personal.gives("linked_providers")
def linked_providers(session: Session, whose: Whose) -> object:
    return [
        {
            "provider": one.provider,
            "subject": one.subject,
            "label": one.label,
            "created_at": plain(one.created_at),
            "last_used_at": plain(one.last_used_at),
        }
        for one in queries.linked(session, whose.key)
    ]
