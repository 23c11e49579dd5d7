"""The one HTTP client: what the shop fetches from or sends to the outside goes through here.

Every connection resolves the host once, refuses unless *all* of its addresses are public, and then
connects to one of exactly those. So a name that changes its mind between check and connection (DNS
rebinding), a redirect inwards and an address in disguise all end here. Proxies named in the
environment are not used.
"""

import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from webapp.kit.errors import Refused, Unavailable
from webapp.kit.values import Value

# httpx is imported where it is first used: with what it pulls in it weighs several megabytes,
# which an idle shop (its whole memory budget is 110 MB) does not have to carry.
if TYPE_CHECKING:
    import httpcore
    import httpx

CONNECT_S = 3.0
READ_S = 10.0
USER_AGENT = "Vitrine/0.1"
LONGEST_URL = 4_000
_COMMON_PORTS = {80, 443}
_FIRST_FREE_PORT = 1024  # below it live mail, databases of names, remote shells: never a picture
_REDIRECTS = {301, 302, 303, 307, 308}


class OutboundRefused(Refused):
    """We do not fetch that, and trying again will not change it."""

    title = "That address cannot be used"


class OutboundFailed(Unavailable):
    """It did not work this time."""

    title = "The other side did not answer"


class Fetched(Value):
    """A complete answer, of whatever status."""

    url: str
    """Where it came from in the end, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case; of a repeated one the last."""
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """What the other side claims, in lower case and without parameters. Do not rely on it."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Outbound:
    """Make one for each process. ``allow_private`` is for tests and closed networks."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self.allow_private = allow_private
        self._lock = threading.Lock()
        self._pool: httpcore.ConnectionPool | None = None
        self._time = threading.local()

    def get(
        self,
        url: str,
        *,
        max_bytes: int,
        timeout: float = 20.0,
        redirects: int = 3,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Fetch at most ``max_bytes`` within ``timeout`` seconds altogether.

        Follows up to ``redirects`` redirects, each checked like the first address, never from
        https to http, and takes ``headers`` along only to the same host. Raises
        ``OutboundRefused`` (hopeless) or ``OutboundFailed`` (try later); a status that is no
        success is an answer like any other.
        """
        deadline = time.monotonic() + timeout
        target, sent = self._allowed(url), dict(headers or {})
        for _ in range(redirects + 1):
            answer = self._send("GET", target, b"", sent, max_bytes, deadline)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not location:
                return answer
            onward = self._allowed(_joined(target, location))
            if target.scheme == "https" and onward.scheme == "http":
                raise OutboundRefused("The address leads from a secure page to one that is not.")
            if (onward.scheme, onward.host, onward.port) != (
                target.scheme,
                target.host,
                target.port,
            ):
                sent = {}
            target = onward
        raise OutboundRefused("The address leads on and on without arriving.", url=url[:200])

    def post(
        self,
        url: str,
        *,
        body: bytes,
        headers: Mapping[str, str],
        max_bytes: int = 65_536,
        timeout: float = 10.0,
        cut: bool = False,
    ) -> Fetched:
        """Send ``body`` and read at most ``max_bytes`` of the answer. Redirects are not followed:
        one is an answer like any other. Raises like ``get``.

        With ``cut`` a longer answer is no refusal: what comes after ``max_bytes`` is left unread,
        and so is one that is packed. For those to whom the status says it all.
        """
        deadline = time.monotonic() + timeout
        return self._send("POST", self._allowed(url), body, headers, max_bytes, deadline, cut=cut)

    def check(self, url: str) -> None:
        """Raise ``OutboundRefused`` for what can never be called. Where a name leads is checked
        with every connection, not here."""
        self._allowed(url)

    def close(self) -> None:
        """Close idle connections; the next call opens new ones."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _allowed(self, url: str) -> "httpx.URL":
        import httpx  # late: see the top of the module

        try:
            if not _is_sane(url):
                raise ValueError(url)
            target = httpx.URL(url)
            usual = {"http": 80, "https": 443}[target.scheme]
            port = usual if target.port is None else target.port
            if not target.host or not 0 < port < 65_536:
                raise ValueError(url)
        except (ValueError, KeyError, httpx.InvalidURL):
            raise OutboundRefused(
                "That is not a web address. It begins with https:// or http://.", url=url[:200]
            ) from None
        if target.userinfo:
            raise OutboundRefused("A web address with a user name in it is not used.")
        if not self.allow_private and port not in _COMMON_PORTS and port < _FIRST_FREE_PORT:
            raise OutboundRefused("That port is not one of a web server.", port=port)
        return target

    def _send(
        self,
        method: str,
        target: "httpx.URL",
        body: bytes,
        headers: Mapping[str, str],
        max_bytes: int,
        deadline: float,
        *,
        cut: bool = False,
    ) -> Fetched:
        import httpcore  # late, as above

        sent: dict[bytes | str, bytes | str] = {
            "Host": target.netloc.decode("ascii"),
            "User-Agent": USER_AGENT,
            "Accept": "*/*",
            # A compressed answer could unpack to anything; those that come anyway are bounded.
            "Accept-Encoding": "identity",
            **dict(headers.items()),
        }
        if method == "POST":
            sent["Content-Length"] = str(len(body))
        address = httpcore.URL(
            scheme=target.raw_scheme, host=target.raw_host, port=target.port, target=target.raw_path
        )
        limits = {"connect": CONNECT_S, "read": READ_S, "write": READ_S, "pool": READ_S}
        self._time.deadline = deadline
        try:
            with self._connections().stream(
                method, address, headers=sent, content=body or None, extensions={"timeout": limits}
            ) as answer:
                told = {
                    name.decode("latin-1").lower(): value.decode("latin-1")
                    for name, value in answer.headers
                }
                read = _beginning if cut else _read
                content = read(answer.iter_stream(), told, max_bytes)
                return Fetched(str(target), answer.status, told, content)
        except (httpcore.TimeoutException, TimeoutError):
            raise OutboundFailed("It took too long to answer.", host=target.host) from None
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            ssl.SSLError,
            OSError,
            zlib.error,
        ) as error:
            raise OutboundFailed(
                "The connection failed.", host=target.host, reason=str(error)[:200]
            ) from error

    def _connections(self) -> "httpcore.ConnectionPool":
        with self._lock:
            if self._pool is None:
                from webapp.runtime.connections import open_pool  # late, as above

                self._pool = open_pool(self.allow_private, self._time)
            return self._pool


