"""Every knob of the process, typed, with its default; built by whoever starts the process.

What the operator decides lives here (environment ``VITRINE_*`` or ``.env``). What the merchant
decides (name, currency, tax, shipping) lives in the database and is edited in the back office.
"""

import logging
from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def level_number(name: str) -> int:
    """The number of a level of the log. Raises ``ValueError`` where there is none of that name."""
    number = logging.getLevelNamesMapping().get(name.upper())
    if number is None:
        raise ValueError(f"there is no log level {name!r}: debug, info, warning or error")
    return number


class Settings(BaseSettings):
    """The process's settings. Nothing reads the environment but this class."""

    model_config = SettingsConfigDict(
        env_prefix="VITRINE_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    data_dir: Path = ROOT / "var"
    uploads_dir: Path = ROOT / "uploads"
    templates_dir: Path = ROOT / "templates"
    static_dir: Path = ROOT / "static"

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    database_url: str = ""
    public_url: str = ""
    secret_key: str = ""
    secret_key_before: str = Field(default="", repr=False)
    """The secret before this one: what programs were given with it is good until it expires."""
    allowed_hosts: list[str] = Field(default_factory=list)
    trusted_proxies: list[str] = Field(default_factory=list)

    smtp_url: str = Field(default="", repr=False)
    """Where mail is handed in, ``smtp://user:password@host:587``; empty: it is kept here."""
    mail_from: str = ""
    """Whom mail is from; empty: the shop's own address."""
    reply_to: str = ""

    ops_user: str = "operator"
    ops_password: str = Field(default="", repr=False)
    """Opens ``/metrics`` and ``/health/detailed`` (HTTP Basic); empty: only keys do."""

    debug: bool = False
    log_level: str = "info"
    log_json: bool | None = None

    job_threads: int = Field(default=2, ge=0, le=64)
    """Threads of the embedded job runner; 0 leaves the jobs to ``vitrine worker``."""

    celery_broker_url: str = ""
    """Where Celery workers hear what to do, as ``redis://host:6379/0``; empty: jobs run here."""

    redis_url: str = Field(default="", repr=False)
    """Where several servers of one shop count tries together, as ``redis://host:6379/1``."""

    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    max_upload_bytes: int = Field(default=100_000_000, ge=1_000)
    rate_limit_per_minute: int = Field(default=600, ge=0)
    """Unsafe requests one address may send in a minute; 0 switches the limit off."""
    challenge_after: int = Field(default=20, ge=0)
    """Forms of a kind (new accounts, orders) from one network in an hour before more of them are
    challenged; 0 challenges nobody."""
    challenge_seconds: float = Field(default=2, ge=0)
    """Such a form that comes back sooner than this was filled by a program; 0: any time will do."""
    key_rate_per_minute: int = Field(default=600, ge=0)
    """Requests that one API key may make in a minute; 0 switches the limit off."""

    outbound_allow_private: bool = False
    """Let the shop fetch from private addresses; for tests and closed networks only."""

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, level: str) -> str:
        level_number(level)
        return level

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, address: str) -> str:
        """A bare ``postgresql://``, as hosts give it, is taken for the driver that we have."""
        scheme, mark, rest = address.partition("://")
        if mark and scheme in {"postgresql", "postgres"}:
            return f"postgresql+psycopg://{rest}"
        # Not told back: there may be a password in it.
        if address and not (mark and scheme.startswith(("sqlite", "postgresql+"))):
            raise ValueError("use an address such as postgresql+psycopg://user:password@host/shop")
        return address

    @property
    def database(self) -> str:
        """The database's address: the one given, else the SQLite file in ``data_dir``."""
        return self.database_url or f"sqlite:///{self.data_dir / 'shop.db'}"
