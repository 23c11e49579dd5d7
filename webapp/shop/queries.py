"""What the merchant decided, as a value that pages and rules can read."""

from sqlmodel import Session, select

from webapp.kit.money import Money
from webapp.kit.values import Value, names_of
from webapp.runtime.db import once
from webapp.runtime.mail import Letterhead
from webapp.runtime.wording import Manners, money
from webapp.shop.models import ShopSettings


class Shop(Value):
    """The shop's settings at one moment. See ``ShopSettings`` for what each means."""

    name: str
    tagline: str
    about: str
    email: str
    phone: str
    address: str
    logo_file_id: int | None
    hero_file_id: int | None
    hero_title: str
    hero_text: str
    currency: str
    country: str
    locale: str
    time_zone: str
    weight_unit: str
    prices_include_tax: bool
    tax_rounding: str
    order_prefix: str
    order_suffix: str
    next_order_number: int
    terms: str
    terms_version: int
    privacy: str
    bank_details: str
    payment_methods: list[str]
    minimum_order_minor: int | None
    maximum_order_minor: int | None
    show_stock_below: int
    delivery_countries: list[str]
    usernames: bool
    confirm_first: bool
    invoice_years: int
    staff_second_factor: bool
    is_set_up: bool

    def money(self, minor: int) -> Money:
        """``minor`` units of the shop's currency."""
        return Money(minor, self.currency)

    @property
    def manners(self) -> Manners:
        """How the shop writes amounts, dates and weights."""
        return Manners(self.locale, self.time_zone, self.currency, self.weight_unit)

    def written(self, amount: Money) -> str:
        """``amount`` for a sentence, in the shop's way of writing."""
        return money(amount, self.manners)


LOCALES = ("en_GB", "en_US", "de_DE", "de_AT", "de_CH", "fr_FR", "it_IT", "es_ES", "nl_NL", "pt_PT")
"""In whose manner amounts and dates can be written."""

_NAMES = names_of(Shop)
_COLUMNS = tuple(ShopSettings.__table__.columns[name] for name in _NAMES)  # type: ignore[attr-defined]
_CURRENT = select(*_COLUMNS).where(ShopSettings.id == 1)
"""Made once: every page asks it."""

UNTOLD = ShopSettings()


def current(session: Session) -> Shop:
    """The settings now, in one statement; the defaults where nothing was decided yet."""
    return once(session, "shop", lambda: _current(session))


def _current(session: Session) -> Shop:
    row = session.execute(_CURRENT).one_or_none()
    if row is None:
        return Shop(**{name: getattr(UNTOLD, name) for name in _NAMES})
    return Shop(*row)


def letterhead(session: Session) -> Letterhead:
    """The shop as its mail shows it."""
    shop = current(session)
    return Letterhead(
        name=shop.name,
        email=shop.email,
        phone=shop.phone,
        address=tuple(line.strip() for line in shop.address.splitlines() if line.strip()),
        manners=shop.manners,
    )
