"""Something that costs a crowd much and a person little, asked before a suspicious form is taken.

Whoever has script does a small proof of work in a worker; whoever has not waits a while and sends
the form again. Both are ours: nobody else is asked. Ordinary use sees nothing of it: suspicious is
a form with its trap filled, one that came back faster than anybody types, and one of too many from
a network within an hour. It never keeps anybody out who does what it asks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import Request

from webapp.kit.clock import now
from webapp.kit.ids import token
from webapp.kit.values import Value
from webapp.runtime.limits import Limits
from webapp.runtime.secrets import Signer
from webapp.web.limits import whose
from webapp.web.submissions import Submission

TRAP = "website"
"""A field that no person sees. What fills every field fills it."""

GOOD_FOR = 900
"""Seconds in which what was asked can be done."""

FIRST_WAIT = 10
LONGEST_WAIT = 120
FIRST_BITS = 15
MOST_BITS = 19
"""Leading zero bits of the hash that is looked for: each doubles the work."""

_STEP = 10
_COUNTED = 4 * _STEP
"""Forms beyond those of an hour: each ``_STEP`` of them ask for more, and so many for all there is.
They are forgotten within an hour as well."""

_NAMES = ("stamp", "challenge", "proof", "sealed", TRAP)


class Challenge(Value):
    """What a form asks for: a number whose hash with ``nonce`` begins with ``bits`` zero bits, or
    ``wait`` seconds."""

    token: str
    nonce: str
    bits: int
    wait: int
    sealed: str = ""
    """The password that was typed, as nobody but this shop can read it."""


class Gate:
    """Whom a shop challenges: one for each application.

    ``after`` forms of a kind from one network in an hour are none too many; 0 switches all off.
    ``least_seconds`` is how long it takes a person to fill a form at least; 0: any time will do.
    """

    def __init__(self, secret: str, limits: Limits, *, after: int, least_seconds: float) -> None:
        self._signer = Signer(secret, "challenge")
        self._key = hmac.new(secret.encode(), b"challenge.seal", hashlib.sha256).digest()
        self._least = least_seconds
        self._sends = limits.buckets("forms", after / 60, after) if after else None
        self._beyond = limits.buckets("forms-beyond", _COUNTED / 60, _COUNTED)
        self._spent = limits.buckets("challenge", 60 / (2 * GOOD_FOR), 1)

    def stamp(self, form: str) -> str:
        """For a hidden field: when this form was shown."""
        return self._signer.sign(["stamp", form, now().isoformat()])

    def asks(
        self, request: Request, form: str, sent: Submission[Any], note: Callable[[str], None]
    ) -> Challenge | None:
        """What has to be done before this is taken; None when it may be. ``note`` is told when one
        was ``shown``, ``passed`` or ``failed``."""
        if self._sends is None:
            return None
        values = sent.values
        answered = values.get("challenge", "")
        if answered:
            is_done = self._is_done(form, answered, values.get("proof", ""))
            note("passed" if is_done else "failed")
            if is_done:
                return None
        network = f"{form} {whose(request.scope)}"
        if not (answered or self._is_suspicious(form, network, values)):
            return None
        note("shown")
        return self._challenge(form, network, sealed=values.get("sealed", ""))

    def seal(self, text: str) -> str:
        """Text as only this shop can read it, for a hidden field."""
        sealed: bytes = self._fernet().encrypt(text.encode())
        return sealed.decode("ascii")

    def unseal(self, sealed: str) -> str:
        """What was sealed within the time that a challenge is good for; empty when it was not."""
        from cryptography.fernet import InvalidToken

        try:
            text: bytes = self._fernet().decrypt(sealed.encode(), ttl=GOOD_FOR)
            return text.decode()
        except (InvalidToken, ValueError):
            return ""

    def _is_suspicious(self, form: str, network: str, values: dict[str, str]) -> bool:
        is_trapped = bool(values.get(TRAP, "").strip())
        shown = self._shown_at(form, values.get("stamp", ""))
        took = (now() - shown).total_seconds() if shown else None
        is_fast = took is not None and 0 <= took < self._least
        is_many = self._sends is not None and self._sends.take(network) > 0
        if is_many:
            self._beyond.take(network)
        return is_trapped or is_fast or is_many

    def _challenge(self, form: str, network: str, *, sealed: str) -> Challenge:
        """The more came from there, the more is asked, up to a bound."""
        steps = (_COUNTED - self._beyond.left(network)[0]) // _STEP
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2**steps)
        bits = min(MOST_BITS, FIRST_BITS + steps)
        nonce = token()
        signed = self._signer.sign(["challenge", form, nonce, bits, wait, now().isoformat()])
        return Challenge(signed, nonce, bits, wait, sealed)

    def _is_done(self, form: str, answered: str, proof: str) -> bool:
        match self._signer.read(answered[:1000], max_age=GOOD_FOR):
            case ["challenge", str(of), str(nonce), int(bits), int(wait), str(at)] if of == form:
                waited = (now() - datetime.fromisoformat(at)).total_seconds()
                is_done = waited >= wait or is_proof(nonce, bits, proof)
                # Once only: what was done for one form is worth nothing for the next.
                return is_done and self._spent.take(nonce) == 0
        return False

    def _shown_at(self, form: str, stamp: str) -> datetime | None:
        match self._signer.read(stamp[:500], max_age=24 * 3600):
            case ["stamp", str(of), str(at)] if of == form:
                return datetime.fromisoformat(at)
        return None

    def _fernet(self) -> Any:
        from cryptography.fernet import Fernet

        return Fernet(base64.urlsafe_b64encode(self._key))


def is_proof(nonce: str, bits: int, proof: str) -> bool:
    """Whether SHA-256 of ``nonce:proof`` begins with so many zero bits."""
    if not proof.isascii() or not proof.isdecimal() or len(proof) > 20:
        return False
    digest = hashlib.sha256(f"{nonce}:{proof}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - bits) == 0


def gate_of(request: Request) -> Gate:
    gate: Gate = request.app.state.gate
    return gate


def without_gate(values: dict[str, str]) -> dict[str, str]:
    """What was typed, less what only the gate asks for."""
    return {name: value for name, value in values.items() if name not in _NAMES}
