"""Hashing passwords with argon2id. Slow on purpose: never call these inside a transaction."""

import threading

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 256
"""Longer text costs us and protects nobody."""

# OWASP's first choice of parameters for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))

# Each hash takes 19 MiB and a core; more at once would only make all of them slower.
_slots = threading.BoundedSemaphore(2)

_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$OGNDCy66cysjkApvbaw"
    "/lQ$bGfIgGmQcM6xWWvReacYilvMUFt9VrDwTOvdLP9Q968"
)
"""Verified when the address is unknown, so that both answers take the same time."""


def hashed(password: str) -> str:
    """The argon2id hash of ``password`` with its parameters and salt, ready to store."""
    with _slots:
        return _hasher.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether ``password`` gives ``stored``. For None it takes as long and says no."""
    if len(password) > MAXIMUM_LENGTH:
        password = password[: MAXIMUM_LENGTH + 1]
    with _slots:
        return _hasher.verify(password, stored or _NOBODY) and stored is not None
