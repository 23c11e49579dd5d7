"""One-time codes of an app (RFC 6238) and recovery codes: how they are made, written and compared.

Six digits of HMAC-SHA1 for each 30 seconds: what every authenticator app does unless told, and many
whatever they are told.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime

from webapp.runtime.secrets import Sealer, same

STEP = 30
"""Seconds that a code stands for."""
DRIFT = 1
"""Steps by which a phone's clock may be off, before and after."""
DIGITS = 6

RECOVERY_CODES = 10

# No letter or digit that can be taken for another when it is copied by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _LETTERS = 3, 4


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 asks for."""
    import pyotp

    return pyotp.random_base32()


def link_for(secret: str, *, account: str, shop: str) -> str:
    """The ``otpauth:`` address that an app reads, as a picture or by a click."""
    import pyotp

    # A colon parts the two in the label, and neither may hold one.
    issuer = shop.replace(":", " ").strip() or "Shop"
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of(secret: str, typed: str, *, at: datetime, after: int) -> int | None:
    """The step of time for which ``typed`` is the code, if it is one that may still be taken:
    within the drift, and later than step ``after``."""
    import pyotp

    app = pyotp.TOTP(secret, digits=DIGITS, interval=STEP)
    current = int(at.timestamp()) // STEP
    found = None
    # All are compared, so that the time it takes does not tell which.
    for step in range(current - DRIFT, current + DRIFT + 1):
        if same(app.generate_otp(step), typed) and step > after:
            found = step
    return found


def plain(typed: str) -> str:
    """A code without the spaces and dashes that people copy with it."""
    return "".join(character for character in typed.lower() if character.isalnum())


def is_one_time(text: str) -> bool:
    """Whether it has the form of an app's code; what has not may be a recovery code."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def new_recovery_codes() -> list[str]:
    """Fresh ones, 59 random bits each, in groups to be copied by hand."""
    return [
        "-".join(
            "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS)
        )
        for _ in range(RECOVERY_CODES)
    ]


def recovery_hash(secret: str, person: str, code: str) -> str:
    """What is kept of a recovery code. Keyed with the shop's secret and bound to its person: who
    reads the table alone can neither try codes nor move one to another account."""
    text = f"recovery.{person}.{plain(code)}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def sealer(secret: str) -> Sealer:
    """For the secrets of people's apps, with the shop's own."""
    return Sealer(secret, "accounts.authenticator")


def grouped(secret: str) -> Sequence[str]:
    """A secret in groups of four, for those who type it."""
    return [secret[at : at + 4] for at in range(0, len(secret), 4)]
