"""What OpenID Providers publish about themselves: fetched when first needed, kept for an hour."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from webapp.identities.errors import ProviderFailed
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.outbound import Fetched, Outbound, OutboundFailed, OutboundRefused

KEPT = timedelta(hours=1)
KEYS_ASKED_AGAIN = timedelta(minutes=1)
"""A token may name a key that is not there. Whoever forges such tokens makes us ask no oftener."""
BAD_KEPT = timedelta(seconds=10)
"""One that does not answer is left alone for a moment: else everybody would wait for it."""
LARGEST = 200_000
PATIENCE_S = 8.0
_MOST = 64
_ALGORITHMS = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA"}
"""By public keys alone: with ``none`` or a shared secret anybody could be anybody."""


class Metadata(Value):
    """What discovery says (OpenID Connect Discovery 1.0), as far as we need it."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    algorithms: frozenset[str] = frozenset({"RS256"})
    auth_methods: frozenset[str] = frozenset({"client_secret_basic"})
    says_who_answers: bool = False
    """Whether each answer names its issuer (RFC 9207)."""


@dataclass(slots=True)
class _Kept:
    value: Any
    until: datetime
    asked_at: datetime = field(default_factory=now)


class Directory:
    """Make one for each process."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._lock = threading.Lock()
        self._kept: dict[str, _Kept] = {}

    def metadata(self, issuer: str, *, anew: bool = False) -> Metadata:
        """Raises ``ProviderFailed``, with what is wrong for staff."""
        url = issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = None if anew else self._remembered(url)
        if found is None:
            found = self._asked(url, lambda: self._discovered(issuer, url))
        metadata: Metadata = found.value
        return metadata

    def keys(self, metadata: Metadata, kid: str | None, *, anew: bool = False) -> list[Any]:
        """The public keys (JWK) that may have signed; asked for once more where none is called
        ``kid``. Raises ``ProviderFailed``."""
        url = metadata.jwks_uri
        found = None if anew else self._remembered(url)
        if found is not None and kid and not _called(found.value, kid):
            found = found if found.asked_at > now() - KEYS_ASKED_AGAIN else None
        if found is None:
            found = self._asked(url, lambda: self._published(url))
        keys: list[Any] = found.value
        return _called(keys, kid) if kid else keys

    def _remembered(self, url: str) -> _Kept | None:
        with self._lock:
            kept = self._kept.get(url)
        if kept is None or kept.until <= now():
            return None
        if isinstance(kept.value, ProviderFailed):
            raise ProviderFailed(kept.value.detail, **kept.value.facts)
        return kept

    def _asked(self, url: str, ask: Callable[[], Any]) -> _Kept:
        try:
            kept = _Kept(ask(), now() + KEPT)
        except ProviderFailed as failure:
            self._keep(url, _Kept(failure, now() + BAD_KEPT))
            raise
        self._keep(url, kept)
        return kept

    def _keep(self, url: str, kept: _Kept) -> None:
        with self._lock:
            self._kept.pop(url, None)
            self._kept[url] = kept
            while len(self._kept) > _MOST:
                self._kept.pop(next(iter(self._kept)))

    def _discovered(self, issuer: str, url: str) -> Metadata:
        said = read_json(self._fetched(url), "The description")
        named = _text(said, "issuer")
        if named.rstrip("/") != issuer.rstrip("/"):
            raise failed(f"It calls itself “{named[:200]}”. Enter exactly that as the issuer.")
        places = {
            name: _text(said, name)
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        }
        for name, place in places.items():
            if not place:
                raise failed(f"Its description names no {name}.")
        places["userinfo_endpoint"] = _text(said, "userinfo_endpoint")
        for name, place in places.items():
            if place:
                self.check(place, name)
        offered = _texts(said, "id_token_signing_alg_values_supported") or {"RS256"}
        if not offered & _ALGORITHMS:
            raise failed("It signs in no way that is safe: " + ", ".join(sorted(offered))[:150])
        methods = _texts(said, "token_endpoint_auth_methods_supported")
        return Metadata(
            issuer=named,
            algorithms=frozenset(offered & _ALGORITHMS),
            auth_methods=frozenset(methods or {"client_secret_basic"}),
            says_who_answers=said.get("authorization_response_iss_parameter_supported") is True,
            **places,
        )

    def _published(self, url: str) -> list[Any]:
        keys = read_json(self._fetched(url), "Its list of keys").get("keys")
        if not isinstance(keys, list):
            raise failed("Its list of keys is none.")
        public = [key for key in keys if isinstance(key, dict) and key.get("use", "sig") == "sig"]
        return [key for key in public if key.get("kty") in {"RSA", "EC", "OKP"}][:50]

    def _fetched(self, url: str) -> Fetched:
        try:
            answer = self._outbound.get(
                url,
                max_bytes=LARGEST,
                timeout=PATIENCE_S,
                redirects=0,
                headers={"Accept": "application/json"},
            )
        except (OutboundRefused, OutboundFailed) as problem:
            raise failed(f"{problem.detail} {_host(url)}") from None
        if answer.status != 200:
            raise failed(f"{url[:200]} answered with {answer.status}.")
        return answer

    def check(self, url: str, name: str = "address") -> None:
        """Only an encrypted place; others where private ones may be called."""
        try:
            self._outbound.check(url)
        except OutboundRefused as problem:
            raise failed(f"Its {name} cannot be used: {problem.detail}") from None
        if not url.lower().startswith("https://") and not self._outbound.allow_private:
            raise failed(f"Its {name} does not begin with https://.")


def failed(reason: str) -> ProviderFailed:
    """What the person reads is the same whatever happened; staff read the reason."""
    return ProviderFailed(
        "We could not reach an agreement with it. Try again in a few minutes, or come in another "
        "way.",
        reason=" ".join(reason.split())[:300],
    )


def read_json(answer: Fetched, what: str) -> Mapping[str, Any]:
    """The object in the answer. Raises ``ProviderFailed``."""
    try:
        said = json.loads(answer.body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise failed(f"{what} ({answer.url[:200]}) is not the JSON that it should be.")
    return said


def _called(keys: list[Any], kid: str) -> list[Any]:
    return [key for key in keys if key.get("kid") == kid]


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return value[:2000] if isinstance(value, str) else ""


def _texts(said: Mapping[str, Any], name: str) -> set[str]:
    value = said.get(name)
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()


def _host(url: str) -> str:
    return f"({urlsplit(url).hostname})"
