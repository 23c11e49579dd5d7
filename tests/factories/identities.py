"""Providers to sign in with, and who has linked them."""

from sqlmodel import Session

from webapp.accounts.models import Person
from webapp.identities import commands
from webapp.identities.models import Identity, Provider
from webapp.identities.queries import SEALED_FOR
from webapp.identities.values import ProviderKind
from webapp.kit.actors import SYSTEM
from webapp.runtime.links import links_of
from webapp.runtime.secrets import Sealer


def make_provider(
    db: Session,
    name: str = "Acme",
    *,
    issuer: str = "http://127.0.0.1:9",
    kind: ProviderKind = ProviderKind.openid,
    secret: str = "s3cret+with/signs",  # noqa: S107
    **fields: bool,
) -> Provider:
    """A provider that is set up and switched on."""
    provider = commands.add_provider(db, SYSTEM, kind=kind, name=name, issuer=issuer)
    sealer = Sealer(links_of(db).secret, SEALED_FOR)
    commands.change_provider(
        db,
        SYSTEM,
        provider,
        name=name,
        client_id="shop",
        secret_sealed=sealer.seal(secret, about=provider.public_id),
        **{"is_active": True, "trusts_addresses": True, **fields},
    )
    db.commit()
    return provider


def make_identity(db: Session, person: Person, provider: Provider, subject: str) -> Identity:
    """A way into the account of this person."""
    assert person.id is not None
    assert provider.id is not None
    identity = Identity(
        provider_id=provider.id, person_id=person.id, subject=subject, label=person.email
    )
    db.add(identity)
    db.commit()
    return identity
