"""People who may sign in, the browsers they are signed in with, the links they are mailed, what
they show beside a password, the keys and grants of their scripts, what a shop's own roles may do,
what staff keep of customers, what people told us about themselves, and copies of all of it."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field, SQLModel

from webapp.accounts.links import LinkPurpose
from webapp.kit.clock import now
from webapp.runtime.columns import (
    UtcDateTime,
    enum_field,
    json_field,
    optional_utc_field,
    public_id_field,
    utc_field,
)


class Person(SQLModel, table=True):
    """Somebody with an account. ``role`` is set for staff and null for customers."""

    __tablename__ = "people"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("per")
    email: str = Field(unique=True, max_length=254)
    """Normalised: trimmed, lower case, international domains in ASCII."""
    email_verified_at: datetime | None = optional_utc_field()
    """When they showed that this mailbox is theirs; null: anybody could have typed it."""
    username: str | None = Field(default=None, unique=True, index=True, max_length=30)
    """Lower case, ASCII; only where the shop lets people choose one."""
    name: str = Field(default="", max_length=120)
    password_hash: str = Field(default="", max_length=255)
    """Empty for somebody who comes in by mailed links alone: nothing matches it."""
    passkey_handle: str | None = Field(default=None, unique=True, index=True, max_length=86)
    """What devices know them by: random, made with the first passkey (base64url of 64 bytes)."""
    role: str | None = Field(default=None, max_length=20, index=True)
    """One of ``permissions.ROLES``, or the code of a ``Role``."""
    is_active: bool = True
    locale: str = Field(default="", max_length=12)
    """Their own language; empty: the shop's."""
    time_zone: str = Field(default="", max_length=60)
    """Theirs; empty: the shop's."""
    avatar: str = Field(default="", max_length=80)
    """Where their picture lies in the storage; empty: they have none."""
    erase_at: datetime | None = optional_utc_field(index=True)
    """When the account is erased, unless somebody changes their mind before."""
    created_at: datetime = utc_field(default_factory=now)
    last_sign_in_at: datetime | None = optional_utc_field()
    """Of staff."""

    @property
    def is_staff(self) -> bool:
        return self.role is not None and self.is_active

    @property
    def is_verified(self) -> bool:
        return self.email_verified_at is not None


class SignIn(SQLModel, table=True):
    """One signed-in browser. The cookie carries the token; the row only knows its hash."""

    __tablename__ = "sign_ins"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("sgn")
    token_hash: str = Field(unique=True, max_length=64)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    user_agent: str = Field(default="", max_length=200)
    is_kept: bool = False
    """Whether the browser was asked to stay signed in."""
    created_at: datetime = utc_field(default_factory=now)
    last_seen_at: datetime = utc_field(default_factory=now)
    """To a few minutes: it is not written for every page."""
    confirmed_at: datetime = utc_field(default_factory=now)
    """When the person last proved who they are: at sign-in, or before something sensitive."""
    idle_until: datetime = utc_field(default_factory=now)
    """Unless the browser is seen before, it is signed out then."""
    expires_at: datetime = utc_field(index=True)
    """Whatever happens, it is signed out then."""


class FailedSignIn(SQLModel, table=True):
    """Wrong passwords for one account within one hour: a count, however many they are."""

    __tablename__ = "failed_sign_ins"

    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", primary_key=True)
    hour: datetime = Field(sa_type=UtcDateTime, primary_key=True, index=True)
    tries: int
    network: str = Field(default="", max_length=40)
    """Where the latest came from, roughly."""
    last_at: datetime = utc_field(default_factory=now)


class GateCount(SQLModel, table=True):
    """How often a suspicious form was challenged on a day, and how that ended."""

    __tablename__ = "gate_counts"

    day: date = Field(primary_key=True)
    form: str = Field(max_length=20, primary_key=True)
    outcome: str = Field(max_length=10, primary_key=True)
    """``shown``, ``passed``, ``failed``."""
    number: int


