"""Nothing that people write becomes a header, and the bytes mean what was written."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webapp.runtime.mail.envelope import Mailbox, NoAddress, mailbox, named_mailbox, sealed
from webapp.runtime.mail.letters import Letter

AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
]
INJECTIONS = (
    "Hello\r\nBcc: eve@example.com",
    "Hello\nBcc: eve@example.com\n\nbody",
    "Hello\u2028Bcc: eve@example.com",
    "Hello\x85Bcc: eve@example.com",
    "=?utf-8?q?Hello=0D=0ABcc=3A_eve=40example=2Ecom?=",
    'Ada" <eve@example.com>, "x',
    "Ada, Eve <eve@example.com>",
    "=?utf-8?b?QQ0KQmNjOiBldmVAZXhhbXBsZS5jb20=?=",
    "=?utf-8?q?a?= =?utf-8?q?=0D=0ABcc=3A_eve=40example=2Ecom?=",
    "==??utf-8?q?=0D=0ABcc=3A_eve=40example=2Ecom?=",
    "=\x00?utf-8?q?=0D=0ABcc=3A_eve=40example=2Ecom?=",
    "\u202eevil\u202c",
    "x" * 3000,
    "🧑‍🦽" * 60,
)


def bytes_of(words: str, name: str = "Ada") -> bytes:
    return sealed(
        Letter(words, words + "\n", f"<p>{words}</p>"),
        sender=Mailbox("shop", "shop.example", name),
        recipient=mailbox("ada@example.com", name),
        reply_to=mailbox("hello@shop.example", name),
        message_id="<mail_1@shop.example>",
        at=AT,
    )


def injected(words: str) -> None:
    content = bytes_of(words, words)
    message = message_from_bytes(content, policy=default)

    assert message.keys() == HEADERS
    assert [str(one.addr_spec) for one in message["To"].addresses] == ["ada@example.com"]
    assert [str(one.addr_spec) for one in message["From"].addresses] == ["shop@shop.example"]
    assert [str(one.addr_spec) for one in message["Reply-To"].addresses] == ["hello@shop.example"]
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "text/html",
    ]
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("words", INJECTIONS)
def test_no_header_is_slipped_in(words):
    injected(words)


@given(st.text(max_size=60) | st.text(alphabet='=?utf-8qQbB_0DA:\r\n <>@,"()e.', max_size=60))
@example("\r\n\r\n")
@example("\udc80")
def test_no_text_at_all_becomes_a_header(words):
    # A lone half of a letter cannot be stored, so it does not get this far.
    injected(words.encode("utf-8", "replace").decode())


@given(st.text(alphabet=st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=80))
def test_what_was_written_is_what_is_read(words):
    message = message_from_bytes(bytes_of(words), policy=default)

    text, html = message.iter_parts()
    assert text.get_content().strip() == words
    assert html.get_content().strip() == f"<p>{words}</p>"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "ada",
        "@example.com",
        "ada@",
        "a..b@example.com",
        ".ada@example.com",
        "ada@example..com",
        "ada@-example.com",
        "ada@exa_mple.com",
        "ada\r\nRCPT TO:<eve@example.com>@example.com",
        "ada@example.com\r\nDATA",
        "ada@[127.0.0.1]",
        "<ada@example.com>",
        "ada bob@example.com",
        "ada@" + "x" * 64 + ".com",
        "a" * 65 + "@example.com",
        "ada@bü\ud800cher.example",
    ],
)
def test_what_is_no_address_is_refused(wrong):
    with pytest.raises(NoAddress):
        mailbox(wrong)


def test_an_address_may_come_with_a_name():
    assert named_mailbox('"Lorrimore" <post@shop.example>') == Mailbox(
        "post", "shop.example", "Lorrimore"
    )
    assert named_mailbox("post@shop.example") == Mailbox("post", "shop.example")
    assert mailbox("Ada@BÜCHER.example").address == "Ada@xn--bcher-kva.example"


@pytest.mark.parametrize("to", ["ada@example.com", "ädä@example.com"])
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_the_way_out_stands_whole_and_is_one_press_where_it_is_safe(to, scheme):
    """The package would encode so long a word, and no mail program would find the address."""
    way_out = f"{scheme}://shop.example/unsubscribe/{'Im1haWxf.' * 30}"
    content = sealed(
        Letter("Hello", "Hello\n", "<p>Hello</p>"),
        sender=Mailbox("shop", "shop.example"),
        recipient=mailbox(to),
        reply_to=None,
        message_id="<mail_1@shop.example>",
        at=AT,
        way_out=way_out,
    )

    assert f"\r\nList-Unsubscribe: <{way_out}>\r\n".encode() in content
    one_press = b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    assert (one_press in content) is (scheme == "https")
