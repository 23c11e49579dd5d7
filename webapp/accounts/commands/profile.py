"""What people say of themselves."""

from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from sqlmodel import Session, col, select

from webapp.accounts.commands.checking import normalised_username
from webapp.accounts.errors import NameTaken
from webapp.accounts.events import CustomerUpdated
from webapp.accounts.models import Person
from webapp.accounts.queries import actor_of
from webapp.kit.errors import Invalid
from webapp.runtime.events import emit


def change_profile(
    session: Session,
    person: Person,
    *,
    name: str | None = None,
    locale: str | None = None,
    time_zone: str | None = None,
    username: str | None = None,
) -> None:
    """Another name, language, time zone or user name of one's own; None leaves it, empty means the
    shop's, or no user name. Raises ``Invalid`` or ``NameTaken`` with the field."""
    if locale:
        locale = _locale(locale)
    if time_zone and time_zone not in available_timezones():
        raise Invalid("Use a time zone like Europe/Berlin.", field="time_zone")
    wanted = {"name": name, "locale": locale, "time_zone": time_zone, "username": username}
    if username is not None:
        wanted["username"] = _free_username(session, person, username)
    changed = tuple(
        field
        for field, value in wanted.items()
        if value is not None and value != (getattr(person, field) or "")
    )
    if not changed:
        return
    for field in changed:
        setattr(person, field, wanted[field] or (None if field == "username" else ""))
    session.add(person)
    session.flush()
    actor = actor_of(person.public_id, person.name, person.role)
    emit(session, CustomerUpdated(person.public_id, changed=changed), actor=actor)


def _free_username(session: Session, person: Person, typed: str) -> str:
    if not typed:
        return ""
    name = normalised_username(typed)
    taken = select(Person.id).where(Person.username == name, col(Person.id) != person.id)
    if session.exec(taken).first() is not None:
        raise NameTaken("Somebody has this name already. Choose another one.", field="username")
    return name


def _locale(text: str) -> str:
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (UnknownLocaleError, ValueError, TypeError) as problem:
        raise Invalid("Use a language like en or de-AT.", field="locale") from problem
