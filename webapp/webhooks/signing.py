"""Standard Webhooks: the secret of an endpoint, and what is signed with it.

A secret is made, whenever it is needed, of the shop's own secret and a salt in the endpoint's row.
So a copy of the database alone (a backup, a replica) gives no secret away, and nothing has to be
decrypted. Changing the shop's secret changes those of all endpoints.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"


def secret_of(shop_secret: str, endpoint: str, salt: str) -> str:
    """``whsec_`` and 32 bytes in base64, as receivers' libraries take it."""
    key = hmac.new(shop_secret.encode(), f"webhook:{endpoint}:{salt}".encode(), hashlib.sha256)
    return PREFIX + base64.b64encode(key.digest()).decode("ascii")


def headers_of(
    secrets: Sequence[str], *, event_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """The headers of one try, signed with every secret that is valid."""
    timestamp = int(at.timestamp())
    message = f"{event_id}.{timestamp}.".encode() + body
    return {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_signature(secret, message)}" for secret in secrets),
    }


def _signature(secret: str, message: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode("ascii")
