"""``vitrine serve``: prepare the shop, say where it is, and serve it."""

import contextlib
import errno
import socket
import sys
from collections.abc import Sequence
from datetime import datetime
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlmodel import Session, col, select

from webapp.accounts.commands import add_staff, hand_staff_link
from webapp.accounts.founding import welcome_key
from webapp.accounts.queries import has_staff, owner_to_come
from webapp.catalogue.models import Category, Product
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import Unavailable
from webapp.kit.values import Value
from webapp.runtime import log
from webapp.runtime.db import Database
from webapp.runtime.links import links_of
from webapp.runtime.memory import trim
from webapp.settings import Settings

DEMO_STAFF = "owner@example.com"
BACKLOG = 2048
"""Who may wait at the door until the first request is taken, as uvicorn has it."""


class FirstSignIn(Value):
    """How the owner that was made for the demo shop comes in."""

    email: str
    link: str
    until: datetime


def claim(settings: Settings) -> list[socket.socket]:
    """Take the port at every address of the host, before anything of the shop is touched.

    Nobody is let in before ``listen``. Raises ``Unavailable`` where the port cannot be had.
    """
    doors: list[socket.socket] = []
    port = settings.port
    try:
        for family, where in _addresses(settings):
            door = _bound(family, (where[0], port, *where[2:]), may_lack=bool(doors))
            if door is not None:
                doors.append(door)
                port = door.getsockname()[1]  # of 0 whichever is free, the same everywhere
    except OSError as error:
        for door in doors:
            door.close()
        raise _not_to_be_had(error, settings) from error
    return doors


def listen(doors: Sequence[socket.socket], settings: Settings) -> None:
    """Let people in; raises ``Unavailable`` where somebody else took the port in the meantime."""
    try:
        for door in doors:
            door.listen(BACKLOG)
    except OSError as error:
        raise _not_to_be_had(error, settings) from error


def _addresses(settings: Settings) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    """Families with socket addresses; IPv4 first, which every machine has."""
    found = socket.getaddrinfo(
        settings.host or None, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    return sorted({(family, where) for family, _, _, _, where in found})


def _bound(
    family: socket.AddressFamily, where: tuple[Any, ...], *, may_lack: bool
) -> socket.socket | None:
    """None where the machine has no such address and ``may_lack`` it: IPv6 may be off."""
    with contextlib.ExitStack() as unless_bound:
        try:
            # Said to be TCP, or asyncio leaves Nagle's algorithm on, and the second part of an
            # answer waits 40 ms for the browser's acknowledgement of the first.
            made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            door = unless_bound.enter_context(made)
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                door.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            door.bind(where)
        except OSError as error:
            if may_lack and error.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}:
                return None
            raise
        unless_bound.pop_all()
        return door


def _not_to_be_had(error: OSError, settings: Settings) -> Unavailable:
    host, port = settings.host or "this machine", settings.port
    why = {
        errno.EADDRINUSE: f"Port {port} of {host} is taken",
        errno.EACCES: f"The system does not let you listen at port {port}",
    }.get(error.errno or 0)
    if why:
        return Unavailable(f"{why}: choose another with --port or VITRINE_PORT.")
    why = f"Nobody can listen at {host} ({error.strerror})"
    return Unavailable(f"{why}: choose another address with --host or VITRINE_HOST.")


def first_staff(database: Database) -> None:
    """An owner for the demo shop, who chooses their password by the link that is printed."""
    with database.writing() as session:
        if not has_staff(session):
            add_staff(session, SYSTEM, email=DEMO_STAFF, role="owner", name="Owner")


def first_sign_in(database: Database) -> FirstSignIn | None:
    """A fresh link for an owner who has not come in yet; the one of the start before is over."""
    with database.reading() as session:
        if owner_to_come(session) is None:
            return None
    with database.writing() as session:
        owner = owner_to_come(session)
        if owner is None:
            return None
        invitation = hand_staff_link(session, SYSTEM, owner)
        link = links_of(session).absolute(invitation.path or "")
        return FirstSignIn(owner.email, link, invitation.until)


def has_goods(session: Session) -> bool:
    """False for a shop whose shelves nobody has touched."""
    return any(
        session.exec(select(col(kind.id)).limit(1)).first() is not None
        for kind in (Category, Product)
    )


def greeting(
    settings: Settings, *, without_staff: bool, address: str, first: FirstSignIn | None = None
) -> str:
    """What the terminal says: the address, who may sign in, and how to begin one's own shop."""
    lines = ["", f"  Shop         {address}/", f"  Back office  {address}/admin", ""]
    # Without its folder, what is printed to be copied would be done to another shop.
    data, uploads = _option(settings, "data"), _option(settings, "uploads")
    if without_staff:
        lines += [
            "  Nobody owns this shop yet. Open this to become its owner:",
            f"  {address}/admin/welcome?key={welcome_key(settings)}",
            "",
        ]
    elif first is not None:
        lines += [
            f"  Staff sign-in:  {first.email}",
            "  Open this to choose your password, then sign in with it:",
            f"  {first.link}",
            f"  (good once, until {first.until:%Y-%m-%d %H:%M} UTC; until you have one, each start",
            f"  prints another, and so does: vitrine staff password {first.email}{data})",
            "",
        ]
    if not without_staff:
        own = "bin/serve --empty --data my-shop --uploads my-shop/uploads"
        lines.append(f"  An empty shop of your own:  {own}")
    lines += [
        f"  A catalogue you have:       vitrine import FILE.csv{data}{uploads}, or the back office",
        "  Stop with Ctrl+C.",
        "",
    ]
    return "\n".join(lines)


def _option(settings: Settings, name: str) -> str:
    """`` --data FOLDER``, or nothing where it is the usual folder."""
    folder = getattr(settings, f"{name}_dir")
    usual = Settings.model_fields[f"{name}_dir"].default
    return "" if folder == usual else f" --{name} {folder}"


def announce(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Server(uvicorn.Server):
    """Ends the streams that would otherwise be waited for when the process is told to stop."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app: Any = self.config.app
        app.state.is_ending.set()
        super().handle_exit(sig, frame)


def run(app: FastAPI, settings: Settings, doors: Sequence[socket.socket]) -> None:
    """Serve until told to stop; connections in flight get twenty seconds."""
    log.set_up(settings.log_level, as_json=settings.log_json)
    trim()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        backlog=BACKLOG,
        timeout_graceful_shutdown=20,
    )
    server = Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(list(doors))
    if not server.started:
        raise SystemExit(3)
