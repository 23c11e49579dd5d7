"""Those outside who see what a shop does: a mail server and a receiver that note everything."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import Any

from tests.runtime.mail import postman
from tests.webhooks.receiver import Received, receiving

Saw = Callable[[str], None]
"""Told of each moment: ``mail`` or ``webhook``, while the shop still waits for the answer."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that was taken: its Message-ID or webhook-id, and in which life of the shop."""

    id: str
    life: int


@dataclass(frozen=True, slots=True)
class Told:
    """One webhook as it came, its signature verified."""

    id: str
    life: int
    name: str
    subject: tuple[str, str]
    sequence: int


@dataclass
class Book:
    """What the witnesses noted. ``life`` is counted by whoever starts the shop."""

    saw: Saw = lambda _what: None
    secret: str = ""
    life: int = 0
    mails: list[Taken] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)


class _Postman(postman.Postman):
    """Takes everything. A message belongs to the life in which its conversation began: only a
    process that lives answers our greeting."""

    book: Book

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.life = self.book.life
        return await super().handle_EHLO(server, session, envelope, hostname, responses)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        content = envelope.original_content or envelope.content
        message_id = message_from_bytes(content)["Message-ID"]
        with self.book.guard:
            self.book.mails.append(Taken(message_id, session.life))
        self.book.saw("mail")
        return postman.ACCEPTED


@contextmanager
def witnessing(book: Book) -> Iterator[tuple[str, str]]:
    """The addresses of a mail server and of a receiver of webhooks that write into ``book``."""
    taker = _Postman()
    taker.book = book

    def answer(received: Received) -> tuple[int, dict[str, str], bytes]:
        event = received.event
        if not received.is_signed_with(book.secret):
            book.unsigned.append(event["id"])
            return 401, {}, b""
        subject = (event["subject"]["type"], event["subject"]["id"])
        name, sequence = event["type"], event["sequence"]
        with book.guard:
            told = Told(received.headers["webhook-id"], book.life, name, subject, sequence)
            book.told.append(told)
        book.saw("webhook")
        return 204, {}, b""

    with postman.serving(postman=taker) as mail_server, receiving() as receiver:
        receiver.answer = answer
        yield mail_server.url, receiver.url
