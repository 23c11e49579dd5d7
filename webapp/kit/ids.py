"""Identifiers that are safe to show and secrets that cannot be guessed."""

from __future__ import annotations

import re
import secrets
import string

_BASE62 = string.digits + string.ascii_letters
_LENGTH = 22  # 62^22 is about 131 bits: as much as a random UUID, in fewer characters
_PREFIX = re.compile(r"[a-z]{2,8}")


def public_id(prefix: str) -> str:
    """A fresh random identifier to show outside: ``ord_`` and 22 letters and digits for "ord".

    ``prefix`` is 2 to 8 small letters and tells people and logs what kind of thing it is.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError(f"An identifier's prefix is 2 to 8 small letters, not {prefix!r}.")
    return f"{prefix}_{random_text(_LENGTH)}"


def random_text(length: int) -> str:
    """Random letters and digits, 5.95 bits in each."""
    return "".join(secrets.choice(_BASE62) for _ in range(length))


def is_public_id(text: str, prefix: str) -> bool:
    """Whether ``text`` has the form that ``public_id(prefix)`` gives; says nothing of existence."""
    head, mark, tail = text.partition("_")
    return head == prefix and bool(mark) and len(tail) == _LENGTH and set(tail) <= set(_BASE62)


def token() -> str:
    """A secret of 256 random bits as 43 characters that may stand in a URL or a cookie."""
    return secrets.token_urlsafe(32)
