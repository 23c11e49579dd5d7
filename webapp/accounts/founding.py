"""Whose a fresh shop is: whoever started it, who alone has seen the key that was printed."""

import hashlib
import hmac

from webapp.runtime.secrets import same, secret_key
from webapp.settings import Settings


def welcome_key(settings: Settings) -> str:
    """The key of the first-run page, made from the shop's secret; useless once it has an owner."""
    digest = hmac.new(secret_key(settings).encode(), b"welcome", hashlib.sha256)
    return digest.hexdigest()[:24]


def is_welcome_key(settings: Settings, key: str) -> bool:
    return same(key, welcome_key(settings))