class MailedLink(SQLModel, table=True):
    """A promise of one act to whoever reads a mailbox. Good once, until it expires.

    The link carries the public id, signed for its purpose with the shop's secret: whoever reads
    this table cannot make a link from it.
    """

    __tablename__ = "mailed_links"
    __table_args__ = (Index("ix_mailed_links_person", "person_id", "purpose"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("lnk")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE")
    purpose: LinkPurpose = enum_field(LinkPurpose)
    email: str = Field(max_length=254)
    """The address it was sent to. It is worth nothing once the account has another one."""
    pair: str = Field(default="", max_length=40)
    """What two links that need each other have in common."""
    new_email: str = Field(default="", max_length=254)
    """Of a change of address: the one to come."""
    created_at: datetime = utc_field(default_factory=now)
    expires_at: datetime = utc_field(index=True)
    used_at: datetime | None = optional_utc_field()


class Authenticator(SQLModel, table=True):
    """The app that makes somebody's one-time codes (RFC 6238). One for each person.

    It counts once a first code was typed: until then nobody knows that the app has the secret.
    """

    __tablename__ = "authenticators"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", unique=True)
    sealed: str = Field(default="", max_length=400)
    """The secret, sealed with the shop's: this table alone makes no code."""
    sealed_next: str = Field(default="", max_length=400)
    """One that waits for a first code, to take its place."""
    last_step: int = Field(default=0, sa_type=BigInteger)
    """The step of time whose code was taken last: that one and all before it are worth nothing."""
    created_at: datetime = utc_field(default_factory=now)
    confirmed_at: datetime | None = optional_utc_field()


class RecoveryCode(SQLModel, table=True):
    """A way in for whoever lost the device with the second factor. Good once; kept as a hash that
    is keyed with the shop's secret."""

    __tablename__ = "recovery_codes"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    code_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = utc_field(default_factory=now)
    used_at: datetime | None = optional_utc_field()


class Passkey(SQLModel, table=True):
    """A key pair of which a device of somebody holds the private half (WebAuthn)."""

    __tablename__ = "passkeys"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("psk")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    credential: str = Field(unique=True, max_length=1400)
    """The credential's id as the device chose it, in base64url."""
    public_key: str = Field(max_length=2000)
    """COSE, in base64url."""
    sign_count: int = Field(default=0, sa_type=BigInteger)
    """What the device counted last; devices that share a passkey count nothing and send 0."""
    transports: list[str] = json_field(list)
    name: str = Field(max_length=80)
    answered_at: datetime = utc_field(default_factory=now)
    """When the challenge was made that it answered last: an older one is not taken after it."""
    created_at: datetime = utc_field(default_factory=now)
    last_used_at: datetime | None = optional_utc_field()
    doubted_at: datetime | None = optional_utc_field()
    """When it counted backwards, as a copy does. It opens nothing from then on."""


class ApiKey(SQLModel, table=True):
    """What a script shows to act for a person. Never more than its scopes, nor than that person.

    The secret is 256 random bits: nobody finds it by trying, so its SHA-256 is as safe to keep as
    a slow hash would be, and can be looked up (passwords, which can be guessed, are another thing).
    """

    __tablename__ = "api_keys"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("key")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=80)
    prefix: str = Field(unique=True, max_length=16)
    """How the key begins: what people and logs may see of it."""
    secret_hash: str = Field(unique=True, max_length=64)
    scopes: list[str] = json_field(list)
    created_at: datetime = utc_field(default_factory=now)
    expires_at: datetime | None = optional_utc_field()
    last_used_at: datetime | None = optional_utc_field()
    """To a few minutes: it is not written for every use."""
    revoked_at: datetime | None = optional_utc_field()


class Role(SQLModel, table=True):
    """A role that the shop has made itself, beside those of ``permissions.ROLES``."""

    __tablename__ = "roles"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=20)
    """What ``people.role`` holds; made from the first name, and kept when that changes."""
    name: str = Field(unique=True, max_length=60)
    permissions: list[str] = json_field(list)
    created_at: datetime = utc_field(default_factory=now)


class CustomerGroup(SQLModel, table=True):
    """Customers that the merchant treats alike: wholesale, friends of the house."""

    __tablename__ = "customer_groups"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("grp")
    name: str = Field(max_length=60)
    folded: str = Field(unique=True, max_length=120)
    """The name without capitals: no two groups differ by those alone."""
    created_at: datetime = utc_field(default_factory=now)


class GroupMember(SQLModel, table=True):
    """Somebody belongs to a group."""

    __tablename__ = "customer_group_members"
    __table_args__ = (Index("ix_customer_group_members_person", "person_id"),)

    group_id: int = Field(foreign_key="customer_groups.id", ondelete="CASCADE", primary_key=True)
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", primary_key=True)


