"""What surrounds every route: id and log, hosts, headers, compression, HEAD, body size, limits."""

import gzip
from typing import Annotated, Any

import anyio
import pytest
from fastapi import Depends, Request
from starlette.responses import PlainTextResponse, Response
from structlog.testing import capture_logs

from webapp.web.forgery import ForgeryCheck
from webapp.web.headers import CONTENT_POLICY, HeadAsGet
from webapp.web.limits import whose
from webapp.web.submissions import Form, Submission, Upload, submitted
from webapp.web.views import PUBLIC


@pytest.fixture
def plain(site):
    @site.app.get("/plain")
    def shown() -> Response:
        return PlainTextResponse("hello")

    @site.app.post("/plain")
    def done() -> Response:
        return PlainTextResponse("done")

    return site


def test_each_answer_has_an_id_and_one_line_in_the_log(plain, opened):
    browser = opened()

    with capture_logs() as logs:
        first = browser.send("GET", "/plain?email=ada@example.com", headers={"Cookie": "cart=xyz"})
        second = browser.send("GET", "/nowhere", headers={"X-Request-Id": "from-the-proxy.1"})

    assert [line["event"] for line in logs] == ["request", "request"]
    assert {name: logs[0][name] for name in ("method", "path", "status", "bytes")} == {
        "method": "GET",
        "path": "/plain",
        "status": 200,
        "bytes": 5,
    }
    assert logs[0]["duration_ms"] >= 0
    assert logs[1]["status"] == 404
    assert "ada@example.com" not in str(logs)
    assert "xyz" not in str(logs)
    assert len(first.headers["x-request-id"]) == 16
    assert second.headers["x-request-id"] == "from-the-proxy.1"


@pytest.mark.parametrize("given", ["short", "x" * 65, "two words", 'quote"quote', "-leading-dash"])
def test_an_id_that_is_not_sane_is_replaced(plain, opened, given):
    answer = opened().send("GET", "/plain", headers={"X-Request-Id": given})

    assert answer.headers["x-request-id"] != given


def test_a_token_in_a_path_is_not_logged(site, opened):
    @site.app.get("/downloads/{token}")
    def download(token: str) -> str:
        return token

    browser = opened()
    with capture_logs() as logs:
        browser.send("GET", "/downloads/very-secret")
        browser.send("HEAD", "/downloads/very-secret")

    assert [(line["method"], line["path"]) for line in logs] == [
        ("GET", "/downloads/***"),
        ("HEAD", "/downloads/***"),
    ]


@pytest.mark.parametrize(
    ("host", "settings", "status"),
    [
        ("localhost", {}, 200),
        ("localhost:8000", {}, 200),
        ("shop.localhost", {}, 200),
        ("127.0.0.1:8000", {}, 200),
        ("[::1]:8000", {}, 200),
        ("192.168.1.20:8000", {}, 200),
        ("[2001:db8::1]", {}, 200),
        ("evil.example", {}, 400),
        ("localhost.evil.example", {}, 400),
        ("", {}, 400),
        ("localhost:8000@evil.example", {}, 400),
        ("localhost:8000/evil", {"allowed_hosts": ["*"]}, 400),
        ("localhost, evil.example", {"allowed_hosts": ["*"]}, 400),
        ("shop.example", {"public_url": "https://shop.example"}, 200),
        ("SHOP.example:443", {"public_url": "https://shop.example"}, 200),
        ("evil.example", {"public_url": "https://shop.example"}, 400),
        ("192.168.1.20", {"public_url": "https://shop.example"}, 400),
        ("192.168.1.20", {"public_url": "https://a.example", "allowed_hosts": ["*"]}, 200),
        ("b.example", {"allowed_hosts": ["b.example"]}, 200),
        ("x.b.example", {"allowed_hosts": ["*.b.example"]}, 200),
        ("b.example", {"allowed_hosts": ["*.b.example"]}, 400),
    ],
)
def test_only_the_shops_own_names_are_answered(plain, opened, host, settings, status):
    answer = opened(**settings).send("GET", "/plain", headers={"Host": host})

    assert answer.status_code == status


def test_a_request_of_two_names_is_nobodys(plain, opened):
    browser = opened()

    for one, other in (("localhost", "evil.example"), ("evil.example", "localhost")):
        answer = browser.send("GET", "/plain", headers={"Host": one, "host": other})

        assert len(answer.request.headers.get_list("host")) == 2
        assert answer.status_code == 400


def test_a_probe_by_address_is_answered_under_any_name(site, opened):
    @site.app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    browser = opened(public_url="https://shop.example")

    assert browser.send("GET", "/health", headers={"Host": "10.0.0.7"}).status_code == 200


