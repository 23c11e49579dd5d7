"""Signing in with somebody else's word: Google, GitHub, any OpenID Provider.

Owns the providers, whom they have introduced (``identities``) and the trips that are over. Listens
to accounts: when somebody comes in, and when a customer starts to work here.
"""

from webapp.feature import Behind, Feature


def behind() -> Behind:
    from webapp.identities.handlers import handlers
    from webapp.identities.jobs import jobs
    from webapp.identities.mails import mails
    from webapp.identities.personal import personal

    return Behind(handlers=handlers, jobs=jobs, mails=mails, personal=personal)


identities = Feature("identities", behind=behind)
