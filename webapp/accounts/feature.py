"""People, their sign-ins, the links they are mailed, what they show beside a password, the keys and
grants of their scripts, their addresses and consents. Owns ``people``, ``sign_ins``,
``mailed_links``, ``authenticators``, ``recovery_codes``, ``passkeys``, ``api_keys``, ``grants``,
``refresh_tokens``, ``address_book``, ``consents`` and ``data_exports``; says what staff may do."""

from webapp.accounts.permissions import PERMISSIONS
from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.accounts.handlers import handlers
    from webapp.accounts.jobs import jobs
    from webapp.accounts.mails import mails
    from webapp.accounts.personal import personal

    return Behind(handlers=handlers, jobs=jobs, mails=mails, personal=personal)


accounts = Feature(
    "accounts",
    api=Late("webapp.accounts.api:api", under=("/api",)),
    permissions=PERMISSIONS,
    behind=behind,
)