def test_every_answer_carries_the_security_headers(plain, opened):
    browser = opened()

    for path in ("/plain", "/nowhere", "/api/v1/nowhere", "/static/none.css"):
        headers = browser.send("GET", path).headers
        assert headers["content-security-policy"] == CONTENT_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert "strict-transport-security" not in headers


def test_https_is_remembered_and_only_there(plain, opened):
    answer = opened(origin="https://localhost").send("GET", "/plain")

    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_an_answer_keeps_its_own_headers_but_a_cookie_is_never_public(site, opened):
    @site.app.get("/order")
    def order() -> Response:
        return PlainTextResponse("x", headers={"Referrer-Policy": "no-referrer"})

    @site.app.get("/cookie")
    def cookie() -> Response:
        response = PlainTextResponse("x", headers={"Cache-Control": PUBLIC})
        response.set_cookie("a", "b")
        return response

    browser = opened()

    assert browser.send("GET", "/order").headers["referrer-policy"] == "no-referrer"
    assert browser.send("GET", "/order").headers["cache-control"] == "private, no-store"
    assert browser.send("GET", "/cookie").headers["cache-control"] == "private, no-store"


def test_a_server_that_is_sent_a_head_sees_one():
    scope = {"type": "http", "method": "HEAD"}
    seen = []

    async def app(scope, _receive, send):
        seen.append(scope["method"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"all of it"})
        seen.append(scope["method"])

    async def send(message):
        seen.append((scope["method"], message.get("body")))

    anyio.run(HeadAsGet(app), scope, None, send)

    assert seen == ["GET", ("HEAD", None), ("HEAD", b""), "GET"]


def test_a_head_is_a_get_without_the_body(plain, opened):
    answer = opened().send("HEAD", "/plain")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == "5"


@pytest.mark.parametrize(
    ("path", "accepts", "packed"),
    [
        ("/long", "gzip, br", True),
        ("/long", "*", True),
        ("/long", "gzip;q=0", False),
        ("/long", "", False),
        ("/plain", "gzip", False),
        ("/picture", "gzip", False),
    ],
)
def test_long_texts_are_compressed_for_those_who_can_read_it(plain, opened, path, accepts, packed):
    @plain.app.get("/long")
    def long() -> Response:
        return PlainTextResponse("hello " * 500)

    @plain.app.get("/picture")
    def picture() -> Response:
        return Response(b"\0" * 5000, media_type="image/png")

    answer = opened().send("GET", path, headers={"Accept-Encoding": accepts})

    assert (answer.headers.get("content-encoding") == "gzip") is packed
    if path == "/long":
        assert "Accept-Encoding" in answer.headers["vary"]
        assert answer.text == "hello " * 500


# Body size


class NoteForm(Form):
    text: str = ""


class FileForm(Form):
    file: Upload | None = None


@pytest.fixture
def sizes(site):
    @site.app.post("/text")
    def text(form: Annotated[Submission[NoteForm], Depends(submitted(NoteForm))]) -> Any:
        return {"length": len(form.values.get("text", ""))}

    @site.app.post("/file")
    def file(form: Annotated[Submission[FileForm], Depends(submitted(FileForm))]) -> Any:
        return {"size": form.data.file.size if form.data and form.data.file else None}

    @site.app.post("/tiny")
    def tiny(
        form: Annotated[Submission[NoteForm], Depends(submitted(NoteForm, max_bytes=100))],
    ) -> Any:
        return {}

    @site.api.post("/json")
    def json(body: dict[str, str]) -> Any:
        return {"length": len(body["text"])}

    @site.app.post("/unread")
    def unread() -> Any:
        return {"read": False}

    return site


LIMITS = {"max_body_bytes": 2000, "max_upload_bytes": 5000}


def test_a_body_within_the_limit_passes(sizes, opened):
    browser = opened(**LIMITS)

    assert browser.post("/text", data={"text": "x" * 1900}).json() == {"length": 1900}
    assert browser.post("/file", files={"file": ("a", b"x" * 4000)}).json() == {"size": 4000}
    assert browser.post("/unread", content=b"x" * 9000).json() == {"read": False}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/text", {"data": {"text": "x" * 2100}}),
        ("/file", {"files": {"file": ("a", b"x" * 5100)}}),
        ("/tiny", {"data": {"text": "x" * 101}}),
        ("/api/v1/json", {"json": {"text": "x" * 2100}}),
    ],
)
def test_a_body_over_the_limit_is_a_413_in_the_shops_look(sizes, opened, path, body):
    page = opened(**LIMITS).post(path, **body)

    assert page.status == 413
    if path.startswith("/api"):
        assert page.json()["type"].startswith("/problems/")
        assert page.json()["detail"] == "This is larger than the 2 KB that we take here."
    else:
        assert page.text("h1") == "That is too large"


