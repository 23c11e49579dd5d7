"""What an address, a user name and a password have to be."""

import re
from collections.abc import Iterable

from webapp.accounts import passwords
from webapp.accounts.errors import WeakPassword
from webapp.kit.errors import Invalid

_USERNAME = re.compile(r"[a-z0-9](?:[a-z0-9]|[._-](?=[a-z0-9])){2,29}")


def normalised_email(text: str) -> str:
    """The address as we store and compare it. Raises ``Invalid`` for what is none."""
    # Here: its tables of Unicode take long to compile, and whoever only looks around types none.
    from email_validator import EmailNotValidError, validate_email

    try:
        checked = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as problem:
        raise Invalid("Enter an email address like name@example.com.", field="email") from problem
    return (checked.ascii_email or checked.normalized).lower()


def normalised_username(text: str) -> str:
    """The name as we store and compare it: 3 to 30 letters, digits and single ``.``, ``_``, ``-``
    within. ASCII only, so that no two names look alike. Raises ``Invalid``."""
    name = text.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise Invalid(
            "Use 3 to 30 letters and digits without accents; dots and dashes may stand between.",
            field="username",
        )
    return name


def check_password(
    password: str, about: Iterable[str] = (), *, least: int = passwords.STAFF_MINIMUM_LENGTH
) -> None:
    """Raise ``WeakPassword`` with a sentence. ``about`` are words that somebody would try first:
    the name of the shop, the person's own address."""
    fault = passwords.fault(password, about, least=least)
    if fault is not None:
        raise WeakPassword(fault, field="password")
