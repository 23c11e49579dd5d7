"""Which providers there are, and whose account an introduction opens."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from webapp.accounts.models import Person
from webapp.accounts.queries import Credentials, Member
from webapp.identities.errors import NoSuchProvider, ProviderFailed
from webapp.identities.models import Identity, Provider
from webapp.identities.values import Client, Introduction, ProviderKind
from webapp.kit.values import Value
from webapp.runtime.links import links_of
from webapp.runtime.secrets import Sealer

SEALED_FOR = "identities.client_secret"


class Way(Value):
    """A button of the sign-in page."""

    slug: str
    name: str
    kind: ProviderKind


def ways(session: Session, *, for_staff: bool = False) -> list[Way]:
    """The providers that are switched on, in the order in which they were added."""
    query = (
        select(Provider.slug, Provider.name, Provider.kind)
        .where(col(Provider.is_active).is_(True))
        .order_by(col(Provider.id))
    )
    if for_staff:
        query = query.where(col(Provider.for_staff).is_(True))
    return [Way(slug, name, ProviderKind(kind)) for slug, name, kind in session.exec(query)]


class ProviderLine(Value):
    """A provider in the list of the back office."""

    public_id: str
    name: str
    kind: ProviderKind
    issuer: str
    is_active: bool
    for_staff: bool
    is_complete: bool
    problem: str
    problem_at: datetime | None
    people: int


def providers(session: Session) -> list[ProviderLine]:
    """All of them, with how many people come in by each."""
    number = (
        select(func.count())
        .where(col(Identity.provider_id) == col(Provider.id))
        .correlate(Provider)
        .scalar_subquery()
    )
    rows = session.execute(select(Provider, number).order_by(col(Provider.id)))
    return [
        ProviderLine(
            one.public_id,
            one.name,
            one.kind,
            one.issuer,
            one.is_active,
            one.for_staff,
            bool(one.client_id and one.secret_sealed),
            one.problem,
            one.problem_at,
            people,
        )
        for one, people in rows
    ]


def provider_by_id(session: Session, public_id: str) -> Provider:
    """Raises ``NoSuchProvider``."""
    found = session.exec(select(Provider).where(Provider.public_id == public_id)).one_or_none()
    if found is None:
        raise NoSuchProvider("There is no such provider.")
    return found


def client_row(session: Session, slug: str) -> Provider:
    """The provider that is switched on and called so. Raises ``NoSuchProvider``."""
    found = session.exec(
        select(Provider).where(Provider.slug == slug, col(Provider.is_active).is_(True))
    ).one_or_none()
    if found is None:
        raise NoSuchProvider("It is not among the ways to sign in here, or not any more.")
    return found


def client(session: Session, slug: str) -> tuple[Provider, str]:
    """The provider and its sealed secret, which is opened outside of the transaction."""
    found = client_row(session, slug)
    return found, links_of(session).secret


def as_client(provider: Provider, shop_secret: str, redirect_uri: str) -> Client:
    """The provider with its secret opened. Raises ``ProviderFailed`` where that cannot be done:
    the shop has got another secret since."""
    sealer = Sealer(shop_secret, SEALED_FOR)
    secret = sealer.open(provider.secret_sealed, about=provider.public_id)
    if secret is None or provider.id is None:
        raise ProviderFailed(
            "It is not set up completely. Come in another way.",
            reason="Its client secret cannot be read: the shop has another secret key since it "
            "was entered. Enter it again.",
        )
    return Client(
        key=provider.id,
        public_id=provider.public_id,
        slug=provider.slug,
        kind=provider.kind,
        name=provider.name,
        issuer=provider.issuer,
        client_id=provider.client_id,
        secret=secret,
        redirect_uri=redirect_uri,
        for_staff=provider.for_staff,
        trusts_addresses=provider.trusts_addresses,
        is_failing=provider.problem_at is not None,
    )


def known(session: Session, introduced: Introduction) -> Credentials | None:
    """Whose account this introduction opens, if it was linked with one that is open."""
    person = session.exec(
        select(Person)
        .join(Identity, col(Identity.person_id) == col(Person.id))
        .join(Provider, col(Provider.id) == col(Identity.provider_id))
        .where(
            Provider.slug == introduced.provider,
            col(Provider.is_active).is_(True),
            Identity.subject == introduced.subject,
        )
    ).one_or_none()
    return Credentials.of(person) if person is not None else None


class Linked(Value):
    """A way into an account, as its owner sees it."""

    public_id: str
    provider: str
    slug: str
    subject: str
    label: str
    is_active: bool
    """Whether the provider is switched on."""
    created_at: datetime
    last_used_at: datetime | None


def linked(session: Session, person_key: int) -> list[Linked]:
    """What an account is linked with, the oldest first."""
    rows = session.exec(
        select(  # type: ignore[call-overload]
            Identity.public_id,
            Provider.name,
            Provider.slug,
            Identity.subject,
            Identity.label,
            Provider.is_active,
            Identity.created_at,
            Identity.last_used_at,
        )
        .join(Provider, col(Provider.id) == col(Identity.provider_id))
        .where(Identity.person_id == person_key)
        .order_by(col(Identity.id))
    )
    return [Linked(*row) for row in rows]


def open_to(session: Session, member: Member) -> list[Linked]:
    """By which of them they can come in today."""
    usable = {one.slug for one in ways(session, for_staff=member.role is not None)}
    return [one for one in linked(session, member.key) if one.slug in usable]


def has_password(session: Session, person_key: int) -> bool:
    """Whether they can come in by one."""
    found = session.exec(select(Person.password_hash).where(Person.id == person_key)).one()
    return bool(found)


def names(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """What providers are called, by public id."""
    rows = session.exec(
        select(Provider.public_id, Provider.name).where(col(Provider.public_id).in_(ids))
    )
    return {public_id: name for public_id, name in rows}  # noqa: C416
