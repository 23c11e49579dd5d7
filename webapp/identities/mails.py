"""What people are told about the ways into their account."""

from typing import Any

from sqlmodel import Session

from webapp.accounts import queries as people
from webapp.accounts.mails import KEPT, NEEDS, newest_person
from webapp.runtime.mail import Mails

mails = Mails("identities")


@mails.kind(
    "linked",
    title="Another way to sign in",
    when="When somebody has linked their account with a provider.",
    sample=newest_person,
    needs=NEEDS,
    keeps=KEPT,
)
def linked(session: Session, *, person: str, provider: str = "a provider") -> dict[str, Any]:
    return _words(session, person, provider)


@mails.kind(
    "unlinked",
    title="A way to sign in was removed",
    when="When an account is not linked with a provider any more.",
    sample=newest_person,
    needs=NEEDS,
    keeps=KEPT,
)
def unlinked(session: Session, *, person: str, provider: str = "a provider") -> dict[str, Any]:
    return _words(session, person, provider)


def _words(session: Session, public_id: str, provider: str) -> dict[str, Any]:
    person = people.by_public_id(session, public_id)
    return {"name": person.name, "email": person.email, "provider": provider}
