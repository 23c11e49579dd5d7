"""The merchant's settings. Owns the one row of ``shop_settings``; everything above reads it."""

from webapp.feature import Feature

shop = Feature("shop", permissions={"settings:write": "Change what the merchant decides"})
