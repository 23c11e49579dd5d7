"""Passwords: which are refused, and their argon2id hashes. Hashing is slow on purpose: never call
it inside a transaction."""

import os
import re
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pwdlib import PasswordHash

MINIMUM_LENGTH = 8
STAFF_MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 1000
"""Characters of any kind, spaces too. Longer text costs us and protects nobody."""

HASHES_AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
"""Each takes 19 MiB and a core; half of the cores stay with those who only look at a page."""

_slots = threading.BoundedSemaphore(HASHES_AT_ONCE)

_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$OGNDCy66cysjkApvbaw"
    "/lQ$bGfIgGmQcM6xWWvReacYilvMUFt9VrDwTOvdLP9Q968"
)
"""Verified when the address is unknown, so that both answers take the same time."""

_COMMON = Path(__file__).with_name("common_passwords.txt")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_WORDS = re.compile(r"[^\W\d_]{4,}")
_LEET = str.maketrans("@4301$5!7", "aaeoissit")
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
)


def hashed(password: str) -> str:
    """The argon2id hash of ``password`` with its parameters and salt, ready to store."""
    with _slots:
        return _hasher().hash(_steady(password))


def matches(password: str, stored: str | None) -> bool:
    """Whether ``password`` gives ``stored``. For none it takes as long and says no."""
    with _slots:
        return _hasher().verify(_steady(password), stored or _NOBODY) and bool(stored)


def fault(password: str, about: Iterable[str] = (), *, least: int = MINIMUM_LENGTH) -> str | None:
    """Why this one is refused, as a sentence: too short, too long, or among the first to be tried.

    Nothing is asked of its characters (NIST SP 800-63B). Refused are common passwords, also with
    digits around them or in place of letters, runs and repetitions, and the words of ``about``:
    the shop's name, the person's own address.
    """
    text = _steady(password)
    if len(text) < least:
        return f"Use at least {least} characters; a few words are easy to remember."
    if len(text) > MAXIMUM_LENGTH or len(password) > MAXIMUM_LENGTH:
        return f"Use at most {MAXIMUM_LENGTH:,} characters."
    plain = text.casefold()
    cores = {plain, _EDGES.sub("", plain), _EDGES.sub("", plain.translate(_LEET))}
    is_guessable = _repeats(plain) or _runs(plain) or cores & _common() or cores & {*_words(about)}
    return "Use a password that is harder to guess." if is_guessable else None


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHash":
    """OWASP's first choice of parameters for argon2id: 19 MiB, two passes, one lane."""
    # Loaded by the first who signs in; most visitors of most days do not.
    from pwdlib import PasswordHash
    from pwdlib.hashers.argon2 import Argon2Hasher

    return PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


def _steady(password: str) -> str:
    """One form for what looks alike, so that it is the same on every keyboard. Text that is too
    long is cut where it can match nothing, before it costs anything."""
    if len(password) > MAXIMUM_LENGTH:
        password = password[: MAXIMUM_LENGTH + 1]
    return unicodedata.normalize("NFKC", password)


def _repeats(text: str) -> bool:
    """``aaaaaaaa``, ``abcabcabc``: a few characters over and over."""
    return len(set(text)) < 4 or any(
        (text[:length] * (len(text) // length + 1))[: len(text)] == text for length in (1, 2, 3, 4)
    )


def _runs(text: str) -> bool:
    """A walk along the alphabet or the keyboard and nothing else."""
    return any(text in run or text in run[::-1] for run in _RUNS)


def _words(about: Iterable[str]) -> Iterable[str]:
    for text in about:
        plain = unicodedata.normalize("NFKC", text).casefold()
        yield plain
        yield plain.replace(" ", "")
        yield from _WORDS.findall(plain)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text("utf-8").split("\n")) - {""}
