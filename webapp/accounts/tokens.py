"""Access tokens of programs: short-lived JWTs as RFC 9068 profiles them, signed by us for us.

One algorithm and no other, whatever a token says of itself. Its key is made from the shop's secret
for this purpose alone; the key's id is in the token, so that one of the secret before is known
until it expires.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from webapp.kit.clock import now
from webapp.kit.ids import is_public_id, token
from webapp.kit.values import Value
from webapp.settings import Settings

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

LASTS = timedelta(minutes=15)
LONGEST = 4000
"""Characters; the longest that we make has about 1,500."""

_ALGORITHM = "HS256"
_TYPE = "at+jwt"
_PURPOSE = b"accounts.access-token"


class Mint(Value):
    """Makes and reads the shop's access tokens."""

    issuer: str
    """The shop's address; its tokens are for its own API and no other."""
    secrets: tuple[str, ...]
    """The one to sign with, then those of before."""

    @classmethod
    def of(cls, settings: Settings, base: str) -> "Mint":
        before = (settings.secret_key_before,) if settings.secret_key_before else ()
        return cls(base, (settings.secret_key, *before))

    @property
    def audience(self) -> str:
        return f"{self.issuer}/api/v1"

    def make(self, person: str, grant: str, *, client: str, scopes: tuple[str, ...]) -> str:
        """A token for ``person`` under ``grant`` (public ids), good for ``LASTS`` from now."""
        # Loaded by the first program that signs in; most shops have none.
        from joserfc import jwt

        at = now()
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": person,
            "sid": grant,
            "client_id": client,
            "scope": " ".join(scopes),
            "jti": token(),
            "iat": _seconds(at),
            "exp": _seconds(at + LASTS),
        }
        key_id, key = _key(self.secrets[0])
        header = {"typ": _TYPE, "alg": _ALGORITHM, "kid": key_id}
        return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])

    def read(self, text: str) -> tuple[str, str] | None:
        """(person, grant) of a genuine token that has not expired; None for any other text."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        if len(text) > LONGEST or not text.isascii():
            return None
        keys = dict(map(_key, self.secrets))

        def key_of(found: Any) -> "OctKey":
            key = keys.get(found.headers().get("kid"))
            if key is None:
                raise ValueError("signed with a key that is not ours")
            return key

        try:
            read = jwt.decode(text, key_of, algorithms=[_ALGORITHM])
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return self._meant(read.header, read.claims)

    def _meant(
        self, header: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> tuple[str, str] | None:
        person, grant = claims.get("sub"), claims.get("sid")
        issued, expires = claims.get("iat"), claims.get("exp")
        if not (isinstance(issued, int) and isinstance(expires, int)):
            return None
        is_ours = (
            header.get("typ") == _TYPE
            and claims.get("iss") == self.issuer
            and claims.get("aud") == self.audience
            and issued <= _seconds(now()) < expires
            and expires - issued <= LASTS.total_seconds()
        )
        if not (is_ours and isinstance(person, str) and isinstance(grant, str)):
            return None
        if not (is_public_id(person, "per") and is_public_id(grant, "gra")):
            return None
        return person, grant


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _key(secret: str) -> tuple[str, "OctKey"]:
    from joserfc.jwk import OctKey

    raw = hmac.new(secret.encode(), _PURPOSE, hashlib.sha256).digest()
    return hashlib.sha256(b"key id:" + raw).hexdigest()[:16], OctKey.import_key(raw)