def _joined(target: "httpx.URL", location: str) -> str:
    """Where a redirect leads; empty where that is no address."""
    import httpx  # late, as above

    try:
        return str(target.join(location)) if _is_sane(location) else ""
    except httpx.InvalidURL:
        return ""


def _is_sane(url: str) -> bool:
    """No spaces or control characters, no backslash: parsers disagree about those."""
    return 0 < len(url) <= LONGEST_URL and all(
        letter >= "!" and letter not in "\\\x7f" for letter in url
    )


def _beginning(chunks: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> bytes:
    """The first bytes of the body; nothing of one that came packed without being asked to."""
    if headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        return b""
    body = b""
    for chunk in chunks:
        body += chunk[: max_bytes - len(body)]
        if len(body) >= max_bytes:
            break
    return body


def _read(chunks: Iterable[bytes], headers: Mapping[str, str], max_bytes: int) -> bytes:
    """The body, unpacked if it had to come packed, refused as soon as it is too long."""
    too_long = OutboundRefused("The file is too large.", limit_bytes=max_bytes)
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise too_long
    packing = headers.get("content-encoding", "identity").strip().lower()
    unpacker: Any = None
    if packing in {"gzip", "x-gzip", "deflate"}:
        unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    elif packing not in {"", "identity"}:
        raise OutboundRefused("The answer is packed in a way we did not ask for.", packing=packing)

    body = bytearray()
    for chunk in chunks:
        room = max_bytes - len(body)
        body += unpacker.decompress(chunk, room + 1) if unpacker else chunk
        if len(body) > max_bytes:
            raise too_long
    if unpacker and not unpacker.eof:
        raise zlib.error("the packed answer is incomplete")
    return bytes(body)