def test_a_body_of_unknown_length_is_counted_while_it_arrives(sizes, opened):
    async def chunks():
        for _ in range(30):
            yield b"x" * 100

    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    answer = opened(**LIMITS).send("POST", "/text", content=chunks(), headers=kind)

    assert answer.status_code == 413


# Cross-site requests

COOKIE = {"Cookie": "cart=x"}


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"Sec-Fetch-Site": "same-origin", **COOKIE}, True),
        ({"Sec-Fetch-Site": "none", **COOKIE}, True),
        ({"Sec-Fetch-Site": "same-site", **COOKIE}, False),
        ({"Sec-Fetch-Site": "cross-site", **COOKIE}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost", **COOKIE}, False),
        ({"Origin": "http://localhost", **COOKIE}, True),
        ({"Origin": "https://localhost:443", "Host": "localhost", **COOKIE}, True),
        ({"Origin": "http://localhost:9999", **COOKIE}, False),
        ({"Origin": "http://evil.example", **COOKIE}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null", **COOKIE}, False),
        ({"Origin": "http://[broken", **COOKIE}, False),
        ({"Origin": "https://shop.example", **COOKIE}, True),
        (COOKIE, False),
        ({}, True),
        ({"Authorization": "Bearer x", "Origin": "http://evil.example"}, True),
        ({"Authorization": "Bearer x", "Origin": "http://evil.example", **COOKIE}, False),
    ],
)
def test_another_site_cannot_send_our_forms(plain, opened, headers, allowed):
    browser = opened(public_url="https://shop.example")
    given = {"Sec-Fetch-Site": None, **headers}

    posted = browser.send("POST", "/plain", headers=given)
    opened_page = browser.send("GET", "/plain", headers=given)

    assert posted.status_code == (200 if allowed else 403)
    assert opened_page.status_code == 200
    if not allowed:
        assert "That came from another site" in posted.text


# How often


def test_one_address_may_not_change_things_without_end(plain, opened):
    browser = opened(rate_limit_per_minute=3)

    statuses = [browser.send("POST", "/plain").status_code for _ in range(4)]
    refused = browser.send("POST", "/plain")

    assert statuses == [200, 200, 200, 429]
    assert 1 <= int(refused.headers["retry-after"]) <= 20
    assert "Please wait" in refused.text
    assert browser.send("GET", "/plain").status_code == 200


def test_proxy_headers_count_only_from_a_trusted_proxy(site, opened):
    @site.app.post("/who")
    def who(request: Request) -> Any:
        assert request.client is not None
        return {"address": request.client.host, "scheme": request.url.scheme}

    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    browser = opened(trusted_proxies=["127.0.0.1"])

    assert browser.post("/who", headers=headers).json() == {
        "address": "203.0.113.9",
        "scheme": "https",
    }


def test_proxy_headers_of_anybody_else_are_ignored(site, opened):
    @site.app.post("/who")
    def who(request: Request) -> Any:
        assert request.client is not None
        return {"address": request.client.host, "scheme": request.url.scheme}

    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}

    assert opened().post("/who", headers=headers).json() == {
        "address": "127.0.0.1",
        "scheme": "http",
    }


def test_a_compressed_answer_is_readable_as_sent(plain, opened):
    @plain.app.get("/long")
    def long() -> Response:
        return PlainTextResponse("hello " * 5000)

    browser = opened()
    with capture_logs() as logs:
        browser.send("GET", "/long", headers={"Accept-Encoding": "gzip"})

    assert logs[0]["bytes"] < len(gzip.compress(b"hello " * 5000, 1))


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ([(b"origin", b"http://localhost"), (b"cookie", b"cart=x")], True),
        ([(b"origin", b"http://evil.example"), (b"cookie", b"cart=x")], False),
        ([(b"sec-fetch-site", b"cross-site")], False),
    ],
)
def test_another_site_cannot_open_a_socket(headers, allowed):
    arrived: list[str] = []
    sent: list[Any] = []

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        arrived.append(scope["type"])

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "headers": [(b"host", b"localhost"), *headers], "path": "/ws"}
    anyio.run(ForgeryCheck(inner), scope, receive, send)

    assert arrived == (["websocket"] if allowed else [])
    assert sent == ([] if allowed else [{"type": "websocket.close", "code": 1008}])


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("not an address", "unknown"),
    ],
)
def test_a_household_counts_as_one(address, counted_as):
    assert whose({"type": "http", "client": (address, 1)}) == counted_as
