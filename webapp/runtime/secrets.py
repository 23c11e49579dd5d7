"""The shop's secret, what is signed and sealed with it, and what is kept of a token (never the
token)."""

import hashlib
import hmac
import os
import tempfile
from pathlib import Path
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from webapp.kit.clock import now
from webapp.kit.ids import token
from webapp.settings import Settings

SHORTEST_SECRET = 32
FILE_NAME = "secret"


def secret_key(settings: Settings) -> str:
    """The secret given by the operator, else the one in ``data_dir``, made when there is none.

    The file is readable by its owner alone. Several processes that start at once agree on one.
    Raises ``ValueError`` for a given secret that could be guessed.
    """
    if settings.secret_key:
        if len(settings.secret_key) < SHORTEST_SECRET:
            raise ValueError(
                f"VITRINE_SECRET_KEY has {len(settings.secret_key)} characters; "
                f"it needs at least {SHORTEST_SECRET}."
            )
        return settings.secret_key
    file = settings.data_dir / FILE_NAME
    if not file.exists():
        _make(file)
    secret = file.read_text("ascii").strip()
    if len(secret) < SHORTEST_SECRET:
        raise ValueError(f"{file} does not hold a secret; remove it and everybody signs in anew.")
    return secret


class Signer:
    """Signs small JSON values for one purpose; a text signed for another is not accepted."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._serializer = URLSafeTimedSerializer(
            secret,
            salt=purpose,
            signer=_ClockedSigner,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def sign(self, value: Any) -> str:
        """A text for a cookie or a URL. Everybody can read it, nobody can forge it."""
        signed = self._serializer.dumps(value)
        return signed if isinstance(signed, str) else signed.decode("ascii")

    def read(self, text: str, *, max_age: int | None = None) -> Any | None:
        """What was signed, or None when it is forged, damaged or older than ``max_age`` seconds."""
        try:
            return self._serializer.loads(text, max_age=max_age)
        except BadData:
            return None


class Sealer:
    """Encrypts short texts for one purpose (JWE, AES-256-GCM). What was sealed is worth nothing to
    whoever has the database and not the shop's secret."""

    def __init__(self, secret: str, purpose: str) -> None:
        self._key = hmac.digest(secret.encode(), f"sealed.{purpose}".encode(), hashlib.sha256)

    def seal(self, text: str, *, about: str) -> str:
        """``about`` says whose it is: moved to another row, it does not open."""
        from joserfc import jwe
        from joserfc.jwk import OctKey

        header = {"alg": "dir", "enc": "A256GCM"}
        return jwe.encrypt_compact(header, f"{about}\n{text}", OctKey.import_key(self._key))

    def open(self, sealed: str, *, about: str) -> str | None:
        """What was sealed, or None when it is damaged, was sealed with another secret or is about
        something else."""
        from joserfc import jwe
        from joserfc.errors import JoseError
        from joserfc.jwk import OctKey

        try:
            opened = jwe.decrypt_compact(sealed, OctKey.import_key(self._key)).plaintext
        except (JoseError, ValueError):
            return None
        whose, _, text = (opened or b"").decode().partition("\n")
        return text if whose == about else None


class _ClockedSigner(TimestampSigner):
    """Takes the time from the shop's clock, so that a test can let a signature grow old."""

    def get_timestamp(self) -> int:
        return int(now().timestamp())


def hash_token(secret: str) -> str:
    """What to keep of a random token: SHA-256, hexadecimal. Not for passwords, which can be
    guessed and need a slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(one.encode(), other.encode())


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # mkstemp gives mode 0600. Linking, unlike renaming, fails when somebody else was first.
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{FILE_NAME}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as coming:
            coming.write(token() + "\n")
            coming.flush()
            os.fsync(coming.fileno())
        try:
            file.hardlink_to(name)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()
