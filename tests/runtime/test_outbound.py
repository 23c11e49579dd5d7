"""Refusals by address, and an exchange with a server that misbehaves in every way it can."""

import gzip
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from webapp.runtime import addresses
from webapp.runtime.addresses import is_public
from webapp.runtime.outbound import Outbound, OutboundFailed, OutboundRefused

PRIVATE = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.0.0.1", "172.16.5.4", "172.31.255.255",
    "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.100.100.200", "192.0.0.192",
    "198.18.0.1", "192.0.2.1", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1",
    "255.255.255.255", "168.63.129.16",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a00:1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "fec0::1", "100::1", "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_known(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"]
)
def test_public_addresses_are_known(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "", "picture.jpg", "//example.com/x", "ftp://example.com/x", "file:///etc/passwd",
        "data:image/png;base64,AAAA", "javascript:alert(1)", "gopher://example.com/",
        "http://", "http:///x", "https://user:pass@example.com/", "https://@example.com\\@evil/",
        "http://exa mple.com/", "http://example.com/\r\nHost: x", "http://example.com:22/",
        "http://example.com:25/", "http://example.com:0/", "http://example.com:99999/", "http://0177.0.0.1/",
        "https://example.com/" + "a" * 5000,
    ],
)  # fmt: skip
def test_addresses_that_are_not_of_the_web_are_refused_without_looking_them_up(url, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", None)
    with pytest.raises(OutboundRefused):
        Outbound().get(url, max_bytes=1000)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::1]:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/", "http://2130706433:{port}/", "http://0x7f.1:{port}/",
        "http://127.1:{port}/", "http://0:{port}/",
        "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/", "http://[fe80::1]/",
    ],
)  # fmt: skip
def test_however_a_private_address_is_written_nothing_reaches_it(site, url):
    with pytest.raises(OutboundRefused, match="private network"):
        Outbound().get(url.format(port=site.port), max_bytes=1000)
    with pytest.raises(OutboundRefused, match="private network"):
        Outbound().post(url.format(port=site.port), body=b"x", headers={})

    assert site.asked == []


def test_one_private_address_among_public_ones_refuses_the_host(site, monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
               for address in ("1.1.1.1", "127.0.0.1")]  # fmt: skip
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_a, **_k: answers)

    with pytest.raises(OutboundRefused, match="private network"):
        Outbound().get(f"http://two-faced.example:{site.port}/", max_bytes=1000)


def test_the_name_is_resolved_once_so_it_cannot_change_its_mind(site, monkeypatch):
    asked, really = [], socket.getaddrinfo

    def rebinding(host, port, *more, **named):
        if host == "127.0.0.1":
            return really(host, port, *more, **named)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", rebinding)
    outbound = Outbound(allow_private=True)
    answer = outbound.get(f"http://rebinding.example:{site.port}/hello", max_bytes=1000)
    outbound.close()

    assert answer.body == b"hello"
    assert asked == ["rebinding.example"]
    assert site.asked[0].headers["Host"] == f"rebinding.example:{site.port}"


# A server of this machine; ``allow_private`` is what lets the tests below reach it.


class Asked:
    def __init__(self, handler, body):
        self.method, self.path = handler.command, handler.path
        self.headers, self.body = dict(handler.headers), body


