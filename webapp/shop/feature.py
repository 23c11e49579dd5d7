"""The merchant's settings. Owns the one row of ``shop_settings``; everything above reads it."""

from webapp.feature import Feature
from webapp.shop.mails import mails

shop = Feature(
    "shop", mails=mails, permissions={"settings:write": "Change what the merchant decides"}
)
