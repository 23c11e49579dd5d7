"""``vitrine serve``: prepare the shop, say where it is, and serve it."""

import contextlib
import os
import secrets
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from sqlmodel import Session, col, select

from webapp.accounts.commands import add_staff
from webapp.accounts.founding import welcome_key
from webapp.accounts.queries import has_staff
from webapp.catalogue.models import Category, Product
from webapp.kit.actors import SYSTEM
from webapp.runtime import log
from webapp.runtime.db import Database
from webapp.runtime.memory import trim
from webapp.settings import Settings

DEMO_STAFF = "owner@example.com"
SIGN_IN_FILE = "staff-sign-in.txt"


def first_staff(database: Database, data_dir: Path) -> None:
    """An owner with a fresh random password for the demo shop, kept in a file of mode 0600."""
    # Hashing is for whoever signs in; a shop that has its staff starts without it.
    from webapp.accounts.passwords import hashed

    password = "-".join(secrets.token_hex(3) for _ in range(3))
    stored = hashed(password)
    with database.writing() as session:
        if has_staff(session):
            return
        add_staff(
            session, SYSTEM, email=DEMO_STAFF, password_hash=stored, role="owner", name="Owner"
        )
        _keep(data_dir / SIGN_IN_FILE, f"Email:    {DEMO_STAFF}\nPassword: {password}\n")


def _keep(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)


def has_goods(session: Session) -> bool:
    """False for a shop whose shelves nobody has touched."""
    return any(
        session.exec(select(col(kind.id)).limit(1)).first() is not None
        for kind in (Category, Product)
    )


def greeting(settings: Settings, *, without_staff: bool, address: str) -> str:
    """What the terminal says: the address, who may sign in, and how to begin one's own shop."""
    lines = ["", f"  Shop         {address}/", f"  Back office  {address}/admin", ""]
    sign_in = settings.data_dir / SIGN_IN_FILE
    if without_staff:
        lines += [
            "  Nobody owns this shop yet. Open this to become its owner:",
            f"  {address}/admin/welcome?key={welcome_key(settings)}",
            "",
        ]
    elif sign_in.exists():
        lines += [f"  {line}" for line in sign_in.read_text().splitlines()]
        lines += [
            f"  (kept in {sign_in}; delete that file once you changed the password with",
            f"  vitrine staff password {DEMO_STAFF})",
            "",
        ]
    lines += [
        "  An empty shop of your own:  bin/serve --empty --data my-shop --uploads my-shop/uploads",
        "  A catalogue you have:       vitrine import FILE.csv, or the back office",
        "  Stop with Ctrl+C.",
        "",
    ]
    return "\n".join(lines)


def announce(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Server(uvicorn.Server):
    """Ends the streams that would otherwise be waited for when the process is told to stop."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        app: Any = self.config.app
        app.state.is_ending.set()
        super().handle_exit(sig, frame)


def run(app: FastAPI, settings: Settings) -> None:
    """Serve until told to stop; connections in flight get twenty seconds."""
    log.set_up(settings.log_level, as_json=settings.log_json)
    trim()
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=20,
    )
    server = Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(3)
