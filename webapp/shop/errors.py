"""Refusals about the shop's own settings."""

from webapp.kit.errors import Refused


class CurrencyIsFixed(Refused):
    """Prices and orders exist in the old currency; renaming their unit would falsify them."""

    title = "The currency cannot change any more"