@contextmanager
def serving():
    release = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *about):
            pass

        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            server.asked.append(Asked(self, self.rfile.read(length)))
            getattr(self, "serve_" + self.path.strip("/").partition("?")[0].replace("/", "_"))()

        do_POST = do_GET

        def answer(self, body=b"", status=200, **headers):
            self.send_response(status)
            headers.setdefault("Content_Length", str(len(body)))
            for name, value in headers.items():
                if value is not None:
                    self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def serve_hello(self):
            self.answer(b"hello", Content_Type="Text/Plain; charset=utf-8")

        def serve_missing(self):
            self.answer(b"no", 404)

        def serve_once(self):
            self.answer(status=302, Location="/hello")

        def serve_round(self):
            self.answer(status=302, Location="/round")

        def serve_inwards(self):
            self.answer(status=302, Location="file:///etc/passwd")

        def serve_nowhere(self):
            self.answer(status=302, Location="http://a:b/")

        def serve_elsewhere(self):
            self.answer(status=307, Location=f"http://localhost:{server.port}/hello")

        def serve_honest(self):
            self.answer(b"x" * 2000)

        def serve_endless(self):
            self.close_connection = True
            self.answer(b"", Content_Length=None)
            try:
                while not release.is_set():
                    self.wfile.write(b"x" * 65536)
            except OSError:
                pass

        def serve_drip(self):
            self.close_connection = True
            self.answer(b"", Content_Length=None)
            try:
                while not release.wait(0.02):
                    self.wfile.write(b"x")
            except OSError:
                pass

        def serve_dripping_head(self):
            self.close_connection = True
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                while not release.wait(0.02):
                    self.wfile.write(b"x")
            except OSError:
                pass

        def serve_silent(self):
            self.close_connection = True
            release.wait(60)

        def serve_bomb(self):
            self.answer(gzip.compress(b"\0" * 20_000_000), Content_Encoding="gzip")

        def serve_packed(self):
            self.answer(gzip.compress(b"hello"), Content_Encoding="gzip")

        def serve_torn_pack(self):
            self.answer(gzip.compress(b"hello" * 50)[:-6], Content_Encoding="gzip")

        def serve_odd_pack(self):
            self.answer(b"hello", Content_Encoding="br")

        def serve_short(self):
            self.close_connection = True
            self.answer(b"half", Content_Length="10")

        def serve_rubbish(self):
            self.close_connection = True
            self.wfile.write(b"this is not HTTP\r\n\r\n")

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            """Visitors here leave in the middle; that is what they are for."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.asked, server.port = [], server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        release.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def site():
    with serving() as server:
        yield server


@pytest.fixture
def outbound():
    client = Outbound(allow_private=True)
    yield client
    client.close()


def get(outbound, site, path, **more):
    return outbound.get(f"http://127.0.0.1:{site.port}{path}", **{"max_bytes": 1000} | more)


def test_an_answer_comes_back_whole_with_its_status(outbound, site):
    answer = get(outbound, site, "/hello")

    assert (answer.status, answer.body, answer.content_type) == (200, b"hello", "text/plain")
    assert answer.is_success
    missing = get(outbound, site, "/missing")
    assert (missing.status, missing.is_success) == (404, False)
    sent = site.asked[0].headers
    assert sent["User-Agent"].startswith("Vitrine/")
    assert sent["Accept-Encoding"] == "identity"


def test_proxies_of_the_environment_are_not_used(outbound, site, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert get(outbound, site, "/hello").body == b"hello"


def test_a_post_sends_its_bytes_and_follows_nothing(outbound, site):
    url = f"http://127.0.0.1:{site.port}/once"
    answer = outbound.post(url, body=b'{"a":1}', headers={"webhook-id": "evt_1"})

    assert answer.status == 302
    (asked,) = site.asked
    assert (asked.method, asked.body, asked.headers["webhook-id"]) == ("POST", b'{"a":1}', "evt_1")


def test_redirects_are_followed_a_few_times(outbound, site):
    answer = get(outbound, site, "/once")
    assert (answer.body, answer.url) == (b"hello", f"http://127.0.0.1:{site.port}/hello")

    site.asked.clear()
    with pytest.raises(OutboundRefused, match="without arriving"):
        get(outbound, site, "/round", redirects=2)
    assert len(site.asked) == 3
    with pytest.raises(OutboundRefused, match="not a web address"):
        get(outbound, site, "/inwards")
    with pytest.raises(OutboundRefused):
        get(outbound, site, "/nowhere")


def test_headers_do_not_travel_to_another_host(outbound, site):
    get(outbound, site, "/once", headers={"Authorization": "secret"})
    get(outbound, site, "/elsewhere", headers={"Authorization": "secret"})

    assert [(asked.path, asked.headers.get("Authorization")) for asked in site.asked] == [
        ("/once", "secret"),
        ("/hello", "secret"),
        ("/elsewhere", "secret"),
        ("/hello", None),
    ]


@pytest.mark.parametrize("path", ["/honest", "/endless", "/bomb"])
def test_what_is_too_large_is_refused_while_it_comes(outbound, site, path):
    with pytest.raises(OutboundRefused, match="too large") as refusal:
        get(outbound, site, path)
    assert refusal.value.facts == {"limit_bytes": 1000}


def test_exactly_the_limit_is_not_too_large(outbound, site):
    assert len(get(outbound, site, "/honest", max_bytes=2000).body) == 2000


@pytest.mark.parametrize("path", ["/drip", "/dripping/head", "/silent"])
def test_the_time_for_the_whole_exchange_ends_it_however_it_drips(outbound, site, path):
    with pytest.raises(OutboundFailed, match="too long"):
        get(outbound, site, path, max_bytes=10**9, timeout=0.3)


def test_packed_answers_are_unpacked_or_refused(outbound, site):
    assert get(outbound, site, "/packed").body == b"hello"
    with pytest.raises(OutboundRefused, match="packed in a way"):
        get(outbound, site, "/odd/pack")
    with pytest.raises(OutboundFailed, match="connection failed"):
        get(outbound, site, "/torn/pack")


@pytest.mark.parametrize("path", ["/short", "/rubbish"])
def test_broken_answers_are_failures(outbound, site, path):
    with pytest.raises(OutboundFailed, match="connection failed"):
        get(outbound, site, path)


def test_a_closed_port_an_unknown_name_and_a_slow_resolver_are_failures(outbound, monkeypatch):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        with pytest.raises(OutboundFailed, match="connection failed"):
            outbound.get(f"http://127.0.0.1:{port}/", max_bytes=10)

    def unknown(*_about, **_more):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", unknown)
    with pytest.raises(OutboundFailed, match="connection failed"):
        outbound.get("http://no-such-host.example/", max_bytes=10)

    held = threading.Event()
    monkeypatch.setattr(
        addresses.socket, "getaddrinfo", lambda *_a, **_k: [] if held.wait(30) else []
    )
    with pytest.raises(OutboundFailed, match="too long"):
        outbound.get("http://slow.example/", max_bytes=10, timeout=0.1)
    held.set()
