"""The merchant's settings. Owns the one row of ``shop_settings``; everything above reads it."""

from webapp.feature import Behind, Feature


def behind() -> Behind:
    from webapp.shop.mails import mails

    return Behind(mails=mails)


shop = Feature(
    "shop", permissions={"settings:write": "Change what the merchant decides"}, behind=behind
)
