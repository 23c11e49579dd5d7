"""An OpenID Provider (and a GitHub) over real HTTP on this machine, which lies as it is told."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from webapp.kit.clock import now

CLIENT_ID = "shop"
CLIENT_SECRET = "s3cret+with/signs"  # noqa: S105

Spoil = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Grant:
    """What a code stands for."""

    claims: dict[str, Any]
    challenge: str
    redirect_uri: str


@dataclass
class Fake:
    """Whom it introduces is said with ``grant``; how it misbehaves, by the fields."""

    port: int
    metadata: dict[str, Any] = field(default_factory=dict)
    """Laid over what it says of itself."""
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    """By path, instead of the right answer."""
    spoil: Spoil = lambda claims: claims
    sign: Callable[["Fake", dict[str, Any]], str] = lambda fake, claims: fake.signed(claims)
    emails: list[dict[str, Any]] = field(default_factory=list)
    """What GitHub lists under ``/user/emails``."""
    userinfo: dict[str, Any] = field(default_factory=dict)
    kid: str = "one"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    grants: dict[str, Grant] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def grant(self, place: str, *, iss: str | None = None, **claims: Any) -> str:
        """What the browser comes back with from ``place``, where it was sent: the path in the
        shop. The claims are those of the person who signed in here."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(place).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.grants)}"
        self.grants[code] = Grant(
            {"nonce": asked.get("nonce"), **claims}, asked["code_challenge"], asked["redirect_uri"]
        )
        query = {"code": code, "state": asked["state"], **({"iss": iss} if iss else {})}
        return f"{urlsplit(asked['redirect_uri']).path}?{urlencode(query)}"

    def signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "ES256", "kid": self.kid}
        return jwt.encode(header, claims, self.key, algorithms=["ES256"])

    def new_key(self, kid: str) -> None:
        """It changes its key, as providers do from time to time."""
        self.kid, self.key = kid, ECKey.generate_key("P-256")

    def answer(self, path: str, body: str, headers: dict[str, str]) -> tuple[int, Any]:
        if path == "/.well-known/openid-configuration":
            return 200, {**self._describes_itself(), **self.metadata}
        if path == "/jwks":
            public = {**self.key.as_dict(private=False), "kid": self.kid, "use": "sig"}
            return 200, {"keys": [public]}
        if path in {"/token", "/login/oauth/access_token"}:
            return self._tokens(path, {k: v[0] for k, v in parse_qs(body).items()}, headers)
        if path == "/userinfo":
            return 200, self.userinfo
        if path == "/api/v3/user":
            return 200, self.userinfo
        if path == "/api/v3/user/emails":
            return 200, self.emails
        return 404, {}

    def _describes_itself(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["ES256"],
        }

    def _tokens(
        self, path: str, asked: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, dict[str, Any]]:
        pair = headers.get("authorization", "").removeprefix("Basic ")
        told = base64.b64decode(pair).decode().partition(":")[::2] if pair else ("", "")
        basic = (unquote_plus(told[0]), unquote_plus(told[1]))
        posted = (asked.get("client_id", ""), asked.get("client_secret", ""))
        if (CLIENT_ID, CLIENT_SECRET) not in {basic, posted}:
            return 401, {"error": "invalid_client"}
        grant = self.grants.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or (grant.challenge, grant.redirect_uri) != (
            proof,
            asked.get("redirect_uri"),
        ):
            is_github = path.startswith("/login")
            error = "bad_verification_code" if is_github else "invalid_grant"
            return (200 if is_github else 400), {"error": error}
        at = int(now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": at,
            "exp": at + 300,
            **grant.claims,
        }
        token = self.sign(self, self.spoil(claims))
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": token}


class _Calm(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


@contextmanager
def providing() -> Iterator[Fake]:
    """One for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *about: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._say("")

        def do_POST(self) -> None:
            self._say(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _say(self, body: str) -> None:
            path = urlsplit(self.path).path
            fake.asked.append(path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            if path in fake.answers:
                status, content = fake.answers[path]
            else:
                status, said = fake.answer(path, body, headers)
                content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = _Calm(("127.0.0.1", 0), Handler)
    fake = Fake(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