class CustomerTag(SQLModel, table=True):
    """A word that staff put to a customer. Lower case."""

    __tablename__ = "customer_tags"
    __table_args__ = (Index("ix_customer_tags_tag", "tag", "person_id"),)

    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", primary_key=True)
    tag: str = Field(max_length=40, primary_key=True)


class CustomerNote(SQLModel, table=True):
    """What staff write down about a customer. In no log: it goes when the customer is erased."""

    __tablename__ = "customer_notes"
    __table_args__ = (Index("ix_customer_notes_person", "person_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("not")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE")
    author_id: str | None = Field(default=None, max_length=40)
    """The public id of the colleague, if it was one."""
    author: str = Field(max_length=200)
    text: str = Field(max_length=2000)
    created_at: datetime = utc_field(default_factory=now)


class AddressEntry(SQLModel, table=True):
    """An address of somebody's address book. The fields are those of ``addresses.Address``."""

    __tablename__ = "address_book"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("adr")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    country: str = Field(max_length=2)
    name: str = Field(default="", max_length=200)
    company_name: str = Field(default="", max_length=200)
    street_address: str = Field(default="", max_length=200)
    street_address_2: str = Field(default="", max_length=200)
    city_area: str = Field(default="", max_length=200)
    city: str = Field(default="", max_length=200)
    country_area: str = Field(default="", max_length=200)
    postal_code: str = Field(default="", max_length=200)
    sorting_code: str = Field(default="", max_length=200)
    is_delivery: bool = False
    """The one that checkout begins with; at most one of a person's."""
    is_invoice: bool = False
    created_at: datetime = utc_field(default_factory=now)
    updated_at: datetime = utc_field(default_factory=now)


class Consent(SQLModel, table=True):
    """That somebody said yes or no to being written to. Never changed: the newest counts."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_email", "email", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = Field(
        default=None, foreign_key="people.id", ondelete="CASCADE", index=True
    )
    """Null: a guest's, who gave an address."""
    email: str = Field(max_length=254)
    """The address of that moment."""
    purpose: str = Field(default="marketing", max_length=40)
    is_given: bool
    source: str = Field(max_length=40)
    """Where it was said: ``register``, ``checkout``, ``profile``, ``unsubscribe``."""
    wording: str = Field(default="", sa_type=Text)
    """What stood beside the box, word for word."""
    at: datetime = utc_field(default_factory=now)


class ExportState(StrEnum):
    making = "making"
    ready = "ready"
    failed = "failed"


class DataExport(SQLModel, table=True):
    """A copy of all that the shop keeps of somebody, in one file that is theirs for a week."""

    __tablename__ = "data_exports"
    __table_args__ = (Index("ix_data_exports_person", "person_id", "id"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("exp")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE")
    state: ExportState = enum_field(ExportState, ExportState.making)
    job: str = Field(default="", max_length=40)
    """The job that makes it."""
    storage_key: str = Field(default="", max_length=200)
    size_bytes: int = 0
    asked_at: datetime = utc_field(default_factory=now)
    ready_at: datetime | None = optional_utc_field()
    expires_at: datetime | None = optional_utc_field(index=True)


class Grant(SQLModel, table=True):
    """What a program was given by somebody who typed their password into it: access tokens for as
    long as it renews them, never more than its scopes, nor than that person may do today."""

    __tablename__ = "grants"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("gra")
    person_id: int = Field(foreign_key="people.id", ondelete="CASCADE", index=True)
    client: str = Field(default="", max_length=80)
    """What the program calls itself."""
    scopes: list[str] = json_field(list)
    password_mark: str = Field(max_length=64)
    """Of the password that was typed: with another one the grant is worth nothing."""
    created_at: datetime = utc_field(default_factory=now)
    expires_at: datetime = utc_field(index=True)
    """However often it is renewed, it is over then."""
    revoked_at: datetime | None = optional_utc_field()


class RefreshToken(SQLModel, table=True):
    """What renews a grant, once. The used ones are kept while it lasts: one that comes again was
    copied. Random as an API key is, and kept as one: by its hash."""

    __tablename__ = "refresh_tokens"

    id: int | None = Field(default=None, primary_key=True)
    grant_id: int = Field(foreign_key="grants.id", ondelete="CASCADE", index=True)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = utc_field(default_factory=now)
    used_at: datetime | None = optional_utc_field()
