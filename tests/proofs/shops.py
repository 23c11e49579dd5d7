"""Small shops for proofs, made through the commands, and what the books say afterwards."""

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import col, func, select

from webapp.accounts import commands as accounts
from webapp.accounts.permissions import of_role
from webapp.catalogue.commands import save_product
from webapp.catalogue.drafts import ProductSave, VariantSave
from webapp.catalogue.models import ProductStatus
from webapp.demo.seeding import seed
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM, Actor
from webapp.main import open_shop
from webapp.notices import commands as notices
from webapp.ops.audit import Report, audit
from webapp.orders.models import Order, OrderLine
from webapp.pricing import commands as pricing
from webapp.settings import Settings
from webapp.shop import commands as shop_settings
from webapp.webhooks import commands as webhooks
from webapp.webhooks.signing import secret_of

SECRET = "a secret for proofs, long enough to sign with"


def settings_of(data: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=data,
        uploads_dir=data / "uploads",
        secret_key=SECRET,
        job_threads=0,
    )


def stocked_shop(data: Path, *, units: int) -> str:
    """A shop that delivers for nothing and has ``units`` of one product; gives its slug."""
    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        shop_settings.change(
            session, SYSTEM, name="Proof", bank_details="IBAN DE00", is_set_up=True
        )
        pricing.set_tax_rate(session, SYSTEM, country="*", tax_class="standard", millionths=190_000)
        pricing.add_shipping_method(session, SYSTEM, name="Parcel", price_minor=490)
        saved = save_product(
            session,
            SYSTEM,
            ProductSave(
                fields={"title": "The last lamps", "status": ProductStatus.active},
                variants=[VariantSave(fields={"sku": "LAMP-1", "price_minor": 4900})],
            ),
        )
        variant = saved.variants[0].id
        assert variant is not None
        inventory.receive(session, SYSTEM, variant, units)
        return saved.product.slug


@dataclass(frozen=True, slots=True)
class MailingShop:
    """A shop that sends mail and tells an endpoint everything."""

    slug: str
    secret: str
    """The endpoint's."""
    after: int
    """The number of the last message that was before the endpoint's time."""
    environment: dict[str, str]


def mailing_shop(data: Path, *, units: int, mail: str, told: str) -> MailingShop:
    """A stocked shop with a mail server, an endpoint and an owner who wants a mail of orders."""
    slug = stocked_shop(data, units=units)
    with open_shop(settings_of(data)) as shop, shop.database.writing() as session:
        person = accounts.add_staff(
            session, SYSTEM, email="staff@example.com", password_hash="none", role="owner"
        )
        actor = Actor("staff", person.public_id, person.name, of_role("owner"))
        notices.choose(session, actor, {"orders": "mail"})
        endpoint = webhooks.add(session, SYSTEM, url=told)
        secret = secret_of(shop.settings.secret_key, endpoint.public_id, endpoint.salt)
    environment = {
        "VITRINE_SMTP_URL": mail,
        "VITRINE_MAIL_FROM": "shop@example.com",
        "VITRINE_OUTBOUND_ALLOW_PRIVATE": "true",
    }
    return MailingShop(slug, secret, endpoint.cursor, environment)


def audit_of(data: Path) -> tuple[Report, int, int]:
    """The audit, the units sold, and the number of orders."""
    with open_shop(settings_of(data)) as shop:
        report = audit(shop.database)
        with shop.database.reading() as session:
            sold = session.exec(select(func.coalesce(func.sum(col(OrderLine.quantity)), 0))).one()
            orders = session.exec(select(func.count(col(Order.id)))).one()
    return report, int(sold), int(orders)


def demo_shop(data: Path) -> None:
    """The demo shop, its pictures in all sizes."""
    with open_shop(settings_of(data)) as shop:
        seed(shop.database, shop.means)
        shop.runner.run_due()
