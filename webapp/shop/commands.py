"""Changing what the merchant decides."""

from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.runtime.events import emit
from webapp.runtime.markup import clean_html
from webapp.shop.errors import CurrencyIsFixed
from webapp.shop.events import SettingsChanged
from webapp.shop.models import ShopSettings

ARTICLES = ("about", "terms", "privacy")


def change(session: Session, actor: Actor, **values: Any) -> ShopSettings:
    """Set the named settings; money in minor units. New terms get a new version.

    Articles (``about``, ``terms``, ``privacy``) are HTML or plain text, cleaned here.
    Refuses with ``CurrencyIsFixed`` while there are prices or orders in the old currency.
    """
    actor.must("settings:write")
    values |= {name: clean_html(values[name]) for name in ARTICLES if name in values}
    settings = row(session)
    before = {name: getattr(settings, name) for name in values}
    changed = {
        name: [before[name], value] for name, value in values.items() if before[name] != value
    }
    if not changed:
        return settings
    if "currency" in changed:
        _check_nothing_costs(session, settings.currency, values["currency"])
    for name in changed:
        setattr(settings, name, values[name])
    if "terms" in changed:
        settings.terms_version += 1
    settings.updated_at = now()
    session.flush()
    emit(session, SettingsChanged(changed=changed), actor=actor)
    return settings


def row(session: Session) -> ShopSettings:
    """The one row, made with its defaults where there is none; locked for the transaction."""
    settings = session.scalars(
        select(ShopSettings).where(ShopSettings.id == 1).with_for_update()  # type: ignore[arg-type]
    ).one_or_none()
    if settings is None:
        settings = ShopSettings()
        session.add(settings)
        session.flush()
    return settings


def _check_nothing_costs(session: Session, old: str, new: str) -> None:
    # The tables belong to features above this one, so they are asked by name and not by model.
    sold = session.execute(text("SELECT 1 FROM variants UNION ALL SELECT 1 FROM orders LIMIT 1"))
    if sold.first() is not None:
        raise CurrencyIsFixed(
            f"There are already prices in {old}. Start an empty shop to sell in {new}.",
            field="currency",
        )
    carried = session.execute(
        text(
            "SELECT 1 FROM shipping_methods "
            "WHERE price_minor > 0 OR free_from_minor IS NOT NULL LIMIT 1"
        )
    )
    if carried.first() is not None:
        raise CurrencyIsFixed(
            f"Shipping has prices in {old}. Remove its methods, then offer them anew in {new}.",
            field="currency",
        )
