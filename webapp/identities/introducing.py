"""What a provider says of somebody, read with care: all of it was typed by people."""

import unicodedata
from typing import Any

from webapp.accounts.commands import normalised_email
from webapp.identities.directory import failed
from webapp.identities.values import Client, Introduction
from webapp.kit.errors import Invalid

LONGEST_SUBJECT = 255


def introduction(
    client: Client,
    *,
    subject: Any,
    email: Any = None,
    is_verified: bool = False,
    name: Any = None,
    handle: Any = None,
) -> Introduction:
    """Raises ``ProviderFailed`` for a subject that is none. An address that we would not take from
    a person is as good as none."""
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise failed("It does not say who the person is (no usable “sub”).")
    if not subject.isascii() or not subject.isprintable():
        raise failed("It does not say who the person is (no usable “sub”).")
    address = _address(email)
    return Introduction(
        provider=client.slug,
        subject=subject,
        email=address,
        is_verified=bool(address) and is_verified and client.trusts_addresses,
        name=_words(name, 120),
        handle=_words(handle, 100),
    )


def _address(email: Any) -> str:
    if not isinstance(email, str) or len(email) > 254:
        return ""
    try:
        return normalised_email(email)
    except Invalid:
        return ""


def _words(text: Any, longest: int) -> str:
    if not isinstance(text, str):
        return ""
    plain = "".join(
        letter if unicodedata.category(letter)[0] != "C" else " " for letter in text[:1000]
    )
    return " ".join(unicodedata.normalize("NFC", plain).split())[:longest].strip()
