"""Addresses for those who read them outside of a page: in a mail, in a job, in a script."""

from urllib.parse import urlsplit

from sqlmodel import Session

from webapp.kit.values import Value
from webapp.runtime.secrets import Signer
from webapp.settings import Settings


class Links(Value):
    """Where the shop is, and what it signs with. Carried on every session (``links_of``)."""

    base: str
    """``https://shop.example``: scheme and host, without a slash at the end."""
    secret: str

    def __repr__(self) -> str:
        return f"Links({self.base!r})"

    def absolute(self, path: str) -> str:
        """The whole address of a path of this shop."""
        return f"{self.base}{path}"

    def signer(self, purpose: str) -> Signer:
        """For what a link carries and nobody may forge."""
        return Signer(self.secret, purpose)

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or "localhost"


def links_for(settings: Settings) -> Links:
    """The public address where there is one, else that of this machine, which is good enough for
    somebody who tries the shop out at home."""
    host = "127.0.0.1" if settings.host in {"", "0.0.0.0", "::"} else settings.host  # noqa: S104
    if ":" in host:
        host = f"[{host}]"
    base = settings.public_url.rstrip("/") or f"http://{host}:{settings.port}"
    return Links(base, settings.secret_key)


def links_of(session: Session) -> Links:
    """The links of the shop whose data this session reads."""
    found = session.info.get("links")
    if not isinstance(found, Links):
        raise LookupError("this database was opened without saying where the shop is")
    return found
