"""Whose word is taken: what the merchant decides, and what goes wrong."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from webapp.identities.errors import BadProvider
from webapp.identities.events import (
    ProviderAdded,
    ProviderChanged,
    ProviderFailing,
    ProviderRemoved,
)
from webapp.identities.models import Identity, Provider
from webapp.identities.values import ISSUERS, ProviderKind
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.kit.slugs import shortened, slugify, unique_slug
from webapp.runtime.events import emit

NEEDS = "settings:write"
MOST_PROVIDERS = 10
NOTED_EVERY = timedelta(minutes=1)
_WELL_KNOWN = "/.well-known/openid-configuration"
_TOLD = ("name", "client_id", "is_active", "for_staff", "trusts_addresses")


def add_provider(
    session: Session, actor: Actor, *, kind: ProviderKind, name: str, issuer: str = ""
) -> Provider:
    """A new one, switched off until its keys are entered. The issuer was checked by
    ``Directory.check``."""
    actor.must(NEEDS)
    if session.exec(select(func.count()).select_from(Provider)).one() >= MOST_PROVIDERS:
        raise BadProvider(f"A shop has {MOST_PROVIDERS} of them at most.", field="name")
    issuer = issuer_as_kept(kind, issuer)
    _check_name(session, name)
    taken = set(session.exec(select(Provider.slug)))
    slug = unique_slug(shortened(slugify(name, "provider"), 36), lambda one: one in taken)
    provider = Provider(
        slug=slug,
        kind=kind,
        name=name,
        issuer=issuer,
        trusts_addresses=True,
    )
    session.add(provider)
    session.flush()
    emit(session, ProviderAdded(provider.public_id, name, issuer), actor=actor)
    return provider


def issuer_as_kept(kind: ProviderKind, issuer: str) -> str:
    """The issuer that was typed, or that of the kind. Raises ``BadProvider``."""
    typed = issuer.strip().removesuffix(_WELL_KNOWN)
    if kind is ProviderKind.google:
        return ISSUERS[kind]
    if not typed and kind in ISSUERS:
        return ISSUERS[kind]
    if not typed:
        raise BadProvider("Enter the address of the provider, its issuer.", field="issuer")
    if "?" in typed or "#" in typed or len(typed) > 300:
        raise BadProvider("An issuer is an address without ? and #.", field="issuer")
    return typed.rstrip("/") if kind is ProviderKind.github else typed


def change_provider(
    session: Session,
    actor: Actor,
    provider: Provider,
    *,
    name: str,
    client_id: str,
    secret_sealed: str | None = None,
    is_active: bool = False,
    for_staff: bool = False,
    trusts_addresses: bool = False,
) -> None:
    """Everything but who it is: what it said of people was said under that name. The secret comes
    sealed; None keeps the one there is."""
    actor.must(NEEDS)
    if name != provider.name:
        _check_name(session, name, but=provider)
    if is_active and not client_id:
        raise BadProvider("It cannot be switched on without a client id.", field="client_id")
    if is_active and not (secret_sealed or provider.secret_sealed):
        raise BadProvider("It cannot be switched on without a secret.", field="client_secret")
    given = (name, client_id, is_active, for_staff, trusts_addresses)
    changed: dict[str, list[Any]] = {
        field: [getattr(provider, field), value]
        for field, value in zip(_TOLD, given, strict=True)
        if getattr(provider, field) != value
    }
    for field, (_, value) in changed.items():
        setattr(provider, field, value)
    if secret_sealed is not None:
        provider.secret_sealed = secret_sealed
        changed["client_secret"] = []
    if not changed:
        return
    if "client_id" in changed or "client_secret" in changed:
        provider.problem, provider.problem_at = "", None
    session.add(provider)
    session.flush()
    emit(session, ProviderChanged(provider.public_id, provider.name, changed), actor=actor)


def remove_provider(session: Session, actor: Actor, provider: Provider) -> None:
    """Nobody comes in by it any more. Accounts stay, with every other way into them."""
    actor.must(NEEDS)
    number = session.exec(
        select(func.count()).select_from(Identity).where(Identity.provider_id == provider.id)
    ).one()
    public_id, name = provider.public_id, provider.name
    session.delete(provider)
    session.flush()
    emit(session, ProviderRemoved(public_id, name, number), actor=actor)


def note_failure(session: Session, slug: str, problem: str) -> None:
    """Something is wrong with it: staff are told when that begins, and see the latest."""
    provider = _locked(session, slug)
    if provider is None:
        return
    begins, at = provider.problem_at is None, now()
    if not begins and provider.problem_at and provider.problem_at > at - NOTED_EVERY:
        return
    provider.problem, provider.problem_at = problem[:300], at
    session.add(provider)
    session.flush()
    if begins:
        emit(
            session, ProviderFailing(provider.public_id, provider.name, problem[:300]), actor=SYSTEM
        )


def note_success(session: Session, slug: str) -> None:
    """Somebody has come through."""
    provider = _locked(session, slug)
    if provider is not None and provider.problem_at is not None:
        provider.problem, provider.problem_at = "", None
        session.add(provider)
        session.flush()


def _locked(session: Session, slug: str) -> Provider | None:
    return session.exec(
        select(Provider).where(Provider.slug == slug).with_for_update()
    ).one_or_none()


def _check_name(session: Session, name: str, but: Provider | None = None) -> None:
    """Two buttons with the same words are none."""
    query = select(Provider.id).where(func.lower(col(Provider.name)) == name.lower())
    if but is not None:
        query = query.where(Provider.id != but.id)
    if session.exec(query).first() is not None:
        raise BadProvider("There is a button with that name.", field="name")
