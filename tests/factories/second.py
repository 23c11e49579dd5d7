"""What people show beside a password: an app's codes, and a device with passkeys."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import cbor2
import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from sqlmodel import Session

from webapp.accounts import commands, queries
from webapp.accounts.models import Person
from webapp.accounts.queries import Credentials, Member
from webapp.kit.clock import now

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


def code_of(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or so many steps of thirty seconds from now."""
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=30 * steps))


def member_for(db: Session, person: Person, second: str = "code") -> Member:
    """The person, signed in with all that they have."""
    token = commands.admit(db, Credentials.of(person), commands.Browser("Firefox"), second=second)
    assert token is not None
    member = queries.member_of_token(db, token)
    assert member is not None
    return member


def with_app(db: Session, person: Person) -> tuple[str, list[str]]:
    """Give somebody an app; returns its secret and their recovery codes."""
    member = member_for(db, person)
    secret = commands.begin_authenticator(db, member)
    codes = commands.confirm_authenticator(db, member, code_of(secret))
    db.commit()
    return secret, codes


@dataclass
class Device:
    """A device that makes passkeys and answers challenges, as a browser hands its answers on."""

    origin: str = "http://localhost"
    host: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    """What it has counted; 0: it does not count."""
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    credential: bytes = b""
    handle: bytes = b""

    def make(self, options: str) -> str:
        """The answer to ``navigator.credentials.create``."""
        asked = json.loads(options)
        self.handle = _bytes(asked["user"]["id"])
        public = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: public.x.to_bytes(32), -3: public.y.to_bytes(32)}
        self.credential = hashlib.sha256(public.x.to_bytes(32)).digest()
        attested = bytes(16) + len(self.credential).to_bytes(2) + self.credential
        data = self._data(WITH_KEY) + attested + cbor2.dumps(cose)
        response = {
            "clientDataJSON": _text(self._client("webauthn.create", asked["challenge"])),
            "attestationObject": _text(
                cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
            ),
            "transports": ["internal"],
        }
        return self._answer(response)

    def show(self, options: str) -> str:
        """The answer to ``navigator.credentials.get``."""
        client = self._client("webauthn.get", json.loads(options)["challenge"])
        if self.count:
            self.count += 1
        data = self._data()
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": _text(client),
            "authenticatorData": _text(data),
            "signature": _text(signed),
            "userHandle": _text(self.handle),
        }
        return self._answer(response)

    def _data(self, more: int = 0) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(self.host.encode()).digest() + flags + self.count.to_bytes(4)

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, response: dict[str, Any]) -> str:
        identifier = _text(self.credential)
        return json.dumps(
            {"id": identifier, "rawId": identifier, "type": "public-key", "response": response}
        )


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
